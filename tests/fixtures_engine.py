"""Fixture: an engine on real parts, without Home Assistant."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
import itertools
import time
from typing import Any, override
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import DeviceId, EquipmentId, EquipmentTypeId, State
from custom_components.elfe_commande.core.outcome import Result, Step
from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.core.screens import Layout, Page, PageKind
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.cycle_report import CycleReport
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.engine.ground.events import Event, OrderEnded
from custom_components.elfe_commande.engine.ground.ports import Clock, Disk
from custom_components.elfe_commande.storage.postgres import (
    PostgresOwnership,
    PostgresSettings,
    PostgresStorage,
)
from demo.appliances import Fleet, Machine, Message
from demo.appliances.fleet import AnyDevice
from demo.database import PlanRow, insert_plans, insert_rows, pad, quarter
from demo.engine_host import AiomqttMessenger, MemoryDisk, SystemClock
from demo.parts import DATABASE_ERRORS, Broker
from demo.parts.process import wait_until
from demo.territory import Household
from tests.fixtures_parts import Database
from tests.hour import ZONE

SCALE = 0.02
"""A device's five seconds take a tenth of a second."""


def brisk() -> Timing:
    """Return scaled waits, and time for what is no wait: a busy machine works no faster.

    How old a proof of whose the homes are may be is the database's time.
    """
    return replace(
        Timing().scaled(SCALE),
        owner_beat=1.0,
        owner_answer=15.0,
        owner_proof=20.0,
        owner_lease=30.0,
        part_limit=60.0,
        unit_limit=30.0,
        archive_open=5.0,
        panel_answer=20.0,
        plan_source_answer=20.0,
        planner_answer=30.0,
        planner_search=20.0,
    )


EPOM = "equipement_pilote_ou_mesure"
INDICATORS = "INDICATEURS/refresh"
MARKS = "marks"
"""What is published there has come after all that was published before."""
_marks = itertools.count(1)
_PAGES: tuple[tuple[int, PageKind, int, tuple[int, ...]], ...] = (
    (2, PageKind.MACHINE, 12, (111,)),
    (3, PageKind.MACHINE, 13, (112,)),
    (4, PageKind.MACHINE, 14, (113,)),
    (5, PageKind.CAR, 15, (221,)),
    (6, PageKind.SIMPLE, 16, (131,)),
    (7, PageKind.SIMPLE, 17, (151, 155)),
)
LAYOUT = Layout(
    {
        number: Page(number, tuple(map(EquipmentTypeId, types)), kind, light)
        for number, kind, light, types in _PAGES
    },
    indicator_topic=INDICATORS,
)
"""The screens as ELFE's are laid out."""


async def _at_once() -> None:
    """Let the engine run as soon as it can."""


STANDING_TASKS = frozenset(
    {"elfe beat", "elfe rules", "elfe shedding", "elfe ownership", "elfe lookout"}
)
"""The tasks of an engine that has nothing to do."""


def engine_tasks() -> list[asyncio.Task[Any]]:
    """Return what the engines of this loop have begun."""
    return [task for task in asyncio.all_tasks() if task.get_name().startswith("elfe ")]


def is_under_way(name: str) -> bool:
    """Return whether an engine of this loop is at something of this name."""
    return any(task.get_name() == f"elfe {name}" for task in engine_tasks())


def is_busy() -> bool:
    """Return whether an engine of this loop has anything under way."""
    return any(task.get_name() not in STANDING_TASKS for task in engine_tasks())


class MortalStorage(PostgresStorage):
    """The real storage, until the process that uses it dies."""

    alive = True

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        if not self.alive:
            raise asyncio.CancelledError
        return await super().write(steps)


@dataclass
class World:
    """A database, a broker, a fleet of devices, and engines started on them.

    Restart an engine by stopping it and starting another: the disk is kept.
    """

    database: Database
    broker: Broker
    fleet: Fleet
    owner: asyncpg.Connection
    timing: Timing = field(default_factory=brisk)
    disk: Disk = field(default_factory=MemoryDisk)
    clock: Clock = field(default_factory=SystemClock)
    layout: Layout = LAYOUT
    zone: ZoneInfo = ZONE
    household: Household = field(default_factory=Household)
    """What `tests.engine.bench.furnish` installed."""
    shared: bool = False
    """Other engines may drive the same homes."""
    events: list[Event] = field(default_factory=list)
    engine: Engine = field(init=False)
    messenger: AiomqttMessenger = field(init=False)
    _storage: PostgresStorage = field(init=False)
    _messengers: list[AiomqttMessenger] = field(default_factory=list)
    _marked: bool = False
    """The fleet records marks."""
    _engines: list[Engine] = field(default_factory=list)

    async def given(
        self,
        rows: Mapping[str, Sequence[Mapping[str, Any]]],
        devices: Iterable[AnyDevice] = (),
    ) -> None:
        """Insert rows by table, and put the devices on the broker."""
        await insert_rows(self.owner, rows)
        await self.fleet.add(*devices)

    async def plan(
        self, machine_id: int, decisions: Sequence[int], *, offset: int = 0, fill: int = 0
    ) -> None:
        """Write a row of the plan that begins `offset` slots from the present one."""
        first = quarter(self.clock.now()) + offset * 900
        await insert_plans(self.owner, [PlanRow(machine_id, first, pad(decisions, fill))])

    def storage(self) -> PostgresStorage:
        """Return the storage of an engine, as the role with the least privileges."""
        return MortalStorage(self.settings())

    def settings(self) -> PostgresSettings:
        """Return how an engine reaches the database."""
        access = self.database.access
        return PostgresSettings(
            access.host, access.database, access.user, access.password, port=access.port
        )

    def ownership(self) -> PostgresOwnership | None:
        """Return what decides which homes are an engine's, if it has to be decided."""
        if not self.shared:
            return None
        settings = self._storage.settings
        return PostgresOwnership(settings, self.timing, self.disk.document("owner"))

    def connect(self) -> AiomqttMessenger:
        """Return the connection of an engine, not opened yet."""
        return AiomqttMessenger(self.broker.host, self.broker.port)

    async def start(self, *, run: bool = True) -> Engine:
        """Start an engine on the world; without `run` it is opened only."""
        self.messenger = self.connect()
        self._messengers.append(self.messenger)
        await self.messenger.open()
        self._storage = self.storage()
        self.engine = Engine(
            replace(EngineSettings(self.timing, self.zone), layout=self.layout),
            storage=self._storage,
            ownership=self.ownership(),
            messenger=self.messenger,
            disk=self.disk,
            clock=self.clock,
            notify=self.events.append,
        )
        self._engines.append(self.engine)
        await self.engine.open()
        if run:
            await self.engine.start(_at_once())
        return self.engine

    async def crash(self) -> None:
        """End the engine as a power cut does: nothing more is sent, written or saved.

        Start another on the same disk.
        """
        assert isinstance(self.disk, MemoryDisk)
        self.disk = self.disk.copy()
        storage = self.engine.rooms.rows.storage
        assert isinstance(storage, MortalStorage)
        storage.alive = False
        self._engines.remove(self.engine)
        await self.messenger.close()
        with suppress(*DATABASE_ERRORS):
            await self.database.server.disconnect()
        tasks = engine_tasks()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await storage.close()

    async def stop(self) -> None:
        """Stop every engine."""
        for engine in self._engines:
            await engine.stop()
        for messenger in self._messengers:
            await messenger.close()

    async def wish(self, machine_id: int, intent: Intent, **options: Any) -> Result:
        """Make a person's wish."""
        return await self.engine.wish(
            Wish(EquipmentId(machine_id), intent, Origin.DASHBOARD, **options)
        )

    # -- the engine at work

    def later(self, slots: int = 1) -> None:
        """Let quarter-hours pass at once."""
        assert isinstance(self.clock, SystemClock)
        self.clock.offset += slots * SLOT

    async def cycle(self, *, slots: int = 0) -> CycleReport:
        """Run a cycle, some slots later."""
        if slots:
            self.later(slots)
        return await self.engine.run_cycle()

    async def idle(self, machine_id: int, within: float = 60) -> None:
        """Return once no order of the equipment is under way, nor awaits its next try."""
        await wait_until(
            lambda: not any(is_under_way(f"{act} {machine_id}") for act in Act),
            within,
            f"the end of the order of {machine_id}",
            0.005,
        )

    async def heard(self) -> None:
        """Return once the engine heard all that was said on the broker so far."""
        mark, arrived = f"{MARKS}/{next(_marks)}", asyncio.Event()
        messenger = await self._connected()
        unsubscribe = await messenger.subscribe([mark], lambda _: arrived.set())
        self.fleet.say([Message(mark, "")])
        await asyncio.wait_for(arrived.wait(), 30)
        unsubscribe()

    async def recorded(self) -> None:
        """Return once the recorder has all that the engine published so far."""
        recorder, mark = self.fleet.recorder, str(next(_marks))
        if not self._marked:
            await self.fleet.watch(MARKS)
            self._marked = True
        await (await self._connected()).publish(MARKS, mark)
        await wait_until(lambda: mark in recorder.texts(MARKS), 30, "a mark of the engine", 0.005)
        recorder.messages[:] = [each for each in recorder.messages if each.topic != MARKS]

    async def settled(self) -> None:
        """Return once nothing more follows from what was said and asked so far.

        Devices have answered, the engine is at nothing, not even at a wait for what belongs
        together, and the recorder has all it published. Tries to come are waited for as well.
        """
        timing = self.timing
        windows = (timing.refresh_window, timing.return_window, timing.pair_window)
        # One that lasts longer is meant to outlast what is tested.
        longest = max(window for window in (0.0, *windows) if window <= 1.0)
        quiet = False
        while not quiet:
            await self._at_rest()
            before = len(self.fleet.recorder)
            await asyncio.sleep(longest)
            quiet = not is_busy()
            await self.recorded()
            quiet = quiet and len(self.fleet.recorder) == before

    async def _connected(self) -> AiomqttMessenger:
        """Return the engine's connection; where it has Home Assistant's, one of our own."""
        if not self._messengers:
            self.messenger = self.connect()
            self._messengers.append(self.messenger)
            await self.messenger.open()
        return self.messenger

    async def _at_rest(self) -> None:
        await self.heard()
        await wait_until(lambda: not is_busy(), 60, "the end of what the engine does", 0.005)
        await self.recorded()
        await self.fleet.settle()

    # -- what is there

    def machine(self, machine_id: int) -> Machine:
        """Return the machine of an equipment."""
        return self.household.machine(machine_id)

    def device(self, identifier: str) -> AnyDevice:
        """Return a device."""
        return self.household.devices[identifier]

    def told(self, identifier: str) -> list[str]:
        """Return what a device was ordered so far, heeded or not."""
        return self.orders(self.device(identifier).topics.command)

    async def until_told(self, identifier: str, count: int = 1) -> None:
        """Return once a device was given so many orders."""
        orders = f"orders to {identifier}"
        await wait_until(lambda: len(self.told(identifier)) >= count, 30, orders, 0.005)

    async def meter(self, identifier: str) -> None:
        """Have a device report its power; returns once the engine heard it."""
        before = self._heard(identifier)
        self.fleet.say(self.device(identifier).power())
        await wait_until(
            lambda: self._heard(identifier) > before, 30, f"the power of {identifier}", 0.005
        )

    def _heard(self, identifier: str) -> float:
        """Return when the engine heard a power of the device last, on the loop's clock."""
        device = DeviceId(identifier)
        found = (status.observations.get(device) for status in self.engine.statuses.values())
        return max((seen.power_at for seen in found if seen is not None), default=0.0)

    async def row(self, machine_id: int) -> dict[str, Any]:
        """Return the equipment's row as it is in the database."""
        record = await self.owner.fetchrow(
            f"SELECT * FROM bdd_coordination_schema.{EPOM} WHERE id = $1",
            machine_id,
        )
        return dict(record)

    def orders(self, topic: str) -> list[str]:
        """Return what was published on a command topic."""
        return self.fleet.recorder.texts(topic)

    def ended(self, machine_id: int) -> list[OrderEnded]:
        """Return the ends of the equipment's orders so far."""
        return [
            e for e in self.events if isinstance(e, OrderEnded) and e.equipment_id == machine_id
        ]


@pytest.fixture
async def world(
    database: Database, broker: Broker, owner: asyncpg.Connection
) -> AsyncIterator[World]:
    """A world with a fresh database and no equipment; its engines are stopped at the end."""
    watch = (INDICATORS,)
    async with Fleet(broker.host, broker.port, scale=SCALE, watch=watch) as fleet:
        world = World(database, broker, fleet, owner)
        try:
            yield world
        finally:
            await world.stop()


@pytest.fixture
async def unplugged(
    database: Database, own_broker: Broker, owner: asyncpg.Connection
) -> AsyncIterator[World]:
    """A world whose broker may be stopped."""
    async with Fleet(own_broker.host, own_broker.port, scale=SCALE) as fleet:
        world = World(database, own_broker, fleet, owner)
        yield world
        await world.stop()


def now() -> int:
    """Return the unix time."""
    return int(time.time())
