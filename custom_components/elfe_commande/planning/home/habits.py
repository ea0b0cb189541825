"""How an appliance is used, as far as the planner goes by it."""

from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Final

from ...core.wall_clock import next_occurrence

_TWO_DAYS: Final = 2 * 86_400
_DAYS_TRIED: Final = 5


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
    hours: tuple[time, time] | None, begin: float, end: float, minutes: float, zone: tzinfo
) -> tuple[float, float]:
    """Return when a load may run between two moments (unix seconds), given the hours that it has.

    `end` may be infinite. The first stretch that is long enough for so many minutes, else the
    longest one; where there is none, one that ends when it begins: hours are never exceeded.
    """
    if hours is None or _by_the_minute(hours[0]) == _by_the_minute(hours[1]):
        return begin, end
    best = begin, begin
    opens = next_time(begin - _TWO_DAYS, hours[0], zone)
    for _ in range(_DAYS_TRIED):
        # Hours that a change of clocks skips close as they open.
        closes = next_time(opens - 1, hours[1], zone)
        low, high = max(begin, opens), min(end, closes)
        if high > low and high - low >= minutes * 60:
            return low, high
        best = max(best, (low, high), key=lambda each: each[1] - each[0])
        opens = next_time(opens, hours[0], zone)
    return best


def _by_the_minute(clock: time) -> tuple[int, int]:
    return clock.hour, clock.minute
