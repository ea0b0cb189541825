"""Devices that go back to their load's safe state by themselves once nobody renews an order."""

from collections.abc import Mapping
from dataclasses import replace
import json

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.safe_states import SafeStates
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.rows.memory import load
from demo.appliances import Behaviour, Tasmota
from demo.specs import plug, relay, tasmota
from demo.territory import Equipment
from tests.fixtures_engine import MortalStorage, World

from .bench import MODE, calm, furnish, set_row, status_of, until
from .disks import FullDisk

NUMBER = 7
HEATER = 151
WASHER = 112
LONG = 600.0
"""Seconds; a timer that does not run out while a test runs."""
SHORT = 1.0
PULSE = "cmnd/H/PulseTime1"
SPECS = {"relay": relay, "tasmota": tasmota}


def declare(world: World, states: Mapping[int, bool]) -> None:
    """Have the next engines know these safe states, by number."""
    declared = SafeStates(equipments={EquipmentId(i): on for i, on in states.items()})
    settings = replace(World.storage(world).settings, safe_states=declared)
    world.storage = lambda: MortalStorage(settings)  # type: ignore[method-assign]


async def heater(
    world: World,
    kind: str,
    *,
    safe_on: bool | None = False,
    after: float = LONG,
    type_id: int = HEATER,
    plan: int = 1,
) -> None:
    """Have a heater follow its plan, with the safe state declared."""
    equipment = Equipment(NUMBER, "R001", "Heater", type_id, 120, (SPECS[kind]("H"),))
    await furnish(world, equipment, timing=calm(revert_after=after))
    await world.fleet.watch(PULSE)
    if safe_on is not None:
        declare(world, {NUMBER: safe_on})
    await world.plan(NUMBER, [plan] * 96)
    await world.start()
    await world.cycle()


def pulses(world: World) -> list[str]:
    return world.fleet.recorder.texts(PULSE)


@pytest.mark.parametrize("kind", SPECS)
async def test_a_device_goes_to_its_safe_state_when_the_engine_is_killed(
    world: World, kind: str
) -> None:
    await heater(world, kind, after=SHORT)
    await world.crash()
    device = world.device("H")
    await until(lambda: not device.on, "the heater is off by itself")


async def test_what_must_not_stay_off_comes_on_again_by_itself(world: World) -> None:
    await heater(world, "relay", safe_on=True, plan=0, after=SHORT)
    await world.crash()
    device = world.device("H")
    await until(lambda: device.on, "the heater is on by itself")


@pytest.mark.parametrize("kind", SPECS)
async def test_an_order_of_each_slot_renews_the_timer(world: World, kind: str) -> None:
    await heater(world, kind)
    ends = [world.fleet.reverts_at("H")]
    for _ in range(3):
        await world.cycle(slots=1)
        # What the device said after the order before may have answered this one.
        await until(lambda: world.fleet.reverts_at("H") != ends[-1], "another timer")
        ends.append(world.fleet.reverts_at("H"))
    known = [end for end in ends if end is not None]
    assert len(known) == 4
    assert known == sorted(set(known))
    assert world.device("H").on


async def test_the_order_says_after_how_many_seconds(world: World) -> None:
    await heater(world, "relay", after=1200.0)
    params = json.loads(world.told("H")[-1])["params"]
    assert params == {"id": 0, "on": True, "toggle_after": 1200.0}


async def test_nothing_is_set_where_nothing_is_declared(world: World) -> None:
    await heater(world, "tasmota", safe_on=None)
    assert world.device("H").on
    assert pulses(world) == []
    assert world.fleet.reverts_at("H") is None


@pytest.mark.parametrize("kind", SPECS)
async def test_a_machine_that_runs_a_programme_is_never_cut(world: World, kind: str) -> None:
    await heater(world, kind, type_id=WASHER)
    assert world.device("H").on
    assert world.fleet.reverts_at("H") is None
    assert pulses(world) == []


@pytest.mark.parametrize("kind", SPECS)
async def test_what_is_off_as_it_should_be_keeps_no_timer(world: World, kind: str) -> None:
    """Whoever switches it on by hand then has it on."""
    await heater(world, kind)
    await world.plan(NUMBER, [0] * 96, offset=1)
    await world.cycle(slots=1)
    device = world.device("H")
    assert not device.on
    assert world.fleet.reverts_at("H") is None
    if isinstance(device, Tasmota):
        device.press_button(True)
        world.fleet.count_down(device)
        assert world.fleet.reverts_at("H") is None


@pytest.mark.parametrize("kind", SPECS)
async def test_a_person_who_takes_over_is_not_cut_off(world: World, kind: str) -> None:
    await heater(world, kind)
    assert world.fleet.reverts_at("H") is not None
    await world.wish(NUMBER, Intent.TO_MANUAL)
    await world.settled()
    assert world.device("H").on
    assert world.fleet.reverts_at("H") is None


@pytest.mark.parametrize("kind", SPECS)
async def test_a_load_handed_over_by_another_program_is_not_cut_off(
    world: World, kind: str
) -> None:
    """Nothing is ordered of it, and the next cycle ends the timer."""
    await heater(world, kind)
    await set_row(world, NUMBER, **{MODE: 20})
    await world.cycle(slots=1)
    await until(lambda: world.fleet.reverts_at("H") is None, "the timer is ended")
    assert world.device("H").on


async def test_the_timer_is_cleared_once_the_option_is_switched_off(world: World) -> None:
    """Also where that was done while nothing ran; a device that is away is told when it is back."""
    await heater(world, "tasmota")
    device = world.device("H")
    assert isinstance(device, Tasmota)
    assert device.pulse_time == 700
    await world.engine.stop()
    declare(world, {})
    await set_row(world, NUMBER, **{MODE: 20})
    world.fleet.lose(device)
    await world.start()
    await world.cycle()
    assert device.pulse_time == 700
    world.fleet.recover(device)
    await world.cycle(slots=1)
    await until(lambda: device.pulse_time == 0, "the timer is cleared")
    await world.settled()
    before = len(pulses(world))
    await world.cycle(slots=1)
    await world.settled()
    assert len(pulses(world)) == before


async def test_no_timer_is_set_that_the_disk_cannot_remember(world: World) -> None:
    world.disk = disk = FullDisk()
    disk.full = True
    await heater(world, "tasmota")
    assert world.device("H").on
    assert [text for text in pulses(world) if text != "0"] == []


async def test_a_device_that_cannot_is_ordered_as_ever(world: World) -> None:
    equipment = Equipment(NUMBER, "R001", "Heater", HEATER, 120, (plug("H"),))
    await furnish(world, equipment)
    declare(world, {NUMBER: False})
    await world.plan(NUMBER, [1] * 96)
    await world.start()
    await world.cycle()
    assert world.told("H") == ["on"]
    assert status_of(world, NUMBER).equipment.safe_on is False


async def test_ending_a_timer_never_undoes_what_a_person_ordered(world: World) -> None:
    """The device does not answer: what it said last is from before their order."""
    await heater(world, "relay")
    device = world.device("H")
    device.behaviour, device.obeys_silently = Behaviour.SILENT, True
    await world.wish(NUMBER, Intent.FORCED_OFF)
    await world.cycle(slots=1)
    await world.recorded()
    await until(lambda: not device.on, "the heater is off")
    assert [json.loads(text)["params"]["on"] for text in world.told("H")[1:]].count(True) == 0


async def test_an_appliance_that_is_removed_has_its_timer_cleared(world: World) -> None:
    await heater(world, "tasmota")
    device = world.device("H")
    assert isinstance(device, Tasmota)
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_ou_mesure"
        " SET equipement_pilote_ou_mesure_mode_id = 80 WHERE id = $1",
        NUMBER,
    )
    await world.cycle(slots=1)
    await until(lambda: device.pulse_time == 0, "the timer is cleared")


async def test_a_start_without_the_database_knows_the_safe_states(world: World) -> None:
    await heater(world, "relay")
    await world.engine.stop()
    document = world.disk.document("memory")
    memory = await load(document)
    assert memory is not None
    assert [equipment.safe_on for equipment in memory.equipments] == [False]


async def test_what_earlier_versions_remembered_has_none(world: World) -> None:
    await heater(world, "relay", safe_on=None)
    await world.engine.stop()
    memory = await load(world.disk.document("memory"))
    assert memory is not None
    assert [equipment.safe_on for equipment in memory.equipments] == [None]
