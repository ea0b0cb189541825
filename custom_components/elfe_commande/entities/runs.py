"""When the loads of a home ran and will run: what its calendar shows."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..core.model import EquipmentId
from ..core.plan import SLOT, slot_start
from ..core.planned import coming_runs
from ..engine.ground.status import EquipmentStatus
from ..record.rows import Cause
from ..record.runs import Run


class Span(NamedTuple):
    """Something a calendar shows. Times are unix seconds."""

    start: float
    end: float
    equipment_id: EquipmentId
    cause: Cause | None
    """`None`: it is still to come, as far as the plan in force goes."""


def spans(status: EquipmentStatus, runs: Iterable[Run], now: float) -> Iterator[Span]:
    """Yield the runs of a load, past, present and planned."""
    equipment = status.equipment
    planned = list(_planned(status, now))
    present = None
    for run in runs:
        end = run.end
        if end is None:
            end = float(slot_start(now) + SLOT)
            if not equipment.continuous:
                end = max(end, run.start + (equipment.constraints.cycle_duration or 0))
            elif planned and planned[0].start <= now:
                end = planned[0].end
        if end > now:
            present = run
        # Nothing is so short that a calendar cannot show it.
        yield Span(run.start, max(end, run.start + 1), equipment.id, run.cause)
    for span in planned:
        if present is None or span.start > now:
            yield span


def _planned(status: EquipmentStatus, now: float) -> Iterator[Span]:
    """Yield the runs that the plans make, the one under way included."""
    equipment = status.equipment
    if not (equipment.piloted and equipment.driven):
        return
    slot = slot_start(now)
    for start, end in coming_runs(equipment, status.ahead):
        if equipment.continuous:
            if end > now:
                yield Span(start, end, equipment.id, None)
        elif start >= slot:
            cycle = equipment.constraints.cycle_duration or end - start
            yield Span(start, start + cycle, equipment.id, None)
