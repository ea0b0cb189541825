"""Starts on their way: noted on disk before they are sent, until the row tells of them."""

from dataclasses import dataclass, field

from ...core.decision import Act
from ...core.model import EquipmentId
from ..ground.goal import Goal
from ..ground.ports import Clock
from ..rows.journal import Journal
from .pursuit import Pursuit


def is_noted(goal: Goal) -> bool:
    """Return whether a crash may leave a running machine that no row tells of."""
    return goal.act is Act.START and not goal.presses


@dataclass(slots=True)
class Starts:
    """Keeps what the journal holds as unconfirmed: nobody knows yet whether the load runs."""

    journal: Journal
    clock: Clock
    _noted: dict[EquipmentId, tuple[Pursuit, float | None]] = field(default_factory=dict)
    """Whose start was noted last, and what was noted before it."""

    async def coming(self, pursuit: Pursuit) -> None:
        """Remember on disk that a start is going to be sent, until its outcome is written.

        A disk that cannot be written holds up no load that may be switched again.
        """
        unconfirmed = self.journal.unconfirmed
        equipment_id = pursuit.goal.equipment_id
        present, before = self._noted.get(equipment_id, (None, None))
        if present is not pursuit:
            before = unconfirmed.get(equipment_id)
        self._noted[equipment_id] = pursuit, before
        unconfirmed[equipment_id] = self.clock.now()
        await self.journal.note()

    def over(self, pursuit: Pursuit) -> None:
        """Take note that no try of a start is under way; forget one that was never sent."""
        equipment_id = pursuit.goal.equipment_id
        present, before = self._noted.get(equipment_id, (None, None))
        if present is not pursuit:
            return
        del self._noted[equipment_id]
        if pursuit.sent_at is not None:
            return
        if before is None:
            self.journal.unconfirmed.pop(equipment_id, None)
        else:
            # An earlier start that was sent is as unconfirmed as it was.
            self.journal.unconfirmed[equipment_id] = before
