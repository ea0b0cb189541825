"""Whatever arrives on any topic: no exception, and nothing ordered or written without cause.

10,000 messages; ELFE_FUZZ_MESSAGES says how many instead.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass, field
import os
from typing import Any, override

from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
import pytest

from custom_components.elfe_commande.engine.ground.ports import Arrival, Handler, Unsubscribe
from demo.appliances import Fleet
from demo.appliances.recorder import is_question
from demo.engine_host import AiomqttMessenger
from demo.parts import Broker, PostgresServer
from demo.territory import two_homes
from tests.fixtures_engine import SCALE, World, is_busy
from tests.fixtures_parts import fresh_database

from .bench import calm, furnish, stubborn
from .hostile import Hostile, messages

MESSAGES = int(os.environ.get("ELFE_FUZZ_MESSAGES", "10000"))
BATCH = 100
SEED = 20261125


class Tap(AiomqttMessenger):
    """A connection into which messages are put, and whose orders are noted."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.told: list[tuple[str, str]] = []
        self.filters: dict[str, list[Handler]] = {}

    @override
    async def publish(self, topic: str, payload: str) -> None:
        self.told.append((topic, payload))
        await super().publish(topic, payload)

    @override
    async def subscribe(self, topics: Any, handler: Handler) -> Unsubscribe:
        for topic in topics:
            self.filters.setdefault(topic, []).append(handler)
        return await super().subscribe(topics, handler)

    def put(self, message: Hostile) -> None:
        """Hand a message to everybody who listens to its topic."""
        at = asyncio.get_running_loop().time()
        arrival = Arrival(message.topic, message.payload, message.retained, at)
        levels = message.topic.split("/")
        for wanted, handlers in self.filters.items():
            if _matches(wanted.split("/"), levels):
                for handler in handlers:
                    handler(arrival)


def _matches(wanted: Sequence[str], levels: Sequence[str]) -> bool:
    return len(wanted) == len(levels) and all(
        each in ("+", level) for each, level in zip(wanted, levels, strict=True)
    )


@dataclass
class Siege:
    """An engine on two homes of every kind of device, and what became of the messages."""

    world: World
    tap: Tap
    storage: Any
    screens: frozenset[str]
    delivered: int = 0
    meant: int = 0
    raised: list[str] = field(default_factory=list)

    @property
    def done(self) -> tuple[int, int, list[tuple[str, str]]]:
        """Return what was written, and ordered, screens and questions left out."""
        orders = [
            (topic, payload)
            for topic, payload in self.tap.told
            if topic not in self.screens and not is_question(topic, payload.encode())
        ]
        return len(self.storage.writes), len(self.storage.ends), orders

    async def deliver(self, batch: Sequence[Hostile]) -> None:
        """Put messages in; those that are no more than noise first."""
        noise = [message for message in batch if not message.may_be_acted_upon]
        before = self.done
        self._put(noise)
        await self.settled()
        assert self.done == before, noise
        meant = [message for message in batch if message.may_be_acted_upon]
        self._put(meant)
        await self.settled()
        self.delivered += len(batch)
        self.meant += len(meant)
        assert not self.raised

    def _put(self, batch: Sequence[Hostile]) -> None:
        for message in batch:
            self.tap.put(message)

    async def settled(self) -> None:
        """Return once nothing is under way."""
        quiet = 0
        async with asyncio.timeout(60):
            while quiet < 2:
                quiet = (
                    0 if is_busy() or self.world.engine.rooms.rows.write_back.pending else quiet + 1
                )
                await asyncio.sleep(0.005)


async def besiege(stack: AsyncExitStack, server: PostgresServer, broker: Broker) -> Siege:
    database = await fresh_database(server)
    stack.push_async_callback(server.drop_database, database.name)
    owner = await database.owner.connect()
    stack.push_async_callback(owner.close)
    fleet = await stack.enter_async_context(Fleet(broker.host, broker.port, scale=SCALE))
    world = World(database, broker, fleet, owner)
    stack.push_async_callback(world.stop)
    waits = {"pair_window": 0.0, "refresh_window": 0.0, "write_window": 0.001}
    household = await furnish(world, *two_homes(), timing=calm(ack=1.0, **waits))
    storage = stubborn(world)
    tap = Tap(broker.host, broker.port)
    world.connect = lambda: tap  # type: ignore[method-assign]
    await world.start()
    await world.engine.run_cycle()
    screens = {screen.topics.command for screen in household.screens.values()}
    siege = Siege(world, tap, storage, frozenset({*screens, world.layout.indicator_topic}))

    def raised(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        siege.raised.append(repr(context))

    asyncio.get_running_loop().set_exception_handler(raised)
    await siege.settled()
    return siege


@pytest.fixture
def runner(sockets_allowed: Callable[[], AbstractContextManager[None]]) -> Iterator[asyncio.Runner]:
    with sockets_allowed(), asyncio.Runner(loop_factory=asyncio.new_event_loop) as found:
        yield found


@pytest.mark.timeout(3600)
@pytest.mark.defect("D-13", "D-74")
def test_hostile_messages(
    runner: asyncio.Runner,
    postgres_server: PostgresServer,
    broker: Broker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stack = AsyncExitStack()
    siege = runner.run(besiege(stack, postgres_server, broker))
    topics = [topic for topic in siege.tap.filters if "+" not in topic]

    @seed(SEED)
    @settings(
        max_examples=-(-MESSAGES // BATCH),
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(messages(topics), min_size=BATCH, max_size=BATCH))
    def attack(batch: list[Hostile]) -> None:
        runner.run(siege.deliver(batch))

    try:
        attack()
        rows = runner.run(siege.world.owner.fetchval(COUNT))
    finally:
        runner.run(stack.aclose())
    assert siege.delivered >= MESSAGES
    assert siege.meant > MESSAGES / 200, "what is meant is among it: the oracle is not blind"
    assert rows == len(two_homes())
    ours = [r for r in caplog.records if r.name.startswith("custom_components.elfe_commande")]
    assert not [r.getMessage() for r in ours if r.exc_info or r.levelname == "ERROR"]


COUNT = "SELECT count(*) FROM bdd_coordination_schema.equipement_pilote_ou_mesure"
