"""Moments as prices and forecasts write them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from math import isfinite
from typing import Final

from .intervals import number

MINUTE: Final = 60
_MILLISECONDS_FROM: Final = 1e11
_LATEST: Final = 253_000_000_000


def instants(values: Sequence[object], zone: tzinfo) -> list[int | None]:
    """Return unix times, to the minute; `None` for whatever is no moment.

    Datetimes, numbers, and text with `T` or a space, with or without an offset. Without one it is
    `zone`'s clock; the hour that comes twice in autumn is the second one where a list goes back.
    """
    found: list[int | None] = []
    last: int | None = None
    for value in values:
        moment = _moment(value)
        try:
            seconds = _seconds(moment, zone, last) if isinstance(moment, datetime) else moment
        except ValueError, OverflowError:
            # The first and the last days of all calendars.
            seconds = None
        if seconds is None or not isfinite(seconds) or not 0 <= seconds < _LATEST:
            found.append(None)
            continue
        # Some begin a second late.
        last = round(seconds / MINUTE) * MINUTE
        found.append(last)
    return found


def _seconds(moment: datetime, zone: tzinfo, last: int | None) -> float:
    """Return a unix time; `last` is that of the moment before in the same list."""
    if moment.tzinfo is not None:
        return moment.timestamp()
    first = moment.replace(tzinfo=zone)
    again = first.replace(fold=1)
    if last is not None and first.timestamp() <= last < again.timestamp():
        return again.timestamp()
    return first.timestamp()


def instant(value: object, zone: tzinfo) -> int | None:
    """Return one moment as a unix time, `None` if it is none."""
    return instants([value], zone)[0]


def midnight(day: date, zone: tzinfo) -> int:
    """Return the unix time at which a local day begins."""
    return int(datetime.combine(day, time(), zone).timestamp())


def day_bounds(day: date, zone: tzinfo) -> tuple[int, int]:
    """Return when a local day begins and ends (unix seconds); it has 23 to 25 hours."""
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def _moment(value: object) -> datetime | float | None:
    match value:
        case bool() | None:
            return None
        case datetime():
            return value
        case date():
            return datetime.combine(value, time())
        case int() | float():
            seconds = number(value)
            milli = seconds is not None and seconds > _MILLISECONDS_FROM
            return seconds / 1000 if milli and seconds is not None else seconds
        case str():
            try:
                return datetime.fromisoformat(value.strip())
            except ValueError:
                return None
        case _:
            return None
