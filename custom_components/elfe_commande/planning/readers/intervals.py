"""Half-open stretches of time with a value each, and the quarter-hours they cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from math import isfinite
from statistics import median_low
from typing import Final

from ...core.plan import SLOT

HOUR: Final = 3600
KNOWN: Final = 0.5
"""Share of a quarter-hour that has to be known for its mean to count."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A value from `start` to before `end` (unix seconds)."""

    start: int
    end: int
    value: float


type Point = tuple[int | None, int | None, object]
"""Start, end where it is given, and what should be a number."""


def number(value: object) -> float | None:
    """Return a finite number, also from text; `None` for whatever is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError, OverflowError:
        return None
    return found if isfinite(found) else None


def tidy(points: Iterable[Point]) -> list[Interval]:
    """Return intervals in their order, none over another; of equal starts the last one stays.

    An end that is not given is that of the usual step, an hour at most: a hole stays a hole. Where
    all steps are longer, the list says when the value changes.
    """
    known: dict[int, tuple[int | None, float]] = {}
    for start, end, raw in points:
        value = number(raw)
        if start is not None and value is not None:
            known[start] = end, value
    starts = sorted(known)
    steps = [after - before for before, after in pairwise(starts)]
    changes = bool(steps) and min(steps) > HOUR
    step = HOUR if changes or not steps else min(HOUR, median_low(steps))
    found: list[Interval] = []
    for start, after in zip_longest(starts, starts[1:]):
        end, value = known[start]
        if end is None or end <= start:
            end = after if changes and after is not None else start + step
        if after is not None:
            end = min(end, after)
        found.append(Interval(start, end, value))
    return found


def scaled(intervals: Iterable[Interval], factor: float) -> list[Interval]:
    """Return the same intervals with other values."""
    return [Interval(each.start, each.end, each.value * factor) for each in intervals]


def merged(older: Iterable[Interval], newer: Iterable[Interval]) -> list[Interval]:
    """Return both, the newer one where they say something of the same time."""
    new = sorted(newer)
    kept: list[Interval] = []
    for each in older:
        begin = each.start
        for other in new:
            if other.end <= begin or other.start >= each.end:
                continue
            if other.start > begin:
                kept.append(Interval(begin, other.start, each.value))
            begin = max(begin, other.end)
        if begin < each.end:
            kept.append(Interval(begin, each.end, each.value))
    return sorted([*kept, *new])


def series(intervals: Sequence[Interval], start: int, slots: int) -> list[float | None]:
    """Return the mean of each quarter-hour from a unix time on, `None` where too little is known."""
    sums, known = [0.0] * slots, [0] * slots
    for each in intervals:
        first = max(0, (each.start - start) // SLOT)
        for index in range(first, slots):
            begin = start + index * SLOT
            if begin >= each.end:
                break
            part = min(each.end, begin + SLOT) - max(each.start, begin)
            if part > 0:
                sums[index] += each.value * part
                known[index] += part
    return [
        total / part if part >= SLOT * KNOWN else None
        for total, part in zip(sums, known, strict=True)
    ]


def added(several: Sequence[Sequence[float | None]], slots: int) -> list[float | None]:
    """Return the sum of series; a hole of one is nothing, a hole of all is one."""
    found: list[float | None] = []
    for index in range(slots):
        values = [
            value for each in several if index < len(each) and (value := each[index]) is not None
        ]
        found.append(sum(values) if values else None)
    return found


def known_until(intervals: Iterable[Interval], start: int) -> int:
    """Return until when nothing is missing from a unix time on; `start` if it is at once."""
    until = start
    for each in sorted(intervals):
        if each.start > until:
            break
        until = max(until, each.end)
    return until
