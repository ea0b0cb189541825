"""The switch of a page: a person's wish, and the same truth on every screen afterwards."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import DeviceId, EquipmentId, HomeId
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged, ScreenEvent
from demo.appliances import Behaviour
from demo.specs import plug, screen
from demo.territory import MANUAL, PILOTED, Equipment
from tests.fixtures_engine import LAYOUT, World

from .bench import (
    COMMAND,
    CONTROL,
    EMS,
    MODE,
    PROGRAMMED,
    STARTED,
    events_of,
    furnish,
    impatient,
    until_row,
)
from .wall import (
    DRYER,
    HALL,
    KITCHEN,
    MACHINES,
    NEIGHBOUR,
    WASHER,
    Wall,
    announce,
    dryer,
    machine_page,
    page,
    together,
    washer,
)

DISABLED, INSTALLING, REMOVED = 70, 10, 80


@pytest.mark.defect("D-61")
@pytest.mark.parametrize(
    ("before", "value", "order", "mode", "columns"),
    [
        (MANUAL, 1, "off", PILOTED, {COMMAND: 11, CONTROL: 25, EMS: False}),
        (PILOTED, 0, "on", MANUAL, {COMMAND: 13, CONTROL: 15, EMS: True}),
    ],
)
async def test_a_press_orders_writes_and_shows_on_all_screens_of_the_home(  # noqa: PLR0917
    world: World, before: int, value: int, order: str, mode: int, columns: dict[str, Any]
) -> None:
    wall = await Wall.of(world, washer(mode=before), dryer())
    pressed = int(world.clock.now())
    wall.turn(HALL, 3, value)
    await wall.refreshed(HALL, KITCHEN)
    assert wall.orders("X7") == [order]
    row = await world.row(WASHER)
    assert {name: row[name] for name in (MODE, *columns)} == {MODE: mode, **columns}
    assert row[PROGRAMMED] >= pressed
    expected = machine_page(3, await wall.end(), piloted=mode == PILOTED)
    assert wall.lines(HALL)[-9:] == wall.lines(KITCHEN)[-9:] == expected
    assert wall.lines(NEIGHBOUR) == []
    assert wall.orders("X8") == []
    (changed,) = events_of(world, ModeChanged)
    assert (changed.before, changed.after, changed.origin) == (before, mode, Origin.SCREEN)
    touches = [(e.screen.plate, e.touched.event) for e in events_of(world, ScreenEvent)]
    assert touches == [(HALL, "down"), (HALL, "up")]


async def test_screens_get_messages_of_one_line_that_nobody_retains(world: World) -> None:
    wall = await Wall.of(world, washer(mode=MANUAL))
    wall.turn(HALL, 3, 1)
    await wall.refreshed(HALL, KITCHEN)
    messages = world.fleet.recorder.on(wall.screen(HALL).topics.command)
    assert [(m.qos, m.retain) for m in messages] == [(0, False)] * len(messages)
    assert len(messages) % 9 == 0


@pytest.mark.defect("D-59")
@pytest.mark.parametrize("mode", [DISABLED, PILOTED])
async def test_a_refused_press_is_pushed_back_and_moves_no_end(world: World, mode: int) -> None:
    # In mode 30, what lacks is the device that the scenario orders.
    devices = washer().devices if mode == DISABLED else washer().devices[1:]
    wall = await Wall.of(world, washer(mode=mode, devices=devices, hours_ahead=-30.0))
    end, before = await wall.end(), await world.row(WASHER)
    wall.turn(HALL, 3, int(mode == DISABLED))
    await wall.refreshed(HALL, KITCHEN)
    assert await world.row(WASHER) == before
    assert await wall.end() == end
    expected = machine_page(3, end, piloted=mode == PILOTED)
    assert wall.lines(HALL) == wall.lines(KITCHEN) == expected
    assert mode == PILOTED or wall.orders("X7") == []
    assert wall.screen(HALL).shown(3, 3) == {"val": int(mode == PILOTED)}


@pytest.mark.defect("D-59")
async def test_an_end_in_the_past_moves_once_the_press_was_carried_out(world: World) -> None:
    wall = await Wall.of(world, washer(mode=MANUAL))
    # Five past: it is brought onto its quarter-hour, too.
    past = wall.next_at(7, 5) - 3 * 86_400
    await wall.change(MACHINES, WASHER, timestamp_de_fin_souhaite=past)
    await world.engine.run_cycle()
    await world.settled()
    world.fleet.recorder.clear()
    wall.turn(KITCHEN, 3, 1)
    await wall.refreshed(HALL, KITCHEN)
    assert await wall.end() == wall.next_at(7, 0)
    expected = machine_page(3, wall.next_at(7, 0), piloted=True)
    assert wall.lines(HALL)[-9:] == wall.lines(KITCHEN)[-9:] == expected


async def test_a_silent_device_does_not_keep_the_screens_from_the_mode(world: World) -> None:
    timing = replace(impatient(0.3), refresh_window=0.05)
    wall = await Wall.of(world, washer(mode=MANUAL), timing=timing)
    wall.household.devices["X7"].behaviour = Behaviour.SILENT
    wall.turn(HALL, 3, 1)
    await wall.refreshed(HALL, KITCHEN)
    row = await world.row(WASHER)
    assert (row[MODE], row[COMMAND], row[STARTED]) == (30, 30, 0)
    assert wall.screen(HALL).shown(3, 3) == wall.screen(KITCHEN).shown(3, 3) == {"val": 1}


@pytest.mark.parametrize("value", [2, -1, "1", None, 0.5])
async def test_a_value_that_is_no_state_is_turned_back(world: World, value: Any) -> None:
    wall = await Wall.of(world, washer())
    before = await world.row(WASHER)
    wall.event(HALL, 3, 3, event="up", val=value)
    if value is not None:
        await wall.refreshed(HALL, KITCHEN)
    else:
        await world.settled()
    assert wall.orders("X7") == []
    assert await world.row(WASHER) == before


async def test_a_retained_press_is_not_replayed_by_a_start(world: World) -> None:
    topic = f"hasp/{HALL}/state/p3b3"
    await announce(world, topic, '{"event": "up", "val": 0}')
    try:
        wall = await Wall.of(world, washer())
        assert (await world.row(WASHER))[MODE] == PILOTED
        await wall.nothing()
        assert wall.orders("X7") == []
    finally:
        await announce(world, topic, "")


def _several(*modes: int) -> tuple[Equipment, ...]:
    """Return washing machines 7, 8... of one home in these modes; the first has the screen."""
    machines = [
        Equipment(WASHER + n, "R001", f"Lave-linge {n}", 112, 120, (plug(f"Y{n}"),), mode)
        for n, mode in enumerate(modes)
    ]
    first = replace(machines[0], devices=(*machines[0].devices, screen(HALL)))
    return (first, *machines[1:])


@pytest.mark.defect("D-21")
@pytest.mark.parametrize(
    ("modes", "pressed"),
    [
        ((PILOTED, PILOTED, MANUAL), "Y0"),
        ((DISABLED, PILOTED, MANUAL), "Y1"),
        ((REMOVED, INSTALLING, PILOTED), "Y2"),
        ((1, MANUAL, PILOTED), "Y1"),
    ],
)
async def test_a_page_is_about_the_lowest_id_that_can_be_driven(
    world: World, modes: tuple[int, ...], pressed: str
) -> None:
    wall = await Wall.of(world, *_several(*modes))
    shown = modes[int(pressed[1])]
    wall.turn(HALL, 3, int(shown == MANUAL))
    await wall.refreshed(HALL)
    ordered = [d for d in ("Y0", "Y1", "Y2") if wall.orders(d)]
    assert ordered == [pressed]
    assert wall.screen(HALL).shown(3, 3) == {"val": int(shown == MANUAL)}
    rows = [(await world.row(WASHER + n))[MODE] for n in range(3)]
    assert [n for n in range(3) if rows[n] != modes[n]] == [int(pressed[1])]


@pytest.mark.defect("D-21")
async def test_which_equipment_a_page_shows_can_be_chosen(world: World) -> None:
    world.layout = replace(LAYOUT, chosen={HomeId("R001"): {3: EquipmentId(WASHER + 1)}})
    wall = await Wall.of(world, *_several(PILOTED, PILOTED))
    wall.turn(HALL, 3, 0)
    await wall.refreshed(HALL)
    assert (wall.orders("Y0"), wall.orders("Y1")) == ([], ["on"])


@pytest.mark.defect("D-22")
@pytest.mark.parametrize("written", [HALL, HALL.upper()])
@pytest.mark.parametrize("said", [HALL, HALL.upper()])
async def test_the_case_of_a_plate_does_not_matter(world: World, written: str, said: str) -> None:
    spec = replace(screen(HALL), hardware=written)
    wall = await Wall.of(world, washer(devices=(plug("X7"), spec)))
    wall.say(f"hasp/{said}/state/p3b3", '{"event": "up", "val": 0}')
    await wall.refreshed(HALL)
    assert wall.orders("X7") == ["on"]
    assert world.engine.screens[DeviceId(HALL.upper())].screen.plate == HALL


async def test_pages_of_other_numbers_are_nobodys(world: World) -> None:
    wall = await Wall.of(world, washer(), dryer())
    for number in (1, 2, 4, 8, 9, 10, 33):
        wall.turn(HALL, number, 0)
    wall.turn(NEIGHBOUR, 3, 0)
    await wall.nothing()
    assert (await world.row(WASHER))[MODE] == (await world.row(DRYER))[MODE] == PILOTED


async def test_a_page_without_rows_of_details_has_its_switch(world: World) -> None:
    wall = await Wall.of(world, washer(type=151, typology=120))
    wall.turn(HALL, 7, 0)
    await wall.refreshed(HALL, KITCHEN)
    assert wall.lines(KITCHEN)[-5:] == page(7, piloted=False)


async def test_what_the_plan_does_is_shown_as_well(world: World) -> None:
    wall = await Wall.of(world, washer(), timing=together())
    await world.plan(WASHER, [1])
    await world.engine.run_cycle()
    await wall.refreshed(HALL, KITCHEN)
    assert (await world.row(WASHER))[MODE] == MANUAL
    expected = machine_page(3, await wall.end(), piloted=False)
    assert wall.lines(HALL)[-9:] == wall.lines(KITCHEN)[-9:] == expected


async def test_before_the_engine_runs_a_press_waits(world: World) -> None:
    household = await furnish(world, washer(), timing=together(request_lifetime=30.0))
    wall = Wall(world, household)
    await wall.held(online=True)
    await world.start(run=False)
    before, may_run = await world.row(WASHER), asyncio.Event()
    starting = asyncio.create_task(world.engine.start(may_run.wait()))
    try:
        await wall.drawn()
        wall.turn(HALL, 3, 0)
        await world.settled()
        assert await world.row(WASHER) == before
        assert wall.orders("X7") == []
    finally:
        may_run.set()
        await starting
    await until_row(world, WASHER, **{MODE: MANUAL, COMMAND: 13})
    assert wall.orders("X7") == ["on"]
