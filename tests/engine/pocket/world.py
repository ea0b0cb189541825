"""The house of the laboratory on parts in memory, and all that happens around it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
import logging
import random
from typing import Any, override

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.plan import DayPlan, slot_start
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.engine.ground.ports import Clock
from custom_components.elfe_commande.storage.local import Definition
from demo.territory import PILOTED, Household, build
from tests.faults.appliances import HONEST
from tests.faults.checker import Violation, check
from tests.faults.history import SLOT, Answered, End, History, Lived, Planned, Stuck, Wished
from tests.faults.house import PARIS, House, Terms
from tests.faults.observer import Observer, is_powered
from tests.faults.scenario import TROUBLES, Scenario

from .bus import Bus, Line, PocketFleet
from .leaps import LoopClock
from .storage import PocketDisk, Session, Tables, equipment_of

STATE_PERIOD, POWER_PERIOD = 300.0, 120.0


@dataclass(slots=True)
class PocketHouse(House):
    """The house of the laboratory, on parts of this world."""

    world: PocketWorld = field(kw_only=True)
    storage: Session = field(init=False)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        """Put the parts together."""
        world = self.world
        self.clock = world.clock
        self.storage, self.line = Session(world.tables), Line(world.bus)
        self.messenger = self.line  # type: ignore[assignment]
        self.engine = self._build()

    @override
    def _build(self) -> Engine:
        return Engine(
            EngineSettings(Timing(), PARIS),
            storage=self.storage,
            messenger=self.line,
            disk=self.world.disk,
            clock=self.clock,
            notify=self._notify,
        )


class _Mistakes(logging.Handler):
    """Keeps what was logged with a traceback."""

    def __init__(self, history: History) -> None:
        super().__init__(logging.WARNING)
        self._history = history

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self._history.tracebacks.append(logging.Formatter().format(record))


@dataclass
class PocketWorld(Observer):
    """Everything; time passes only in `pass_time`."""

    seed: int = 0
    loads: int = 8
    modes: Mapping[int, int] = field(default_factory=dict)
    """Of loads that do not begin in the mode that the seed draws."""
    bus: Bus = field(default_factory=Bus)
    history: History = field(default_factory=History)
    disk: PocketDisk = field(default_factory=PocketDisk)
    clock: Clock = field(init=False)
    tables: Tables = field(init=False)
    fleet: PocketFleet = field(init=False)
    household: Household = field(init=False)
    scenario: Scenario = field(init=False)
    house: PocketHouse | None = None
    _born: float = 0.0
    _asked: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _own: set[asyncio.Task[Any]] = field(default_factory=set)
    _count: int = 0

    def __post_init__(self) -> None:
        """Furnish it."""
        self.chance = random.Random(f"pocket {self.seed}")
        self.scenario = scenario = Scenario(self.seed, TROUBLES[1], loads=self.loads)
        self.equipments = tuple(
            replace(each, mode=self.modes.get(each.id, each.mode)) for each in scenario.equipments()
        )
        self._mistakes = _Mistakes(self.history)
        logging.getLogger().addHandler(self._mistakes)
        self.history.loads = [scenario.load(each) for each in self.equipments]

    async def furnish(self) -> None:
        """Install the appliances in the middle of a quarter-hour."""
        self.clock = LoopClock()
        self.tables = Tables(Definition(equipment_of(each)) for each in self.equipments)
        await self.tables.rows.open()
        self.household = build(self.equipments, clock=self.clock.now)
        self.fleet = PocketFleet(self.bus, self.seed)
        await self.observe()
        self._own |= {
            asyncio.create_task(self.fleet.keep_reporting("state", STATE_PERIOD)),
            asyncio.create_task(self.fleet.keep_reporting("power", POWER_PERIOD)),
        }
        await asyncio.sleep(300)
        await self.plan([0] * self.loads)
        await self.begin()

    # -- the engine

    async def begin(self) -> None:
        """Begin an engine on the disk of the last one."""
        self.house = PocketHouse(Terms("", 0, {}, {}, "", scale=1.0), self.note, world=self)
        self._born = self.now
        starting = asyncio.create_task(self.house.start())
        await asyncio.wait([starting], timeout=60)
        if starting.done():
            starting.result()

    async def kill(self) -> None:
        """End the engine without a word."""
        if (house := self.house) is None:
            return
        self.house = None
        self.disk = self.disk.found()
        house.storage.alive = False
        await house.line.close()
        present = asyncio.current_task()
        doomed = {t for t in asyncio.all_tasks() if t not in self._own and t is not present}
        for task in doomed:
            task.cancel()
        await asyncio.wait(doomed, timeout=1.0)
        self.history.lives.append(Lived(self._born, self.now, killed=True))

    async def stop(self) -> None:
        """Stop the engine in order."""
        if (house := self.house) is None:
            return
        self.house = None
        await house.stop()
        self.disk = self.disk.found()
        self.history.lives.append(Lived(self._born, self.now, killed=False))

    # -- people, the EMS, time

    def wish(self, number: int, intent: str) -> None:
        """Have a person wish something; they wait for the answer while time passes."""
        assert self.house is not None
        self._count += 1
        if intent == "to_piloted":
            self.reload(number)
        self.note_running()
        wished = Wished(self.now, f"w{self._count}", number, intent, self.clock.now())
        self.history.wishes.append(wished)
        self._asked[wished.id] = asyncio.create_task(self._ask(self.house, wished))

    async def _ask(self, house: House, wished: Wished) -> None:
        answer = await house.wish(wished.load, wished.intent, wished.id)
        self.history.answers.append(Answered(self.now, wished.id, **answer))

    async def plan(self, wanted: Sequence[int]) -> None:
        """Plan the present quarter-hour: for each load whether it is on, or started."""
        slot = slot_start(self.clock.now())
        self.history.slot = slot
        states = await self.tables.rows.read_states([EquipmentId(e.id) for e in self.equipments])
        days = []
        for load, on in zip(self.history.loads, wanted, strict=True):
            if states[EquipmentId(load.id)].mode != PILOTED and not load.continuous:
                continue
            decisions = bytes([on] * 96 if load.continuous else [on, *[0] * 95])
            days.append(DayPlan(EquipmentId(load.id), slot, decisions))
            self.history.plans.append(Planned(self.now, load.id, slot, tuple(decisions)))
        await self.tables.rows.add_plans(days, now=self.clock.now())

    async def next_slot(self, wanted: Sequence[int]) -> None:
        """Go on to a second after the next quarter-hour begins, and plan it."""
        slot = slot_start(self.clock.now()) + SLOT
        await asyncio.sleep(slot + 1 - self.clock.now())
        self.note_running()
        await self.plan(wanted)

    def lose(self, number: int) -> None:
        """Take the devices of a load off the network."""
        for spec in self.equipments[number - 1].devices:
            self.fleet.lose(self.fleet[spec.id])

    def recover(self, *numbers: int) -> None:
        """Bring the devices of these loads back, of all without a number."""
        for each in self.equipments:
            for device in (self.fleet[spec.id] for spec in each.devices):
                if device.lost and each.id in (numbers or (each.id,)):
                    self.fleet.recover(device)

    # -- the end

    def mend(self) -> None:
        """Have everything work."""
        self.tables.up = True
        self.bus.come()
        self.fleet.odds = HONEST
        self.fleet.announce()
        self.recover()

    async def conclude(self, quarters: int = 4) -> list[Violation]:
        """Let everything work for some quarter-hours; return what is wrong then."""
        self.mend()
        if self.house is None:
            await self.begin()
        self.history.calm = self.now
        for left in reversed(range(quarters)):
            chance = 0.0 if left else 0.5
            await self.next_slot([int(self.chance.random() < chance) for _ in self.equipments])
            await asyncio.sleep(600)
        for device in self.fleet.devices.values():
            self.fleet.report(device)
        await asyncio.sleep(60)
        self.note_running()
        for wished in self.history.wishes:
            if not self._asked[wished.id].done():
                self.history.stuck.append(Stuck("a wish was never answered", wished.load))
        self.history.ends = await self.ends()
        return check(self.history)

    async def ends(self) -> list[End]:
        """Return how devices and rows are."""
        states = await self.tables.rows.read_states([EquipmentId(e.id) for e in self.equipments])
        return [
            End(
                e.id,
                self.powered(e.id),
                state.mode,
                state.control,
                state.command,
                state.last_programmed,
            )
            for e in self.equipments
            for state in (states[EquipmentId(e.id)],)
        ]

    def powered(self, number: int) -> bool | None:
        """Return whether a load gets power, `None` where nothing switches it."""
        return is_powered(self.fleet, self.equipments[number - 1])

    async def close(self) -> None:
        """End everything."""
        await self.kill()
        for task in self._own:
            task.cancel()
        await asyncio.wait(self._own)
        logging.getLogger().removeHandler(self._mistakes)
