"""What became of every load in the last days. Pure: times are handed in, in unix seconds."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from ..core.decision import Act, Source
from ..core.model import EquipmentId
from ..core.on_time import KEPT, OnTime, under_way
from ..core.outcome import Outcome
from ..core.plan import SLOT, slot_start
from ..core.planned import knows
from ..core.wish import Origin
from ..engine.ground.events import OrderEnded
from ..engine.ground.status import DRAWING_FROM, EquipmentStatus
from .day import Day, Failure, Planned, Run
from .tally import Tally
from .watching import Watching

DAYS: Final = 8
"""Today, and the week before."""
NOT_RUNNING: Final = "not_running"
"""Why nothing was done of a plan while nobody was there to do it."""

type Days = dict[EquipmentId, dict[date, Day]]


@dataclass(slots=True)
class Open:
    """A run that is under way."""

    start: float
    energy: float | None
    source: str
    confirmed: bool


class Book:
    """Knows each load's days; one count of how long it was on serves all who ask."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self.on_time = OnTime()
        self.looked = 0
        """The last quarter-hour of which the plans were looked at (unix seconds)."""
        self._days: Days = {}
        self._open: dict[EquipmentId, Open] = {}
        self._asked: dict[EquipmentId, tuple[float, str]] = {}
        """When a load was last switched on by an order, and whose that was."""
        self._doubted: set[EquipmentId] = set()
        """What the last order to switch on was taken for done, and nothing confirms it."""
        self._tally = Tally()
        self._watching = Watching()

    # ---------------------------------------------------------------------------- what happens

    def note(self, status: EquipmentStatus, now: float, zone: tzinfo) -> Run | None:
        """Take note of what a load does, and of what its plan wants; return a run that ended."""
        equipment_id = status.equipment.id
        self._measure(status, now, zone)
        self._plan(status, slot_start(now), zone)
        on, at = self._watching.seen(
            status,
            self.on_time.since(equipment_id),
            now,
            ended=self.on_time.ended(equipment_id),
            left_open=equipment_id in self._open,
        )
        if on is None:
            return None
        self.on_time.note(equipment_id, on, at)
        since = self.on_time.since(equipment_id)
        if since is None:
            return self._end(equipment_id, at, zone)
        run, made = self._open.get(equipment_id), None
        if run is not None and since > run.start + 1:
            # It was off between the two, or nobody knows.
            run, made = None, self._end(equipment_id, at, zone)
        if run is None:
            run = self._open[equipment_id] = Open(
                since, None, self._asker(equipment_id, now), equipment_id not in self._doubted
            )
        if status.power is not None:
            run.energy = run.energy or 0.0
            run.confirmed = run.confirmed or status.power >= DRAWING_FROM
        return made

    @property
    def under_way(self) -> tuple[EquipmentId, ...]:
        """The loads that are on."""
        return tuple(self._open)

    def next_look(self, statuses: Mapping[EquipmentId, EquipmentStatus]) -> float | None:
        """Return when a run that is under way may be over without anything being heard."""
        moments = []
        for equipment_id in self._open:
            moments.append(self._watching.over_at(equipment_id))
            if (status := statuses.get(equipment_id)) is not None and status.power is None:
                since = self.on_time.since(equipment_id)
                run = None if since is None else under_way(status.equipment, since)
                moments.append(None if run is None else float(run[1]))
        return min((moment for moment in moments if moment is not None), default=None)

    def ended(self, event: OrderEnded, status: EquipmentStatus, now: float, zone: tzinfo) -> None:
        """Take note of how an order ended, or its first try."""
        result, act, equipment_id = event.result, event.act, event.equipment_id
        if act is Act.KEEP_OFF:
            return
        source = _source_of(event, status)
        if act is Act.START and event.source is Source.EMS:
            self._plan_start(status, slot_start(result.at), zone)
        run = self._open.get(equipment_id)
        if result.on is not None and result.outcome is Outcome.ACKNOWLEDGED:
            self._doubted.discard(equipment_id)
        elif result.on and result.outcome is Outcome.DOUBTFUL:
            self._doubted.add(equipment_id)
        if result.on and result.outcome in {Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL}:
            self._asked[equipment_id] = now, source
            if run is not None and now - run.start <= SLOT:
                # The row was told of first.
                run.source = source if run.source == Origin.DEVICE else run.source
                drawing = (status.power or 0.0) >= DRAWING_FROM
                run.confirmed = drawing or result.outcome is Outcome.ACKNOWLEDGED
        self._tally.count(event, self._day(equipment_id, result.at, zone))

    def catch_up(self, status: EquipmentStatus, until: int, zone: tzinfo) -> None:
        """Take note of what the plan of a load wanted since plans were last looked at.

        Nobody was there to do it, unless the load was on. `until` is the present quarter-hour.
        """
        plan, equipment_id = status.plan, status.equipment.id
        if plan is None or not self.looked or self.looked + SLOT >= until:
            return
        for start, end in plan.runs():
            for slot in range(max(start, self.looked + SLOT), min(end, until), SLOT):
                on = self.on_time.minutes(equipment_id, slot, slot + SLOT) > 0
                if self._plan(status, slot, zone) and not on:
                    self._day(equipment_id, slot, zone).failure = Failure(
                        slot, _act_of(status).value, Outcome.SKIPPED, NOT_RUNNING, pending=True
                    )

    # ------------------------------------------------------------------------------ what is told

    def days(self, equipment_id: EquipmentId, last: date, count: int) -> Iterator[tuple[date, Day]]:
        """Yield the last days of a load, the newest first; those of which nothing is known too."""
        known = self._days.get(equipment_id, {})
        for number in range(count):
            day = last - timedelta(days=number)
            yield day, known.get(day, Day())

    def run_under_way(self, equipment_id: EquipmentId) -> Open | None:
        """Return the run that is under way, if one is."""
        return self._open.get(equipment_id)

    def minutes(
        self, equipment_id: EquipmentId, begin: float, end: float, *, zone: tzinfo
    ) -> tuple[float, float]:
        """Return how long a load was on between two moments: confirmed, and not confirmed."""
        total = self.on_time.minutes(equipment_id, begin, end)
        days = self._days.get(equipment_id, {})
        doubtful = [
            (run.start, run.end)
            for day in (_date(begin, zone), _date(end, zone))
            for run in (days[day].runs if day in days else ())
            if not run.confirmed
        ]
        run = self._open.get(equipment_id)
        if run is not None and not run.confirmed:
            doubtful.append((round(run.start), round(max(run.start, end))))
        unsure = sum(
            max(0.0, min(until, end) - max(start, begin)) for start, until in set(doubtful)
        )
        return max(0.0, total - unsure / 60), min(total, unsure / 60)

    # ------------------------------------------------------------------------------- the parts

    def _measure(self, status: EquipmentStatus, now: float, zone: tzinfo) -> None:
        """Count what the meter says was drawn since it was last looked at."""
        equipment_id = status.equipment.id
        for at, kwh in self._watching.drawn(status, now, zone):
            self._day(equipment_id, at, zone).add_energy(kwh)
            run = self._open.get(equipment_id)
            if run is not None and kwh:
                run.energy = (run.energy or 0.0) + kwh

    def _plan(self, status: EquipmentStatus, slot: int, zone: tzinfo) -> bool:
        """Take note of what the plan in force wants in a quarter-hour; whether it wants it on."""
        plan, equipment = status.plan, status.equipment
        if plan is None or not plan.decision(slot) or not equipment.driven:
            return False
        if not equipment.piloted or not knows(plan, equipment):
            return False
        if equipment.continuous:
            run = Planned(slot, slot + SLOT, plan.owner.value)
            self._day(equipment.id, slot, zone).plan(run)
        else:
            self._plan_start(status, slot, zone)
        return True

    def _plan_start(self, status: EquipmentStatus, slot: int, zone: tzinfo) -> None:
        """Take note that a plan starts a machine; a start that is tried again is no other one."""
        equipment, plan = status.equipment, status.plan
        day = self._day(equipment.id, slot, zone)
        if not day.planned or slot >= day.planned[-1].end:
            end = slot + (equipment.constraints.cycle_duration or SLOT)
            day.planned.append(Planned(slot, end, "ems" if plan is None else plan.owner.value))

    def _end(self, equipment_id: EquipmentId, at: float, zone: tzinfo) -> Run | None:
        """Close the run that is under way, if one is."""
        run = self._open.pop(equipment_id, None)
        if run is None:
            return None
        end = self.on_time.ended(equipment_id) or at
        if end <= run.start:
            return None
        made = Run(round(run.start), round(end), run.energy, run.source, run.confirmed)
        self._day(equipment_id, end, zone).add_run(made)
        return made

    def _asker(self, equipment_id: EquipmentId, now: float) -> str:
        """Return who switched a load on that is on now."""
        at, source = self._asked.get(equipment_id, (float("-inf"), ""))
        return source if now - at <= SLOT else str(Origin.DEVICE)

    def _day(self, equipment_id: EquipmentId, at: float, zone: tzinfo) -> Day:
        days = self._days.setdefault(equipment_id, {})
        return days.setdefault(_date(at, zone), Day())

    # -- on disk

    def forget(self, now: float, loads: Collection[EquipmentId], zone: tzinfo) -> None:
        """Keep what is not too old, of these loads."""
        self.on_time.forget(now - KEPT, loads)
        oldest = _date(now, zone) - timedelta(days=DAYS - 1)
        for each in (self._open, self._asked):
            for equipment_id in each.keys() - set(loads):
                del each[equipment_id]
        self._tally.forget(loads)
        self._doubted.intersection_update(loads)
        self._watching.forget(loads)
        self._days = {
            equipment_id: kept
            for equipment_id, days in self._days.items()
            if equipment_id in loads
            and (kept := {day: each for day, each in days.items() if day >= oldest})
        }

    def dump(self, now: float) -> dict[str, Any]:
        """Return what is to be kept."""
        return {
            "looked": self.looked,
            "on_time": self.on_time.dump(now),
            "open": [
                [load, run.start, run.energy, run.source, run.confirmed]
                for load, run in self._open.items()
            ],
            "doubted": sorted(self._doubted),
            "days": {
                str(load): {day.isoformat(): each.dump() for day, each in days.items()}
                for load, days in self._days.items()
            },
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Take what was kept; whatever cannot be that is left out."""
        if isinstance(on_time := data.get("on_time"), Mapping):
            self.on_time.load(on_time)
        try:
            self.looked = int(data.get("looked", 0))
            self._doubted = {EquipmentId(int(load)) for load in data.get("doubted", ())}
            self._open = {
                EquipmentId(int(load)): Open(float(start), energy, str(source), bool(confirmed))
                for load, start, energy, source, confirmed in data.get("open", ())
            }
        except TypeError, ValueError:
            pass
        days = data.get("days")
        for load, each in days.items() if isinstance(days, Mapping) else ():
            try:
                self._days[EquipmentId(int(load))] = {
                    date.fromisoformat(day): Day.load(kept) for day, kept in each.items()
                }
            except AttributeError, TypeError, ValueError:
                continue


def _act_of(status: EquipmentStatus) -> Act:
    return Act.ON if status.equipment.continuous else Act.START


def _source_of(event: OrderEnded, status: EquipmentStatus) -> str:
    """Return whose order it was: a plan's owner, else where it comes from."""
    if event.source is Source.EMS and status.plan is not None:
        return status.plan.owner.value
    return event.origin.value


def _date(at: float, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at, zone).date()
