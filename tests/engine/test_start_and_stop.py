"""Starts without a database, implausible clocks, stops, and what is remembered in between."""

import asyncio
from itertools import pairwise
import logging

import pytest

from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.events import (
    ConnectionChanged,
    InventoryChanged,
    LifecycleChanged,
    PlanReceived,
)
from custom_components.elfe_commande.engine.ground.owner import Owner
from custom_components.elfe_commande.engine.ground.ports import (
    StorageDataError,
    StorageRefusedError,
    StorageUnreachableError,
)
from demo.appliances import Behaviour
from demo.engine_host import MemoryDisk, SystemClock
from demo.specs import finger, plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    MODE,
    calm,
    events_of,
    furnish,
    impatient,
    pass_slots,
    set_row,
    status_of,
    stubborn,
    until,
    until_row,
)

WASHER = Equipment(2, "R001", "Lave-linge", 112, 120, (plug("SW2"),))
PRESSED = Equipment(3, "R001", "Lave-vaisselle", 111, 130, (plug("SP3", 21), finger("SF3")))
COMMAND_2 = WASHER.devices[0].topics.command
GONE = StorageUnreachableError("gone")


async def test_the_numbered_start_and_stop(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    await world.engine.stop()
    codes = [t.code for t in world.engine.lifecycle.history]
    assert codes == [c for c in Code if c is not Code.RESTARTING]
    assert [e.code for e in events_of(world, LifecycleChanged)] == codes[1:]
    assert all(a.at <= b.at for a, b in pairwise(world.engine.lifecycle.history))


async def test_nothing_is_ordered_before_the_first_cycle_nor_after_the_stop(world: World) -> None:
    await furnish(world, WASHER, timing=calm(first_cycle=0.5))
    await world.plan(2, [1])
    await world.start()
    assert not world.fleet.recorder.messages
    await world.fleet.recorder.wait(1)
    await until(lambda: world.ended(2), "the end of the order")
    await world.engine.stop()
    assert await world.fleet.recorder.quiet(0.7) == 0


async def test_a_start_without_a_database_follows_what_is_remembered(world: World) -> None:
    """Relays are driven; no finger presses while nothing can be written."""
    await furnish(world, WASHER, PRESSED)
    for number in (2, 3):
        await world.plan(number, [0, 1])
    await world.start()
    await world.engine.run_cycle()
    await world.engine.stop()
    storage = stubborn(world)
    storage.failures["all"] = GONE
    pass_slots(world, 1)
    await world.start()
    assert not world.engine.connected
    report = await world.engine.run_cycle()
    assert report.degraded
    assert world.orders(COMMAND_2) == ["off", "on"]
    assert not world.orders(PRESSED.devices[1].topics.command)
    assert world.ended(3)[-1].result.reason == "database_unavailable"
    # Until it can be written, it is as if it were.
    assert status_of(world, 2).equipment.state.mode == 20

    storage.failures.clear()
    await until_row(world, 2, **{MODE: 20, COMMAND: 13})
    await world.engine.run_cycle()
    assert world.engine.connected
    assert world.orders(COMMAND_2) == ["off", "on"]


async def test_a_start_without_database_nor_memory_is_refused(world: World) -> None:
    await furnish(world, WASHER)
    storage = stubborn(world)
    storage.failures["all"] = GONE
    with pytest.raises(StorageUnreachableError):
        await world.start()
    assert world.engine.lifecycle.code is Code.REQUIREMENTS


@pytest.mark.parametrize("text", ["[]", "{}", '{"equipments": [[1]]}', '{"plans": 3}', "null"])
async def test_a_memory_that_cannot_be_used_is_replaced(world: World, text: str) -> None:
    await furnish(world, WASHER)
    assert isinstance(world.disk, MemoryDisk)
    world.disk.document("memory").text = text
    await world.start()
    await world.engine.run_cycle()
    assert set(world.engine.statuses) == {2}


async def test_an_implausible_clock_holds_the_start(world: World) -> None:
    """Nothing is ordered by a clock that was never set; a person is told after a while."""
    await furnish(world, WASHER, timing=calm(clock_check=0.01, clock_warning=0.05))
    clock = world.clock
    assert isinstance(clock, SystemClock)
    right, clock.offset = clock.offset, -clock.now()
    await world.start(run=False)
    running = asyncio.create_task(world.engine.start(asyncio.sleep(0)))
    await until(lambda: world.engine.problems, "the problem")
    assert [p.key for p in world.engine.problems] == ["clock_implausible"]
    assert world.engine.lifecycle.details == "clock"
    assert world.engine.lifecycle.code is Code.REQUIREMENTS
    clock.offset = right
    await running
    assert world.engine.problems == ()
    assert world.engine.lifecycle.running


async def test_a_clock_behind_what_was_stored_holds_the_start(world: World) -> None:
    await furnish(world, WASHER, timing=calm(clock_check=0.01))
    await world.start()
    await world.engine.run_cycle()
    await world.engine.stop()
    pass_slots(world, -5)
    await world.start(run=False)
    running = asyncio.create_task(world.engine.start(asyncio.sleep(0)))
    await until(lambda: world.engine.lifecycle.details == "clock", "the wait")
    assert not running.done()
    pass_slots(world, 5)
    await running


async def test_a_stop_does_not_wait_for_silent_devices(world: World) -> None:
    household = await furnish(world, WASHER, timing=impatient(20.0, stop_allowance=0.5))
    household.devices["SW2"].behaviour = Behaviour.SILENT
    await world.plan(2, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.fleet.recorder.wait(1)
    async with asyncio.timeout(5):
        await world.engine.stop()
    await asyncio.wait([cycle], timeout=5)
    assert cycle.done()
    assert (await world.row(2))[MODE] == 30


async def test_a_stop_goes_to_its_end_and_whoever_stops_again_waits_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(world, WASHER)
    await world.start()
    reached, may_end = asyncio.Event(), asyncio.Event()
    close = Owner.close

    async def close_late(owner: Owner) -> None:
        reached.set()
        await may_end.wait()
        await close(owner)

    monkeypatch.setattr(Owner, "close", close_late)
    first = asyncio.create_task(world.engine.stop())
    await reached.wait()
    second = asyncio.create_task(world.engine.stop())
    first.cancel()
    await asyncio.wait([first])
    assert first.cancelled()
    assert not second.done()
    may_end.set()
    await second
    assert world.engine.lifecycle.code is Code.STOPPED


async def test_an_unclean_stop_is_noticed(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    await world.engine.run_cycle()
    assert isinstance(world.disk, MemoryDisk)
    crashed = world.disk.document("memory").text
    await world.engine.stop()
    await world.start()
    assert not world.engine.unclean_stop
    await world.engine.stop()
    world.disk.document("memory").text = crashed
    await world.start()
    assert world.engine.unclean_stop


async def test_a_start_that_is_broken_off_leaves_what_is_remembered(world: World) -> None:
    """What ran last is what the next start goes by: how it ended, and when."""
    await furnish(world, WASHER)
    await world.start()
    await world.engine.run_cycle()
    await world.crash()
    assert isinstance(world.disk, MemoryDisk)
    memory = world.disk.document("memory")
    kept = memory.text
    # A machine without a clock of its own, before it asked for the time.
    pass_slots(world, -5)
    await world.start(run=False)
    assert world.engine.unclean_stop
    await world.engine.stop()
    assert memory.text == kept
    pass_slots(world, 5)
    await world.start()
    assert world.engine.unclean_stop


async def test_a_first_start_that_is_broken_off_remembers_the_inventory(world: World) -> None:
    await furnish(world, WASHER)
    await world.start(run=False)
    await world.engine.stop()
    stubborn(world).failures["all"] = GONE
    await world.start()
    assert set(world.engine.statuses) == {2}


@pytest.mark.defect("D-76")
async def test_losing_the_database_is_told_once_and_finding_it_too(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    caplog.set_level(logging.INFO, logger="custom_components.elfe_commande")
    storage.failures["all"] = GONE
    for _ in range(3):
        pass_slots(world, 1)
        assert (await world.engine.run_cycle()).degraded
    storage.failures.clear()
    await world.engine.run_cycle()
    assert [e.connected for e in events_of(world, ConnectionChanged)] == [False, True]
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("custom_components")]
    assert len([message for message in ours if "atabase" in message]) == 2
    assert "never retrieved" not in caplog.text


async def test_losing_the_plans_alone_is_told_once(world: World) -> None:
    """The plans may lie in a database of their own; that rows are written says nothing of it."""
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    await world.engine.run_cycle()
    storage.failures["read_plans"] = GONE
    for intent in (Intent.TO_MANUAL, Intent.TO_PILOTED):
        pass_slots(world, 1)
        await world.engine.run_cycle()
        assert (await world.wish(2, intent)).outcome is Outcome.ACKNOWLEDGED
        assert not world.engine.connected
    assert [e.connected for e in events_of(world, ConnectionChanged)] == [False]


@pytest.mark.parametrize(
    "error", [StorageRefusedError("no privilege"), StorageDataError("a constraint")]
)
async def test_a_write_that_is_refused_disturbs_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.plan(2, [1])
    await world.start()
    storage.failures["write"] = error  # type: ignore[assignment]
    report = await world.engine.run_cycle()
    assert report.acknowledged == 1
    await asyncio.sleep(world.timing.write_retry * 5)
    told = [r for r in caplog.records if r.name.endswith("write_back")]
    assert len(told) <= 1


async def test_new_equipments_and_plans_are_told(world: World) -> None:
    await furnish(world, WASHER, PRESSED)
    await set_row(world, 3, utilisateur=None)
    await world.start()
    assert set(world.engine.statuses) == {2}
    await set_row(world, 3, utilisateur="R001")
    await world.plan(3, [0, 1])
    await world.engine.run_cycle()
    assert events_of(world, InventoryChanged)[-1].added == {3}
    assert events_of(world, PlanReceived)[-1].ids == {3}
    assert world.engine.plan_time() == status_of(world, 3).plan.first_valid
    await set_row(world, 3, utilisateur="R009")
    await world.engine.run_cycle()
    assert status_of(world, 3).equipment.home == "R009"


async def test_a_claim_left_open_is_reported_and_never_pressed_again(world: World) -> None:
    household = await furnish(world, PRESSED, timing=impatient(20.0, stop_allowance=0.3))
    household.devices["SF3"].behaviour = Behaviour.SILENT
    await world.plan(3, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.fleet.recorder.wait(1)
    await world.engine.stop()
    await asyncio.wait([cycle], timeout=5)
    assert world.ended(3)[-1].result.reason == "interrupted"
    await world.start()
    assert [p.key for p in world.engine.problems] == ["press_doubtful"]
    await world.engine.run_cycle()
    assert len(world.fleet.recorder) == 1
    row = await world.row(3)
    assert (row[MODE], row[COMMAND]) == (20, 13)
    world.engine.settle_problem("press_doubtful", "3")
    assert world.engine.problems == ()
