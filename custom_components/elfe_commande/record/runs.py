"""When loads ran, as it is seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..core.decision import Act
from ..core.model import EquipmentId
from ..core.outcome import Outcome
from ..core.plan import DAY, SLOT
from ..engine.ground.events import OrderEnded
from ..engine.ground.status import EquipmentStatus
from .rows import Cause, RunRow

KEPT: Final = DAY * SLOT
"""Seconds that runs are remembered; what is older is on disk."""
_STARTING: Final = frozenset({Act.START, Act.ON, Act.RECORD_STARTED, Act.TO_MANUAL, Act.FORCED_ON})
_DONE: Final = frozenset({Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL})
_MARGIN: Final = 2.0
"""Seconds from an order to the run that is put down to it, beyond its own latency."""
_UNKNOWN: Final = Cause()


@dataclass(slots=True)
class Run:
    """Something a load did. Times are unix seconds; without an end it goes on."""

    start: float
    end: float | None
    cause: Cause = _UNKNOWN
    energy: float | None = None
    """Wh, where it is measured."""


class RunLog:
    """The runs of the last day.

    A load runs while it draws power or, where nothing measures it, while it is switched on. A
    machine that is only started is taken to run for its cycle duration.
    """

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._runs: dict[EquipmentId, list[Run]] = {}
        self._started: dict[EquipmentId, int] = {}
        self._asked: dict[EquipmentId, OrderEnded] = {}
        self._seen: set[EquipmentId] = set()
        """Of which it is known what they did just before."""

    def ended(self, event: OrderEnded) -> bool:
        """Keep who started a load last; return whether that tells of a run under way.

        A device that says what it does may be heard before its answer counts.
        """
        if event.act in _STARTING and event.result.outcome in _DONE:
            self._asked[event.equipment_id] = event
            return self._amend(event)
        if not event.result.will_retry:
            self._asked.pop(event.equipment_id, None)
        return False

    def _amend(self, event: OrderEnded) -> bool:
        last = self.runs(event.equipment_id)[-1:]
        sent = event.result.at - (event.result.latency or 0.0) - _MARGIN
        if not last or last[0].end is not None or last[0].start < sent:
            return False
        last[0].cause = last[0].cause._replace(origin=event.origin.value)
        return True

    def note(self, status: EquipmentStatus, now: float, drawn: float = 0.0) -> bool:
        """Take note of what a load does now, and of the Wh drawn; return whether that is news."""
        equipment = status.equipment
        runs = self._runs.setdefault(equipment.id, [])
        while runs and runs[0].end is not None and runs[0].end < now - KEPT:
            del runs[0]
        last = runs[-1] if runs else None
        before = None if last is None else (last.start, last.end)
        if last is not None and last.end is None and drawn:
            last.energy = (last.energy or 0.0) + drawn
        self._note(status, runs, now)
        self._seen.add(equipment.id)
        return bool(runs) and (runs[-1].start, runs[-1].end) != before

    def _note(self, status: EquipmentStatus, runs: list[Run], now: float) -> None:
        running = status.running
        if not status.equipment.continuous:
            self._note_start(status, runs, now)
            if status.power is None:
                # Its plug is on: that says nothing about the machine.
                running = None
        last = runs[-1] if runs else None
        if running:
            if last is None or (last.end is not None and last.end + SLOT < now):
                energy = None if status.power is None else 0.0
                start = self._start(status, last, now)
                runs.append(Run(start, None, self._cause(status, now), energy))
            else:
                # A machine pauses within its cycle, a heater all the time.
                last.end = None
        elif running is False and last is not None and last.end is None:
            last.end = now

    def recall(self, rows: Iterable[RunRow]) -> None:
        """Know of runs that were kept; one that was under way goes on if its load still runs."""
        for row in rows:
            run = Run(row.at, row.end, row.cause, row.energy)
            self._runs.setdefault(row.equipment_id, []).append(run)
            self._started[row.equipment_id] = row.at

    def forget(self, equipment_id: EquipmentId) -> None:
        """Forget a load that went."""
        self._runs.pop(equipment_id, None)
        self._started.pop(equipment_id, None)
        self._asked.pop(equipment_id, None)
        self._seen.discard(equipment_id)

    def runs(self, equipment_id: EquipmentId) -> list[Run]:
        """Return the runs of a load, oldest first."""
        return self._runs.get(equipment_id, [])

    def last(self, equipment_id: EquipmentId, now: float) -> RunRow | None:
        """Return the last run of a load as it is kept."""
        if not (runs := self.runs(equipment_id)):
            return None
        run = runs[-1]
        end = now if run.end is None else run.end
        energy = None if run.energy is None else round(run.energy, 1)
        return RunRow(equipment_id, int(run.start), int(end), run.end is None, energy, *run.cause)

    def _cause(self, status: EquipmentStatus, now: float) -> Cause:
        """Return why a load that starts now does; of one that ran before, nobody saw why."""
        if status.equipment.id not in self._seen:
            return _UNKNOWN
        decision, plan = status.decision, status.plan
        owner = None if plan is None else plan.owner.value
        asked = self._asked.get(status.equipment.id)
        origin = None
        if asked is not None and now - asked.result.at <= SLOT:
            origin = asked.origin.value
        if decision is None:
            return Cause(origin, owner=owner)
        return Cause(origin, decision.source.value, decision.reason, owner)

    def _note_start(self, status: EquipmentStatus, runs: list[Run], now: float) -> None:
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
            runs.append(Run(started, end, self._cause(status, now)))
        elif last.end is not None:
            last.end = max(last.end, end)

    @staticmethod
    def _start(status: EquipmentStatus, last: Run | None, now: float) -> float:
        """Return when a load that runs now was started."""
        after = now - KEPT if last is None or last.end is None else last.end
        started = status.equipment.state.last_start
        return started if after < started <= now else now
