"""Nothing outside stops the engine: listeners, sources, rules and screens may raise or never end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
import logging
from typing import Any, override

import pytest

from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.rules import Measurement
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.drivers import DRIVERS
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
from custom_components.elfe_commande.engine.ground.ports import (
    AllSources,
    PlansRead,
    Sources,
    Unsubscribe,
)
from custom_components.elfe_commande.interfaces.hasp import Hasp
from demo.appliances import Behaviour
from demo.engine_host import AiomqttMessenger, MemoryDocument
from demo.specs import plug, relay
from demo.territory import Equipment
from tests import fixtures_engine
from tests.fixtures_engine import World

from .bench import MODE, StubbornStorage, calm, furnish, pass_slots, stubborn, until
from .test_surplus import TANKS, Sensor, adopt, minute, rule
from .wall import HALL, NEIGHBOUR, Wall, dryer, washer

WASHING, HEATER = 2, 3
MACHINE = Equipment(WASHING, "R001", "Lave-linge", 112, 120, (plug("Z102"),), cycle=7200)
TANK = Equipment(HEATER, "R001", "Ballon", 131, 140, (relay("Z103"),))
BOTH = (WASHING, HEATER)
LONG = 30.0
"""Seconds in which whatever is awaited here must have ended."""


class BrokenError(Exception):
    """What whoever is told raises."""


async def soon[T](work: Awaitable[T]) -> T:
    """Return what comes of work that must not hang."""
    async with asyncio.timeout(LONG):
        return await work


class Ears(list[Event]):
    """Hears everything, and raises at what it is told to."""

    def __init__(self, raises: Callable[[Event], bool]) -> None:
        super().__init__()
        self.raises = raises

    @override
    def append(self, event: Event) -> None:
        super().append(event)
        if self.raises(event):
            raise BrokenError(event)


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.exc_info]


# -- who is told of everything


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
    await furnish(world, TANK, timing=calm(cycle_limit=3.0))
    await world.plan(HEATER, [1])
    engine = await world.start()
    disk = world.disk.document("memory")
    assert isinstance(disk, MemoryDocument)

    async def hang(_: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(disk, "save", hang)
    reports = [await soon(engine.run_cycle()) for _ in range(2)]
    assert reports[0].acknowledged == 1
    assert caplog.text.count("What a restart needs is not stored") == 1


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


class Source(Sources):
    """A source that fails as it is told to."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.steps: list[str] = []

    @override
    async def open(self) -> None:
        await self._step("open")

    @override
    async def close(self) -> None:
        await self._step("close")

    async def _step(self, step: str) -> None:
        self.steps.append(step)
        if self.fault == f"raises at {step}":
            raise BrokenError("no port")
        if self.fault == f"hangs at {step}":
            await asyncio.Event().wait()


def feed(monkeypatch: pytest.MonkeyPatch, *sources: Source) -> None:
    """Let the next engine of the world have these sources."""
    make = partial(fixtures_engine.Engine, sources=AllSources(*sources))
    monkeypatch.setattr(fixtures_engine, "Engine", make)


@pytest.mark.parametrize("fault", ["raises at open", "hangs at open"])
async def test_a_source_that_cannot_be_opened_prevents_no_start(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    await furnish(world, TANK, timing=calm(part_limit=1.0))
    await world.plan(HEATER, [1])
    first, second = Source(fault), Source()
    feed(monkeypatch, first, second)
    engine = await soon(world.start())

    assert engine.lifecycle.running
    [problem] = engine.problems
    assert problem.key == "part_not_started"
    assert (await soon(engine.run_cycle())).acknowledged == 1
    if fault == "raises at open":
        assert second.steps == ["open"]
        assert problem.placeholders["detail"] == "no port"


@pytest.mark.parametrize("fault", ["raises at close", "hangs at close"])
async def test_a_source_that_cannot_be_closed_leaves_nothing_else_open(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    await furnish(world, TANK, timing=calm(part_limit=1.0))
    first, second = Source(), Source(fault)
    feed(monkeypatch, first, second)
    closed = watch_closing(world)
    engine = await world.start()
    await soon(engine.stop())

    assert closed == ["storage"]
    assert engine.lifecycle.code is Code.STOPPED
    assert "at the stop" in caplog.text
    assert ": sources" in caplog.text
    if fault == "raises at close":
        assert first.steps == ["open", "close"]
    monkeypatch.undo()
    assert not (await world.start()).unclean_stop


def watch_closing(world: World) -> list[str]:
    """Return a list that tells when the storage of the next engine is closed."""
    closed: list[str] = []
    storage = stubborn(world)
    close = storage.close

    async def tell() -> None:
        closed.append("storage")
        await close()

    storage.close = tell  # type: ignore[method-assign]
    return closed


async def test_subscriptions_that_cannot_be_ended_leave_nothing_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(world, TANK)
    closed = watch_closing(world)
    subscribe = AiomqttMessenger.subscribe

    def fail() -> None:
        raise BrokenError

    async def for_good(*arguments: Any, **options: Any) -> Any:
        await subscribe(*arguments, **options)
        return fail

    monkeypatch.setattr(AiomqttMessenger, "subscribe", for_good)
    engine = await world.start()
    await soon(engine.stop())
    assert closed == ["storage"]
    assert engine.lifecycle.code is Code.STOPPED


async def test_topics_that_cannot_be_had_prevent_no_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(world, MACHINE, TANK)
    await world.plan(HEATER, [1])
    subscribe = fixtures_engine.AiomqttMessenger.subscribe

    async def refuse(self: Any, topics: Any, handler: Any) -> Unsubscribe:
        wanted = tuple(topics)
        if any("Z102" in topic or "hasp" in topic for topic in wanted):
            raise BrokenError
        return await subscribe(self, wanted, handler)

    monkeypatch.setattr(fixtures_engine.AiomqttMessenger, "subscribe", refuse)
    engine = await soon(world.start())
    assert (await soon(engine.run_cycle())).acknowledged == 1


async def test_a_driver_that_raises_takes_no_other_device_along(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection to the broker hears of no mistake of ours: it would end."""
    await furnish(world, MACHINE, TANK, timing=calm(ack=0.5))
    for number in BOTH:
        await world.plan(number, [1])
    driver = DRIVERS[MACHINE.devices[0].type]
    monkeypatch.setattr(type(driver), "read", lambda *_: (_ for _ in ()).throw(BrokenError))
    engine = await world.start()
    report = await soon(engine.run_cycle())
    assert (report.acknowledged, report.failed) == (1, 1)
    assert world.messenger.connected
    assert {record.exc_info[0] for record in tracebacks(caplog) if record.exc_info} == {BrokenError}
    assert len(tracebacks(caplog)) == 1


# -- rules and screens


class Unreadable(Sensor):
    """A rule's inputs whose source raises while it is `broken`."""

    broken = True

    @override
    def read(self) -> Mapping[str, Measurement]:
        if self.broken:
            raise BrokenError
        return super().read()


async def test_a_rule_that_cannot_be_read_or_shown_stops_no_other_rule(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor, unreadable = Sensor(world.clock), Unreadable(world.clock)

    def fail() -> None:
        raise BrokenError

    first = rule(1, priority=1)
    engine.surplus.adopt("rule-1", "Illisible", first, unreadable, lambda: None)
    second = rule(2, priority=2)
    engine.surplus.adopt("rule-2", "Invisible", second, sensor, fail)
    adopt(engine, sensor, rule(3, priority=3))

    moves = [await minute(world, sensor, surplus=9000) for _ in range(3)]

    assert moves == [[2], [3], []]
    assert len(tracebacks(caplog)) == 2
    unreadable.broken = False
    unreadable.report(surplus=9000)
    assert await minute(world, sensor, surplus=9000) == [1]


async def test_what_cannot_be_drawn_keeps_nothing_else_from_the_screens(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wall = await Wall.of(world, washer(), dryer())
    show = Hasp.show

    def draw(self: Hasp, screen: Any, view: Any) -> Any:
        if screen.plate == HALL:
            raise BrokenError
        return show(self, screen, view)

    monkeypatch.setattr(Hasp, "show", draw)
    for _ in range(2):
        world.fleet.recorder.clear()
        assert await soon(world.engine.refresh_screens()) == 3
        await until(lambda: wall.lines(NEIGHBOUR), "the neighbour's screen")
        assert wall.lines(HALL) == []
    assert len(tracebacks(caplog)) == 1


async def test_a_surface_that_cannot_read_a_message_reads_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wall = await Wall.of(world, washer())
    read = Hasp.read
    faults = [BrokenError(), BrokenError()]

    def take(self: Hasp, topic: str, payload: bytes, **options: Any) -> Any:
        if faults:
            raise faults.pop()
        return read(self, topic, payload, **options)

    monkeypatch.setattr(Hasp, "read", take)
    hall = wall.screen(HALL)
    for word in ("offline", "offline", "offline"):
        wall.say(hall.topics.lwt, word)
    await until(lambda: False in {s.online for s in world.engine.screens.values()}, "the absence")
    assert not faults
    assert len(tracebacks(caplog)) == 1
