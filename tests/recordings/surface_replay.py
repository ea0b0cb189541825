"""Says to an engine what screens, portal and PLCs said in the scenarios, on a real broker."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import time

from demo.appliances import Fleet, Message
from demo.engine_host import SystemClock
from demo.parts import Broker, PostgresServer
from tests.fixtures_engine import World
from tests.fixtures_parts import fresh_database

from .comparison import Observed, Pace
from .corpus import SLOT, Moment
from .replay import (
    MORNING,
    SCALES,
    WINDOW,
    Timing,
    _changes,
    _give,
    _orders,
    _rows,
    _settled,
    _watched,
    timing,
)
from .told import Shown, Told, last_shown, topics

BETWEEN = 0.6
"""Seconds from one message of a scenario to the next."""
LAG = 0.1
"""Seconds the loop may be late by; the screens are drawn on besides."""
AT_ONCE = 5
"""Scenarios begun in one moment."""


@dataclass
class SurfaceReplay:
    """Scenarios told together on one broker; those to be alone have engines of their own."""

    server: PostgresServer
    broker: Broker
    scale: float
    moments: dict[str, Moment] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)
    lag: float = 0.0

    @property
    def pace(self) -> Pace:
        """Return how orders are repeated."""
        waits = Timing()
        return Pace(self.scale, waits.retry_first, waits.retry_max, WINDOW)

    async def run(self, told: Sequence[Told]) -> None:
        """Tell all of them."""
        together = [each for each in told if not each.scenario.isolated]
        batches = [together, *([each] for each in told if each.scenario.isolated)]
        watch = asyncio.create_task(self._watch_lag())
        await asyncio.gather(*(self._batch(batch) for batch in batches))
        watch.cancel()

    async def _watch_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 0.02
            await asyncio.sleep(0.02)
            self.lag = max(self.lag, loop.time() - due)

    async def _batch(self, batch: Sequence[Told]) -> None:
        scenarios = [told.scenario for told in batch]
        async with AsyncExitStack() as stack:
            database = await fresh_database(self.server)
            stack.push_async_callback(self.server.drop_database, database.name)
            owner = await database.owner.connect()
            stack.push_async_callback(owner.close)
            screens = {topic for told in batch for topic in topics(told)}
            heard = {d["command_topic"] for s in scenarios for d in s.devices.values()}
            fleet = Fleet(
                self.broker.host,
                self.broker.port,
                scale=self.scale,
                watch=sorted({*_watched(scenarios), *(screens - heard)}),
            )
            await stack.enter_async_context(fleet)
            clock = SystemClock(MORNING - time.time())
            world = World(database, self.broker, fleet, owner, timing(self.scale), clock=clock)
            stack.push_async_callback(world.stop)
            moment = Moment(int(clock.now()))
            await _give(world, scenarios, moment)
            fleet.say(
                Message(m.topic, m.payload, retain=True) for told in batch for m in told.before
            )
            await fleet.settle()
            before = await _rows(owner)
            await world.start()
            began = int(clock.now())
            await self._tell(world, batch)
            await asyncio.sleep(1.0)
            await _settled()
            await asyncio.sleep(0.3)
            ended = int(clock.now())
            assert ended < moment.quarter + SLOT, "the run is not over within a slot"
            after = await _rows(owner)
            for told in batch:
                scenario = told.scenario
                self.moments[told.name] = moment
                self.observed[told.name] = Observed(
                    _changes(scenario, before, after), _orders(scenario, fleet), began, ended
                )
                mine = set(topics(told))
                lines = [(m.topic, m.text) for m in fleet.recorder if m.topic in mine]
                self.shown[told.name] = last_shown(lines)

    async def _tell(self, world: World, batch: Sequence[Told]) -> None:
        async with asyncio.TaskGroup() as group:
            for made, told in enumerate(batch, 1):
                group.create_task(self._say(world, told))
                await asyncio.sleep(0 if made % AT_ONCE else 0.1)

    async def _say(self, world: World, told: Told) -> None:
        waited = 0.0
        for number, message in enumerate(told.messages):
            if message.at is not None:
                await asyncio.sleep(message.at * self.scale - waited)
                waited = message.at * self.scale
            elif number:
                await asyncio.sleep(BETWEEN)
            said = Message(message.topic, message.payload, retain=message.retain)
            world.fleet.say([said])


def told_again(server: PostgresServer, told: Sequence[Told]) -> SurfaceReplay:
    """Tell scenarios on a broker of their own; once more, slower, if the machine was busy."""

    async def work(scale: float) -> SurfaceReplay:
        async with Broker() as broker:
            replay = SurfaceReplay(server, broker, scale)
            await replay.run(told)
            return replay

    def attempt(scale: float) -> SurfaceReplay:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(work(scale))

    usual, slow = SCALES
    replay = attempt(usual)
    return replay if replay.lag <= LAG else attempt(slow)
