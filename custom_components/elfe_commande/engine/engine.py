"""One engine per config entry: puts the rooms together, and answers for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import chain

from ..core.lifecycle import Code, Lifecycle, Transition
from ..core.model import Device, DeviceId, EquipmentId, HomeId
from ..core.outcome import Result
from ..core.plan import PlanBook, slot_start
from ..core.screens import Layout
from ..core.speed import Speed
from ..core.timing import Timing
from ..core.wish import ConstraintWish, Wish
from ..drivers import Hand
from ..interfaces import FACTORIES
from .acks import Acks
from .beat import Beat, CycleReport
from .clock_watch import ClockWatch
from .context import EngineContext
from .displays import Displays
from .events import Event, LifecycleChanged, ModeChanged, OrderEnded
from .executor import Executor
from .hands import Hands
from .households import Households
from .inventory import InventoryKeeper
from .journal import Journal
from .liveness import Liveness
from .orders import Orders
from .outputs import Outputs
from .plc import PlcPanel
from .portal import Portal
from .ports import Clock, Disk, Messenger, NoSources, Problem, Sources, Storage, StorageError
from .presses import PressGuard
from .reconsider import Reconsider
from .sender import Sender
from .shedding import Shedding
from .startup import Course
from .status import EquipmentStatus, ScreenStatus
from .surfaces import Surfaces
from .surplus import Surplus
from .traffic import Traffic
from .watched_disk import WatchedDisk
from .wishes import Wishes


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
        """Put the rooms together; nothing is read, sent or listened to before `open`.

        `notify` is called with every event, on the event loop; it may raise. `sources` are
        opened with the engine and closed with it. A storage that keeps documents on the same
        disk shares a `WatchedDisk` with the engine.
        """
        self._notify = notify
        self.lifecycle = Lifecycle(clock.now, self._lifecycle_changed)
        watched = disk if isinstance(disk, WatchedDisk) else WatchedDisk(disk)
        self.context = EngineContext(
            storage=storage,
            journal=Journal(watched.document("journal")),
            clock=clock,
            timing=settings.timing,
            zone=settings.zone,
            lifecycle=self.lifecycle,
            notify=self._tell,
        )
        watched.changed = self._disk_changed
        self.plans = PlanBook()
        self._acks = Acks(
            messenger,
            changed=self.context.changed,
            returned=self._returned,
            by_hand=self._by_hand,
            arrived=self.context.traffic.note,
            liveness=Liveness(settings.timing, self.context.statuses, changed=self.context.changed),
            telling=self.context.telling,
        )
        sender = Sender(messenger, self._acks, settings.timing, self.lifecycle)
        self._presses = PressGuard(self.context)
        self._executor = Executor(self.context, sender, self._presses, settings.at_once)
        self._hands = Hands(self.context, self._executor)
        self._reconsider = Reconsider(self.context, self.plans)
        self._orders = Orders(self.context, self._reconsider, self._executor)
        self._wishes = Wishes(self.context, self._executor, self._reconsider)
        self._inventory = InventoryKeeper(self.context, self._executor, self._acks)
        households = Households(self.context.statuses, settings.layout)
        interfaces = {name: create(settings.layout) for name, create in FACTORIES.items()}
        self._displays = Displays(self.context, messenger, households, interfaces.values())
        self._surfaces = Surfaces(
            self.context,
            messenger,
            interfaces,
            households,
            self._displays,
            wishes=self._wishes,
            portal=Portal(self.context, self._inventory, self._wishes),
            plc=PlcPanel(self.context, self._executor, self._wishes),
        )
        self.surplus = Surplus(
            self.context, self._reconsider, self._executor, watched.document("rules")
        )
        self.shedding = Shedding(
            self.context,
            reconsider=self._orders.decide_anew,
            hold_back=self._executor.hold_back,
            priorities=lambda: self.surplus.priorities,
        )
        self._inventory.take_screens = self._displays.adopt
        self._inventory.regroup = households.regroup
        watch = ClockWatch(self.context)
        self._beat = Beat(
            self.context,
            self.plans,
            self._reconsider,
            self._executor,
            watch,
            read_inventory=self._inventory.read,
            remember=self._remember,
            show=self._displays.refresh,
        )
        self.context.relook = lambda status: self._reconsider.look(status, slot_start(clock.now()))
        self._course = Course(
            context=self.context,
            place=settings.place,
            document=watched.document("memory"),
            plans=self.plans,
            watch=watch,
            inventory=self._inventory,
            reconsider=self._reconsider,
            acks=self._acks,
            surfaces=self._surfaces,
            sources=sources or NoSources(),
            outputs=Outputs(self.context, messenger),
            presses=self._presses,
            executor=self._executor,
            hands=self._hands,
            beat=self._beat,
            surplus=self.surplus,
            shedding=self.shedding,
        )

    async def _remember(self) -> None:
        await self._course.remember()

    def _tell(self, event: Event) -> None:
        """Tell the entities, and show on the screens what they show; the entities may raise."""
        self.context.telling.tell(self._notify, event)
        if isinstance(event, ModeChanged | OrderEnded):
            self._displays.refresh(event.equipment_id)

    def _lifecycle_changed(self) -> None:
        self._tell(LifecycleChanged(self.lifecycle.code))

    def _disk_changed(self, error: OSError | None) -> None:
        """Ask a person to look at a disk that cannot be written, until it can be again."""
        if error is None:
            self.context.problems.settle("disk_unwritable", "disk")
        else:
            detail = str(error) or type(error).__name__
            self.context.problems.report(Problem("disk_unwritable", "disk", {"detail": detail}))

    # -- what is shown

    @property
    def statuses(self) -> dict[EquipmentId, EquipmentStatus]:
        """Every equipment of the homes served."""
        return self.context.statuses

    @property
    def screens(self) -> dict[DeviceId, ScreenStatus]:
        """Every wall screen of the homes served."""
        return self._displays.screens

    @property
    def busy(self) -> bool:
        """Whether so many orders are under way that what can wait should."""
        return self._executor.busy

    @property
    def traffic(self) -> Traffic:
        """Tells whether messages wait to be read."""
        return self.context.traffic

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
                self.context.problems,
            )
        )

    def plan_time(self) -> int | None:
        """Return the unix time at which the newest plan in force began."""
        return self.plans.newest(slot_start(self.context.clock.now()))

    def report(self, problem: Problem) -> None:
        """Show a problem that only our host can see."""
        self.context.problems.report(problem)

    def settle_problem(self, key: str, subject: str) -> None:
        """Show a problem no longer: a person looked at it."""
        self.context.problems.settle(key, subject)

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

    def begin_restart(self) -> None:
        """Send nothing more: whoever drives the engine stops it and starts another.

        Raises `NotRunningError` unless running.
        """
        self.lifecycle.require_running()
        self.lifecycle.advance(Code.RESTARTING)

    async def stop(self) -> None:
        """Send nothing more, end what is under way, and remember how far it got."""
        await self._course.stop()

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
        self._displays.refresh(wish.equipment_id)

    async def refresh_screens(self, home: HomeId | None = None) -> int:
        """Show everything anew on the screens of a home, or of all; return how many."""
        return await self._displays.refresh_screens(home)

    async def run_cycle(self) -> CycleReport:
        """Run a cycle now; raises `NotRunningError`."""
        self.lifecycle.require_running()
        return await self._beat.cycle()

    def reconsider(self, ids: Iterable[EquipmentId]) -> dict[EquipmentId, asyncio.Future[Result]]:
        """Decide anew for these loads, whatever the cause, and order what follows.

        Returns the result of the first try to come, for each load that is ordered. Before
        the engine runs, and after, decisions are shown and nothing is ordered.
        """
        return self._orders.decide_anew(ids)

    async def read_inventory(self) -> None:
        """Take over equipments that came, changed or went, between two cycles.

        Nothing is ordered, and no other equipment is disturbed. Raises `StorageError`.
        """
        await self._inventory.read()
        self._reconsider.look_at_all(slot_start(self.context.clock.now()))

    async def take_plans(self) -> frozenset[EquipmentId]:
        """Take over plans that were stored between two cycles; return whose are new.

        What is wanted differently now is ordered at once. Raises `StorageError`.
        """
        return await self._beat.take_plans()

    def _by_hand(self, equipment_id: EquipmentId, device: Device, hand: Hand) -> None:
        self._hands.changed(equipment_id, device, hand)

    def _returned(self, equipment_id: EquipmentId) -> None:
        self._orders.device_returned(equipment_id)
