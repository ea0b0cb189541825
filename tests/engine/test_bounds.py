"""What limits orders at once, and how outcomes are written together."""

import asyncio
from dataclasses import replace
import time

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.engine import EngineSettings
from demo.appliances import Behaviour
from demo.specs import plug
from demo.territory import Equipment
from tests import fixtures_engine
from tests.fixtures_engine import World

from .bench import CONTROL, calm, furnish, stubborn


def plugs(count: int) -> list[Equipment]:
    return [
        Equipment(n, "R001", f"Machine {n}", 112, 120, (plug(f"N{n}"),))
        for n in range(10, 10 + count)
    ]


async def test_orders_at_once_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        fixtures_engine,
        "EngineSettings",
        lambda timing, zone: EngineSettings(timing, zone, at_once=3),
    )
    household = await furnish(world, *plugs(9))
    answering: set[str] = set()
    most = 0
    for device in household.devices.values():
        device.delay = 3.0
        await world.plan(int(device.identifier[1:]), [1])

    def watch(device) -> None:
        announce, respond = device.announce, device.respond

        def count_order(order):
            nonlocal most
            answering.add(device.identifier)
            most = max(most, len(answering))
            return announce(order)

        def count_answer(order):
            answering.discard(device.identifier)
            return respond(order)

        monkeypatch.setattr(device, "announce", count_order)
        monkeypatch.setattr(device, "respond", count_answer)

    for device in household.devices.values():
        watch(device)
    await world.start()
    report = await world.engine.run_cycle()
    assert report.acknowledged == 9
    assert most == 3
    # Three times three, each of which takes its time to answer.
    assert report.duration > 0.15


async def test_a_person_waits_for_no_place_among_the_orders_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        fixtures_engine,
        "EngineSettings",
        lambda timing, zone: EngineSettings(timing, zone, at_once=1),
    )
    household = await furnish(world, *plugs(2), timing=calm(ack=6.0))
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.fleet.recorder.wait(1)
    began = time.monotonic()
    result = await world.wish(11, Intent.TO_MANUAL)
    assert result.outcome is Outcome.ACKNOWLEDGED
    assert time.monotonic() - began < 4
    household.devices["N10"].behaviour = Behaviour.ACK
    await world.wish(10, Intent.FORCED_OFF)
    await cycle


@pytest.mark.defect("D-50")
async def test_one_order_at_a_time_on_a_command_topic(world: World) -> None:
    """Two equipments that share a relay: neither order is lost, nor answered by the other's."""
    first, second = plugs(2)
    shared = plug("SHARED")
    tanks = [
        replace(first, type=131, devices=(shared,)),
        replace(second, type=131, devices=(replace(shared, id="SHARED2"),)),
    ]
    household = await furnish(world, *tanks)
    # Both rows name one plug: only one of the two simulated ones hears it.
    household.devices["SHARED2"].delay = household.devices["SHARED"].delay = 5.0
    await world.plan(10, [1])
    await world.plan(11, [0])
    await world.start()
    report = await world.engine.run_cycle()
    assert report.acknowledged == 2
    first_order, second_order = world.fleet.recorder.messages
    assert second_order.time - first_order.time > 0.09
    rows = [(await world.row(n))[CONTROL] for n in (10, 11)]
    assert rows == [15, 25]


@pytest.mark.defect("D-20", "D-51")
async def test_outcomes_of_one_moment_are_one_statement_of_whole_steps(world: World) -> None:
    await furnish(world, *plugs(40), timing=calm(write_window=0.5))
    for number in range(10, 50):
        await world.plan(number, [1])
    storage = stubborn(world)
    await world.start()
    report = await world.engine.run_cycle()
    assert report.acknowledged == 40
    assert len(storage.writes) <= 1 + report.duration / 0.5
    steps = [step for batch in storage.writes for step in batch]
    assert sorted(step.equipment_id for step in steps) == list(range(10, 50))
    assert {step.writes for step in steps} == {steps[0].writes}
    assert (steps[0].writes.mode, steps[0].writes.command, steps[0].writes.started) == (
        20,
        13,
        True,
    )
    assert {step.expected_mode for step in steps} == {30}
    # The rows were read by the cycle itself, just before.
    assert len(storage.state_reads) <= 1


async def test_rows_too_old_are_read_anew_together(world: World) -> None:
    await furnish(world, *plugs(20), timing=calm(fresh_for=0.0, read_window=0.3))
    for number in range(10, 30):
        await world.plan(number, [1])
    storage = stubborn(world)
    await world.start()
    storage.state_reads.clear()
    await world.engine.run_cycle()
    assert len(storage.state_reads) <= 3
    assert frozenset().union(*storage.state_reads) == set(range(10, 30))


async def test_a_person_s_outcome_does_not_wait_for_others(world: World) -> None:
    await furnish(world, *plugs(1), timing=calm(write_window=20.0))
    await world.start()
    began = time.monotonic()
    await world.wish(10, Intent.TO_MANUAL)
    assert time.monotonic() - began < 5


@pytest.mark.defect("D-51")
async def test_an_order_takes_the_device_s_own_time(world: World) -> None:
    """No settling, no polling: the reference needs a second at best."""
    await furnish(world, *plugs(5))
    await world.start()
    latencies = [
        (await world.wish(n, intent)).latency
        for n in range(10, 15)
        for intent in (Intent.TO_MANUAL, Intent.TO_PILOTED)
    ]
    assert min(x for x in latencies if x is not None) < 0.25
