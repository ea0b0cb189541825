"""Devices come with their equipments, and go with them."""

import asyncio
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core import pace
from custom_components.elfe_commande.core.model import (
    Device,
    DeviceId,
    DeviceTypeId,
    EquipmentId,
    HomeId,
    Mode,
    Usage,
)
from custom_components.elfe_commande.devices import capacity, roster
from custom_components.elfe_commande.devices.identifiers import (
    equipment_identifier,
    home_identifier,
    hub_identifier,
)
from custom_components.elfe_commande.devices.shapes import Kind, kind_of
from custom_components.elfe_commande.engine.ground.events import InventoryChanged
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from custom_components.elfe_commande.entities import population

from .conftest import Start
from .world import ENTRY_ID, status_of


def device(hass: HomeAssistant, identifier: tuple[str, str]) -> dr.DeviceEntry | None:
    return dr.async_get(hass).async_get_device_by_identifier(identifier, ENTRY_ID)


def equipment_device(hass: HomeAssistant, number: int) -> dr.DeviceEntry | None:
    return device(hass, equipment_identifier(ENTRY_ID, EquipmentId(number)))


def home_device(hass: HomeAssistant, home: str) -> dr.DeviceEntry | None:
    return device(hass, home_identifier(ENTRY_ID, HomeId(home)))


async def test_equipments_hang_on_their_home_and_homes_on_the_hub(hass, start: Start):
    await start([status_of(1, home="R001"), status_of(2, home="R002", type_id=131, typology=180)])

    hub = device(hass, hub_identifier(ENTRY_ID))
    home = home_device(hass, "R002")
    equipment = equipment_device(hass, 2)
    assert hub.name == "Territory"
    assert hub.entry_type is dr.DeviceEntryType.SERVICE
    assert home.via_device_id == hub.id
    assert home.name == "Home R002"
    assert equipment.via_device_id == home.id
    assert (equipment.name, equipment.model, equipment.model_id, equipment.serial_number) == (
        "Machine 2",
        "Hot-water tank",
        "Relay and meter",
        "2",
    )


async def test_devices_speak_the_language_of_the_household(hass, start: Start):
    hass.config.language = "fr"
    await start([status_of(1)])

    assert home_device(hass, "R001").name == "Foyer R001"
    assert equipment_device(hass, 1).model == "Lave-vaisselle"


async def test_a_type_that_is_not_known_has_no_model(hass, start: Start):
    await start([status_of(1, type_id=999, typology=999)])

    assert equipment_device(hass, 1).model is None


async def test_new_equipments_appear(hass, start: Start):
    world = await start([])
    assert home_device(hass, "R001") is None

    await world.put(status_of(1))

    assert equipment_device(hass, 1)
    assert world.state("switch", 1, "pilot").state == "on"


async def test_equipments_that_left_go_and_so_does_an_empty_home(hass, start: Start):
    world = await start([status_of(1), status_of(2), status_of(3, home="R002")])

    await world.drop(2, 3)

    assert equipment_device(hass, 1)
    assert home_device(hass, "R001")
    assert equipment_device(hass, 2) is None
    assert equipment_device(hass, 3) is None
    assert home_device(hass, "R002") is None
    assert not [
        e
        for e in er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID)
        if e.unique_id.startswith(f"{ENTRY_ID}_2_")
    ]


async def test_where_names_repeat_devices_tell_their_home(hass, start: Start):
    tank = "Hot-water tank"
    world = await start([status_of(1, name=tank), status_of(2), status_of(3, name=tank, home="R2")])

    assert equipment_device(hass, 1).name == f"{tank} R001"
    assert equipment_device(hass, 2).name == "Machine 2"
    assert equipment_device(hass, 3).name == f"{tank} R2"
    # What it is called in lists and by voice; its id is what it was.
    entity_id = world.entity_id("sensor", 3, "next_start")
    assert hass.states.get(entity_id).name == f"{tank} R2 Next start"

    await world.drop(3)
    assert equipment_device(hass, 1).name == tank
    await world.put(status_of(3, name=tank, home="R2"))
    assert equipment_device(hass, 1).name == f"{tank} R001"
    assert world.entity_id("sensor", 3, "next_start") == entity_id


async def test_many_that_leave_at_once_leave_turns_of_the_loop_to_others(
    hass, start_default: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pace, "LONGEST_TURN", 0.0)
    world = await start_default([status_of(n) for n in range(1, 8)])
    for number in range(2, 8):
        del world.engine.statuses[EquipmentId(number)]

    gone = frozenset(map(EquipmentId, range(2, 8)))
    world.coordinator.handle(InventoryChanged(frozenset(), gone))
    left = [n for n in range(1, 8) if equipment_device(hass, n)]
    await world.settle()

    assert 1 < len(left) < 7
    assert [n for n in range(1, 8) if equipment_device(hass, n)] == [1]


async def test_an_equipment_that_comes_back_has_its_entities_again(hass, start: Start):
    world = await start([status_of(1)])

    await world.drop(1)
    await world.put(status_of(1, Mode.MANUAL))

    assert world.state("switch", 1, "pilot").state == "off"


async def test_uninstalled_equipments_have_no_device(hass, start: Start):
    world = await start([status_of(1, Mode.REMOVED), status_of(2)])
    assert equipment_device(hass, 1) is None

    await world.set_mode(2, Mode.REMOVED)
    assert equipment_device(hass, 2) is None
    assert home_device(hass, "R001") is None

    await world.set_mode(1, Mode.MANUAL)
    assert equipment_device(hass, 1)


async def test_what_left_while_nobody_looked_is_removed_at_the_next_start(hass, start: Start):
    world = await start([status_of(1), status_of(2, home="R002"), status_of(3)])

    del world.engine.statuses[EquipmentId(2)]
    await world.set_mode(3, Mode.REMOVED)
    await world.reload()

    assert equipment_device(hass, 1)
    assert equipment_device(hass, 2) is None
    assert equipment_device(hass, 3) is None
    assert home_device(hass, "R002") is None
    assert device(hass, hub_identifier(ENTRY_ID))


async def test_nothing_is_removed_when_nothing_was_read(hass, start: Start):
    world = await start([status_of(1)])

    world.engine.statuses.clear()
    await world.reload()

    assert equipment_device(hass, 1)


@pytest.mark.parametrize("homes", [5, 50])
async def test_looking_for_what_left_is_as_much_work_as_there_is(
    hass, start_default: Start, monkeypatch: pytest.MonkeyPatch, homes: int
):
    """Each row is looked at once, and others have their turn though nothing left."""
    world = await start_default([status_of(n, home=f"R{n}") for n in range(homes)])
    looked, turns = 0, 0

    def counted(status: EquipmentStatus) -> Kind:
        nonlocal looked
        looked += 1
        return kind_of(status)

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(roster, "kind_of", counted)
    monkeypatch.setattr(pace, "LONGEST_TURN", 0.0)
    counting = asyncio.create_task(count())
    await roster.Roster(hass, world.entry, world.coordinator, compact=True).async_start()
    counting.cancel()

    # A device and a home for each: once for itself, once for its home.
    assert looked == 2 * homes
    assert turns > 2 * homes
    assert all(home_device(hass, f"R{n}") for n in range(homes))


async def test_only_stale_devices_may_be_removed_by_hand(hass, start: Start):
    world = await start([status_of(1), status_of(2, home="R002")])
    is_stale = world.hub.roster.is_stale
    gone, gone_home = equipment_device(hass, 2), home_device(hass, "R002")
    del world.engine.statuses[EquipmentId(2)]

    assert is_stale(gone)
    assert is_stale(gone_home)
    assert not is_stale(equipment_device(hass, 1))
    assert not is_stale(home_device(hass, "R001"))
    assert not is_stale(device(hass, hub_identifier(ENTRY_ID)))


async def test_a_device_is_removed_by_hand_while_the_tables_can_tell(
    hass, start: Start, hass_ws_client: WebSocketGenerator
):
    world = await start([status_of(1), status_of(2)])
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    gone = equipment_device(hass, 2)
    del world.engine.statuses[EquipmentId(2)]

    async def removed() -> bool:
        await client.send_json_auto_id(
            {
                "type": "config/device_registry/remove_config_entry",
                "config_entry_id": ENTRY_ID,
                "device_id": gone.id,
            }
        )
        answer = await client.receive_json()
        assert answer["success"] or answer["error"]["code"] == "home_assistant_error"
        return answer["success"]

    await hass.config_entries.async_unload(ENTRY_ID)
    assert not await removed()
    assert equipment_device(hass, 2)

    # Where nothing was read, the start itself removes nothing.
    world.engine.statuses.clear()
    await hass.config_entries.async_setup(ENTRY_ID)
    assert await removed()
    assert equipment_device(hass, 2) is None


async def test_a_new_name_or_home_is_followed(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    status = world.engine.statuses[EquipmentId(1)]
    status.equipment = replace(status.equipment, name="Dryer", home=HomeId("R009"))

    await world.put(status)

    assert equipment_device(hass, 1).name == "Dryer"
    assert equipment_device(hass, 1).via_device_id == home_device(hass, "R009").id
    assert home_device(hass, "R001")


async def test_measured_equipments_gain_and_lose_the_switch_with_their_mode(hass, start: Start):
    world = await start([status_of(1, Mode.NOT_PILOTED)])
    registry = er.async_get(hass)
    unique_id = f"{ENTRY_ID}_1_pilot"
    assert registry.async_get_entity_id("switch", DOMAIN, unique_id) is None
    assert registry.async_get_entity_id("button", DOMAIN, f"{ENTRY_ID}_1_start") is None
    assert world.state("sensor", 1, "decision")

    await world.set_mode(1, Mode.MANUAL)
    assert world.state("switch", 1, "pilot").state == "off"
    assert world.state("select", 1, "mode").state == "forced_off"

    await world.set_mode(1, Mode.NOT_PILOTED)
    assert registry.async_get_entity_id("switch", DOMAIN, unique_id) is None
    assert world.state("sensor", 1, "decision")


async def test_a_switch_of_a_former_run_is_removed(hass, start: Start):
    world = await start([status_of(1)])

    await world.set_mode(1, Mode.NOT_PILOTED)
    await world.reload()

    registry = er.async_get(hass)
    assert registry.async_get_entity_id("switch", DOMAIN, f"{ENTRY_ID}_1_pilot") is None


async def test_entities_are_added_in_chunks_with_a_turn_of_the_loop_between(
    hass, start_default: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(population, "ENTITIES_PER_TURN", 3)
    sizes: list[int] = []
    admit = capacity.Capacity.admit

    def spy(self, platform, entities):
        sizes.append(len(entities))
        return admit(self, platform, entities)

    monkeypatch.setattr(capacity.Capacity, "admit", spy)

    world = await start_default([status_of(n) for n in range(1, 9)])

    # Not much more than a chunk: the entities of one equipment stay together.
    assert max(sizes) < 3 + 7
    # And the calendar of their home.
    assert sum(sizes) == 8 * 14 + 1
    assert all(world.state("switch", n, "pilot") for n in range(1, 9))


async def test_an_equipment_that_goes_between_two_chunks_is_not_added(
    hass, start_default: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(population, "ENTITIES_PER_TURN", 1)
    world = await start_default([])
    world.engine.statuses |= {EquipmentId(n): status_of(n) for n in range(1, 6)}
    world.coordinator.handle(InventoryChanged(frozenset(world.engine.statuses), frozenset()))

    await world.drop(*range(2, 6))

    assert equipment_device(hass, 1)
    assert all(equipment_device(hass, n) is None for n in range(2, 6))


async def test_a_repair_is_raised_before_home_assistant_drops_entities(
    hass, start_default: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(capacity, "MAX_ENTITIES", 18)
    world = await start_default([status_of(1), status_of(2)])

    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{ENTRY_ID}_too_many_entities")
    enabled = [
        e for e in er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID) if not e.disabled
    ]
    assert issue.translation_placeholders == {"entry": "Territory", "count": "24", "limit": "18"}
    assert len(enabled) == 18

    await world.drop(2)
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"{ENTRY_ID}_too_many_entities") is None


async def test_entities_that_people_disabled_do_not_count(
    hass, start_default: Start, monkeypatch: pytest.MonkeyPatch
):
    world = await start_default([status_of(1), status_of(2)])
    registry = er.async_get(hass)
    for key in ("decision", "next_start"):
        registry.async_update_entity(
            world.entity_id("sensor", 1, key), disabled_by=er.RegistryEntryDisabler.USER
        )
    monkeypatch.setattr(capacity, "MAX_ENTITIES", 22)
    await world.reload()

    assert ir.async_get(hass).async_get_issue(DOMAIN, f"{ENTRY_ID}_too_many_entities") is None


async def test_the_count_is_what_is_really_enabled(hass, start_default: Start):
    statuses = [
        status_of(1),
        status_of(2, typology=130),
        status_of(3, Mode.NOT_PILOTED),
        status_of(4, Mode.REMOVED),
    ]
    await start_default(statuses)

    enabled = [
        e for e in er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID) if not e.disabled
    ]
    assert len(enabled) == capacity.entity_count(statuses, compact=False)
    assert capacity.entity_count(statuses, compact=True) == len(capacity.HUB_ENTITIES) + 2


async def test_a_compact_entry_has_one_entity_per_equipment(hass, start: Start):
    world = await start([status_of(1), status_of(2)], compact=True)

    entries = er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID)
    about_equipments = [e.unique_id for e in entries if e.unique_id.count("_") > 1]
    assert sorted(u for u in about_equipments if u[5].isdigit()) == [
        "elfe_1_pilot",
        "elfe_2_pilot",
    ]
    attributes = world.state("switch", 1, "pilot").attributes
    assert attributes["decision"] == "off"
    assert attributes["source"] == "ems"
    assert attributes["reason"] == "waiting"
    assert attributes["next_start"].startswith("2026-11-1")
    assert "connected" not in attributes


async def test_a_compact_entry_tells_whether_devices_answer(hass, start: Start):
    status = status_of(1)
    plug = Device(DeviceId("1"), DeviceTypeId(111), Usage.MEASURE_AND_SWITCH, "control", "command")
    status.equipment = replace(status.equipment, devices=(plug,))
    status.observations[plug.id] = Observation(online=False)
    world = await start([status], compact=True)

    shown = world.state("switch", 1, "pilot")
    assert shown.attributes["connected"] is False
    assert "connected" in shown.state_info["unrecorded_attributes"]
    status.observations[plug.id] = Observation(online=True)
    await world.put(status)
    assert world.state("switch", 1, "pilot").attributes["connected"] is True
