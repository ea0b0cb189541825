"""Equipments of a local home: added, changed and removed one by one."""

import asyncio
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryDisabler, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.engine import Engine
from tests.fixtures_home_assistant import wait_for

from .homes import THIRD, LocalInstalled
from .test_set_plan import relay

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"


async def test_an_equipment_is_added_by_clicks_and_driven(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)

    assert home.state("switch", number, "pilot").state == "off"
    assert home.hass.states.get(RELAY).state == "off"
    assert not home.ended(number)

    await home.act("switch", "turn_on", number, "pilot")
    await home.until("switch", number, "pilot", "on")
    await home.act("select", "select_option", number, "mode", option="forced_on")

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


async def test_what_is_removed_while_the_home_is_set_up_is_gone(home: LocalInstalled) -> None:
    first = await home.add("Lave-linge", RELAY)
    second = await home.add("Ballon", OTHER)
    entries, subentry_id = home.hass.config_entries, home.subentry_id(first)
    begin = Engine.open

    async def open_meanwhile(engine: Engine) -> None:
        entries.async_remove_subentry(home.entry, subentry_id)
        await begin(engine)

    with patch.object(Engine, "open", open_meanwhile):
        await home.reload()
    assert home.hub.engine.statuses.keys() == {second}
    assert home.find("switch", first, "pilot") is None


async def test_an_order_under_way_is_not_disturbed_by_other_equipments(
    home: LocalInstalled,
) -> None:
    slow = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    other = await home.add("Autre", OTHER)

    async def take_one_s_time(_: object) -> None:
        """Take the order; the device's state comes later."""

    home.hass.services.async_register("input_boolean", "turn_on", take_one_s_time)
    hub, status = home.hub, home.status(slow)
    wish = Wish(EquipmentId(slow), Intent.FORCED_ON, Origin.DASHBOARD)
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
    number = await home.add("Lave-linge", RELAY)
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
    await home.setup()
    await home.until("binary_sensor", None, "device_connection", "off")
    await home.call("run_typology", equipment_id=number, order="on")
    assert relay(home) == "on"


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


async def _switch(
    hass: HomeAssistant, entry: er.RegistryEntry, by: er.RegistryEntryDisabler, *, off: bool
) -> None:
    """Disable an entity, or what it belongs to; or no more. Home Assistant follows with it."""
    if by is er.RegistryEntryDisabler.DEVICE:
        assert entry.device_id is not None
        user = dr.DeviceEntryDisabler.USER if off else None
        dr.async_get(hass).async_update_device(entry.device_id, disabled_by=user)
    elif by is er.RegistryEntryDisabler.CONFIG_ENTRY:
        assert entry.config_entry_id is not None
        vendor = ConfigEntryDisabler.USER if off else None
        await hass.config_entries.async_set_disabled_by(entry.config_entry_id, vendor)
    else:
        er.async_get(hass).async_update_entity(entry.entity_id, disabled_by=by if off else None)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("by", "issue"),
    [
        (er.RegistryEntryDisabler.USER, "disabled_entity"),
        (er.RegistryEntryDisabler.HASS, "disabled_entity"),
        (er.RegistryEntryDisabler.DEVICE, "disabled_device"),
        (er.RegistryEntryDisabler.CONFIG_ENTRY, "disabled_integration"),
    ],
)
@pytest.mark.parametrize("measures", [False, True])
async def test_what_people_switch_off_is_named(
    home: LocalInstalled, by: er.RegistryEntryDisabler, issue: str, measures: bool
) -> None:
    registry, devices = er.async_get(home.hass), dr.async_get(home.hass)
    vendor = MockConfigEntry(domain="vendor", title="The vendor's cloud")
    vendor.add_to_hass(home.hass)
    socket = devices.async_get_or_create(
        config_entry_id=vendor.entry_id, identifiers={("vendor", "1")}, name="Socket in the cellar"
    )
    entry = registry.async_get_or_create(
        "sensor" if measures else "switch",
        "vendor",
        "1",
        config_entry=vendor,
        device_id=socket.id,
        unit_of_measurement="W",
        original_device_class="power",
    )
    power = {"unit_of_measurement": "W", "device_class": "power"}
    home.hass.states.async_set(entry.entity_id, "0" if measures else "off", power)
    if measures:
        number = await home.add("Lave-linge", RELAY, power_sensor=entry.entity_id)
    else:
        number = await home.add("Lave-linge", entry.entity_id)

    def issues() -> list[ir.IssueEntry]:
        found = ir.async_get(home.hass).issues.values()
        return [i for i in found if i.issue_id.endswith(f"_{number}") and i.active]

    assert issues() == []
    await _switch(home.hass, entry, by, off=True)
    (found,) = issues()
    assert found.translation_key == issue
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["equipment"] == "Lave-linge"
    assert found.translation_placeholders["entity"] == entry.entity_id
    named = {
        "disabled_device": "Socket in the cellar",
        "disabled_integration": "The vendor's cloud",
    }
    assert found.translation_placeholders["holder"] == named.get(issue, "")

    # Once it is on again, and its integration has not brought it back yet.
    await _switch(home.hass, entry, by, off=False)
    assert issues() == []


async def test_what_was_disabled_and_then_removed_is_gone(home: LocalInstalled) -> None:
    """One issue at a time, and none once the appliance itself is gone."""
    number = await home.add("Lave-linge", RELAY)
    registry = er.async_get(home.hass)
    prefix = f"{home.entry.entry_id}_"

    def keys() -> set[str]:
        found = ir.async_get(home.hass).issues.values()
        return {
            i.issue_id.removeprefix(prefix).removesuffix(f"_{number}") for i in found if i.active
        }

    registry.async_update_entity(RELAY, disabled_by=er.RegistryEntryDisabler.USER)
    await home.hass.async_block_till_done()
    assert keys() == {"disabled_entity"}
    home.hass.states.async_remove(RELAY)
    registry.async_remove(RELAY)
    await home.hass.async_block_till_done()
    await home.cycle()
    assert keys() == {"missing_entity"}
    await home.remove(number)
    await home.cycle()
    assert keys() == set()
