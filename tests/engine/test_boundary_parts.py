"""What the engine reads from, draws on and is asked at may fail: everything else goes on."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, override

import pytest

from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.rules import Measurement
from custom_components.elfe_commande.drivers import DRIVERS
from custom_components.elfe_commande.engine.ground.ports import AllSources, Sources, Unsubscribe
from custom_components.elfe_commande.interfaces.hasp import Hasp
from demo.engine_host import AiomqttMessenger
from tests import fixtures_engine
from tests.fixtures_engine import World

from .bench import calm, furnish, lose_patience, stubborn, until
from .boundary import BOTH, HEATER, MACHINE, TANK, BrokenError, soon, tracebacks
from .test_surplus import TANKS, Sensor, adopt, minute, rule
from .wall import HALL, NEIGHBOUR, Wall, dryer, washer


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
    await furnish(world, MACHINE, TANK, timing=calm())
    lose_patience(world, MACHINE.devices[0].type)
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
