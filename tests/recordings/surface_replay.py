"""Says to an engine what screens, portal and PLCs said in the scenarios, on a real broker."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from demo.appliances import Fleet, Message
from demo.appliances.recorder import Recorder
from demo.parts import Broker, PostgresServer
from tests.fixtures_engine import World
from tests.fixtures_parts import fresh_database
from tests.steady_loop import LoopClock, run_steadily

from .comparison import Observed, Pace
from .corpus import PARIS, SLOT, Moment
from .replay import (
    MORNING,
    SCALE,
    _changes,
    _give,
    _orders,
    _rows,
    _settled,
    _watched,
    pace,
    timing,
)
from .told import Shown, Told, last_shown, topics

BETWEEN = 0.6
"""Seconds from one message of a scenario to the next."""
AT_ONCE = 5
"""Scenarios begun in one moment."""


@dataclass
class SurfaceReplay:
    """Scenarios told together on one broker; those to be alone have engines of their own."""

    server: PostgresServer
    broker: Broker
    moments: dict[str, Moment] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)

    @property
    def pace(self) -> Pace:
        """Return how orders are repeated."""
        return pace()

    async def run(self, told: Sequence[Told]) -> None:
        """Tell all of them."""
        together = [each for each in told if not each.scenario.isolated]
        batches = [together, *([each] for each in told if each.scenario.isolated)]
        await asyncio.gather(*(self._batch(batch) for batch in batches))

    async def _batch(self, batch: Sequence[Told]) -> None:
        scenarios = [told.scenario for told in batch]
        async with AsyncExitStack() as stack:
            database = await fresh_database(self.server)
            stack.push_async_callback(self.server.drop_database, database.name)
            owner = await database.owner.connect()
            stack.push_async_callback(owner.close)
            screens = {topic for told in batch for topic in topics(told)}
            heard = {d["command_topic"] for s in scenarios for d in s.devices.values()}
            clock = LoopClock(MORNING)
            fleet = Fleet(
                self.broker.host,
                self.broker.port,
                scale=SCALE,
                watch=sorted({*_watched(scenarios), *(screens - heard)}),
            )
            fleet.recorder = Recorder(clock.now)
            await stack.enter_async_context(fleet)
            world = World(database, self.broker, fleet, owner, timing(), clock=clock, zone=PARIS)
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
                await asyncio.sleep(message.at * SCALE - waited)
                waited = message.at * SCALE
            elif number:
                await asyncio.sleep(BETWEEN)
            said = Message(message.topic, message.payload, retain=message.retain)
            world.fleet.say([said])


def told_again(server: PostgresServer, told: Sequence[Told]) -> SurfaceReplay:
    """Tell scenarios on a broker of their own, in a steady loop of their own."""

    async def work() -> SurfaceReplay:
        async with Broker() as broker:
            replay = SurfaceReplay(server, broker)
            await replay.run(told)
            return replay

    return run_steadily(work())
