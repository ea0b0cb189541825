"""The rows of the database: read fresh, written in order, and what is known when it is away."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
import logging

from ...core.model import Constraints, Equipment, EquipmentId, Inventory, State
from ...core.outcome import NO_WISHES, NOTHING, Step
from ...core.wall_clock import advanced_end
from ..ground.background import Background
from ..ground.events import ConnectionChanged
from ..ground.ground import Ground
from ..ground.ports import Problem, Storage, StorageError, StorageReadOnlyError
from ..ground.status import EquipmentStatus
from ..ground.store import ELSEWHERE, Author
from .followed import Followed
from .fresh import FreshReader
from .journal import Journal
from .outbox import Fate, Outbox
from .write_back import WriteBack, applied

_LOGGER = logging.getLogger(__name__)


class Rows:
    """What is read, written and remembered of all loads."""

    def __init__(self, ground: Ground, storage: Storage, journal: Journal, outbox: Outbox) -> None:
        """Have read nothing yet."""
        self._ground = ground
        self._store = store = ground.store
        self.storage = storage
        self.journal = journal
        self.followed = Followed()
        self.connected = True
        self.storage_error: StorageError | None = None
        """Why the database did not answer last time."""
        self._away = False
        """The rows could not be read or written last time."""
        self._reading = Background()
        self._plans_lost = False
        """The plans could not be read last time."""
        self._wished_at: dict[EquipmentId, float] = {}
        """The loop's time at which other wishes about a load were written last."""
        self.plans_due = False
        """They were not asked for since the rows could not be read: there may be newer ones."""
        self.found_again: list[Callable[[], None]] = []
        """Called when the database answers again."""
        self.fresh = FreshReader(
            storage, ground.timing, stored=self._take_read, gone=_gone, revision=store.revision
        )
        self.write_back = WriteBack(
            storage,
            ground.timing,
            outbox,
            stored=store.take,
            settled=self._settled,
            reachable=self._written,
            tried=self._tell_of_waiting,
            telling=ground.telling,
            owner=ground.owner,
        )

    def reachable(self, error: StorageError | None = None, *, of_plans: bool = False) -> None:
        """Take note of whether the database answers; tell once, log once.

        Plans may lie in a database of their own: that rows are written does not bring it back.
        """
        if isinstance(error, StorageReadOnlyError):
            self._tell_read_only(error)
            return
        if of_plans:
            self._plans_lost = error is not None
        else:
            self._away = error is not None
            self.plans_due = self.plans_due or self._away
            self.write_back.heard(away=self._away)
            if error is None and self._plans_lost:
                return
        before, self.storage_error = self.storage_error, error
        connected = error is None
        # A connection that is lost may hide a password that is no longer the right one.
        if connected == self.connected and type(error) is type(before):
            return
        self.connected = connected
        if connected:
            _LOGGER.info("The database answers again")
            self._ground.telling.tell_all(self.found_again)
        else:
            _LOGGER.warning("No database, what was read before is followed: %s", error)
        self._ground.notify(ConnectionChanged(connected))

    def _written(self, error: StorageError | None) -> None:
        """Take note of how a write ended: only one that was taken proves that others will be."""
        if error is None:
            self._tell_read_only(None)
        self.reachable(error)

    def _tell_read_only(self, error: StorageReadOnlyError | None) -> None:
        """Ask a person to look at a database that can be read and takes nothing."""
        problems, key = self._ground.problems, ("database_read_only", "database")
        if error is None and key in problems:
            _LOGGER.info("The database takes writes again")
            problems.settle(*key)
        elif error is not None and key not in problems:
            _LOGGER.warning("The database can only be read, outcomes are kept: %s", error)
            problems.report(Problem(*key, {"detail": str(error)}))

    async def refresh(
        self, equipment_id: EquipmentId, *, patient: bool = False, urgent: bool = False
    ) -> bool:
        """Have a fresh row before an order; whether the database answered.

        One that is known to be away keeps nobody waiting: it is asked all the same, so that it
        is noticed when it is back.
        """
        if equipment_id in self.write_back.pending:
            return False
        if not self._away:
            return await self._refresh(equipment_id, patient=patient, urgent=urgent)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def ask() -> None:
            answered = await self._refresh(equipment_id, patient=patient, urgent=urgent)
            if not answer.done():
                answer.set_result(answered)

        self._reading.begin(ask(), f"row {equipment_id}")
        await asyncio.wait([answer], timeout=self._ground.timing.away_wait)
        return answer.done() and answer.result()

    async def _refresh(self, equipment_id: EquipmentId, *, patient: bool, urgent: bool) -> bool:
        try:
            # What was read just before the database was lost is not enough to press on.
            anew = not self.connected
            await self.fresh.ensure(equipment_id, anew=anew, patient=patient, urgent=urgent)
        except StorageError as error:
            self.reachable(error)
            return False
        self.reachable()
        return True

    @property
    def claim_window(self) -> float:
        """Claims of rows made within that long go in one statement."""
        return self._ground.timing.write_window

    async def refresh_now(self, equipment_id: EquipmentId) -> None:
        """Have the row as it is, if the database answers."""
        try:
            await self.fresh.ensure(equipment_id, anew=True)
        except StorageError as error:
            self.reachable(error)

    async def write(self, step: Step, by: Author, *, urgent: bool) -> Fate:
        """Write a step; until the database can take it, behave as if it were written."""
        equipment_id = step.equipment_id
        status = self._store.statuses.get(equipment_id)
        programmed = 0 if status is None else status.equipment.state.last_programmed
        fate = await self.write_back.submit(step, by, urgent=urgent, programmed=programmed)
        if fate is Fate.DEFERRED:
            # On disk, in order: not to be ordered again for want of a row that says so.
            self.journal.end_wish(step)
        if fate in (Fate.DEFERRED, Fate.UNNOTED):
            if step.writes and (status := self._store.statuses.get(equipment_id)):
                self._store.take(equipment_id, applied(status.equipment.state, step), by)
        elif fate is Fate.GUARDED:
            _LOGGER.info("Equipment %s was changed by someone else: not written", equipment_id)
        return fate

    def as_kept(self, equipments: Iterable[Equipment]) -> dict[EquipmentId, Equipment]:
        """Return what is remembered of loads, with what waits to be written of them."""
        known = {equipment.id: equipment for equipment in equipments}
        for step in self.write_back.kept():
            equipment = known.get(step.equipment_id)
            if equipment is None or _is_overruled(step, equipment):
                continue
            state = applied(equipment.state, step)
            known[equipment.id] = equipment.with_state(state).with_constraints(step.wishes)
        return known

    def _tell_of_waiting(self) -> None:
        """Ask a person to look at a database that takes nothing for long."""
        ground, subject = self._ground, "outbox"
        oldest = next(self.write_back.kept(), None)
        if oldest is None:
            ground.problems.settle("outbox_old", subject)
        elif ("outbox_old", subject) not in ground.problems and (
            self.write_back.full or ground.clock.now() > oldest.at + ground.timing.outbox_age
        ):
            since = datetime.fromtimestamp(oldest.at, ground.zone)
            ground.problems.report(
                Problem("outbox_old", subject, {"since": since.strftime("%Y-%m-%d %H:%M")})
            )

    def _take_read(self, equipment_id: EquipmentId, state: State) -> None:
        """Take a row over as it was read, unless something newer of it waits to be written."""
        if equipment_id not in self.write_back.pending:
            self._store.take(equipment_id, state)

    def _settled(self, step: Step) -> None:
        self.journal.settled(step, self._ground.clock.now())

    async def advance_end(self, equipment_id: EquipmentId) -> None:
        """Move a wished end that is past to its next occurrence."""
        status = self._store.statuses.get(equipment_id)
        end = None if status is None else status.equipment.constraints.wished_end
        if status is None or end is None:
            return
        moved = advanced_end(end, self._ground.clock.now(), self._ground.zone)
        if moved == end:
            return
        fate = await self.write_constraints(status, Constraints(wished_end=moved))
        if not fate.stands:
            _LOGGER.warning("Wished end of %s not moved: %s", equipment_id, fate)

    async def write_constraints(
        self, status: EquipmentStatus, wishes: Constraints, by: Author = ELSEWHERE
    ) -> Fate:
        """Write other wishes about an equipment, in their turn."""
        equipment_id = status.equipment.id
        at = int(self._ground.clock.now())
        fate = await self.write(Step(equipment_id, NOTHING, at, wishes=wishes), by, urgent=True)
        if fate in (Fate.WRITTEN, Fate.DEFERRED):
            status.equipment = status.equipment.with_constraints(wishes)
            self._wished_at[equipment_id] = asyncio.get_running_loop().time()
            self._store.changed(equipment_id)
        return fate

    def with_wishes(self, read: Inventory, since: float) -> dict[EquipmentId, Equipment]:
        """Return those loads of a read of which it cannot know the wishes, with these.

        They were written after it began, at the loop's time `since`, or wait to be.
        """
        found: dict[EquipmentId, Equipment] = {}
        for equipment_id, at in self._wished_at.items():
            status = self._store.statuses.get(equipment_id)
            if at >= since and status is not None and equipment_id in read:
                wishes = status.equipment.constraints
                found[equipment_id] = read[equipment_id].with_constraints(wishes)
        for step in self.write_back.kept():
            equipment = found.get(step.equipment_id) or read.get(step.equipment_id)
            if (
                step.wishes != NO_WISHES
                and equipment is not None
                and not _is_overruled(step, equipment)
            ):
                found[equipment.id] = equipment.with_constraints(step.wishes)
        return found


def _is_overruled(step: Step, equipment: Equipment) -> bool:
    """Whether somebody else had the last word since a step that waits to be written."""
    return equipment.state.last_programmed > (step.not_after or step.at)


def _gone(equipment_id: EquipmentId) -> None:
    _LOGGER.debug("Equipment %s is no longer in the tables", equipment_id)
