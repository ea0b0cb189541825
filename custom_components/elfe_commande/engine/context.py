"""What the rooms of the engine share: the statuses, and the few ways to change them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice
import logging

from ..core.decision import Act
from ..core.lifecycle import Lifecycle
from ..core.model import Constraints, EquipmentId, Mode, State
from ..core.outcome import Result, Step, Writes
from ..core.timing import Timing
from ..core.wall_clock import advanced_end
from ..core.wish import Origin
from .events import ConnectionChanged, EquipmentChanged, Event, ModeChanged, OrderEnded
from .fresh import FreshReader
from .jobs import Job
from .journal import Journal
from .ports import Clock, Storage, StorageError
from .problems import Problems
from .starts import Starts
from .status import EquipmentStatus
from .telling import Telling
from .traffic import Traffic
from .write_back import Author, Fate, WriteBack, applied

_LOGGER = logging.getLogger(__name__)

_NEVER_SENT = frozenset(
    {
        "database_unavailable",
        "device_unavailable",
        "disconnected",
        "disk_unwritable",
        "slot_over",
        "not_running",
        "interrupted",
    }
)
"""Reasons for which a pulse of the plan stays to be caught up."""

_TOLD_PER_TURN = 100
"""Equipments of which one turn of the event loop tells: what listeners do of it in later turns
is not seen in the time it takes to tell."""

ELSEWHERE: Author = (Origin.ELSEWHERE, None)


@dataclass(slots=True)
class Processed:
    """Up to where the plan was followed: the slot, and what it wanted."""

    slot: int
    on: bool | None


@dataclass(slots=True)
class EngineContext:
    """State and services shared by beat, executor and presses."""

    storage: Storage
    journal: Journal
    clock: Clock
    timing: Timing
    zone: tzinfo
    lifecycle: Lifecycle
    notify: Callable[[Event], None]
    """Tells of a change; never raises."""
    statuses: dict[EquipmentId, EquipmentStatus] = field(default_factory=dict)
    processed: dict[EquipmentId, Processed] = field(default_factory=dict)
    connected: bool = True
    storage_error: StorageError | None = None
    """Why the database did not answer last time."""
    plans_lost: bool = False
    """The plans could not be read last time."""
    relook: Callable[[EquipmentStatus], object] = field(default=lambda _: None)
    """Decides anew, for show, after a state changed."""
    traffic: Traffic = field(default_factory=Traffic)
    telling: Telling = field(default_factory=Telling)
    """Guards whoever is told of something."""
    heard_from: float = float("-inf")
    """The loop's time from which devices are listened to."""
    _changed: dict[EquipmentId, None] = field(default_factory=dict)
    """What changed in this turn of the event loop and was not told yet."""
    problems: Problems = field(init=False)
    starts: Starts = field(init=False)
    fresh: FreshReader = field(init=False)
    write_back: WriteBack = field(init=False)

    def __post_init__(self) -> None:
        """Make the small rooms that all others share."""
        self.problems = Problems(self.notify)
        self.starts = Starts(self.journal, self.clock)
        self.fresh = FreshReader(
            self.storage,
            self.timing,
            stored=self.store,
            gone=self._gone,
            revision=self._revision,
        )
        self.write_back = WriteBack(
            self.storage, self.timing, self.store, self.reachable, self.telling
        )

    # -- database

    def reachable(self, error: StorageError | None = None, *, of_plans: bool = False) -> None:
        """Take note of whether the database answers; tell once, log once.

        Plans may lie in a database of their own: that rows are written does not bring it back.
        """
        if of_plans:
            self.plans_lost = error is not None
        elif error is None and self.plans_lost:
            return
        before, self.storage_error = self.storage_error, error
        connected = error is None
        # A connection that is lost may hide a password that is no longer the right one.
        if connected == self.connected and type(error) is type(before):
            return
        self.connected = connected
        if connected:
            _LOGGER.info("The database answers again")
        else:
            _LOGGER.warning("No database, what was read before is followed: %s", error)
        self.notify(ConnectionChanged(connected))

    async def refresh(self, equipment_id: EquipmentId, *, patient: bool = False) -> bool:
        """Have a fresh row before an order; whether the database answered."""
        if equipment_id in self.write_back.pending:
            return False
        try:
            # What was read just before the database was lost is not enough to press on.
            await self.fresh.ensure(equipment_id, anew=not self.connected, patient=patient)
        except StorageError as error:
            self.reachable(error)
            return False
        self.reachable()
        return True

    def store(self, equipment_id: EquipmentId, state: State, by: Author = ELSEWHERE) -> None:
        """Take a state read or written; tell of what changed, and who changed the mode."""
        status = self.statuses.get(equipment_id)
        if status is None:
            return
        before = status.equipment.state
        status.revision += 1
        if by is not ELSEWHERE:
            status.settled_mode = state.mode
        if state == before:
            return
        status.equipment = status.equipment.with_state(state)
        self.telling.tell(self.relook, status)
        self.changed(equipment_id)
        if before.mode != state.mode:
            self.notify(ModeChanged(equipment_id, before.mode, state.mode, *by))

    def _revision(self, equipment_id: EquipmentId) -> int | None:
        status = self.statuses.get(equipment_id)
        return None if status is None else status.revision

    def _gone(self, equipment_id: EquipmentId) -> None:
        _LOGGER.debug("Equipment %s is no longer in the tables", equipment_id)

    async def write(
        self,
        job: Job,
        writes: Writes,
        *,
        expected_mode: Mode | None,
        written: Callable[[], None] | None = None,
    ) -> Fate:
        """Write what follows from a job."""
        step = Step(job.equipment_id, writes, int(self.clock.now()), expected_mode)
        by = (job.origin, job.user_id)
        return await self.write_step(step, by, urgent=job.by_person, written=written)

    async def write_step(
        self,
        step: Step,
        by: Author,
        *,
        urgent: bool,
        written: Callable[[], None] | None = None,
    ) -> Fate:
        """Write a step; until the database can take it, behave as if it were written."""
        fate = await self.write_back.submit(step, by, urgent=urgent, written=written)
        if fate is Fate.DEFERRED and (status := self.statuses.get(step.equipment_id)):
            self.store(step.equipment_id, applied(status.equipment.state, step), by)
        elif fate is Fate.GUARDED:
            _LOGGER.info(
                "Equipment %s was changed by someone else meanwhile: not written",
                step.equipment_id,
            )
        return fate

    async def advance_end(self, job: Job) -> None:
        """Move a wished end that is past to its next occurrence, if the wish asks for it."""
        status = self.statuses.get(job.equipment_id)
        if not job.advance_end or status is None:
            return
        end = status.equipment.constraints.wished_end
        if end is None:
            return
        moved = advanced_end(end, self.clock.now(), self.zone)
        if moved == end:
            return
        try:
            await self.write_constraints(status, Constraints(wished_end=moved))
        except StorageError as error:
            _LOGGER.warning("Wished end of %s not moved: %s", job.equipment_id, error)

    async def write_constraints(self, status: EquipmentStatus, wishes: Constraints) -> bool:
        """Write other wishes about an equipment; whether they were. Raises `StorageError`."""
        equipment_id = status.equipment.id
        if not await self.storage.write_constraints(equipment_id, wishes):
            return False
        status.equipment = status.equipment.with_constraints(wishes)
        self.changed(equipment_id)
        return True

    # -- what is known of a load

    def changed(self, *equipment_ids: EquipmentId, at_once: bool = False) -> None:
        """Tell that something shown of these equipments changed.

        What changes in one turn of the event loop is told together, or a part of it in each of
        the next turns, unless someone waits to see it `at_once`.
        """
        if at_once:
            self.notify(EquipmentChanged(frozenset(equipment_ids), at_once=True))
            return
        if not self._changed:
            asyncio.get_running_loop().call_soon(self._tell_changed)
        self._changed.update(dict.fromkeys(equipment_ids))

    def _tell_changed(self) -> None:
        ids = frozenset(islice(self._changed, _TOLD_PER_TURN))
        for equipment_id in ids:
            del self._changed[equipment_id]
        if self._changed:
            asyncio.get_running_loop().call_soon(self._tell_changed)
        self.notify(EquipmentChanged(ids))

    def drawing(self, status: EquipmentStatus) -> bool | None:
        """Return whether the load draws power; `None` if its meter says nothing recent."""
        now = asyncio.get_running_loop().time()
        return status.drawing(now, self.timing.meter_fresh_for)

    def load_acknowledged(self, status: EquipmentStatus, job: Job) -> None:
        """Take note that what the load said before this order tells nothing of it now."""
        if job.scenario.orders:
            status.sent_at = asyncio.get_running_loop().time()

    def meter_is_awaited(self, equipment_id: EquipmentId) -> bool:
        """Whether, soon after a start, the load's meter had no time yet to say that it runs."""
        if asyncio.get_running_loop().time() >= self.heard_from + self.timing.meter_wait:
            return False
        status = self.statuses.get(equipment_id)
        return status is not None and status.meter is not None and status.power is None

    async def meter_heard(self, job: Job) -> None:
        """Wait until the load's meter had the time to speak, unless it did."""
        if self.meter_is_awaited(job.equipment_id):
            until = self.heard_from + self.timing.meter_wait
            left = until - asyncio.get_running_loop().time()
            await asyncio.wait([job.superseded], timeout=left)

    # -- orders

    def order_ended(self, job: Job, result: Result) -> None:
        """Show an order's end, and tell of it."""
        self.leave_to_catch_up(job, result)
        if status := self.statuses.get(job.equipment_id):
            status.last_result = result
            status.last_act = job.act
            self.changed(job.equipment_id)
        self.notify(
            OrderEnded(job.equipment_id, job.act, job.source, job.origin, result, job.user_id)
        )

    def leave_to_catch_up(self, job: Job, result: Result) -> None:
        """Leave a pulse of the plan that was never sent to the next cycle."""
        if job.act is not Act.START or job.pulse is None or result.will_retry:
            return
        seen = self.processed.get(job.equipment_id)
        never_sent = job.sent_at is None and result.reason in _NEVER_SENT
        if never_sent and seen is not None and seen.slot >= job.pulse:
            self.processed[job.equipment_id] = Processed(job.pulse - 1, on=False)
