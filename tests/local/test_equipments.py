"""Equipments of a local home: added, changed and removed one by one."""

import asyncio
from pathlib import Path
from types import MappingProxyType

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from tests.fixtures_home_assistant import wait_for

from .homes import THIRD, LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"


async def test_an_equipment_is_added_by_clicks_and_driven(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)

    assert home.state("switch", number, "pilot").state == "off"
    assert home.hass.states.get(RELAY).state == "off"
    assert not home.ended(number)

    await home.act("switch", "turn_on", number, "pilot")
    await home.until("switch", number, "pilot", "on")
    await home.act("switch", "turn_off", number, "pilot")

    await wait_for(lambda: home.hass.states.get(RELAY).state == "on")
    assert [e.result.outcome for e in home.ended(number)] == [Outcome.ACKNOWLEDGED] * 2


async def test_devices_and_entities_go_with_their_equipment(home: LocalInstalled) -> None:
    first = await home.add("Lave-linge", RELAY)
    second = await home.add("Ballon", OTHER, kind="water_heater", operation="continuous")
    subentry_id = home.subentry_id(first)
    entities, devices = er.async_get(home.hass), dr.async_get(home.hass)

    def belonging(to: str) -> tuple[int, int]:
        entry_id = home.entry.entry_id
        return (
            sum(
                e.config_subentry_id == to
                for e in er.async_entries_for_config_entry(entities, entry_id)
            ),
            sum(
                d.config_subentry_id == to
                for d in dr.async_entries_for_config_entry(devices, entry_id)
            ),
        )

    assert belonging(subentry_id)[0] > 8
    assert belonging(subentry_id)[1] == 1
    kept = belonging(home.subentry_id(second))

    await home.remove(first)

    assert belonging(subentry_id) == (0, 0)
    assert home.find("switch", first, "pilot") is None
    assert belonging(home.subentry_id(second)) == kept
    assert home.state("switch", second, "pilot").state == "on"

    third = await home.add("Sèche-linge", RELAY)
    assert third == second + 1


async def test_an_order_under_way_is_not_disturbed_by_other_equipments(
    home: LocalInstalled,
) -> None:
    slow = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    other = await home.add("Autre", OTHER)

    async def take_one_s_time(_: object) -> None:
        """Take the order; the device's state comes later."""

    home.hass.services.async_register("input_boolean", "turn_on", take_one_s_time)
    hub, status = home.hub, home.status(slow)
    wish = Wish(EquipmentId(slow), Intent.TO_MANUAL, Origin.DASHBOARD)
    asked = asyncio.create_task(hub.engine.wish(wish))
    await wait_for(lambda: status.wished_mode is not None)

    number = await home.add("Lave-linge", THIRD)
    await home.remove(other)
    assert not asked.done(), "the order ended before the others changed"
    home.hass.states.async_set(RELAY, "on")
    await asked

    assert home.hub is hub
    assert home.status(slow) is status
    (event,) = home.ended(slow)
    assert (event.result.outcome, event.result.tries) == (Outcome.ACKNOWLEDGED, 1)
    assert set(home.hub.engine.statuses) == {slow, number}


async def test_a_local_home_needs_mqtt_only_for_mqtt_devices(home: LocalInstalled) -> None:
    await home.add("Lave-linge", RELAY)
    await home.reload()
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {
                "equipment_id": 2,
                "home": "Maison",
                "equipment_type": "heater",
                "typology": "plug",
                "continuous": True,
                "devices": [
                    {"usage": 11, "driver": "tasmota", "control_topic": "a", "command_topic": "b"}
                ],
            }
        ),
        subentry_type="equipment",
        title="Chauffage",
        unique_id=None,
    )
    await home.unload()
    home.hass.config_entries.async_add_subentry(home.entry, subentry)
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_RETRY
    assert home.entry.error_reason_translation_key == "mqtt_missing"


async def test_a_home_that_is_removed_leaves_nothing(home: LocalInstalled, tmp_path: Path) -> None:
    await home.add("Lave-linge", RELAY)
    entry_id = home.entry.entry_id

    def files() -> set[str]:
        return {path.name.split(".")[-1] for path in tmp_path.rglob(f"{DOMAIN}.{entry_id}.*")}

    assert "local" in await asyncio.to_thread(files)
    await home.hass.config_entries.async_remove(entry_id)
    await home.hass.async_block_till_done()
    assert await asyncio.to_thread(files) == set()
    assert not er.async_entries_for_config_entry(er.async_get(home.hass), entry_id)
    assert not dr.async_entries_for_config_entry(dr.async_get(home.hass), entry_id)


async def test_an_entity_is_followed_when_renamed_and_missed_when_gone(
    home: LocalInstalled,
) -> None:
    number = await home.add("Lave-linge", RELAY, ready_by="07:00:00")
    await home.act("switch", "turn_on", number, "pilot")
    registry = er.async_get(home.hass)
    registry.async_update_entity(RELAY, new_entity_id="input_boolean.laundry")
    await wait_for(lambda: "laundry" in home.status(number).equipment.devices[0].command_topic)
    assert home.status(number).equipment.piloted
    await home.act("select", "select_option", number, "mode", option="forced_on")
    state = home.hass.states.get("input_boolean.laundry")
    assert state is not None
    assert state.state == "on"

    def issue() -> ir.IssueEntry | None:
        issue_id = f"{home.entry.entry_id}_missing_entity_{number}"
        return ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id)

    assert issue() is None
    registry.async_remove("input_boolean.laundry")
    await home.hass.async_block_till_done()
    await home.cycle()
    found = issue()
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["entity"] == "input_boolean.laundry"
    home.hass.states.async_set("input_boolean.laundry", "off")
    await home.cycle()
    assert issue() is None
