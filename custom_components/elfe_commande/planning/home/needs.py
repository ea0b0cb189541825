"""What each appliance of a home owes now, as a load; or why it is none."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from math import ceil, inf, isfinite
from typing import Final

from ...core.model import Equipment
from ...core.on_time import OnTime, under_way
from ...core.plan import slot_start
from ..readers.moments import midnight
from ..request import Load
from .habits import Habits, allowed, next_time

QUARTER: Final = 15.0
SLACK: Final = 5.0
"""Minutes that a load may be short of what it owes: orders take their time."""
PATIENCE: Final = 86_400
"""Seconds within which a machine without a wished end is started."""


class Unplanned(StrEnum):
    """Why an appliance is no load; keys of the translations."""

    BY_HAND = "by_hand"
    """People have it: it follows no plan now."""
    NOT_DRIVEN = "not_driven"
    """Its mode or its devices let nobody drive it."""
    OTHER_PLAN = "other_plan"
    """It follows another plan, of an action or another source."""
    POWER_MISSING = "power_missing"
    DURATION_MISSING = "duration_missing"


@dataclass(frozen=True, slots=True)
class Due:
    """What an appliance has still to run."""

    minutes: float
    by: float | None
    """Unix seconds; `None` if nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One appliance: its load, or why it has none."""

    equipment: Equipment
    load: Load | None = None
    unplanned: Unplanned | None = None
    task: str = ""
    """What is asked of it; the same as long as it is the same run, or the same day."""
    follows: bool = True
    """Whether it follows a plan now; a machine that was started does not any more."""


def need_of(
    equipment: Equipment,
    habits: Habits,
    on_time: OnTime,
    now: float,
    zone: tzinfo,
    *,
    start_cost: float = 0.0,
    other_plan: bool = False,
    wanted_now: bool = False,
) -> Need:
    """Return what an appliance owes at a unix time.

    `start_cost` is in currency; `other_plan` says that the plan it follows is somebody else's.
    `wanted_now`: the planner's own plan wants it on in the present quarter-hour, the whole of which
    then counts: a run is no later for the seconds that it takes to begin.
    """
    reason = _reason(equipment, habits, now, other_plan=other_plan)
    if reason is not None:
        return Need(equipment=equipment, unplanned=reason)
    begin = float(slot_start(now)) if wanted_now else now
    if equipment.continuous:
        return _daily(equipment, habits, on_time, now, zone, start_cost, begin)
    return _once(equipment, habits, now, zone, begin)


def due_of(
    equipment: Equipment, habits: Habits, on_time: OnTime, now: float, zone: tzinfo
) -> Due | None:
    """Return what an appliance has still to run, whoever plans it; `None` where nobody said.

    A machine owes its run while it waits for its start, and what is left of it while it runs.
    """
    if equipment.continuous:
        if not habits.daily:
            return None
        end, owed = _due_today(equipment, habits, on_time, now, zone)
        return Due(owed, end)
    duration, deadline = equipment.constraints.cycle_duration, equipment.constraints.wished_end
    if not duration:
        return None
    minutes = duration / 60 if equipment.driven and equipment.piloted else 0.0
    if (run := under_way(equipment, now)) is not None:
        minutes = (run[1] - now) / 60
    return Due(minutes, float(deadline) if deadline else None)


def _reason(
    equipment: Equipment, habits: Habits, now: float, *, other_plan: bool
) -> Unplanned | None:
    if not equipment.driven:
        return Unplanned.NOT_DRIVEN
    if not equipment.piloted and under_way(equipment, now) is None:
        return Unplanned.BY_HAND
    if other_plan and equipment.piloted:
        return Unplanned.OTHER_PLAN
    if not habits.power:
        return Unplanned.POWER_MISSING
    lasts = habits.daily if equipment.continuous else equipment.constraints.cycle_duration
    return None if lasts else Unplanned.DURATION_MISSING


def _once(equipment: Equipment, habits: Habits, now: float, zone: tzinfo, begin: float) -> Need:
    """Return a machine that is started once: handed over, or under way.

    It may run from `begin` on (unix seconds).
    """
    state, wishes = equipment.state, equipment.constraints
    minutes = (wishes.cycle_duration or 0) / 60
    load = Load(equipment_id=equipment.id, power=habits.power or 0.0, minutes=minutes)
    task = str(state.last_programmed)
    if (run := under_way(equipment, now)) is not None:
        start, end = run
        left = replace(load, minutes=max(1.0, (end - now) / 60), running_since=float(start))
        return Need(equipment=equipment, load=left, task=task, follows=False)
    latest = float(wishes.wished_end or inf)
    if latest == inf and state.last_programmed + PATIENCE >= begin + minutes * 60:
        latest = float(state.last_programmed + PATIENCE)
    low, high = allowed(habits.hours, begin, latest, minutes, zone)
    missed, in_time = 0.0, high - low >= minutes * 60
    following = allowed(habits.hours, begin, inf, minutes, zone)
    if not in_time and isfinite(following[1]):
        # Hours are kept, and what was wished is not: it runs in the next ones that are enough.
        low, high = following
        missed = minutes if wishes.wished_end else 0.0
    load = replace(
        load,
        earliest=low if low > now else None,
        latest=high if isfinite(high) else None,
        highest_price=habits.highest_price,
        late=habits.late,
        missed=missed,
    )
    return Need(equipment=equipment, load=load, task=task)


def _daily(  # noqa: PLR0917
    equipment: Equipment,
    habits: Habits,
    on_time: OnTime,
    now: float,
    zone: tzinfo,
    start_cost: float,
    begin: float,
) -> Need:
    """Return a load that needs so many minutes a day, from one deadline to the next.

    It may run from `begin` on (unix seconds).
    """
    daily = habits.daily or 0.0
    end, owed = _due_today(equipment, habits, on_time, now, zone)
    clock = datetime.fromtimestamp(end, zone).time()
    since = on_time.since(equipment.id)
    low, high = allowed(habits.hours, begin, end, owed, zone)
    done, missed = owed <= 0, 0.0
    while done or high <= low:
        # Done for today, or its hours are over: what follows belongs to the next day.
        done, missed = False, missed or owed
        begin, end, owed = end, next_time(end, clock, zone), _owed(daily)
        low, high = allowed(habits.hours, begin, end, owed, zone)
    if low > now:
        since = None
    elif since is not None and high < end:
        # What is on goes on to its end, but never beyond its hours.
        room = (high - slot_start(now)) // (QUARTER * 60) * QUARTER
        missed = max(0.0, owed - room)
        owed -= missed
    today = midnight(datetime.fromtimestamp(now, zone).date(), zone)
    load = Load(
        equipment_id=equipment.id,
        power=habits.power or 0.0,
        minutes=owed,
        earliest=low,
        latest=high,
        splittable=habits.splittable,
        minimum_run=habits.minimum_run,
        most_starts=habits.most_starts,
        starts_today=on_time.starts(equipment.id, today, now),
        minutes_today=on_time.minutes(equipment.id, today, now),
        highest_price=habits.highest_price,
        running_since=since,
        start_cost=start_cost,
        late=habits.late,
        missed=missed,
    )
    return Need(equipment=equipment, load=load, task=f"{round(end)}")


def _due_today(
    equipment: Equipment, habits: Habits, on_time: OnTime, now: float, zone: tzinfo
) -> tuple[float, float]:
    """Return by when what a load needs a day has to be done, and what it owes until then."""
    end = _deadline(equipment, habits, now, zone)
    had = on_time.minutes(equipment.id, _day_before(end, zone), now)
    return end, _owed((habits.daily or 0.0) - had)


def _owed(minutes: float) -> float:
    """Return what is owed, in whole quarter-hours; what orders take is not owed again."""
    return max(0.0, ceil((minutes - SLACK) / QUARTER) * QUARTER)


def _deadline(equipment: Equipment, habits: Habits, now: float, zone: tzinfo) -> float:
    """Return by when what a load needs a day has to be done: as wished, else midnight."""
    wished = equipment.constraints.wished_end
    if wished and now < wished <= now + 86_400:
        return float(wished)
    clock = habits.ready_by or time()
    if wished and not habits.ready_by:
        clock = datetime.fromtimestamp(wished, zone).time()
    return next_time(now, clock, zone)


def _day_before(end: float, zone: tzinfo) -> float:
    wall = datetime.fromtimestamp(end, zone)
    return datetime.combine(wall.date() - timedelta(days=1), wall.time(), zone).timestamp()
