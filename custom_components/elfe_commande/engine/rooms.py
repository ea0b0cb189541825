"""The one place where the rooms of an engine are put together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from ..core.lifecycle import Lifecycle
from ..core.model import Device, Equipment, EquipmentId
from ..core.plan import PlanBook, slot_start
from ..core.screens import Layout
from ..core.timing import Timing
from ..drivers import Hand
from ..interfaces import FACTORIES
from .goals.goals import Goals
from .goals.hands import Hands
from .goals.inventory import InventoryKeeper
from .goals.reconcile import Reconcile
from .ground.clock_watch import ClockWatch
from .ground.events import Event, LoadDrifted, PowerMeasured
from .ground.ground import Ground
from .ground.ports import (
    AlwaysOurs,
    Clock,
    Messenger,
    NoSources,
    Ownership,
    Problem,
    Sources,
    Storage,
)
from .ground.status import EquipmentStatus
from .ground.watched_disk import WatchedDisk
from .local.shedding import Shedding
from .local.surplus import Surplus
from .orders.acks import Acks
from .orders.executor import Executor
from .orders.halves import Halves
from .orders.liveness import Liveness
from .orders.outputs import Outputs
from .orders.presses import PressGuard
from .orders.reverts import Reverts
from .orders.sender import Sender
from .people.displays import Displays
from .people.households import Households
from .people.missed import Missed
from .people.plc import PlcPanel
from .people.portal import Portal
from .people.surfaces import Surfaces
from .people.wishes import Wishes
from .rows.journal import Journal
from .rows.outbox import Outbox
from .rows.rows import Rows

SLOWEST = 300.0
"""Seconds between two reports of a meter, from which it has to be asked instead."""


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


@dataclass(frozen=True, slots=True)
class World:
    """What an engine stands in: what it reads and writes, sends by, remembers on, and is fed by."""

    storage: Storage
    messenger: Messenger
    disk: WatchedDisk
    clock: Clock
    sources: Sources = field(default_factory=NoSources)
    ownership: Ownership = field(default_factory=AlwaysOurs)


class Rooms:
    """Every room of one engine, from the ground up; each knows only those made before it."""

    def __init__(
        self,
        settings: EngineSettings,
        world: World,
        *,
        lifecycle: Lifecycle,
        notify: Callable[[Event], None],
    ) -> None:
        """Put the rooms together; `notify` must not raise."""
        self.settings = settings
        self.world = world
        clock, messenger = world.clock, world.messenger
        self.ground = ground = Ground(
            clock, settings.timing, settings.zone, lifecycle, notify, ownership=world.ownership
        )
        self.watch = ClockWatch(ground)
        self.plans = PlanBook()
        journal = Journal(world.disk.document("journal"))
        outbox = Outbox(world.disk.log("outbox"))
        self.rows = rows = Rows(ground, world.storage, journal, outbox)

        store = ground.store
        self.reverts = Reverts(journal, messenger, settings.timing, lifecycle)
        self.acks = Acks(
            messenger,
            changed=store.changed,
            returned=self._returned,
            by_hand=self._by_hand,
            arrived=ground.traffic.note,
            period_told=self._period_told,
            timer_told=self.reverts.told,
            drifted=self._drifted,
            strayed=self._strayed,
            measured=lambda equipment_id: ground.notify(PowerMeasured(equipment_id)),
            liveness=Liveness(settings.timing, store.statuses, changed=store.changed),
            telling=ground.telling,
        )
        self.presses = PressGuard(ground, rows)
        sender = Sender(
            messenger,
            self.acks,
            settings.timing,
            lifecycle,
            reverts=self.reverts,
            owner=ground.owner,
        )
        self.halves = Halves(ground, journal, messenger, self.presses)
        self.executor = Executor(
            ground, rows, sender, self.presses, self.halves, at_once=settings.at_once
        )
        self.outputs = Outputs(ground, messenger)

        self.reconcile = Reconcile(ground, rows, self.plans)
        self.goals = Goals(ground, rows.journal, self.reconcile, self.executor)
        self.hands = Hands(ground, rows, self.executor, self.halves)
        self.inventory = InventoryKeeper(ground, rows, self.executor, self.acks)

        self._households = households = Households(store.statuses, settings.layout)
        interfaces = {name: create(settings.layout) for name, create in FACTORIES.items()}
        self.displays = Displays(ground, messenger, households, interfaces.values())
        self.wishes = Wishes(ground, rows, self.executor, self.reconcile)
        self.missed = Missed(ground, rows, self.inventory, self.wishes, self._is_portal_heard)
        self.goals.broker_watchers.append(self.missed.broker_changed)
        self.surfaces = Surfaces(
            ground,
            messenger,
            interfaces,
            households,
            self.displays,
            rows=rows,
            wishes=self.wishes,
            portal=Portal(ground, rows, self.inventory, self.wishes, self.displays, self.missed),
            plc=PlcPanel(ground, rows, self.executor, self.wishes, self.displays),
        )

        rules = world.disk.document("rules")
        self.surplus = Surplus(ground, self.reconcile, self.goals, rules)
        self.shedding = Shedding(
            ground, rows.journal, goals=self.goals, executor=self.executor, surplus=self.surplus
        )

        # The three words that go from below to above.
        store.relook = lambda status: self.reconcile.look(status, slot_start(clock.now()))
        self.inventory.take_screens = self.displays.adopt
        self.inventory.regroup = self._regrouped

    def _is_portal_heard(self) -> bool:
        return self.world.messenger.connected and not self.surfaces.ungranted

    def _regrouped(self) -> None:
        self._households.regroup()
        self.ground.owner.refresh()

    def _returned(self, equipment_id: EquipmentId) -> None:
        self.goals.device_returned(equipment_id)

    def _drifted(self, status: EquipmentStatus) -> None:
        self.ground.notify(LoadDrifted(status.equipment.id, status.reported_on is True))

    def _strayed(self, status: EquipmentStatus) -> None:
        """Ask a person whose doing a change was."""
        equipment = status.equipment
        if equipment.piloted:
            named = {"equipment": equipment.name}
            problem = Problem("changed_by_itself", str(equipment.id), named, equipment.id)
            self.ground.problems.report(problem)

    def _period_told(self, equipment: Equipment, device: Device, period: float) -> None:
        """Ask a person to have a device report more often than it does."""
        if 0 < period <= SLOWEST:
            self.ground.problems.settle("slow_reports", str(device.id))
            return
        shown = {"equipment": equipment.name, "period": f"{period:.0f}"}
        problem = Problem("slow_reports", str(device.id), shown, equipment.id)
        self.ground.problems.report(problem)

    def _by_hand(self, equipment_id: EquipmentId, device: Device, hand: Hand) -> None:
        self.hands.changed(equipment_id, device, hand)
