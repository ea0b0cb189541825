"""What the panels should give, in the shapes of forecasts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any, Final

from .intervals import HOUR, Interval, Point, number, scaled, tidy
from .moments import instants

_KILO: Final = 1000.0


def from_energy(wh: Mapping[Any, object], zone: tzinfo, *, by_end: bool = False) -> list[Interval]:
    """Return watts of a mapping of moments to Wh, which count for the period that begins there.

    The period is the usual step of the keys, an hour at most: never assumed to be an hour.
    `by_end` says that a key is the end of its period, and a zero at midnight no period at all.
    """
    keys = [key for key in wh if isinstance(key, str | datetime)]
    known = {
        at: value
        for at, key in zip(instants(keys, zone), keys, strict=True)
        if at is not None and (value := number(wh[key])) is not None and value >= 0
    }
    points: Iterable[Point] = [(at, None, value) for at, value in known.items()]
    if by_end:
        points = [
            (before, after if after - before <= HOUR else before + HOUR, known[after])
            for before, after in pairwise(sorted(known))
            if known[after] or not _is_midnight(after, zone)
        ]
    return [
        Interval(each.start, each.end, each.value * HOUR / (each.end - each.start))
        for each in tidy(points)
    ]


def from_power(watts: Mapping[Any, object], zone: tzinfo) -> list[Interval]:
    """Return watts of a mapping of moments to watts."""
    keys = [key for key in watts if isinstance(key, str | datetime)]
    points: list[Point] = [
        (at, None, watts[key]) for at, key in zip(instants(keys, zone), keys, strict=True)
    ]
    return [each for each in tidy(points) if each.value >= 0]


def from_attributes(attributes: Mapping[str, object], zone: tzinfo) -> list[Interval]:
    """Return watts of an entity's attributes: the first shape that is there, the finest first."""
    for name in ("wh_period_15m", "wh_period", "wh_hours"):
        if isinstance(wh := attributes.get(name), Mapping) and wh:
            return from_energy(wh, zone)
    if isinstance(watts := attributes.get("watts"), Mapping) and watts:
        return from_power(watts, zone)
    for name in ("detailedForecast", "detailedHourly"):
        if isinstance(rows := attributes.get(name), Sequence) and rows:
            return scaled(_listed(rows, "period_start", "pv_estimate", zone), _KILO)
    return []


def _listed(rows: Sequence[object], start: str, value: str, zone: tzinfo) -> list[Interval]:
    objects = [row for row in rows if isinstance(row, Mapping)]
    starts = instants([row.get(start) for row in objects], zone)
    points: list[Point] = [
        (at, None, row.get(value)) for at, row in zip(starts, objects, strict=True)
    ]
    return [each for each in tidy(points) if each.value >= 0]


def _is_midnight(at: int, zone: tzinfo) -> bool:
    wall = datetime.fromtimestamp(at, zone)
    return timedelta(hours=wall.hour, minutes=wall.minute) == timedelta()
