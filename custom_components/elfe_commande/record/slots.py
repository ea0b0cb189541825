"""What a load does in the quarter-hour under way, and the row that becomes of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..core.drawn import Held
from ..core.model import EquipmentId
from ..core.outcome import Outcome, Result
from ..core.plan import DAY, SLOT, slot_start
from ..engine.ground.status import EquipmentStatus
from .rows import SlotRow

LONGEST_ROW = DAY * SLOT
"""Seconds that one row tells of at most: whoever reads a time looks no further back."""


@dataclass(slots=True)
class _Present:
    """The quarter-hour under way of one load."""

    row: SlotRow
    held: Held
    ran: float | None = None
    energy: float | None = None
    basis: tuple[object, ...] = ()
    """What the row was made of: where it is the same, so is the row."""
    last: SlotRow | None = None
    """The row before, which goes on as long as nothing changes."""

    def advance(self, now: float) -> float | None:
        """Count what lasted since the last look; return the Wh drawn."""
        held = self.held
        seconds = held.passed(now)
        if held.running is not None:
            self.ran = (self.ran or 0.0) + (seconds if held.running else 0.0)
        drawn = held.drawn(seconds)
        if drawn is not None:
            self.energy = (self.energy or 0.0) + drawn
        return drawn

    def summed(self) -> SlotRow:
        """Return the row as far as it is known."""
        return self.row._replace(
            ran=None if self.ran is None else round(self.ran),
            energy=None if self.energy is None else round(self.energy, 1),
        )


class SlotBook:
    """The quarter-hours of all loads. What was last seen within one counts for it."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._loads: dict[EquipmentId, _Present] = {}

    def note(self, status: EquipmentStatus, now: float) -> tuple[list[SlotRow], float]:
        """Look at a load; return the rows of what is over, and the Wh drawn since the last look."""
        slot, equipment_id = slot_start(now), status.equipment.id
        rows: list[SlotRow] = []
        drawn = 0.0
        load = self._loads.get(equipment_id)
        if load is None:
            load = self._loads[equipment_id] = _Present(
                SlotRow(equipment_id, slot, slot + SLOT), Held(now)
            )
        elif load.row.at != slot:
            drawn += load.advance(float(load.row.until)) or 0.0
            rows.append(self._close(load))
            load.row = SlotRow(equipment_id, slot, slot + SLOT)
            load.ran = load.energy = None
        drawn += load.advance(now) or 0.0
        load.held.power, load.held.running = status.power, status.running
        basis = load.row.at, status.decision, status.plan, status.mode
        if basis != load.basis:
            load.basis, load.row = basis, _seen(status, load.row)
        return rows, drawn

    def ended(self, equipment_id: EquipmentId, result: Result) -> None:
        """Take note of how an order ended."""
        if (load := self._loads.get(equipment_id)) is None:
            return
        if result.outcome is Outcome.SKIPPED and load.row.outcome is not None:
            # What was done before it says more of the quarter-hour.
            return
        done = result.outcome is Outcome.ACKNOWLEDGED
        load.row = load.row._replace(
            outcome=result.outcome.value, failure=None if done else result.reason
        )

    def under_way(self, now: float) -> Iterator[SlotRow]:
        """Yield what is known of the present quarter-hour, which is none of its row before."""
        for load in self._loads.values():
            load.advance(min(now, float(load.row.until)))
            load.last = None
            yield load.summed()

    def recall(self, row: SlotRow) -> None:
        """Go on with the quarter-hour under way, of which this was known before a restart."""
        if row.until - row.at == SLOT and row.equipment_id not in self._loads:
            # Nobody looked until now.
            load = _Present(row, Held(float("-inf")), row.ran, row.energy)
            self._loads[row.equipment_id] = load

    def forget(self, equipment_id: EquipmentId) -> None:
        """Forget a load that went."""
        self._loads.pop(equipment_id, None)

    @staticmethod
    def _close(load: _Present) -> SlotRow:
        row, last = load.summed(), load.last
        if last is not None and row.continues(last) and row.until - last.at <= LONGEST_ROW:
            row = last._replace(until=row.until)
        load.last = row
        return row


def _seen(status: EquipmentStatus, row: SlotRow) -> SlotRow:
    """Return the row with what is planned and decided now."""
    decision, plan = status.decision, status.plan
    planned = None if plan is None else plan.decision(row.at)
    return SlotRow(
        row.equipment_id,
        row.at,
        row.until,
        planned,
        None if plan is None or planned is None else plan.owner.value,
        None if decision is None else decision.on,
        None if decision is None else decision.source.value,
        None if decision is None else decision.reason,
        status.mode,
        row.outcome,
        row.failure,
    )
