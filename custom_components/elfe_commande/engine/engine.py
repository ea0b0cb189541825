"""One engine per config entry: puts the rooms together, starts and stops them in order."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import batched, chain
import logging
from typing import Any

from ..core.household import Layout
from ..core.lifecycle import Code, Lifecycle, Transition
from ..core.model import Device, DeviceId, EquipmentId, HomeId
from ..core.outcome import Result
from ..core.plan import PlanBook, slot_start
from ..core.speed import Speed
from ..core.timing import Timing
from ..core.wish import ConstraintWish, Wish
from ..drivers import DRIVERS, Hand
from ..typologies import TYPOLOGIES
from . import memory
from .acks import Acks
from .beat import Beat, CycleReport
from .clock_watch import ClockWatch
from .context import EngineContext
from .events import Event, LifecycleChanged, ModeChanged, OrderEnded
from .executor import Executor
from .hands import Hands
from .inventory import InventoryKeeper
from .journal import Claim, Journal
from .outputs import Outputs
from .panels import Panels
from .portal import Portal
from .ports import Clock, Disk, Messenger, NoSources, Problem, Sources, Storage, StorageError
from .presses import PressGuard
from .reconsider import Reconsider
from .sender import Sender
from .shedding import Shedding
from .status import EquipmentStatus, ScreenStatus
from .surfaces import Surfaces
from .surplus import Surplus
from .traffic import Traffic
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

_PLANS_PER_TURN = 500
"""Equipments whose old plans are forgotten in one turn of the event loop."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the options choose. `at_once`: orders that wait for their devices together.

    `place` names machine, database and version: the speed is measured anew where it changed.
    """

    timing: Timing
    zone: tzinfo
    at_once: int = 256
    layout: Layout = field(default=Layout({}))
    place: str = ""


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
        self._acks = Acks(
            messenger,
            changed=self.context.changed,
            returned=self._returned,
            by_hand=self._by_hand,
            arrived=self.context.traffic.note,
        )
        sender = Sender(messenger, self._acks, settings.timing, self.lifecycle)
        self._presses = PressGuard(self.context)
        self._executor = Executor(self.context, sender, self._presses, settings.at_once)
        self._hands = Hands(self.context, self._executor)
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
        self.surplus = Surplus(
            self.context, self._reconsider, self._executor, disk.document("rules")
        )
        self.shedding = Shedding(
            self.context,
            reconsider=self.reconsider,
            hold_back=self._executor.hold_back,
            priorities=lambda: self.surplus.priorities,
        )
        self._inventory.take_screens = self._surfaces.adopt
        self._inventory.regroup = self._surfaces.regroup
        self._watch = ClockWatch(self.context)
        self._outputs = Outputs(self.context, messenger)
        self._beat = Beat(
            self.context,
            self.plans,
            self._reconsider,
            self._executor,
            self._watch,
            read_inventory=self._inventory.read,
            remember=self._remember,
            show=self._surfaces.refresh,
        )
        self.context.relook = lambda status: self._reconsider.look(status, slot_start(clock.now()))
        self._open_claims: dict[str, Claim] = {}
        self.speed: Speed | None = None
        self._returned_at: dict[EquipmentId, float] = {}
        self._opened = False
        self._starting: asyncio.Task[Any] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._ruling: asyncio.Task[None] | None = None
        self.unclean_stop = False
        self.previous: list[Transition] = []
        """How the run before went, as far as it is known."""

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
    def traffic(self) -> Traffic:
        """Tells whether messages wait to be read."""
        return self.context.traffic

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
        await self.surplus.load()
        remembered = await memory.load(self._memory_document)
        if remembered is not None:
            self.unclean_stop = remembered.code not in (None, int(Code.STOPPED))
            if self.unclean_stop:
                _LOGGER.warning(
                    "The last stop was not clean: presses under way then are not made again,"
                    " and outputs are read again before the first order"
                )
            self._watch.last_time = remembered.at
            self.speed = remembered.speed
            self.previous = remembered.history
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
        await self._watch.plausible(self.lifecycle.note)
        if self.connected and (self.speed is None or self.speed.measured_on != self._place):
            self.lifecycle.advance(Code.SPEED)
            await self._measure_speed()
        self.lifecycle.advance(Code.STARTING)
        self._beat.arm()
        self.lifecycle.advance(Code.MODULES, ", ".join(self._surfaces.names))
        self.lifecycle.advance(Code.DRIVERS, f"{len(DRIVERS)} + {len(TYPOLOGIES)}")
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
        if self.unclean_stop:
            self.lifecycle.note("outputs")
            await self._outputs.read_again()
        self.lifecycle.note("")
        await may_run
        self.lifecycle.advance(Code.RUNNING)
        # From here on, a stop that is not clean is one.
        await self._remember()
        for status in list(self.statuses.values()):
            self._reconsider.look(status, slot)
        self.shedding.start()
        await self._presses.report_open(self._open_claims)
        self._open_claims = {}
        self._surfaces.resume()
        self._beating = asyncio.create_task(self._beat.run(), name="elfe beat")
        self._ruling = asyncio.create_task(self.surplus.run(), name="elfe rules")
        self._starting = None

    @property
    def _place(self) -> str:
        return self._settings.place

    async def _measure_speed(self) -> None:
        """Measure one round trip to the database."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        with suppress(StorageError):
            await self.context.storage.read_states(list(self.statuses)[:1])
            self.speed = Speed(loop.time() - began, self._place)

    # -- stop

    def begin_restart(self) -> None:
        """Send nothing more: whoever drives the engine stops it and starts another.

        Raises `NotRunningError` unless running.
        """
        self.lifecycle.require_running()
        self.lifecycle.advance(Code.RESTARTING)

    async def stop(self) -> None:
        """Send nothing more, end what is under way, and remember how far it got."""
        if self.lifecycle.code >= Code.STOPPING:
            return
        self.lifecycle.advance(Code.STOPPING)
        for task in (self._starting, self._beating, self._ruling):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
                await asyncio.wait([task])
        await self.shedding.stop()
        await self._surfaces.close()
        await self._beat.stop()
        self.lifecycle.advance(Code.STOPPING_TASKS)
        late = await self._executor.close(self._settings.timing.stop_allowance)
        if late:
            _LOGGER.warning("Ended before their devices answered: %s", ", ".join(late))
        await self._sources.close()
        await self.surplus.close()
        self._acks.close()
        await self._hands.close()
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

    def reconsider(self, ids: Iterable[EquipmentId]) -> dict[EquipmentId, asyncio.Future[Result]]:
        """Decide anew for these loads, whatever the cause, and order what follows.

        Returns the result of the first try to come, for each load that is ordered. Before
        the engine runs, and after, decisions are shown and nothing is ordered.
        """
        slot = slot_start(self.context.clock.now())
        firsts: dict[EquipmentId, asyncio.Future[Result]] = {}
        for equipment_id in ids:
            status = self.statuses.get(equipment_id)
            job = None if status is None else self._reconsider.job(status, slot)
            if job is not None:
                firsts[equipment_id] = self._executor.submit(job)
        return firsts

    async def read_inventory(self) -> None:
        """Take over equipments that came, changed or went, between two cycles.

        Nothing is ordered, and no other equipment is disturbed. Raises `StorageError`.
        """
        await self._inventory.read()
        slot = slot_start(self.context.clock.now())
        for status in list(self.statuses.values()):
            self._reconsider.look(status, slot)

    async def take_plans(self) -> frozenset[EquipmentId]:
        """Take over plans that were stored between two cycles; return whose are new.

        What is wanted differently now is ordered at once. Raises `StorageError`.
        """
        return await self._beat.take_plans()

    def _by_hand(self, equipment_id: EquipmentId, device: Device, hand: Hand) -> None:
        self._hands.changed(equipment_id, device, hand)

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
                    self.speed,
                    list(self.lifecycle.history),
                ),
            )
        except OSError as error:
            _LOGGER.warning("What a restart needs could not be stored: %s", error)
