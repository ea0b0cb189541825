"""Equipments of a local home: added, changed and removed one by one."""

from homeassistant.helpers import device_registry as dr, entity_registry as er

from custom_components.elfe_commande.core.outcome import Outcome
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

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
