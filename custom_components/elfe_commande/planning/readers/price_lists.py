"""Prices to come, in the shapes in which integrations give them: attributes and answers.

There is no common one. What is read here is named by its shape, never by its integration, and
which day a price is for is told by its own time, never by the name of a list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
import re
from typing import Final

from .intervals import HOUR, Interval, Point, number, tidy
from .moments import day_bounds, instant, instants, midnight

_STARTS: Final = (
    "start",
    "start_time",
    "startsAt",
    "starts_at",
    "from",
    "time",
    "timestamp",
    "hour",
    "datetime",
    "date",
)
_ENDS: Final = ("end", "end_time", "endsAt", "ends_at", "till", "to")
_VALUES: Final[Mapping[str, float]] = {
    "price": 1.0,
    "value": 1.0,
    "value_inc_vat": 1.0,
    "total": 1.0,
    "price_per_kwh": 1.0,
    "per_kwh": 1.0,
    # Zonneplan counts in ten-millionths.
    "electricity_price": 1e-7,
}
_LISTS: Final = ("prices", "forecasts", "rates", "data", "price_info", "forecast")
_FORECASTS: Final = frozenset({"forecast", "forecasts"})
"""Lists that something firm overrides."""
_DAYS: Final = {"today": 0, "tomorrow": 1}
_HOUR_OF: Final = re.compile(r"^price_(next_day_)?([01]\d|2[0-3])h(_d)?$")
_STEPS: Final = (HOUR // 4, HOUR // 2, HOUR)
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class PricesFound:
    """What was found: prices, or the names of several lists among which to choose."""

    intervals: tuple[Interval, ...] = ()
    choices: tuple[str, ...] = ()


def read_answer(answer: object, zone: tzinfo, chosen: str = "") -> PricesFound:
    """Return the prices of an action's answer, as it gives them.

    `chosen` is the name under which they lie where there are several: an area, a home, a country.
    """
    return _read(answer, zone, chosen.strip().casefold(), _DEEPEST)


def read_attributes(
    attributes: Mapping[str, object], said: float, zone: tzinfo, chosen: str = ""
) -> PricesFound:
    """Return the prices among an entity's attributes, as they are given.

    `said` is when they were told (unix seconds). Lists of numbers count only where nothing says its
    own times.
    """
    today = datetime.fromtimestamp(said, zone).date()
    points = list(_hours_named(attributes, today, zone))
    # What is firm comes last, and stays.
    names = sorted(attributes, key=lambda name: name not in _FORECASTS)
    choices: tuple[str, ...] = ()
    for name in names:
        found = _read(attributes[name], zone, chosen.strip().casefold(), _DEEPEST - 1)
        points += _points_of(found.intervals)
        choices = choices or found.choices
    if points:
        return PricesFound(tuple(tidy(points)))
    return PricesFound(tuple(_numbers(attributes, today, zone)), choices)


def _points_of(intervals: Iterable[Interval]) -> Iterator[Point]:
    for each in intervals:
        yield each.start, each.end, each.value


def _read(answer: object, zone: tzinfo, chosen: str, depth: int) -> PricesFound:
    if depth < 0:
        return PricesFound()
    if isinstance(answer, Sequence) and not isinstance(answer, str | bytes):
        return PricesFound(tuple(tidy(_objects(answer, zone))))
    if not isinstance(answer, Mapping):
        return PricesFound()
    for points in (_deltas(answer, zone), _times(answer, zone)):
        if points:
            return PricesFound(tuple(tidy(points)))
    for name in _LISTS:
        if name in answer:
            return _read(answer[name], zone, chosen, depth - 1)
    return _among(answer, zone, chosen, depth)


def _among(answer: Mapping[object, object], zone: tzinfo, chosen: str, depth: int) -> PricesFound:
    """Return what lies under a name that is nobody's key: the one chosen, or the only one."""
    named: dict[str, PricesFound] = {}
    for name, inside in answer.items():
        if isinstance(inside, Mapping | Sequence) and not isinstance(inside, str | bytes):
            found = _read(inside, zone, chosen, depth - 1)
            if found.intervals or not inside:
                named[str(name)] = found
            elif found.choices:
                return found
    for name, found in named.items():
        if name.casefold() == chosen:
            return found
    if len(named) == 1:
        return next(iter(named.values()))
    return PricesFound(choices=tuple(sorted(named)))


def _objects(rows: Sequence[object], zone: tzinfo) -> list[Point]:
    """Return the points of a list of objects."""
    objects = [row for row in rows if isinstance(row, Mapping)]
    starts = instants([_first(row, _STARTS) for row in objects], zone)
    points: list[Point] = []
    for row, start in zip(objects, starts, strict=True):
        key = next((key for key in _VALUES if key in row), None)
        value = None if key is None else number(row[key])
        if key is not None and value is not None:
            points.append((start, instant(_first(row, _ENDS), zone), value * _VALUES[key]))
    return points


def _first(row: Mapping[object, object], keys: Iterable[str]) -> object:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _deltas(answer: Mapping[object, object], zone: tzinfo) -> list[Point]:
    """Return the points of a start with minutes from it, and a value for each."""
    start = instant(answer.get("start_utc"), zone)
    minutes, values = answer.get("deltas_in_minutes"), answer.get("values")
    if start is None or not isinstance(minutes, Sequence) or not isinstance(values, Sequence):
        return []
    return [
        (start + int(delta) * 60, None, value)
        for after, value in zip(minutes, values, strict=False)
        if (delta := number(after)) is not None
    ]


def _times(answer: Mapping[object, object], zone: tzinfo) -> list[Point]:
    """Return the points of a mapping of times to numbers; none if it is another one."""
    keys = [key for key in answer if isinstance(key, str | datetime)]
    starts = instants(keys, zone)
    if not keys or None in starts or len(keys) != len(answer):
        return []
    return [(start, None, answer[key]) for start, key in zip(starts, keys, strict=True)]


def _hours_named(attributes: Mapping[str, object], today: date, zone: tzinfo) -> Iterator[Point]:
    """Yield hours that are attributes of their own, `_d` for the second of two in autumn."""
    for name, value in attributes.items():
        if (match := _HOUR_OF.match(name)) is None:
            continue
        later, hour, again = match.groups()
        day = today + timedelta(days=1) if later else today
        wall = datetime(day.year, day.month, day.day, int(hour), tzinfo=zone)
        if again:
            wall = wall.replace(fold=1)
        start = int(wall.timestamp())
        yield start, start + HOUR, value


def _numbers(attributes: Mapping[str, object], today: date, zone: tzinfo) -> Iterator[Interval]:
    """Yield the prices of lists of numbers, which begin at local midnight."""
    lists = {name: attributes.get(name) for name in _DAYS}
    if isinstance(lists["tomorrow"], Sequence) and lists["tomorrow"] == lists["today"]:
        # Nobody's day is the same as the one before, to the last digit: it is not known yet.
        lists["tomorrow"] = None
    for name, days in _DAYS.items():
        values = lists[name]
        if not isinstance(values, Sequence) or isinstance(values, str | bytes) or not values:
            continue
        day = today + timedelta(days=days)
        begin, end = day_bounds(day, zone)
        step, rest = divmod(end - begin, len(values))
        if rest or step not in _STEPS:
            continue
        for index, raw in enumerate(values):
            if (value := number(raw)) is not None:
                start = midnight(day, zone) + index * step
                yield Interval(start, start + step, value)
