"""When the loads of a home ran and will run: what its calendar shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..core.model import EquipmentId
from ..core.plan import DAY, SLOT, slot_start
from ..engine.status import EquipmentStatus

KEPT = DAY * SLOT
"""Seconds that runs are remembered."""


@dataclass(slots=True)
class Run:
    """Something a load did. Times are unix seconds; without an end it goes on."""

    start: float
    end: float | None
    why: str | None = None


class Span(NamedTuple):
    """Something a calendar shows. Times are unix seconds."""

    start: float
    end: float
    equipment_id: EquipmentId
    why: str | None
    planned: bool = False
    """It is still to come, as far as the plan in force goes."""


class RunLog:
    """The runs of the last day, as far as they were seen since the start.

    A load runs while it draws power or, where nothing measures it, while it is switched on. A
    machine that is only started is taken to run for its cycle duration.
    """

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._runs: dict[EquipmentId, list[Run]] = {}
        self._started: dict[EquipmentId, int] = {}

    def note(self, status: EquipmentStatus, now: float, why: str | None = None) -> None:
        """Take note of what a load does now; `why` is kept with a run that begins."""
        equipment = status.equipment
        runs = self._runs.setdefault(equipment.id, [])
        while runs and runs[0].end is not None and runs[0].end < now - KEPT:
            del runs[0]
        running = status.running
        if not equipment.continuous:
            self._note_start(status, runs, now, why)
            if status.power is None:
                # Its plug is on: that says nothing about the machine.
                running = None
        last = runs[-1] if runs else None
        if running:
            if last is None or (last.end is not None and last.end + SLOT < now):
                runs.append(Run(self._start(status, last, now), None, why))
            else:
                # A machine pauses within its cycle, a heater all the time.
                last.end = None
        elif running is False and last is not None and last.end is None:
            last.end = now

    def forget(self, equipment_id: EquipmentId) -> None:
        """Forget a load that went."""
        self._runs.pop(equipment_id, None)
        self._started.pop(equipment_id, None)

    def runs(self, equipment_id: EquipmentId) -> list[Run]:
        """Return the runs of a load, oldest first."""
        return self._runs.get(equipment_id, [])

    def _note_start(
        self, status: EquipmentStatus, runs: list[Run], now: float, why: str | None
    ) -> None:
        """Take note of a start that the tables tell of."""
        equipment = status.equipment
        started = equipment.state.last_start
        if self._started.get(equipment.id) == started:
            return
        self._started[equipment.id] = started
        if not now - KEPT < started <= now:
            return
        end = started + (equipment.constraints.cycle_duration or SLOT)
        last = runs[-1] if runs else None
        if last is None or (last.end is not None and last.end < started):
            runs.append(Run(started, end, why))
        elif last.end is not None:
            last.end = max(last.end, end)

    @staticmethod
    def _start(status: EquipmentStatus, last: Run | None, now: float) -> float:
        """Return when a load that runs now was started."""
        after = now - KEPT if last is None or last.end is None else last.end
        started = status.equipment.state.last_start
        return started if after < started <= now else now


def spans(status: EquipmentStatus, log: RunLog, now: float) -> Iterator[Span]:
    """Yield the runs of a load, past, present and planned."""
    equipment = status.equipment
    planned = list(_planned(status, now))
    present = None
    for run in log.runs(equipment.id):
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
        yield Span(run.start, max(end, run.start + 1), equipment.id, run.why)
    for span in planned:
        if present is None or span.start > now:
            yield span


def _planned(status: EquipmentStatus, now: float) -> Iterator[Span]:
    """Yield the runs that the plan in force makes, the one under way included."""
    equipment, plan = status.equipment, status.plan
    if plan is None or not (equipment.piloted and equipment.driven):
        return
    if not equipment.continuous and plan.first_valid <= equipment.state.last_programmed:
        # Programmed after the plan was made: it will not be followed.
        return
    slot = slot_start(now)
    for start, end in plan.runs():
        if equipment.continuous:
            if end > now:
                yield Span(start, end, equipment.id, None, planned=True)
        elif start >= slot:
            cycle = equipment.constraints.cycle_duration or end - start
            yield Span(start, start + cycle, equipment.id, None, planned=True)
