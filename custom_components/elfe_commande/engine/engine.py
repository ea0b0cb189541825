"""One engine per config entry: what others see of it, and what it is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import chain

from ..core.failing import failing
from ..core.foresight import Asked, Foreseen, foresee
from ..core.lifecycle import Code, Lifecycle, Transition
from ..core.model import DeviceId, EquipmentId, HomeId
from ..core.outcome import Result
from ..core.plan import slot_start
from ..core.speed import Speed
from ..core.timing import Timing
from ..core.wish import UNATTENDED, ConstraintWish, Wish
from .beat import Beat
from .cycle_report import CycleReport
from .ground.background import begin
from .ground.events import Event, LifecycleChanged, ModeChanged, OrderEnded
from .ground.owner import Owner
from .ground.ports import Clock, Disk, Messenger, Ownership, Problem, Sources, Storage, StorageError
from .ground.status import EquipmentStatus, ScreenStatus
from .ground.traffic import Traffic
from .ground.watched_disk import WatchedDisk
from .local.shedding import Shedding
from .local.surplus import Surplus
from .lookout import Lookout
from .rooms import EngineSettings, Rooms, World
from .startup import Course
from .takeover import Takeover

__all__ = ["Engine", "EngineSettings"]


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
        ownership: Ownership | None = None,
    ) -> None:
        """Put the rooms together; nothing is read, sent or listened to before `open`.

        `notify` is called with every event, on the event loop; it may raise. `sources` are
        opened with the engine and closed with it; `ownership` says which homes are ours where
        several engines share them, without it all are. A storage that keeps documents on the same
        disk shares a `WatchedDisk` with the engine.
        """
        self._notify = notify
        self.lifecycle = Lifecycle(clock.now, self._lifecycle_changed)
        watched = disk if isinstance(disk, WatchedDisk) else WatchedDisk(disk)
        watched.changed = self._disk_changed
        world = World(storage, messenger, watched, clock)
        if sources is not None:
            world = replace(world, sources=sources)
        if ownership is not None:
            world = replace(world, ownership=ownership)
        self.rooms = Rooms(settings, world, lifecycle=self.lifecycle, notify=self._tell)
        self._ground = self.rooms.ground
        self._beat = Beat(self.rooms, self._remember)
        self._course = Course(self.rooms, self._beat)
        self._lookout = Lookout(self.rooms)
        self.rooms.goals.broker_watchers.append(self._lookout.broker_changed)
        self._takeover = Takeover(self.rooms, self._beat)
        self._stopping: asyncio.Task[None] | None = None

    async def _remember(self) -> None:
        await self._course.remember()

    def _tell(self, event: Event) -> None:
        """Tell the entities, and show on the screens what they show; the entities may raise."""
        self._ground.telling.tell(self._notify, event)
        if isinstance(event, ModeChanged | OrderEnded):
            # Somebody stands before the screen and waits.
            waits = isinstance(event, OrderEnded) and event.origin not in UNATTENDED
            self.rooms.displays.refresh(event.equipment_id, at_once=waits)

    def _lifecycle_changed(self) -> None:
        self._tell(LifecycleChanged(self.lifecycle.code))

    def _disk_changed(self, error: OSError | None) -> None:
        """Ask a person to look at a disk that cannot be written, until it can be again."""
        if error is None:
            self._ground.problems.settle("disk_unwritable", "disk")
        else:
            about = {"detail": failing(error)}
            self._ground.problems.report(Problem("disk_unwritable", "disk", about))

    # -- what is shown

    @property
    def timing(self) -> Timing:
        """How long the engine waits for what."""
        return self._ground.timing

    @property
    def clock(self) -> Clock:
        """The wall clock."""
        return self._ground.clock

    @property
    def surplus(self) -> Surplus:
        """The surplus rules at work."""
        return self.rooms.surplus

    @property
    def shedding(self) -> Shedding:
        """What UPSs ask of the loads."""
        return self.rooms.shedding

    @property
    def statuses(self) -> dict[EquipmentId, EquipmentStatus]:
        """Every equipment of the homes served."""
        return self._ground.store.statuses

    @property
    def screens(self) -> dict[DeviceId, ScreenStatus]:
        """Every wall screen of the homes served."""
        return self.rooms.displays.screens

    @property
    def busy(self) -> bool:
        """Whether so many orders are under way that what can wait should."""
        return self.rooms.executor.busy

    @property
    def traffic(self) -> Traffic:
        """Tells whether messages wait to be read."""
        return self._ground.traffic

    @property
    def unclean_stop(self) -> bool:
        """Whether the run before ended without a word."""
        return self._course.unclean_stop

    @property
    def previous(self) -> list[Transition]:
        """How the run before went, as far as it is known."""
        return self._course.previous

    @property
    def speed(self) -> Speed | None:
        """How fast the database is, once measured."""
        return self._course.speed

    @property
    def connected(self) -> bool:
        """Whether the database answered last time."""
        return self.rooms.rows.connected

    @property
    def waiting(self) -> int:
        """How many outcomes and wishes wait for the database to come back."""
        return sum(1 for _ in self.rooms.rows.write_back.kept())

    @property
    def owner(self) -> Owner:
        """Which homes are driven from here."""
        return self._ground.owner

    @property
    def storage_error(self) -> StorageError | None:
        """Why the database did not answer last time, `None` if it did."""
        return self.rooms.rows.storage_error

    @property
    def last_cycle(self) -> CycleReport | None:
        """The report of the last cycle."""
        return self._beat.last

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person must mend or look at."""
        return tuple(
            chain(
                self.rooms.inventory.problems,
                self._beat.intake.problems,
                self._ground.problems,
            )
        )

    def plan_time(self) -> int | None:
        """Return the unix time at which the newest plan in force began."""
        return self.rooms.plans.newest(slot_start(self._ground.clock.now()))

    def foresee(
        self,
        equipment_id: EquipmentId,
        asked: Asked,
        run: tuple[float, float | None] | None = None,
    ) -> Foreseen:
        """Return what the chain would do with a load if that were asked now; nothing is done.

        `run` is when a machine under way was started and will be done. Raises `KeyError`.
        """
        status = self.statuses[equipment_id]
        slot = slot_start(self._ground.clock.now())
        ahead = self.rooms.plans.ahead(equipment_id, slot)
        snapshot = self.rooms.reconcile.snapshot(status, slot)
        return foresee(snapshot, ahead, asked, running=status.running, run=run)

    def report(self, problem: Problem) -> None:
        """Show a problem that only our host can see."""
        self._ground.problems.report(problem)

    def settle_problem(self, key: str, subject: str) -> None:
        """Show a problem no longer: a person looked at it."""
        self._ground.problems.settle(key, subject)

    # -- start and stop

    async def open(self) -> None:
        """Read what is known, from the database or else from disk; orders nothing.

        Raises a `StorageError` when there is neither.
        """
        await self._course.open()

    async def start(self, may_run: Awaitable[None]) -> None:
        """Go through the numbered start; `may_run` is awaited before the last step.

        Returns once running, with the beat begun.
        """
        await self._course.start(may_run)
        if self.lifecycle.running:
            self._lookout.start()

    def begin_restart(self) -> None:
        """Send nothing more: whoever drives the engine stops it and starts another.

        Raises `NotRunningError` unless running.
        """
        self.lifecycle.require_running()
        self.lifecycle.advance(Code.RESTARTING)

    async def stop(self) -> None:
        """Send nothing more, end what is under way, and remember how far it got.

        It goes to its end also when whoever waits gives up; who stops again waits for it too.
        """
        if self._stopping is None:
            self._stopping = begin(self._stop(), "stop")
        await asyncio.shield(self._stopping)

    async def _stop(self) -> None:
        await self._lookout.stop()
        self._takeover.close()
        await self._course.stop()

    # -- what is asked

    async def wish(self, wish: Wish) -> Result:
        """Carry out what a person wishes; the result of the first try.

        Raises `NotRunningError` and `WishRefusedError`; nothing was done then.
        """
        self.lifecycle.require_running()
        return await self.rooms.wishes.carry_out(wish)

    async def constrain(self, wish: ConstraintWish) -> bool:
        """Write a wished end, cycle duration or charge; refused like a wish.

        Whether it is in the database; else it will be, once that is back.
        """
        written = await self.rooms.wishes.constrain(wish)
        self.rooms.displays.refresh(wish.equipment_id)
        return written

    async def refresh_screens(self, home: HomeId | None = None) -> int:
        """Show everything anew on the screens of a home, or of all; return how many."""
        return await self.rooms.displays.refresh_screens(home)

    async def run_cycle(self) -> CycleReport:
        """Run a cycle now; raises `NotRunningError`."""
        self.lifecycle.require_running()
        return await self._beat.cycle()

    async def read_inventory(self) -> None:
        """Take over equipments that came, changed or went, between two cycles.

        Nothing is ordered, and no other equipment is disturbed. Raises `StorageError`.
        """
        await self.rooms.inventory.read()
        self.rooms.reconcile.look_at_all(slot_start(self._ground.clock.now()))

    async def take_plans(self) -> frozenset[EquipmentId]:
        """Take over plans that were stored between two cycles; return whose are new.

        What is wanted differently now is ordered at once. Raises `StorageError`.
        """
        return await self._beat.intake.take()
