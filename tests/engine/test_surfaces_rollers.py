"""Rollers: pairs are one wish, impossible values are pushed back."""

import pytest

from custom_components.elfe_commande.core.model import Constraints
from demo.appliances import Behaviour
from demo.database import SCHEMA
from demo.territory import PILOTED
from tests.fixtures_engine import World

from .bench import COMMAND, MODE, impatient, until_row
from .wall import (
    CAR,
    CARS,
    CYCLES,
    HALL,
    KITCHEN,
    MACHINES,
    WASHER,
    Wall,
    announce,
    car,
    machine_page,
    together,
    washer,
)

HOUR, MINUTE, CYCLE_HOURS, CYCLE_MINUTES = 8, 9, 5, 6


@pytest.mark.defect("D-58", "D-61")
async def test_an_hour_and_a_minute_are_one_wish(world: World) -> None:
    wall = await Wall.of(world, washer())
    written = wall.counted_writes()
    wall.roll(HALL, 3, HOUR, 5, "05h")
    await world.heard()
    wall.roll(HALL, 3, MINUTE, 3, "45")
    await wall.refreshed(HALL, KITCHEN)
    end = wall.next_at(5, 45)
    assert written == [Constraints(wished_end=end)]
    assert await wall.end() == end
    assert wall.lines(HALL) == wall.lines(KITCHEN) == machine_page(3, end, piloted=True)
    assert wall.orders("X7") == []


@pytest.mark.defect("D-58")
@pytest.mark.parametrize(
    ("item", "row", "text", "hour", "minute"),
    [(HOUR, 5, "05h", 5, 30), (MINUTE, 1, "15", 18, 15)],
)
async def test_one_roller_alone_keeps_the_other(  # noqa: PLR0917
    world: World, item: int, row: int, text: str, hour: int, minute: int
) -> None:
    wall = await Wall.of(world, washer())
    wall.roll(KITCHEN, 3, HOUR, 18, "18h")
    wall.roll(KITCHEN, 3, MINUTE, 2, "30")
    await wall.refreshed(HALL, KITCHEN)
    world.fleet.recorder.clear()
    wall.roll(HALL, 3, item, row, text)
    await wall.refreshed(HALL, KITCHEN)
    assert await wall.end() == wall.next_at(hour, minute)


@pytest.mark.parametrize(
    ("item", "row", "text", "hour", "minute"), [(HOUR, 5, "05h", 5, 0), (MINUTE, 1, "15", 0, 15)]
)
async def test_one_roller_of_a_machine_without_a_wished_end(  # noqa: PLR0917
    world: World, item: int, row: int, text: str, hour: int, minute: int
) -> None:
    wall = await Wall.of(world, washer())
    await wall.change(MACHINES, WASHER, timestamp_de_fin_souhaite=0)
    await world.cycle()
    await wall.refreshed(HALL, KITCHEN)
    world.fleet.recorder.clear()
    wall.roll(HALL, 3, item, row, text)
    await wall.refreshed(HALL, KITCHEN)
    assert await wall.end() == wall.next_at(hour, minute)


@pytest.mark.defect("D-58")
async def test_what_is_rolled_when_the_engine_stops_is_written(world: World) -> None:
    wall = await Wall.of(world, washer(), timing=together(pair_window=60.0))
    wall.roll(HALL, 3, HOUR, 5, "05h")
    wall.roll(HALL, 3, MINUTE, 3, "45")
    await world.heard()
    before = await wall.end()
    await world.engine.stop()
    assert before != await wall.end() == wall.next_at(5, 45)


@pytest.mark.defect("D-12", "D-58")
async def test_hours_and_minutes_of_a_cycle_are_one_wish_in_seconds(world: World) -> None:
    wall = await Wall.of(world, washer())
    written = wall.counted_writes()
    wall.roll(HALL, 3, CYCLE_HOURS, 2, "02h")
    wall.roll(HALL, 3, CYCLE_MINUTES, 1, "15")
    await wall.refreshed(HALL, KITCHEN)
    assert written == [Constraints(cycle_duration=8100)]
    assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == 8100
    expected = machine_page(3, await wall.end(), 8100, piloted=True)
    assert wall.lines(HALL) == wall.lines(KITCHEN) == expected


@pytest.mark.defect("D-19")
async def test_a_cycle_of_no_time_is_refused_and_the_stored_one_shown(world: World) -> None:
    wall = await Wall.of(world, washer())
    wall.roll(HALL, 3, CYCLE_HOURS, 0, "00h")
    wall.roll(HALL, 3, CYCLE_MINUTES, 0, "00")
    await wall.refreshed(HALL, KITCHEN)
    assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == 5400
    assert wall.lines(HALL) == machine_page(3, await wall.end(), piloted=True)
    assert wall.screen(HALL).shown(3, CYCLE_HOURS) == {"val": 1}
    assert wall.screen(HALL).shown(3, CYCLE_MINUTES) == {"val": 2}


@pytest.mark.defect("D-19")
async def test_a_cycle_goes_through_no_time_on_its_way(world: World) -> None:
    wall = await Wall.of(world, washer())
    wall.roll(HALL, 3, CYCLE_MINUTES, 0, "00")
    wall.roll(HALL, 3, CYCLE_HOURS, 0, "00h")
    wall.roll(HALL, 3, CYCLE_MINUTES, 3, "45")
    await wall.refreshed(HALL)
    assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == 2700


async def test_hours_alone_of_a_machine_without_a_duration_are_whole_hours(world: World) -> None:
    wall = await Wall.of(world, washer())
    await world.owner.execute(f"DELETE FROM {SCHEMA}.{CYCLES}")
    await world.engine.read_inventory()
    written = wall.counted_writes()
    wall.roll(HALL, 3, CYCLE_HOURS, 2, "02h")
    await wall.refreshed(HALL)
    assert written == [Constraints(cycle_duration=7200)]


@pytest.mark.defect("D-68")
@pytest.mark.parametrize(("hours", "mode"), [(1, PILOTED), (10, 20)])
async def test_a_duration_chosen_on_a_screen_counts(world: World, hours: int, mode: int) -> None:
    """A start that failed is given up once the cycle no longer fits before the wished end."""
    wall = await Wall.of(world, washer(hours_ahead=8.0), timing=impatient(0.1))
    wall.household.devices["X7"].behaviour = Behaviour.SILENT
    wall.roll(HALL, 3, CYCLE_HOURS, hours, f"{hours:02}h")
    await wall.refreshed(HALL)
    assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == hours * 3600 + 1800
    await world.plan(WASHER, [1])
    await world.engine.run_cycle()
    if mode == PILOTED:
        await world.settled()
    await until_row(world, WASHER, **{MODE: mode, COMMAND: 11 if mode == PILOTED else 30})


@pytest.mark.defect("D-56", "D-61")
@pytest.mark.parametrize(
    ("row", "text", "percent"), [(7, "70", 70), (7, "70%", 70), (10, "100%", 100), (0, "0%", 0)]
)
async def test_the_charge_left(world: World, row: int, text: str, percent: int) -> None:
    wall = await Wall.of(world, washer(), car())
    wall.roll(KITCHEN, 5, 8, row, text)
    await wall.refreshed(HALL, KITCHEN)
    stored = await wall.table(CARS, CAR)
    assert stored["pourcentage_charge_restant"] == percent
    for plate in (HALL, KITCHEN):
        assert wall.screen(plate).shown(5, 8) == {"val": percent // 10}


async def test_objects_mean_something_else_on_the_page_of_the_car(world: World) -> None:
    wall = await Wall.of(world, washer(), car())
    wall.roll(HALL, 5, 5, 6, "06h")
    wall.roll(HALL, 5, 6, 1, "15")
    await wall.refreshed(HALL, KITCHEN)
    stored = await wall.table(CARS, CAR)
    assert stored["timestamp_dispo_souhaitee"] == wall.next_at(6, 15)
    assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == 5400


@pytest.mark.defect("D-56")
async def test_an_hour_of_one_digit_is_understood(world: World) -> None:
    wall = await Wall.of(world, washer())
    wall.roll(HALL, 3, HOUR, 7, "7h")
    wall.roll(HALL, 3, MINUTE, 0, "00")
    await wall.refreshed(HALL)
    assert await wall.end() == wall.next_at(7, 0)


@pytest.mark.defect("D-55")
async def test_only_a_choice_that_was_made_counts(world: World) -> None:
    wall = await Wall.of(world, washer())
    written = wall.counted_writes()
    for event in ("down", "long", "hold", "lost", "release"):
        wall.event(HALL, 3, CYCLE_HOURS, event=event, val=4, text="04h")
        wall.event(HALL, 3, HOUR, event=event, val=4, text="04h")
    await wall.nothing()
    assert written == []
    wall.event(HALL, 3, CYCLE_HOURS, event="up", val=1, text="01h")
    await world.settled()
    assert written == []
    wall.event(HALL, 3, CYCLE_HOURS, event="up", val=4, text="04h")
    await wall.refreshed(HALL)
    assert written == [Constraints(cycle_duration=4 * 3600 + 1800)]


async def test_text_that_is_no_number_is_pushed_back(world: World) -> None:
    wall = await Wall.of(world, washer())
    written = wall.counted_writes()
    wall.event(HALL, 3, HOUR, event="changed", val=None, text="bientôt")
    await wall.refreshed(HALL, KITCHEN)
    assert written == []
    assert wall.lines(HALL) == machine_page(3, await wall.end(), piloted=True)


@pytest.mark.defect("D-18")
async def test_a_disabled_equipment_keeps_its_wishes(world: World) -> None:
    wall = await Wall.of(world, washer(mode=70))
    end = await wall.end()
    wall.roll(HALL, 3, HOUR, 3, "03h")
    wall.roll(HALL, 3, CYCLE_HOURS, 3, "03h")
    await wall.refreshed(HALL, KITCHEN)
    assert await wall.end() == end
    assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == 5400
    assert wall.lines(HALL) == machine_page(3, end, piloted=False)


async def test_a_retained_choice_is_not_replayed_by_a_start(world: World) -> None:
    topic = f"hasp/{HALL}/state/p3b5"
    await announce(world, topic, '{"event": "changed", "val": 4, "text": "04h"}')
    try:
        wall = await Wall.of(world, washer())
        await wall.nothing()
        assert (await wall.table(CYCLES, WASHER))["duree_cycle"] == 5400
    finally:
        await announce(world, topic, "")
