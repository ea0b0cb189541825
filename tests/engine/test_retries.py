"""Tries, retries and late answers."""

import asyncio
from dataclasses import replace
import itertools

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from demo.specs import plug, tasmota
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    EMS,
    MODE,
    STARTED,
    calm,
    furnish,
    impatient,
    status_of,
    until,
    until_row,
    wait_for_end,
)

EQUIPMENTS = "bdd_coordination_schema.equipement_pilote_ou_mesure"


def plugs(count: int) -> list[Equipment]:
    return [
        Equipment(n, "R001", f"Machine {n}", 112, 120, (plug(f"N{n}"),))
        for n in range(10, 10 + count)
    ]


async def test_every_first_try_goes_before_any_second(world: World) -> None:
    household = await furnish(world, *plugs(12), timing=impatient(order_window=60.0))
    for number in range(10, 22):
        await world.plan(number, [1])
    for device in list(household.devices.values())[:6]:
        device.behaviour = Behaviour.SILENT
    await world.start()
    await world.engine.run_cycle()
    await world.fleet.recorder.wait(18)
    topics = [message.topic for message in world.fleet.recorder]
    assert len(set(topics[:12])) == 12
    assert set(topics[12:18]) == {d.topics.command for d in list(household.devices.values())[:6]}


async def test_second_tries_back_off(world: World) -> None:
    timing = impatient(0.1, retry_first=0.2, retry_max=0.4, order_window=60.0)
    household = await furnish(world, *plugs(1), timing=timing)
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    await world.fleet.recorder.wait(5)
    times = [message.time for message in world.fleet.recorder]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    for gap, least in zip(gaps, (0.3, 0.5, 0.5, 0.5), strict=True):
        assert gap > least - 0.05


@pytest.mark.defect("D-07", "D-76")
async def test_a_device_that_comes_back_within_the_slot_is_ordered(world: World) -> None:
    household = await furnish(world, *plugs(1), timing=impatient(order_window=60.0))
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    report = await world.engine.run_cycle()
    assert report.failed == 1
    assert world.ended(10)[0].result.will_retry
    assert (await world.row(10))[MODE] == 30
    household.devices["N10"].behaviour = Behaviour.ACK
    last = await wait_for_end(world, 10, 2)
    assert last.result.outcome is Outcome.ACKNOWLEDGED
    assert last.result.tries >= 2
    await until_row(world, 10, **{MODE: 20, COMMAND: 13, CONTROL: 15})


async def test_a_device_that_fell_off_before_its_row_was_written_is_ordered_again(
    world: World,
) -> None:
    """It confirmed, lost its current and came back off: the row is not to say "on" of it."""
    tank = replace(plugs(1)[0], type=131)
    household = await furnish(world, tank, timing=calm())
    device = household.devices["N10"]
    await world.plan(10, [1])
    await world.start()
    async with world.owner.transaction():
        # Whoever writes the row waits.
        await world.owner.fetch(f"SELECT 1 FROM {EQUIPMENTS} WHERE id = 10 FOR UPDATE")
        cycle = asyncio.create_task(world.engine.run_cycle())
        await until(lambda: status_of(world, 10).reported_on, "the plug is on")
        world.fleet.say(device.presence(online=False))
        device.switch(False)
        world.fleet.say(device.presence(online=True))
        await world.heard()
    await cycle
    await until(lambda: device.on, "the plug is on again")
    await world.idle(10)
    assert world.orders(device.topics.command) == ["on", "on"]
    await until_row(world, 10, **{MODE: 30, COMMAND: 13, CONTROL: 15})


async def test_a_late_answer_is_an_answer(world: World) -> None:
    """It comes between two tries: no second order is sent."""
    timing = impatient(0.1, retry_first=30.0, order_window=60.0)
    household = await furnish(world, *plugs(1), timing=timing)
    device = household.devices["N10"]
    device.behaviour, device.late_delay = Behaviour.LATE, 25.0
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    assert world.ended(10)[0].result.reason == "silent"
    last = await wait_for_end(world, 10, 2)
    assert (last.result.outcome, last.result.tries) == (Outcome.ACKNOWLEDGED, 1)
    assert last.result.latency is not None
    assert last.result.latency > 0.1
    assert len(world.fleet.recorder) == 1
    assert (await world.row(10))[MODE] == 20


async def test_an_answer_that_comes_while_its_lack_is_written_is_one(world: World) -> None:
    """The database takes its time over the wish that was not answered in time."""
    timing = impatient(0.1, retry_first=600.0, retry_max=600.0)
    household = await furnish(world, *plugs(1), timing=timing)
    device = household.devices["N10"]
    device.behaviour, device.late_delay = Behaviour.LATE, 25.0
    await world.start()
    async with world.owner.transaction():
        await world.owner.fetch(f"SELECT 1 FROM {EQUIPMENTS} WHERE id = 10 FOR UPDATE")
        wish = asyncio.create_task(world.wish(10, Intent.TO_MANUAL))
        await until(lambda: status_of(world, 10).reported_on, "the plug says that it is on")
        await world.heard()
    result = await wish
    assert (result.outcome, result.reason) == (Outcome.FAILED, "silent")
    last = await wait_for_end(world, 10, 2)
    assert (last.result.outcome, last.result.tries) == (Outcome.ACKNOWLEDGED, 1)
    assert len(world.fleet.recorder) == 1
    await until_row(world, 10, **{MODE: 20, COMMAND: 13, CONTROL: 15})


async def test_a_periodic_report_of_the_wanted_state_is_an_answer(world: World) -> None:
    timing = impatient(0.1, retry_first=30.0, order_window=60.0)
    household = await furnish(world, *plugs(1), timing=timing)
    device = household.devices["N10"]
    device.behaviour, device.obeys_silently = Behaviour.SILENT, True
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    await until(lambda: device.on, "the plug is on")
    world.fleet.report(device)
    last = await wait_for_end(world, 10, 2)
    assert last.result.outcome is Outcome.ACKNOWLEDGED
    assert len(world.fleet.recorder) == 1


async def test_a_report_of_the_other_state_is_none(world: World) -> None:
    household = await furnish(world, *plugs(1), timing=impatient())
    household.devices["N10"].behaviour = Behaviour.WRONG
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    last = await wait_for_end(world, 10, 2)
    assert last.result.outcome is Outcome.FAILED
    assert not last.result.will_retry


@pytest.mark.defect("D-32", "D-34")
@pytest.mark.parametrize(("hours", "mode", "command"), [(8.0, 30, 11), (0.05, 20, 30)])
async def test_a_start_never_acknowledged(
    world: World, hours: float, mode: int, command: int
) -> None:
    """It stays piloted for the EMS to plan it anew, unless it is too late for that."""
    equipment = replace(plugs(1)[0], hours_ahead=hours)
    household = await furnish(world, equipment, timing=impatient())
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    last = await wait_for_end(world, 10, 2)
    assert (last.result.outcome, last.result.reason) == (Outcome.FAILED, "silent")
    row = await world.row(10)
    assert (row[MODE], row[COMMAND], row[CONTROL], row[EMS]) == (mode, command, 25, False)
    assert row[STARTED] == 0
    # The load may be running: the waiting order would cut it.
    if mode == 30:
        household.devices["N10"].behaviour = Behaviour.ACK
        await world.owner.execute("DELETE FROM bdd_coordination_schema.result")
        await world.plan(10, [0, 0, 1])
        await world.engine.run_cycle()
        assert "off" not in world.orders(household.devices["N10"].topics.command)


@pytest.mark.defect("D-32", "D-34", "D-43")
async def test_a_continuous_order_never_acknowledged(world: World) -> None:
    tank = replace(plugs(1)[0], type=131)
    household = await furnish(world, tank, timing=impatient())
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    await wait_for_end(world, 10, 2)
    row = await world.row(10)
    assert (row[MODE], row[COMMAND], row[CONTROL], row[EMS]) == (30, 30, 25, False)
    assert row[STARTED] == 0


@pytest.mark.defect("D-35")
async def test_a_continuous_load_is_stamped_each_quarter_it_is_on(world: World) -> None:
    await furnish(world, replace(plugs(1)[0], type=131))
    await world.plan(10, [1], fill=1)
    await world.start()
    await world.engine.run_cycle()
    first = (await world.row(10))[STARTED]
    world.clock.offset += 900  # type: ignore[attr-defined]
    await world.engine.run_cycle()
    assert (await world.row(10))[STARTED] >= first + 900


async def test_a_try_that_would_come_too_late_is_a_failure(world: World) -> None:
    """Its slot ended while it waited for its turn: the row says that it was never done."""
    timing = impatient(retry_first=1.0, order_window=60.0)
    household = await furnish(world, *plugs(1), timing=timing)
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    assert world.ended(10)[0].result.will_retry
    world.clock.offset += 900  # type: ignore[attr-defined]
    last = await wait_for_end(world, 10, 2)
    assert (last.result.outcome, last.result.reason) == (Outcome.FAILED, "silent")
    assert (last.result.will_retry, last.result.tries) == (False, 1)
    assert (await world.row(10))[CONTROL] == 25
    assert len(world.fleet.recorder) == 1


async def test_no_try_begins_after_the_slot(world: World) -> None:
    """An order of the plan never outlives its slot, whatever the time left to retry."""
    household = await furnish(world, *plugs(1), timing=impatient(order_window=3600.0))
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    world.clock.offset += 900 - world.clock.now() % 900 - 3.0  # type: ignore[attr-defined]
    end = (int(world.clock.now()) // 900 + 1) * 900
    shift = world.clock.offset  # type: ignore[attr-defined]
    await world.engine.run_cycle()
    await until(lambda: not world.ended(10)[-1].result.will_retry, "the last try")
    assert all(m.time + shift < end + 1.0 for m in world.fleet.recorder)
    assert world.ended(10)[-1].result.outcome is Outcome.FAILED


async def test_a_flapping_device_is_ordered_in_the_end(world: World) -> None:
    equipment = Equipment(10, "R001", "Machine", 112, 120, (tasmota("FLAP"),))
    household = await furnish(world, equipment, timing=impatient(0.3, order_window=60.0))
    household.devices["FLAP"].heeded = True
    household.devices["FLAP"].behaviour = Behaviour.FLAPPING
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    await until_row(world, 10, **{MODE: 20, COMMAND: 13})
