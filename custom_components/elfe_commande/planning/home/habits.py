"""How an appliance is used, as far as the planner goes by it."""

from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Final

from ...core.wall_clock import next_occurrence

_TWO_DAYS: Final = 2 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What people said of one appliance."""

    power: float | None = None
    """Watts while it runs."""
    daily: float | None = None
    """Minutes a day that a load needs which is switched on and off at any time."""
    ready_by: time | None = None
    """When it has to be done, by the clock."""
    hours: tuple[time, time] | None = None
    """When it may run, by the clock; over midnight if it ends before it begins."""
    splittable: bool = False
    minimum_run: float = 0.0
    """Minutes."""
    most_starts: int | None = None
    """A day."""
    highest_price: float | None = None
    """Currency per kWh; it runs only where its energy costs less."""
    late: bool = False
    """Rather late than early, where that costs the same."""


def next_time(after: float, clock: time, zone: tzinfo) -> float:
    """Return the first moment after another at which the clock shows this (unix seconds)."""
    return float(next_occurrence(after, clock.hour, clock.minute, zone))


def allowed(
    hours: tuple[time, time] | None,
    begin: float,
    end: float | None,
    minutes: float,
    zone: tzinfo,
) -> tuple[float, float | None]:
    """Return when a load may run between two moments, given the hours that it has.

    The first stretch that is long enough for so many minutes, else the longest one.
    """
    if hours is None or hours[0] == hours[1]:
        return begin, end
    best: tuple[float, float] | None = None
    opens = next_time(begin - _TWO_DAYS, hours[0], zone)
    for _ in range(5):
        closes = next_time(opens, hours[1], zone)
        low, high = max(begin, opens), closes if end is None else min(end, closes)
        if high > low:
            if high - low >= minutes * 60:
                return low, high
            if best is None or high - low > best[1] - best[0]:
                best = low, high
        opens = next_time(opens, hours[0], zone)
        if end is not None and opens >= end:
            break
    return best or (begin, end)
