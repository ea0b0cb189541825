"""Starts on their way: noted on disk before they are sent, until the row tells of them."""

from dataclasses import dataclass, field

from ..core.model import EquipmentId
from .jobs import Job
from .journal import Journal
from .ports import Clock


@dataclass(slots=True)
class Starts:
    """Keeps what the journal holds as unconfirmed: nobody knows yet whether the load runs."""

    journal: Journal
    clock: Clock
    _noted: dict[EquipmentId, tuple[Job, float | None]] = field(default_factory=dict)
    """The job whose start was noted last, and what was noted before it."""

    async def coming(self, job: Job) -> None:
        """Remember on disk that a start is going to be sent, until its outcome is written.

        A disk that cannot be written holds up no load that may be switched again.
        """
        unconfirmed = self.journal.unconfirmed
        equipment_id = job.equipment_id
        present, before = self._noted.get(equipment_id, (None, None))
        if present is not job:
            before = unconfirmed.get(equipment_id)
        self._noted[equipment_id] = job, before
        unconfirmed[equipment_id] = self.clock.now()
        await self.journal.note()

    def over(self, job: Job) -> None:
        """Take note that no try of a start is under way; forget one that was never sent."""
        present, before = self._noted.get(job.equipment_id, (None, None))
        if present is not job:
            return
        del self._noted[job.equipment_id]
        if job.sent_at is not None:
            return
        if before is None:
            self.settled(job.equipment_id)
        else:
            # An earlier start that was sent is as unconfirmed as it was.
            self.journal.unconfirmed[job.equipment_id] = before

    def settled(self, equipment_id: EquipmentId) -> None:
        """Forget it: the row says that the load was started, or it was never sent."""
        self.journal.unconfirmed.pop(equipment_id, None)
