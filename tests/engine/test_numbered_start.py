"""The gate in front of every order, what waits for the start, clocks that move, unclean stops."""

import asyncio
from dataclasses import replace
from itertools import pairwise
import time

import pytest

from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.gesture import PortalUpdate
from custom_components.elfe_commande.core.lifecycle import Code, Lifecycle, NotRunningError
from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.core.speed import SpeedClass
from custom_components.elfe_commande.core.wish import ConstraintWish, Intent, Origin
from custom_components.elfe_commande.engine.ground.events import CycleEnded, OrderEnded
from custom_components.elfe_commande.engine.ground.goal import Goal
from custom_components.elfe_commande.engine.ground.telling import Telling
from custom_components.elfe_commande.engine.orders.acks import Acks, Answer
from custom_components.elfe_commande.engine.orders.liveness import Liveness
from custom_components.elfe_commande.engine.orders.pursuit import Pursuit
from custom_components.elfe_commande.engine.orders.sender import Sender
from custom_components.elfe_commande.engine.people.postponed import MOST, Postponed
from demo.appliances import Behaviour, Message
from demo.engine_host import MemoryDisk, SystemClock
from demo.specs import channel, plug, screen
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    MODE,
    calm,
    events_of,
    furnish,
    pass_slots,
    status_of,
    stubborn,
    until,
    until_row,
)
from .wall import HALL, WASHER as WASHER_ID, Wall, together, washer

NUMBER = 2
WASHER = Equipment(NUMBER, "R001", "Lave-linge", 112, 120, (plug("SW2"),))
WASHER_WITH_SCREEN = replace(WASHER, devices=(*WASHER.devices, screen(HALL)))
COMMAND_2 = WASHER.devices[0].topics.command
BELOW = [code for code in Code if Code.REQUIREMENTS <= code < Code.RUNNING]
ABOVE = [code for code in Code if code > Code.RUNNING]


def ask_everything(world: World) -> list[asyncio.Future[object]]:
    """Ask for orders as dashboards, actions and the plan do; return what was begun."""
    engine = world.engine
    constraint = ConstraintWish(EquipmentId(NUMBER), Constraints(cycle_duration=60), Origin.ACTION)
    return [
        *(asyncio.ensure_future(world.wish(NUMBER, intent)) for intent in Intent),
        asyncio.ensure_future(engine.constrain(constraint)),
        asyncio.ensure_future(engine.run_cycle()),
    ]


async def check_refused(world: World) -> None:
    """Nothing of all that is ordered; what answers says why."""
    before = len(world.told("SW2"))
    for end in await asyncio.gather(*ask_everything(world), return_exceptions=True):
        assert isinstance(end, NotRunningError)
        assert end.code is world.engine.lifecycle.code
    assert world.engine.rooms.goals.look_again([EquipmentId(NUMBER)]) == {}
    # What a device, a portal, a screen and a PLC say, where they are heard.
    (device,) = world.household.devices.values()
    (shown,) = world.household.screens.values()
    world.fleet.lose(device)
    world.fleet.recover(device)
    world.fleet.say(
        [
            Message(f"viriya/update/{NUMBER}", ""),
            *shown.toggle(3, 3, 0),
            Message("Socorel/PLC001/Mode", "manuel"),
        ]
    )
    await world.settled()
    assert len(world.told("SW2")) == before


async def test_nothing_is_ordered_at_any_code_below_twenty(world: World) -> None:
    """Everybody who asks, every code: not one order."""
    await furnish(world, WASHER_WITH_SCREEN)
    await world.plan(NUMBER, [1])
    await world.start(run=False)
    for code in BELOW:
        if world.engine.lifecycle.code is not code:
            world.engine.lifecycle.advance(code)
        await check_refused(world)


async def test_nothing_is_ordered_at_any_code_above_twenty(world: World) -> None:
    await furnish(world, WASHER_WITH_SCREEN)
    await world.plan(NUMBER, [1])
    await world.start()
    # The very same orders, while the gate is open: this test could fail.
    await world.wish(NUMBER, Intent.TO_MANUAL)
    await world.settled()
    assert world.told("SW2")
    for code in ABOVE:
        world.engine.lifecycle.advance(code)
        await check_refused(world)
    # It takes itself for stopped.
    await world.crash()


@pytest.mark.parametrize("source", Source)
async def test_the_gate_is_the_last_thing_before_the_broker(world: World, source: Source) -> None:
    """Whoever made the order, at every code."""
    await furnish(world, WASHER)
    await world.start(run=False)
    status = status_of(world, NUMBER)
    typology = status.typology
    assert typology is not None
    lifecycle = Lifecycle(world.clock.now, lambda: None)
    acks = Acks(
        world.messenger,
        changed=lambda _: None,
        returned=lambda _: None,
        by_hand=lambda *_: None,
        arrived=lambda: None,
        liveness=Liveness(world.timing, {}, lambda _: None),
        telling=Telling(),
    )
    await acks.wire([status])
    sender = Sender(
        world.messenger, acks, world.timing, lifecycle, reverts=world.engine.rooms.reverts
    )
    now = world.clock.now()
    for code in Code:
        if lifecycle.code is not code:
            lifecycle.advance(code)
        before = world.messenger.published
        goal = Goal(
            equipment_id=EquipmentId(NUMBER),
            act=Act.TO_MANUAL if source is Source.USER else Act.START,
            source=source,
            origin=Origin.EMS,
            typology=typology,
            since=now,
            until=now + 60.0,
            claim=f"{NUMBER}:{code}",
        )
        attempt = await sender.carry_out(status.equipment, Pursuit(goal), lambda: None)
        if code is Code.RUNNING:
            assert attempt.answer is Answer.ACKNOWLEDGED
            assert world.messenger.published == before + 1
        else:
            assert (attempt.answer, attempt.reason) == (Answer.UNSENT, "not_running")
            assert world.messenger.published == before


async def test_an_order_on_its_way_when_the_engine_ends_is_not_sent(world: World) -> None:
    """It was allowed when it was made, and waits for its row: the gate is the last thing."""
    await furnish(world, WASHER, timing=calm(fresh_for=0.0))
    storage = stubborn(world)
    await world.start()
    storage.flowing.clear()
    storage.state_reads.clear()
    before = world.messenger.published
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    await until(lambda: storage.state_reads, "the reading of the row")

    world.engine.begin_restart()
    storage.flowing.set()

    assert (await wish).reason == "not_running"
    assert world.messenger.published == before


async def test_a_cycle_due_before_the_start_ends_is_run_at_once(world: World) -> None:
    """A quarter-hour begins while Home Assistant still starts."""
    await furnish(world, WASHER)
    await world.plan(NUMBER, [0, 1])
    await world.start(run=False)
    started = asyncio.get_running_loop().create_future()
    starting = asyncio.create_task(world.engine.start(started))
    await until(lambda: world.engine.lifecycle.code is Code.CONNECTED, "all but the last step")
    pass_slots(world, 1)
    await world.settled()
    assert not world.fleet.recorder.messages

    started.set_result(None)
    await starting

    await until(lambda: events_of(world, CycleEnded), "the cycle")
    await until_row(world, NUMBER, **{MODE: 20, COMMAND: 13})
    assert world.orders(COMMAND_2) == ["on"]


async def test_no_cycle_is_run_at_once_that_was_not_due(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    await asyncio.sleep(0.2)
    assert not events_of(world, CycleEnded)


# ----------------------------------------------------------------- what people ask meanwhile


async def connected_wall(
    world: World, *equipments: Equipment, **timing: float
) -> tuple[Wall, asyncio.Future[None], asyncio.Task[None]]:
    """Return a screen whose engine waits for Home Assistant, what ends the wait, the start."""
    household = await furnish(world, *(equipments or (washer(),)), timing=together(**timing))
    wall = Wall(world, household)
    await wall.held(online=True)
    await world.start(run=False)
    started = asyncio.get_running_loop().create_future()
    starting = asyncio.create_task(world.engine.start(started))
    await until(lambda: world.engine.lifecycle.code is Code.CONNECTED, "all but the last step")
    await wall.drawn()
    return wall, started, starting


async def test_the_newest_request_of_a_screen_is_done_once_the_engine_runs(world: World) -> None:
    wall, started, _ = await connected_wall(world, request_lifetime=60.0)
    for value in (0, 1, 0):
        wall.turn(HALL, 3, value)
    await world.settled()
    assert not wall.orders("X7")

    started.set_result(None)

    await until_row(world, WASHER_ID, **{MODE: 20})
    assert wall.orders("X7") == ["on"]
    await until(lambda: world.ended(WASHER_ID), "the end of the order")
    assert world.ended(WASHER_ID)[-1].origin is Origin.SCREEN


async def test_what_was_rolled_meanwhile_is_written_once_the_engine_runs(world: World) -> None:
    wall, started, _ = await connected_wall(world, request_lifetime=60.0)
    before = await wall.end()
    wall.roll(HALL, 3, 8, 5, "05h")
    wall.roll(HALL, 3, 9, 1, "15")
    await world.settled()
    assert await wall.end() == before

    started.set_result(None)

    await wall.refreshed(HALL)
    assert await wall.end() == wall.next_at(5, 15)


async def test_how_a_panel_was_turned_meanwhile_holds_however_long_that_is(world: World) -> None:
    """It is no request but how the PLC is, and stays so until its panel says otherwise."""
    tank = Equipment(8, "R001", "Ballon", 131, 120, (channel("Z8", 1, "PANEL01"),))
    wall, started, _ = await connected_wall(world, washer(), tank, request_lifetime=-1.0)
    wall.say("Socorel/PANEL01/Mode", "Manuel")
    wall.turn(HALL, 3, 0)
    await world.heard()

    started.set_result(None)

    await until_row(world, 8, **{MODE: 70})
    await world.settled()
    assert wall.orders("X7") == []


async def test_a_cycle_that_fell_due_meanwhile_is_run_at_once(world: World) -> None:
    """However long the first one is waited for otherwise."""
    _, started, _ = await connected_wall(world)
    await world.plan(WASHER_ID, [0, 1])
    world.later()

    started.set_result(None)

    await until(lambda: events_of(world, CycleEnded), "the cycle")
    await until_row(world, WASHER_ID, **{MODE: 20})


async def test_a_request_that_waited_too_long_is_dropped(world: World) -> None:
    wall, started, starting = await connected_wall(world, request_lifetime=0.1)
    wall.turn(HALL, 3, 0)
    await world.heard()
    began = time.monotonic()
    await until(lambda: time.monotonic() - began > 0.1, "the end of the request's life")

    started.set_result(None)
    await starting

    await world.settled()
    assert not wall.orders("X7")
    assert not events_of(world, OrderEnded)


def test_postponed_requests_are_bounded() -> None:
    postponed = Postponed()
    for number in range(MOST + 3):
        postponed.put(number, PortalUpdate(EquipmentId(number)), until=60.0)
    postponed.put(5, PortalUpdate(EquipmentId(1)), until=1.0)

    kept = postponed.take(30.0)

    assert len(kept) == MOST - 1
    assert kept[0] == PortalUpdate(EquipmentId(3))
    assert postponed.take(30.0) == []


# ------------------------------------------------------------------------------------- clocks


async def test_a_clock_from_1970_holds_everything_and_the_right_slot_follows(world: World) -> None:
    """The machine starts without a time; once it is set, orders are those of that quarter."""
    await furnish(world, WASHER, timing=calm(clock_check=0.02, clock_warning=0.05, first_cycle=0.1))
    await world.plan(NUMBER, [0, 0, 1])
    clock = world.clock
    assert isinstance(clock, SystemClock)
    right, clock.offset = clock.offset, -time.time()
    await world.start(run=False)
    starting = asyncio.create_task(world.engine.start(asyncio.sleep(0)))
    await until(lambda: world.engine.problems, "the problem")
    assert world.engine.lifecycle.code is Code.REQUIREMENTS
    assert not world.fleet.recorder.messages

    clock.offset = right + 2 * 900
    await starting

    await until(lambda: events_of(world, CycleEnded), "the cycle")
    await until_row(world, NUMBER, **{MODE: 20, COMMAND: 13})
    assert world.engine.problems == ()


@pytest.mark.parametrize("slots", [2, -2])
async def test_a_clock_that_is_set_while_running_selects_the_slot_anew(
    world: World, slots: int
) -> None:
    timing = calm(first_cycle=0.05, clock_look=0.05, clock_jump=60.0)
    await furnish(world, WASHER, timing=timing)
    await world.plan(NUMBER, [1], offset=slots)
    await world.start()
    await until(lambda: events_of(world, CycleEnded), "the first cycle")
    assert not world.ended(NUMBER) or world.orders(COMMAND_2) == ["off"]

    pass_slots(world, slots)

    await until(lambda: len(events_of(world, CycleEnded)) == 2, "the cycle of the other slot")
    await until_row(world, NUMBER, **{MODE: 20, COMMAND: 13})
    assert world.orders(COMMAND_2)[-1] == "on"


async def test_a_clock_lost_while_running_holds_the_cycles(world: World) -> None:
    timing = calm(clock_look=0.05, clock_jump=60.0, clock_check=0.05, clock_warning=0.1)
    await furnish(world, WASHER, timing=timing)
    await world.start()
    clock = world.clock
    assert isinstance(clock, SystemClock)
    right, clock.offset = clock.offset, -time.time()
    await until(lambda: world.engine.problems, "the problem")
    assert [p.key for p in world.engine.problems] == ["clock_implausible"]
    assert not events_of(world, CycleEnded)

    clock.offset = right

    await until(lambda: events_of(world, CycleEnded), "the cycle")
    assert world.engine.problems == ()


# ------------------------------------------------------------------- speed, restart, the disk


async def test_the_speed_is_measured_once_per_place(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    speed = world.engine.speed
    assert speed is not None
    assert speed.round_trip > 0
    assert speed.speed_class in SpeedClass
    await world.engine.stop()

    await world.start()

    codes = [t.code for t in world.engine.lifecycle.history]
    assert codes == [c for c in Code if c <= Code.RUNNING and c is not Code.SPEED]
    assert world.engine.speed == speed


async def test_a_restart_sends_nothing_more_and_is_begun_once(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    world.engine.begin_restart()
    with pytest.raises(NotRunningError) as refused:
        world.engine.begin_restart()
    assert refused.value.code is Code.RESTARTING
    await world.engine.stop()
    codes = [int(t.code) for t in world.engine.lifecycle.history]
    assert codes[-5:] == [20, 30, 31, 32, 33]


async def test_how_the_run_before_went_is_on_disk(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    await world.engine.stop()
    went = [t.code for t in world.engine.lifecycle.history]
    await world.start()
    assert [t.code for t in world.engine.previous] == went
    assert went[-3:] == [Code.STOPPING, Code.STOPPING_TASKS, Code.STOPPED]
    assert all(a.at <= b.at for a, b in pairwise(world.engine.previous))


async def test_after_an_unclean_stop_outputs_are_read_before_the_first_order(world: World) -> None:
    """Killed while running; the next start asks the plug, and orders after it answered."""
    timing = calm(outputs_wait=20.0, first_cycle=0.05, first_cycle_again=0.05)
    device = (await furnish(world, WASHER, timing=timing)).devices["SW2"]
    await world.start()
    await until(lambda: events_of(world, CycleEnded), "the first cycle")
    assert isinstance(world.disk, MemoryDisk)
    killed = world.disk.document("memory").text
    await world.engine.stop()
    world.disk.document("memory").text = killed
    await world.plan(NUMBER, [1])
    world.fleet.recorder.clear()
    device.behaviour = Behaviour.SILENT

    await world.start(run=False)
    starting = asyncio.create_task(world.engine.start(asyncio.sleep(0)))
    await until(lambda: world.engine.lifecycle.details == "outputs", "the question")
    await asyncio.sleep(0.2)
    assert world.engine.unclean_stop
    assert not starting.done()
    assert not world.orders(COMMAND_2)
    device.behaviour = Behaviour.ACK
    world.fleet.say(device.state())
    await starting

    assert status_of(world, NUMBER).reported_on is not None
    await until_row(world, NUMBER, **{MODE: 20, COMMAND: 13})
    assert world.orders(COMMAND_2) == ["on"]


async def test_a_start_that_is_killed_before_its_first_cycle_is_noticed(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    await world.engine.stop()
    await world.start()
    assert isinstance(world.disk, MemoryDisk)
    killed = world.disk.document("memory").text
    await world.engine.stop()
    world.disk.document("memory").text = killed
    await world.start()
    assert world.engine.unclean_stop
