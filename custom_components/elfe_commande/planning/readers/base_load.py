"""What the home draws besides what is planned, from the hours it has behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from math import isfinite
from statistics import median
from typing import Final

from ...core.plan import SLOT
from .intervals import HOUR

WEEKS: Final = 4
ENOUGH: Final = 3
"""Days of which something has to be known before hours of the day are told apart."""
_NIGHT: Final = range(6)
_FREEST: Final = 0.9
_FADING: Final = 0.03
_LEAST: Final = 0.1
_SAME_WEEKDAY: Final = 1.0
_SAME_KIND: Final = 0.7
_OTHER: Final = 0.5
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a meter's hourly statistics (unix seconds, kWh)."""

    start: float
    end: float
    change: float | None


class Method(StrEnum):
    """How a base load was found."""

    PROFILE = "profile"
    """By hours of the days before."""
    CONSTANT = "constant"
    """Too little is known: the median of the nights, or a number that was given."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """Watts of each quarter-hour, and how they were found."""

    watts: list[float | None]
    method: Method


def hours_of(rows: Iterable[Row], most: float = float("inf")) -> dict[int, float]:
    """Return the kWh of each hour that a meter's statistics really know.

    A row tells the difference to the one before it, however long ago that was: after a hole the
    whole hole lies in it, and the first row has nothing before it. Both are left out, and so is
    whatever is above `most` kWh: a day in one hour, or a meter that was replaced.
    """
    found: dict[int, float] = {}
    before: float | None = None
    for row in sorted(rows, key=lambda row: row.start):
        change = row.change
        follows = before == row.start and row.end - row.start == HOUR
        if follows and change is not None and isfinite(change) and 0 <= change <= most:
            found[int(row.start)] = change
        before = row.end
    return found


def balance(parts: Sequence[tuple[int, Mapping[int, float]]]) -> dict[int, float]:
    """Return the sum of meters, each with a sign, of the hours that all of them know."""
    if not parts:
        return {}
    hours = set(parts[0][1]).intersection(*(known for _, known in parts[1:]))
    return {hour: sum(sign * known[hour] for sign, known in parts) for hour in sorted(hours)}


def without(home: Mapping[int, float], loads: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Return what remains of the home without loads that are planned; never below zero.

    An hour in which nothing is known of a load counts as one without it.
    """
    several = list(loads)
    return {
        hour: max(0.0, kwh - sum(load.get(hour, 0.0) for load in several))
        for hour, kwh in home.items()
    }


def foresee(
    history: Mapping[int, float], start: int, slots: int, zone: tzinfo, given: float | None = None
) -> BaseLoad:
    """Return the base load to come, from kWh of hours that were; `given` watts where too few are.

    Each hour is the mean of the same hour of the wall clock, nearer days and like ones counting
    more; one that no day knows stays a hole.
    """
    walls = {hour: datetime.fromtimestamp(hour, UTC).astimezone(zone) for hour in history}
    days = {wall.date() for wall in walls.values()}
    if len(days) < ENOUGH:
        if given is None and history:
            nights = [kwh for hour, kwh in history.items() if walls[hour].hour in _NIGHT]
            given = 1000 * median(nights or list(history.values()))
        if given is None:
            return BaseLoad([], Method.NONE)
        return BaseLoad([given] * slots, Method.CONSTANT)
    at_hour: dict[int, list[tuple[datetime, float]]] = {}
    for hour, wall in walls.items():
        at_hour.setdefault(wall.hour, []).append((wall, history[hour]))
    known: dict[tuple[object, int], float | None] = {}
    watts: list[float | None] = []
    for index in range(slots):
        wall = datetime.fromtimestamp(start + index * SLOT, UTC).astimezone(zone)
        key = wall.date(), wall.hour
        if key not in known:
            known[key] = _weighed(at_hour.get(wall.hour, ()), wall)
        watts.append(known[key])
    return BaseLoad(watts, Method.PROFILE)


def _weighed(seen: Sequence[tuple[datetime, float]], wall: datetime) -> float | None:
    """Return the watts of one hour, `None` where no day knows it."""
    total = weight = 0.0
    for then, kwh in seen:
        age = (wall.date() - then.date()) // timedelta(days=1)
        worth = max(_LEAST, _FREEST - _FADING * age) * _likeness(then, wall)
        total += worth * kwh
        weight += worth
    return 1000 * total / weight if weight else None


def _likeness(then: datetime, wall: datetime) -> float:
    if then.weekday() == wall.weekday():
        return _SAME_WEEKDAY
    same = (then.weekday() >= _SATURDAY) == (wall.weekday() >= _SATURDAY)
    return _SAME_KIND if same else _OTHER
