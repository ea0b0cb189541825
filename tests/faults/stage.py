"""What a run is played on: an engine in a process, servers behind proxies, appliances, an EMS.

All that is seen of them is noted in the run's history.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
import random
import time
from typing import Any, Final

import asyncpg

from demo.database import PlanRow, insert_plans, pad, quarter
from demo.parts import DATABASE_ERRORS, Broker, PostgresServer
from demo.territory import Equipment, Household, build, install
from tests.fixtures_parts import Database

from .appliances import ShakyFleet
from .history import PILOTED, SLOT, End, History, Lived, Planned, Stuck
from .house import SharedClock, Terms
from .observer import Observer, is_powered
from .proxy import Proxy
from .remote import GoneError, Nursery, Remote
from .scenario import Scenario

ROWS: Final = """
SELECT id, equipement_pilote_ou_mesure_mode_id AS mode, etat_controle_id AS control,
       etat_commande_id AS command, timestamp_derniere_programmation AS programmed
FROM bdd_coordination_schema.equipement_pilote_ou_mesure
"""
LONG: Final = 60.0
"""Seconds after which what goes on without a fault has no end."""
LOOK: Final = 0.1
OURS: Final = "custom_components/elfe_commande"
"""In a traceback: the client of MQTT has some of its own when its broker dies."""
CONNECT: Final = 2.0


async def at_most(work: Awaitable[Any], seconds: float) -> Any:
    """Return the result, `None` if there is none in time; the work goes on."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    done, _ = await asyncio.wait([task], timeout=seconds)
    return task.result() if done else None


@dataclass(frozen=True, slots=True)
class Servers:
    """What runs share: servers, and the process that engines come from."""

    postgres: PostgresServer
    broker: Broker
    nursery: Nursery


@dataclass(slots=True)
class Place:
    """Where engines live, one after the other: their documents stay."""

    folder: Path
    engine: Remote | None = None
    born: float = 0.0


@dataclass
class Stage(Observer):
    """The parts of one run."""

    servers: Servers
    scenario: Scenario
    database: Database
    folder: Path
    fleet: ShakyFleet
    to_postgres: Proxy
    to_broker: Proxy
    history: History = field(default_factory=History)
    household: Household = field(default_factory=Household)
    clock: SharedClock = field(init=False)
    places: list[Place] = field(default_factory=list)
    equipments: tuple[Equipment, ...] = ()
    _begun: int = 0

    @classmethod
    @asynccontextmanager
    async def begun(
        cls, servers: Servers, scenario: Scenario, database: Database, folder: Path
    ) -> AsyncIterator[Stage]:
        """Put the parts together; everything works."""
        broker, postgres = servers.broker, servers.postgres
        fleet = ShakyFleet(
            broker.host,
            broker.port,
            scale=scenario.scale,
            state_period=60,
            power_period=30,
            record=False,
            seed=scenario.seed,
        )
        async with (
            Proxy(postgres.host, postgres.port) as to_postgres,
            Proxy(broker.host, broker.port) as to_broker,
            fleet,
        ):
            stage = cls(servers, scenario, database, folder, fleet, to_postgres, to_broker)
            await stage.furnish()
            try:
                yield stage
            finally:
                for engine in stage.engines:
                    await engine.kill()

    # -- the parts

    async def furnish(self) -> None:
        """Install the appliances in the middle of a quarter-hour, and begin the engines."""
        # No quarter-hour begins by itself.
        self.clock = SharedClock(self.folder / "clock", 300 - time.time() % SLOT)
        history, scenario = self.history, self.scenario
        history.seed, history.fault = scenario.seed, scenario.trouble.name
        history.slot = quarter(self.clock.now())
        self.equipments = scenario.equipments()
        history.loads = [scenario.load(each) for each in self.equipments]
        async with self.owner() as connection:
            await install(connection, self.equipments, now=self.clock.now())
        self.household = build(self.equipments, clock=self.clock.now)
        await self.observe()
        await self.write_plans(pulses=0.0)
        self.places = [
            Place(self.folder / f"documents {number}")
            for number in range(1, self.scenario.trouble.engines + 1)
        ]
        for place in self.places:
            await self.begin_engine(place)
        await self.until_well()

    @property
    def engines(self) -> list[Remote]:
        """Return the engines that live."""
        found = (place.engine for place in self.places)
        return [each for each in found if each is not None and not each.ended.is_set()]

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect to the database beside the proxy."""
        connection = await asyncio.wait_for(self.database.owner.connect(), CONNECT)
        try:
            yield connection
        finally:
            connection.terminate()

    async def begin_engine(self, place: Place) -> None:
        """Begin an engine on the documents of the last one."""
        self._begun += 1
        access = self.database.access
        terms = Terms(
            folder=str(place.folder),
            report_to=self.servers.nursery.port,
            database={
                "host": self.to_postgres.host,
                "port": self.to_postgres.port,
                "database": access.database,
                "user": access.user,
                "password": access.password,
            },
            broker={"host": self.to_broker.host, "port": self.to_broker.port},
            clock=str(self.folder / "clock"),
            scale=self.scenario.scale,
            seed=self.scenario.seed * 1000 + self._begun,
            locks=self.scenario.trouble.locks,
            log=str(self.folder / "engine.log"),
        )
        place.engine = await self.servers.nursery.begin(terms, self.note)
        place.born = self.now

    async def kill_engine(self, place: Place) -> None:
        """Kill the engine of a place."""
        if (engine := place.engine) is not None:
            place.engine = None
            await engine.kill()
            self.history.lives.append(Lived(place.born, self.now, killed=True))

    async def stop_engines(self) -> None:
        """Stop every engine in order, and kill those that do not end."""
        for place in self.places:
            if (engine := place.engine) is None:
                continue
            place.engine = None
            if await at_most(_stopped(engine), LONG) is None:
                self.history.stuck.append(Stuck("a stop without an end"))
                await engine.kill()
            self.history.lives.append(Lived(place.born, self.now, killed=False))

    # -- what is noted

    async def ends(self) -> list[End]:
        """Return how devices and rows are."""
        async with self.owner() as connection:
            rows = {row["id"]: row for row in await connection.fetch(ROWS)}
        return [
            End(
                equipment.id,
                is_powered(self.fleet, equipment),
                row["mode"],
                row["control"],
                row["command"],
                row["programmed"],
            )
            for equipment in self.equipments
            for row in (rows[equipment.id],)
        ]

    def tracebacks(self) -> list[str]:
        """Return what was raised in engines, went through our own code and was caught by nobody."""
        log = self.folder / "engine.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        parts = text.split("Traceback (most recent call last)")
        return [part[:1500] for part in parts[1:] if OURS in part]

    # -- the EMS and the time

    async def write_plans(self, *, pulses: float | None = None) -> None:
        """Plan the present quarter-hour, if the database takes it; `pulses` is how probable each is.

        A load that is on by the last plan stays so from then on, whatever the EMS is kept from.
        """
        slot = quarter(self.clock.now())
        chance = random.Random(f"plans {self.scenario.seed} {slot} {len(self.history.plans)}")
        try:
            async with self.owner() as connection:
                rows = {row["id"]: row for row in await connection.fetch(ROWS)}
                plans = [
                    PlanRow(load.id, slot, decisions)
                    for load in self.history.loads
                    if rows[load.id]["mode"] == PILOTED or load.continuous
                    for decisions in (self._decisions(load.continuous, chance, pulses),)
                ]
                began = self.now
                await insert_plans(connection, plans)
        except (TimeoutError, *DATABASE_ERRORS):
            return
        self.history.plans += [Planned(began, row.machine_id, slot, row.decisions) for row in plans]

    def _decisions(
        self, continuous: bool, chance: random.Random, pulses: float | None
    ) -> tuple[int, ...]:
        if continuous:
            return pad((), fill=int(chance.random() < 0.5))
        probability = 0.3 if pulses is None else pulses
        return pad([int(chance.random() < probability)])

    async def next_slot(self, *, pulses: float | None = None) -> None:
        """Let the next quarter-hour begin: for the EMS, and by the clock."""
        self.clock.offset += SLOT
        self.history.slot = quarter(self.clock.now())
        self.note_running()
        await self.write_plans(pulses=pulses)

    async def cycle(self) -> None:
        """Have every engine run a cycle; returns at its end, or the engine's."""
        asked = (engine.ask("cycle") for engine in self.engines)
        for end in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(end, BaseException) and not isinstance(end, GoneError):
                raise end

    async def until_well(self) -> None:
        """Return once every engine runs and reaches everything."""
        for place in self.places:
            await self._until_well(place)

    async def _until_well(self, place: Place) -> None:
        until = self.now + LONG
        state: dict[str, Any] = {}
        while self.now < until:
            if place.engine is None or place.engine.ended.is_set():
                if place.engine is not None:
                    self.history.stuck.append(Stuck("the engine ended by itself"))
                await self.begin_engine(place)
            assert place.engine is not None
            state = await self._state(place.engine)
            if state.get("running") and state["broker"]:
                return
            await asyncio.sleep(LOOK)
        self.history.stuck.append(Stuck(f"not running, or nothing is reached: {state}"))

    @staticmethod
    async def _state(engine: Remote) -> dict[str, Any]:
        """Return how an engine is, nothing if it does not say."""
        with suppress(GoneError):
            return await at_most(engine.ask("state"), 5.0) or {}
        return {}

    async def until_idle(self) -> None:
        """Return once no engine is at anything any more."""
        until = self.now + LONG
        quiet = 0
        while quiet < 2:
            busy: list[str] = []
            for engine in self.engines:
                busy += (await self._state(engine)).get("busy", ["no answer"])
            quiet = 0 if busy else quiet + 1
            if self.now > until:
                self.history.stuck.append(Stuck(f"still at {', '.join(busy)}"))
                return
            await asyncio.sleep(LOOK)


async def _stopped(engine: Remote) -> bool:
    await engine.stop()
    return True
