"""Fixture: an engine on real parts, without Home Assistant."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
import time
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from custom_components.elfe_commande.core.model import EquipmentId, EquipmentTypeId
from custom_components.elfe_commande.core.outcome import Result
from custom_components.elfe_commande.core.screens import Layout, Page, PageKind
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.engine.events import Event, OrderEnded
from custom_components.elfe_commande.engine.ports import Clock, Disk
from custom_components.elfe_commande.storage.postgres import PostgresSettings, PostgresStorage
from demo.appliances import Fleet
from demo.appliances.fleet import AnyDevice
from demo.database import PlanRow, insert_plans, insert_rows, pad, quarter
from demo.engine_host import AiomqttMessenger, MemoryDisk, SystemClock
from demo.parts import Broker
from tests.fixtures_parts import Database

SCALE = 0.02
"""A device's five seconds take a tenth of a second."""
PARIS = ZoneInfo("Europe/Paris")
EPOM = "equipement_pilote_ou_mesure"
INDICATORS = "INDICATEURS/refresh"
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


STANDING_TASKS = frozenset({"elfe beat", "elfe rules", "elfe shedding"})
"""The tasks of an engine that has nothing to do."""


def is_busy() -> bool:
    """Return whether an engine of this loop has anything under way."""
    names = (task.get_name() for task in asyncio.all_tasks())
    return any(name.startswith("elfe ") and name not in STANDING_TASKS for name in names)


@dataclass
class World:
    """A database, a broker, a fleet of devices, and engines started on them.

    Restart an engine by stopping it and starting another: the disk is kept.
    """

    database: Database
    broker: Broker
    fleet: Fleet
    owner: asyncpg.Connection
    timing: Timing = field(default_factory=lambda: Timing().scaled(SCALE))
    disk: Disk = field(default_factory=MemoryDisk)
    clock: Clock = field(default_factory=SystemClock)
    layout: Layout = LAYOUT
    events: list[Event] = field(default_factory=list)
    engine: Engine = field(init=False)
    messenger: AiomqttMessenger = field(init=False)
    _messengers: list[AiomqttMessenger] = field(default_factory=list)
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
        access = self.database.access
        return PostgresStorage(
            PostgresSettings(
                access.host, access.database, access.user, access.password, port=access.port
            )
        )

    def connect(self) -> AiomqttMessenger:
        """Return the connection of an engine, not opened yet."""
        return AiomqttMessenger(self.broker.host, self.broker.port)

    async def start(self, *, run: bool = True) -> Engine:
        """Start an engine on the world; without `run` it is opened only."""
        self.messenger = self.connect()
        self._messengers.append(self.messenger)
        await self.messenger.open()
        self.engine = Engine(
            replace(EngineSettings(self.timing, PARIS), layout=self.layout),
            storage=self.storage(),
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

    async def row(self, machine_id: int) -> dict[str, Any]:
        """Return the equipment's row as it is in the database."""
        record = await self.owner.fetchrow(
            f"SELECT * FROM bdd_coordination_schema.{EPOM} WHERE id = $1",
            machine_id,
        )
        return dict(record)

    def orders(self, topic: str) -> list[str]:
        """Return what was published on a command topic, questions about the state left out."""
        texts = self.fleet.recorder.texts(topic)
        return [text for text in texts if text and "Switch.GetStatus" not in text]

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


def now() -> int:
    """Return the unix time."""
    return int(time.time())
