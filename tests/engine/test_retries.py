"""Tries, retries, late answers, what limits them, and how outcomes are written together."""

import asyncio
from dataclasses import replace
import itertools
import time

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.engine import EngineSettings
from demo.appliances import Behaviour
from demo.specs import finger, plug, tasmota
from demo.territory import Equipment
from tests import fixtures_engine
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
    stubborn,
    until,
    until_row,
    wait_for_end,
)


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


async def test_no_try_begins_after_the_slot(world: World) -> None:
    """An order of the plan never outlives its slot, whatever the time left to retry."""
    household = await furnish(world, *plugs(1), timing=impatient(order_window=3600.0))
    household.devices["N10"].behaviour = Behaviour.SILENT
    await world.plan(10, [1])
    await world.start()
    world.clock.offset += 900 - world.clock.now() % 900 - 1.0  # type: ignore[attr-defined]
    end = (int(world.clock.now()) // 900 + 1) * 900
    shift = world.clock.offset  # type: ignore[attr-defined]
    await world.engine.run_cycle()
    await until(lambda: not world.ended(10)[-1].result.will_retry, "the last try")
    assert all(m.time + shift < end + 0.2 for m in world.fleet.recorder)
    assert world.ended(10)[-1].result.outcome is Outcome.FAILED


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
    obey, answer = world.fleet._obey, world.fleet._answer

    def count_order(device, payload) -> None:
        nonlocal most
        answering.add(device.identifier)
        most = max(most, len(answering))
        obey(device, payload)

    def count_answer(device, order) -> None:
        answering.discard(device.identifier)
        answer(device, order)

    monkeypatch.setattr(world.fleet, "_obey", count_order)
    monkeypatch.setattr(world.fleet, "_answer", count_answer)
    await world.start()
    report = await world.engine.run_cycle()
    assert report.acknowledged == 9
    assert most == 3


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
    assert len(storage.writes) <= 2
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


class TestPresses:
    """A press is made once, unless it is known not to have been made."""

    WASHER = Equipment(7, "R001", "Machine", 112, 130, (plug("V7", 21), finger("H7")))
    PAIR = Equipment(
        8, "R001", "Machine", 112, 150, (plug("V8", 21), finger("H8", 31), finger("I8", 32))
    )

    @pytest.mark.defect("D-32")
    async def test_silence_is_doubtful_and_never_pressed_again(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(0.3))
        household.devices["H7"].behaviour = Behaviour.SILENT
        await world.plan(7, [1])
        await world.start()
        report = await world.engine.run_cycle()
        assert report.doubtful == 1
        await world.engine.run_cycle()
        assert await world.fleet.recorder.quiet(0.5) == 0
        assert len(world.fleet.recorder) == 1
        row = await world.row(7)
        assert (row[MODE], row[COMMAND], row[CONTROL], row[STARTED]) == (20, 13, 15, 0)

    @pytest.mark.defect("D-49")
    async def test_a_press_reported_as_not_made_is_tried_again(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(3.0, order_window=60.0))
        household.devices["H7"].behaviour = Behaviour.ERROR
        await world.plan(7, [1])
        await world.start()
        report = await world.engine.run_cycle()
        assert report.failed == 1
        assert world.ended(7)[0].result.reason == "not_pressed"
        household.devices["H7"].behaviour = Behaviour.ACK
        last = await wait_for_end(world, 7, 2)
        assert last.result.outcome is Outcome.ACKNOWLEDGED
        assert household.devices["H7"].presses == 1  # type: ignore[attr-defined]
        await until_row(world, 7, **{MODE: 20, COMMAND: 13})

    async def test_never_made_it_stays_piloted(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(3.0))
        household.devices["H7"].behaviour = Behaviour.ERROR
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        await until(lambda: not world.ended(7)[-1].result.will_retry, "the last try")
        row = await world.row(7)
        assert (row[MODE], row[CONTROL], row[STARTED]) == (30, 25, 0)

    @pytest.mark.defect("D-39")
    @pytest.mark.parametrize(("behaviour", "mode"), [(Behaviour.ERROR, 30), (Behaviour.SILENT, 20)])
    async def test_start_is_not_pressed_on_a_machine_without_power(
        self, world: World, behaviour: Behaviour, mode: int
    ) -> None:
        ack = 3.0 if behaviour is Behaviour.ERROR else 0.3
        household = await furnish(world, self.PAIR, timing=impatient(ack))
        household.devices["H8"].behaviour = behaviour
        await world.plan(8, [1])
        await world.start()
        await world.engine.run_cycle()
        await until(lambda: not world.ended(8)[-1].result.will_retry, "the last try")
        assert household.devices["I8"].orders == 0
        row = await world.row(8)
        assert row[MODE] == mode
        assert row[STARTED] == 0
        if behaviour is Behaviour.SILENT:
            assert row[COMMAND] == 30
            assert [p.key for p in world.engine.problems] == ["sequence_broken"]
            assert len(world.fleet.recorder) == 1

    @pytest.mark.defect("D-38")
    async def test_a_continuous_plan_presses_once(self, world: World) -> None:
        await furnish(world, replace(self.WASHER, type=131))
        await world.plan(7, [1, 1, 1, 0, 1])
        await world.start()
        pressed = []
        for _ in range(4):
            await world.engine.run_cycle()
            pressed.append(len(world.fleet.recorder))
            world.clock.offset += 900  # type: ignore[attr-defined]
        assert pressed == [1, 1, 1, 1]
        assert status_of(world, 7).decision.reason == "press_cannot_stop"

    @pytest.mark.defect("D-54")
    async def test_a_finger_where_a_relay_should_be_is_never_pressed_for_off(
        self, world: World
    ) -> None:
        odd = Equipment(9, "R001", "Machine", 112, 120, (finger("O9", 11),))
        await furnish(world, odd)
        await world.start()
        result = await world.wish(9, Intent.TO_PILOTED)
        assert (result.outcome, result.reason) == (Outcome.SKIPPED, "unsupported_order")
        await world.engine.run_cycle()
        assert not world.fleet.recorder.messages
        assert "unsupported_order" in [p.key for p in world.engine.problems]


async def test_a_flapping_device_is_ordered_in_the_end(world: World) -> None:
    equipment = Equipment(10, "R001", "Machine", 112, 120, (tasmota("FLAP"),))
    household = await furnish(world, equipment, timing=impatient(0.3, order_window=60.0))
    household.devices["FLAP"]._heeded = True
    household.devices["FLAP"].behaviour = Behaviour.FLAPPING
    await world.plan(10, [1])
    await world.start()
    await world.engine.run_cycle()
    await until_row(world, 10, **{MODE: 20, COMMAND: 13})
