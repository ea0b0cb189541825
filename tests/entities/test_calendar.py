"""The calendar of a home: what its loads did and will do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.decision import Act, Decision, Source
from custom_components.elfe_commande.core.model import (
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    EquipmentId,
    HomeId,
    Mode,
)
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import DAY, DayPlan
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged, OrderEnded
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation

from .conftest import Start
from .world import ENTRY_ID, START, World, status_of

ONE = EquipmentId(1)
METER = DeviceId("7")
SLOT = 900


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def planned(number: int, *slots: int, **changes: Any) -> EquipmentStatus:
    """Return an equipment that its plan wants on in these slots."""
    status = status_of(number, **changes)
    decisions = bytearray(DAY)
    for slot in slots:
        decisions[slot] = 1
    status.plan = DayPlan(status.equipment.id, START, bytes(decisions))
    return status


def measured(status: EquipmentStatus, power: float) -> EquipmentStatus:
    """Have the meter of an equipment say this (watts)."""
    meter = Device(METER, DeviceTypeId(111), 11, "meter", "meter/command")
    status.equipment = replace(status.equipment, devices=(meter,))
    status.observations[METER] = Observation(power=power, on=True)
    return status


def entity_id_of(hass: HomeAssistant, home: str) -> str | None:
    registry = er.async_get(hass)
    return registry.async_get_entity_id("calendar", DOMAIN, f"{ENTRY_ID}_home_{home}_plan")


async def events(hass: HomeAssistant, home: str = "R001") -> list[tuple[str, float, float, str]]:
    """Return name, start and end (slots from the start of time) and reason of each event."""
    entity_id = entity_id_of(hass, home)
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": entity_id,
            "start_date_time": moment(START - 86_400),
            "end_date_time": moment(START + 86_400),
        },
        blocking=True,
        return_response=True,
    )
    return [
        (e["summary"], slots(e["start"]), slots(e["end"]), e.get("description"))
        for e in answer[entity_id]["events"]
    ]


def slots(text: str) -> float:
    return (datetime.fromisoformat(text).timestamp() - START) / SLOT


@pytest.fixture(autouse=True)
async def clock(hass: HomeAssistant, freezer) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(datetime.fromtimestamp(START, UTC))


# ---------------------------------------------------------------------------------- plan


async def test_a_machine_is_started_and_runs_its_cycle(hass: HomeAssistant, start: Start):
    await start(
        [
            planned(1, 4, constraints=Constraints(cycle_duration=5400)),
            planned(2, 2, 3, 8, continuous=True, type_id=131),
            planned(3, 6, home="R002"),
        ]
    )

    assert await events(hass) == [
        ("Machine 2", 2, 4, "The EMS’s plan"),
        ("Machine 1", 4, 10, "The EMS’s plan"),
        ("Machine 2", 8, 9, "The EMS’s plan"),
    ]
    assert await events(hass, "R002") == [("Machine 3", 6, 7, "The EMS’s plan")]


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": Mode.MANUAL},
        {"mode": Mode.DISABLED},
        {"control": 60},
        {"last_programmed": START + 1},
    ],
)
async def test_a_plan_that_is_not_followed_is_not_shown(
    hass: HomeAssistant, start: Start, changes: dict[str, Any]
):
    await start([planned(1, 4, **changes)])

    assert await events(hass) == []
    assert hass.states.get(entity_id_of(hass, "R001")).state == "off"


async def test_the_run_under_way_is_the_state(hass: HomeAssistant, start: Start, freezer):
    await start([planned(1, 1, 2, continuous=True), planned(2, 5)])
    state = hass.states.get(entity_id_of(hass, "R001"))
    assert (state.state, state.attributes["message"]) == ("off", "Machine 1")

    for at, expected in ((900, ("on", "Machine 1")), (2700, ("off", "Machine 2"))):
        freezer.move_to(datetime.fromtimestamp(START + at, UTC))
        async_fire_time_changed(hass, datetime.fromtimestamp(START + at, UTC))
        await hass.async_block_till_done()
        state = hass.states.get(entity_id_of(hass, "R001"))
        assert (state.state, state.attributes["message"]) == expected


async def test_without_a_plan_nothing_is_shown(hass: HomeAssistant, start: Start):
    status = status_of(1)
    status.plan = None
    await start([status])

    assert await events(hass) == []


# -------------------------------------------------------------------------- what happened


async def test_a_measured_load_ran_while_it_drew_power(hass: HomeAssistant, start: Start, freezer):
    status = measured(planned(1, continuous=True), 0)
    status.decision = Decision(Source.EMS, "planned", on=True)
    world = await start([status])

    for minutes, power in ((15, 2000), (25, 0), (30, 2000), (45, 0), (65, 0), (75, 2000), (90, 0)):
        freezer.move_to(datetime.fromtimestamp(START + minutes * 60, UTC))
        await world.put(measured(status, power))

    assert await events(hass) == [
        ("Machine 1", 1, 3, "The EMS’s plan"),
        ("Machine 1", 5, 6, "The EMS’s plan"),
    ]


async def test_a_load_that_runs_is_shown_until_its_plan_ends(
    hass: HomeAssistant, start: Start, freezer
):
    status = measured(planned(1, 0, 1, 2, 3, continuous=True), 0)
    world = await start([status])
    assert await events(hass) == [("Machine 1", 0, 4, "The EMS’s plan")]

    freezer.move_to(datetime.fromtimestamp(START + 900, UTC))
    await world.put(measured(status, 2000))

    assert await events(hass) == [("Machine 1", 1, 4, "Waiting for its time")]
    assert hass.states.get(entity_id_of(hass, "R001")).state == "on"

    status.plan = None
    await world.put(status)
    assert await events(hass) == [("Machine 1", 1, 2, "Waiting for its time")]


async def started(world: World, status: EquipmentStatus, at: int, origin: Origin) -> None:
    """Start a machine: its order ends, then its row is written."""
    world.coordinator.handle(
        OrderEnded(ONE, Act.START, Source.EMS, origin, replace(world.engine.result, at=at))
    )
    state = replace(status.equipment.state, mode=Mode.MANUAL, last_start=at, last_programmed=at)
    status.equipment = status.equipment.with_state(state)
    await world.put(status)


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        (Origin.EMS, "The EMS’s plan"),
        (Origin.SCREEN, "Wall screen"),
        (Origin.DEVICE, "The appliance itself"),
    ],
)
async def test_a_machine_that_was_started_runs_its_cycle(
    hass: HomeAssistant, start: Start, freezer, origin: Origin, why: str
):
    status = planned(1, 1, constraints=Constraints(cycle_duration=5400))
    world = await start([status])

    freezer.move_to(datetime.fromtimestamp(START + 900, UTC))
    await started(world, status, START + 900, origin)

    assert await events(hass) == [("Machine 1", 1, 7, why)]


async def test_an_order_that_failed_started_nothing(hass: HomeAssistant, start: Start, freezer):
    status = planned(1, 1)
    world = await start([status])
    failed = replace(world.engine.result, outcome=Outcome.FAILED, at=START)
    ended = OrderEnded(ONE, Act.START, Source.EMS, Origin.SCREEN, world.engine.result)

    world.coordinator.handle(ended)
    world.coordinator.handle(ModeChanged(ONE, 30, 20, Origin.SCREEN))
    world.coordinator.handle(replace(ended, result=failed))
    freezer.move_to(datetime.fromtimestamp(START + 900, UTC))
    state = replace(status.equipment.state, last_start=START + 900, mode=Mode.MANUAL)
    status.equipment = status.equipment.with_state(state)
    status.decision = Decision(Source.USER, "manual")
    await world.put(status)

    assert await events(hass) == [("Machine 1", 1, 2, "In manual mode")]


async def test_starts_of_before_are_in_the_tables(hass: HomeAssistant, start: Start):
    cycle = Constraints(cycle_duration=5400)
    await start(
        [
            planned(1, last_start=START - 3600, constraints=cycle),
            planned(2, last_start=START - 90_000, constraints=cycle),
            measured(planned(3, last_start=START - 900, continuous=True), 2000),
        ]
    )

    assert await events(hass) == [("Machine 1", -4, 2, None), ("Machine 3", -1, 1, None)]


async def test_a_cycle_lasts_while_the_meter_says_so(hass: HomeAssistant, start: Start, freezer):
    status = measured(planned(1, constraints=Constraints(cycle_duration=1800)), 0)
    world = await start([status])
    await started(world, status, START, Origin.EMS)

    freezer.move_to(datetime.fromtimestamp(START + 60, UTC))
    await world.put(measured(status, 500))
    assert await events(hass) == [("Machine 1", 0, 2, "The EMS’s plan")]

    freezer.move_to(datetime.fromtimestamp(START + 2700, UTC))
    await world.put(measured(status, 0))
    assert await events(hass) == [("Machine 1", 0, 3, "The EMS’s plan")]


async def test_a_start_found_late_is_the_same_run(hass: HomeAssistant, start: Start, freezer):
    status = measured(planned(1, constraints=Constraints(cycle_duration=5400)), 0)
    world = await start([status])
    await world.put(measured(status, 500))
    freezer.move_to(datetime.fromtimestamp(START + 300, UTC))
    await world.put(measured(status, 0))

    await started(world, status, START + 120, Origin.DEVICE)

    (event,) = await events(hass)
    assert event[1] == 0
    assert event[2] == (120 + 5400) / SLOT


async def test_a_plug_that_is_on_is_no_run_of_its_machine(hass: HomeAssistant, start: Start):
    status = planned(1, mode=Mode.MANUAL)
    meter = Device(METER, DeviceTypeId(111), 11, "meter", "meter/command")
    status.equipment = replace(status.equipment, devices=(meter,))
    status.observations[METER] = Observation(on=True)
    assert status.running

    await start([status])

    assert await events(hass) == []


async def test_runs_are_forgotten_after_a_day(hass: HomeAssistant, start: Start, freezer):
    status = planned(1, last_start=START - 1800)
    world = await start([status])
    assert len(await events(hass)) == 1

    freezer.tick(timedelta(days=1))
    await world.put(status)
    assert await events(hass) == []


# -------------------------------------------------------------------------- homes


async def test_calendars_come_and_go_with_homes(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])

    await world.put(status_of(2, home="R002"))
    assert len(await events(hass, "R002")) == 1

    await world.drop(2)
    assert entity_id_of(hass, "R002") is None

    await world.put(status_of(2, home="R002"))
    assert len(await events(hass, "R002")) == 1


async def test_an_equipment_that_moves_changes_calendars(hass: HomeAssistant, start: Start):
    world = await start([planned(1, 4), planned(2, 4, home="R002")])

    status = world.engine.statuses[ONE]
    status.equipment = replace(status.equipment, home=HomeId("R002"))
    await world.put(status)

    assert entity_id_of(hass, "R001") is None
    assert [name for name, *_ in await events(hass, "R002")] == ["Machine 1", "Machine 2"]


async def test_it_goes_on_after_a_reload(hass: HomeAssistant, start: Start):
    world = await start([planned(1, 4)])

    await world.reload()

    assert await events(hass) == [("Machine 1", 4, 5, "The EMS’s plan")]


async def test_a_compact_entry_has_no_calendars(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)], compact=True)
    assert entity_id_of(hass, "R001") is None

    # One of before the entry became compact.
    er.async_get(hass).async_get_or_create(
        "calendar", DOMAIN, f"{ENTRY_ID}_home_R001_plan", config_entry=world.entry
    )
    await world.reload()

    assert entity_id_of(hass, "R001") is None
