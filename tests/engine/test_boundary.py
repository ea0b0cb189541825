"""Nothing outside stops the engine: listeners, sources, rules and screens may raise or never end."""

import asyncio
from typing import Any, override

import pytest

from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.goals.reconcile import Reconcile
from custom_components.elfe_commande.engine.ground.events import (
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    LifecycleChanged,
    ModeChanged,
    OrderEnded,
    PlanReceived,
)
from custom_components.elfe_commande.engine.ground.ports import PlansRead
from demo.appliances import Behaviour
from demo.engine_host import MemoryDocument
from tests.fixtures_engine import World

from .bench import MODE, StubbornStorage, calm, furnish, pass_slots, stubborn, until
from .boundary import BOTH, HEATER, MACHINE, TANK, WASHING, BrokenError, Ears, soon, tracebacks


@pytest.mark.parametrize(
    "kind",
    [
        CycleEnded,
        EquipmentChanged,
        InventoryChanged,
        LifecycleChanged,
        ModeChanged,
        OrderEnded,
        PlanReceived,
    ],
)
async def test_a_listener_that_raises_each_time_stops_nothing(
    world: World, caplog: pytest.LogCaptureFixture, kind: type[Event]
) -> None:
    household = await furnish(world, MACHINE, TANK)
    world.events = Ears(lambda event: isinstance(event, kind))
    for number in BOTH:
        await world.plan(number, [1])
    engine = await soon(world.start())

    assert (await soon(engine.run_cycle())).acknowledged == 2
    assert [household.devices[name].on for name in ("Z102", "Z103")] == [True, True]
    assert (await world.row(WASHING))[MODE] == Mode.MANUAL
    for intent in (Intent.FORCED_OFF, Intent.TO_PILOTED):
        for number in BOTH:
            assert (await soon(world.wish(number, intent))).outcome is Outcome.ACKNOWLEDGED
    assert (await soon(engine.run_cycle())).not_ended == 0
    await soon(engine.stop())

    assert engine.lifecycle.code is Code.STOPPED
    assert isinstance(world.events, Ears)
    assert sum(map(world.events.raises, world.events)) > 0
    [line] = tracebacks(caplog)
    assert kind.__name__ in line.getMessage()


async def test_a_listener_that_raises_at_one_load_costs_no_other_anything(world: World) -> None:
    await furnish(world, MACHINE, TANK)
    world.events = Ears(lambda e: isinstance(e, OrderEnded) and e.equipment_id == WASHING)
    for number in BOTH:
        await world.plan(number, [1])
    engine = await world.start()
    reports = await soon(asyncio.gather(engine.run_cycle(), engine.run_cycle()))
    assert [report.acknowledged for report in reports] == [2, 2]
    assert len(world.ended(HEATER)) == len(world.ended(WASHING)) == 1


async def test_a_press_is_settled_whoever_is_told_of_it(world: World) -> None:
    """Claims close and rows are written though everything that is told raises."""
    await furnish(world, MACHINE, TANK)
    world.events = Ears(lambda _: True)
    await world.plan(WASHING, [1])
    engine = await soon(world.start())
    await soon(engine.run_cycle())
    await soon(engine.stop())
    world.events = Ears(lambda _: False)
    engine = await world.start()
    assert not engine.unclean_stop
    assert engine.problems == ()
    assert (await world.row(WASHING))[MODE] == Mode.MANUAL


# -- a cycle has an end


async def test_a_cycle_ends_though_an_order_does_not(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, MACHINE, TANK, timing=calm(fresh_for=0.0, cycle_limit=2.0))
    for number in BOTH:
        await world.plan(number, [1])
    storage = stubborn(world)
    engine = await world.start()
    storage.flowing.clear()

    report, joined = await soon(asyncio.gather(engine.run_cycle(), engine.run_cycle()))

    assert report is joined
    assert (report.not_ended, report.acknowledged, report.degraded) == (2, 0, False)
    assert "2 orders go on: equipments 2, 3" in caplog.text
    assert engine.last_cycle is report
    storage.flowing.set()
    await until(lambda: all(world.orders(d.topics.command) for d in TANK.devices), "the orders")
    for number in BOTH:
        await world.idle(number)
    assert (await soon(engine.run_cycle())).not_ended == 0
    await until(lambda: status_on(world, HEATER), "the heater on")


def status_on(world: World, number: int) -> bool:
    return world.engine.statuses[EquipmentId(number)].reported_on is True


class SilentPlans(StubbornStorage):
    """Rows come, plans never do while it is `deaf`."""

    deaf = False

    @override
    async def read_plans(self, slot: int) -> PlansRead:
        if self.deaf:
            await asyncio.Event().wait()
        return await super().read_plans(slot)


async def test_plans_that_never_come_are_not_waited_for(world: World) -> None:
    await furnish(world, TANK, timing=calm(cycle_limit=5.0))
    await world.plan(HEATER, [0, 1])
    storage = SilentPlans(world.storage())
    world.storage = lambda: storage  # type: ignore[method-assign]
    engine = await world.start()
    await soon(engine.run_cycle())
    storage.deaf = True
    pass_slots(world, 1)

    report = await soon(engine.run_cycle())

    assert (report.degraded, report.acknowledged) == (True, 1)
    assert not engine.connected
    storage.deaf = False
    assert not (await soon(engine.run_cycle())).degraded
    assert engine.connected


async def test_what_no_storage_should_raise_ends_no_cycle(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK)
    await world.plan(HEATER, [0, 1])
    storage = stubborn(world)
    engine = await world.start()
    await soon(engine.run_cycle())

    async def fail() -> None:
        raise BrokenError

    monkeypatch.setattr(storage, "read_inventory", fail)
    pass_slots(world, 1)
    reports = [await soon(engine.run_cycle()) for _ in range(3)]

    assert [report.degraded for report in reports] == [True] * 3
    assert reports[0].acknowledged == 1
    assert len(tracebacks(caplog)) == 1


async def test_a_disk_that_never_answers_ends_no_cycle(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK, timing=calm(cycle_limit=3.0, part_limit=1.0))
    await world.plan(HEATER, [1])
    engine = await world.start()
    disk = world.disk.document("memory")
    assert isinstance(disk, MemoryDocument)

    async def hang(_: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(disk, "save", hang)
    reports = [await soon(engine.run_cycle()) for _ in range(2)]
    assert reports[0].acknowledged == 1
    assert caplog.text.count("What a restart needs could not be stored") == 1


@pytest.mark.parametrize("method", ["goal", "look"])
async def test_a_load_that_nobody_can_decide_about_costs_no_other_its_turn(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    await furnish(world, MACHINE, TANK)
    for number in BOTH:
        await world.plan(number, [1])
    real = getattr(Reconcile, method)

    def decide(self: Reconcile, status: Any, slot: int) -> Any:
        if status.equipment.id == WASHING:
            raise BrokenError
        return real(self, status, slot)

    monkeypatch.setattr(Reconcile, method, decide)
    engine = await soon(world.start())
    reports = [await soon(engine.run_cycle()) for _ in range(2)]
    assert reports[0].acknowledged == 1
    assert "Equipment 2 cannot be decided about" in caplog.text
    assert len({record.getMessage() for record in tracebacks(caplog)}) == len(tracebacks(caplog))


async def test_whoever_waits_for_a_cycle_hears_of_the_stop(world: World) -> None:
    household = await furnish(world, TANK)
    household.devices["Z103"].behaviour = Behaviour.SILENT
    await world.plan(HEATER, [1])
    engine = await world.start()
    asked = asyncio.create_task(engine.run_cycle())
    await world.fleet.recorder.wait(topic=TANK.devices[0].topics.command)
    await soon(engine.stop())
    with pytest.raises(NotRunningError):
        await soon(asked)


async def test_whoever_wishes_waits_for_a_time_only(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK, timing=calm(fresh_for=0.0, wish_limit=0.5))
    storage = stubborn(world)
    await world.start()
    storage.flowing.clear()

    result = await soon(world.wish(HEATER, Intent.TO_MANUAL))

    assert (result.outcome, result.reason) == (Outcome.FAILED, "not_ended")
    assert (result.will_retry, result.on) == (True, True)
    assert "No end in time of a wish" in caplog.text
    storage.flowing.set()
    await until(lambda: world.ended(HEATER), "the end of the order")
    assert world.ended(HEATER)[-1].result.outcome is Outcome.ACKNOWLEDGED


# -- what feeds it
