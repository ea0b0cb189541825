"""One engine per config entry: puts the rooms together, starts and stops them in order."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import batched, chain
import logging
from typing import Any

from ..core.household import Layout
from ..core.lifecycle import Code, Lifecycle
from ..core.model import DeviceId, EquipmentId, HomeId
from ..core.outcome import Result
from ..core.plan import PlanBook, slot_start
from ..core.timing import Timing
from ..core.wish import ConstraintWish, Wish
from . import memory
from .acks import Acks
from .beat import Beat, CycleReport
from .context import EngineContext
from .events import Event, LifecycleChanged, ModeChanged, OrderEnded
from .executor import Executor
from .inventory import InventoryKeeper
from .journal import Claim, Journal
from .panels import Panels
from .portal import Portal
from .ports import Clock, Disk, Messenger, NoSources, Problem, Sources, Storage, StorageError
from .presses import PressGuard
from .reconsider import Reconsider
from .sender import Sender
from .status import EquipmentStatus, ScreenStatus
from .surfaces import Surfaces
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

RELEASED = 1_793_491_200
"""Unix time of 2026-11-01: a clock that shows less was never set."""
_CLOCK_BACK = 3600
"""Seconds a clock may lie behind the last time stored."""
_PLANS_PER_TURN = 500
"""Equipments whose old plans are forgotten in one turn of the event loop."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the options choose. `at_once`: orders that wait for their devices together."""

    timing: Timing
    zone: tzinfo
    at_once: int = 256
    layout: Layout = field(default=Layout({}))


class Engine:
    """The executor of plans. Driven by its beat, by wishes, and by what devices say."""

    def __init__(
        self,
        settings: EngineSettings,
        *,
        storage: Storage,
        messenger: Messenger,
        disk: Disk,
        clock: Clock,
        notify: Callable[[Event], None],
        sources: Sources | None = None,
    ) -> None:
        """Hand in what the engine needs of the world; `notify` hears of every change."""
        self._sources = sources or NoSources()
        self._settings = settings
        self._messenger = messenger
        self._notify = notify
        self._memory_document = disk.document("memory")
        self.lifecycle = Lifecycle(clock.now, lambda: notify(LifecycleChanged(self.lifecycle.code)))
        self.context = EngineContext(
            storage=storage,
            journal=Journal(disk.document("journal")),
            clock=clock,
            timing=settings.timing,
            zone=settings.zone,
            lifecycle=self.lifecycle,
            notify=self._tell,
        )
        self.plans = PlanBook()
        self._acks = Acks(messenger, changed=self.context.changed, returned=self._returned)
        sender = Sender(messenger, self._acks, settings.timing, self.lifecycle)
        self._presses = PressGuard(self.context)
        self._executor = Executor(self.context, sender, self._presses, settings.at_once)
        self._reconsider = Reconsider(self.context, self.plans)
        self._wishes = Wishes(self.context, self._executor, self._reconsider)
        self._inventory = InventoryKeeper(self.context, self._executor, self._acks)
        self._surfaces = Surfaces(
            self.context,
            messenger,
            settings.layout,
            wishes=self._wishes,
            portal=Portal(self.context, self._inventory, self._wishes),
            panels=Panels(self.context, self._executor, self._wishes),
        )
        self._inventory.take_screens = self._surfaces.adopt
        self._beat = Beat(
            self.context,
            self.plans,
            self._reconsider,
            self._executor,
            read_inventory=self._inventory.read,
            remember=self._remember,
            show=self._surfaces.refresh,
        )
        self.context.relook = lambda status: self._reconsider.look(status, slot_start(clock.now()))
        self._open_claims: dict[str, Claim] = {}
        self._last_time = 0.0
        self._speed: float | None = None
        self._returned_at: dict[EquipmentId, float] = {}
        self._opened = False
        self._starting: asyncio.Task[Any] | None = None
        self._beating: asyncio.Task[None] | None = None
        self.unclean_stop = False

    def _tell(self, event: Event) -> None:
        """Tell the entities, and show on the screens what they show."""
        self._notify(event)
        if isinstance(event, ModeChanged | OrderEnded):
            self._surfaces.refresh(event.equipment_id)

    # -- what is shown

    @property
    def statuses(self) -> dict[EquipmentId, EquipmentStatus]:
        """Every equipment of the homes served."""
        return self.context.statuses

    @property
    def screens(self) -> dict[DeviceId, ScreenStatus]:
        """Every wall screen of the homes served."""
        return self._surfaces.screens

    @property
    def connected(self) -> bool:
        """Whether the database answered last time."""
        return self.context.connected

    @property
    def storage_error(self) -> StorageError | None:
        """Why the database did not answer last time, `None` if it did."""
        return self.context.storage_error

    @property
    def last_cycle(self) -> CycleReport | None:
        """The report of the last cycle."""
        return self._beat.last

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person must mend or look at."""
        return tuple(
            chain(
                self._inventory.problems,
                self._beat.plan_problems,
                self.context.problems.values(),
            )
        )

    def plan_time(self) -> int | None:
        """Return the unix time at which the newest plan in force began."""
        return self.plans.newest(slot_start(self.context.clock.now()))

    def report(self, problem: Problem) -> None:
        """Show a problem that only our host can see."""
        self.context.report(problem)

    def settle_problem(self, key: str, subject: str) -> None:
        """Show a problem no longer: a person looked at it."""
        self.context.settle_problem(key, subject)

    # -- start

    async def open(self) -> None:
        """Read what is known, from the database or else from disk; orders nothing.

        Raises a `StorageError` when there is neither.
        """
        self.lifecycle.advance(Code.LOGGING)
        self._open_claims = await self.context.journal.load()
        remembered = await memory.load(self._memory_document)
        if remembered is not None:
            self.unclean_stop = remembered.code not in (None, int(Code.STOPPED))
            if self.unclean_stop:
                _LOGGER.warning(
                    "The last stop was not clean: presses under way then are not made again,"
                    " and meters are heard before a waiting load is ordered"
                )
            self._last_time = remembered.at
            self._speed = remembered.speed
            self.context.processed.update(remembered.processed)
            self.plans.update(remembered.plans)
        self.lifecycle.advance(Code.REQUIREMENTS)
        try:
            await self.context.storage.open()
            await self._inventory.read()
        except StorageError as error:
            if remembered is None or not remembered.equipments:
                raise
            self.context.reachable(error)
            for equipment in remembered.equipments:
                self.statuses[equipment.id] = EquipmentStatus(equipment)
        self._opened = True

    async def start(self, may_run: Awaitable[None]) -> None:
        """Go through the numbered start; `may_run` is awaited before the last step.

        Returns once running, with the beat begun.
        """
        self._starting = asyncio.current_task()
        await self._await_clock()
        self.lifecycle.advance(Code.SPEED)
        await self._measure_speed()
        self.lifecycle.advance(Code.STARTING)
        self.lifecycle.advance(Code.MODULES)
        self.lifecycle.advance(Code.DRIVERS)
        self.lifecycle.advance(Code.ITEMS, f"{len(self.statuses)}")
        self.lifecycle.advance(Code.PREPARED)
        slot = slot_start(self.context.clock.now())
        for status in list(self.statuses.values()):
            self._reconsider.look(status, slot)
        self.lifecycle.advance(Code.RULES)
        self.context.heard_from = asyncio.get_running_loop().time()
        await self._acks.wire(list(self.statuses.values()))
        await self._surfaces.open()
        await self._sources.open()
        self.lifecycle.advance(Code.CONNECTED)
        await may_run
        self.lifecycle.advance(Code.RUNNING)
        for status in list(self.statuses.values()):
            self._reconsider.look(status, slot)
        await self._presses.report_open(self._open_claims)
        self._open_claims = {}
        self._beating = asyncio.create_task(self._beat.run(), name="elfe beat")
        self._starting = None

    async def _await_clock(self) -> None:
        """Hold the start until the clock is plausible; ask for help after a while."""
        timing, clock = self.context.timing, self.context.clock
        waited = 0.0
        while clock.now() < max(RELEASED, self._last_time - _CLOCK_BACK):
            self.lifecycle.note("clock")
            if waited >= timing.clock_warning:
                self.context.report(Problem("clock_implausible", "clock"))
            await asyncio.sleep(timing.clock_check)
            waited += timing.clock_check
        self.context.settle_problem("clock_implausible", "clock")

    async def _measure_speed(self) -> None:
        """Measure one round trip to the database, once and for all."""
        if self._speed is not None or not self.connected:
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        with suppress(StorageError):
            await self.context.storage.read_states(list(self.statuses)[:1])
            self._speed = loop.time() - began

    # -- stop

    async def stop(self) -> None:
        """Send nothing more, end what is under way, and remember how far it got."""
        if self.lifecycle.code >= Code.STOPPING:
            return
        self.lifecycle.advance(Code.STOPPING)
        for task in (self._starting, self._beating):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
                await asyncio.wait([task])
        await self._surfaces.close()
        await self._beat.stop()
        self.lifecycle.advance(Code.STOPPING_TASKS)
        late = await self._executor.close(self._settings.timing.stop_allowance)
        if late:
            _LOGGER.warning("Ended before their devices answered: %s", ", ".join(late))
        await self._sources.close()
        self._acks.close()
        await self.context.write_back.close()
        self.lifecycle.advance(Code.STOPPED)
        if self._opened:
            await self._remember()
        await self.context.storage.close()

    # -- what is asked

    async def wish(self, wish: Wish) -> Result:
        """Carry out what a person wishes; the result of the first try.

        Raises `NotRunningError` and `WishRefusedError`; nothing was done then.
        """
        self.lifecycle.require_running()
        return await self._wishes.carry_out(wish)

    async def constrain(self, wish: ConstraintWish) -> None:
        """Write a wished end, cycle duration or charge; refused like a wish."""
        await self._wishes.constrain(wish)
        self._surfaces.refresh(wish.equipment_id)

    async def refresh_screens(self, home: HomeId | None = None) -> int:
        """Show everything anew on the screens of a home, or of all; return how many."""
        return await self._surfaces.refresh_screens(home)

    async def run_cycle(self) -> CycleReport:
        """Run a cycle now; raises `NotRunningError`."""
        self.lifecycle.require_running()
        return await self._beat.cycle()

    def _returned(self, equipment_id: EquipmentId) -> None:
        """Order anew what is wanted of a load whose device was away; not too often."""
        status = self.statuses.get(equipment_id)
        now = asyncio.get_running_loop().time()
        if status is None or not self.lifecycle.running:
            return
        if now - self._returned_at.get(equipment_id, -1e9) < self.context.timing.retry_first:
            return
        self._returned_at[equipment_id] = now
        job = self._reconsider.job(status, slot_start(self.context.clock.now()))
        if job is not None:
            _ = self._executor.submit(job)

    async def _remember(self) -> None:
        """Store what a restart needs."""
        now = self.context.clock.now()
        for some in batched(self.plans.planned, _PLANS_PER_TURN, strict=False):
            self.plans.prune(slot_start(now), some)
            await asyncio.sleep(0)
        try:
            await memory.save(
                self._memory_document,
                memory.Memory(
                    [status.equipment for status in self.statuses.values()],
                    list(self.plans),
                    self.context.processed,
                    now,
                    int(self.lifecycle.code),
                    self._speed,
                ),
            )
        except OSError as error:
            _LOGGER.warning("What a restart needs could not be stored: %s", error)
