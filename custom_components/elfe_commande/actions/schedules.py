"""Days of decisions as planners write them: lists of values, lists of objects with dates."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isfinite
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..core.plan import DAY, LONGEST, SLOT
from ..describe import in_utc

LENGTHS: Final = (LONGEST - 8, DAY, LONGEST)
"""Quarter-hours in a day: that on which summer time begins, any other, that on which it ends."""
RUNS_FROM: Final = 1.0
"""Watts from which a load is meant to run: solvers leave a trace of a watt, and minus zero."""
BESIDE: Final = 30
"""Seconds beside a quarter-hour that are taken for it."""
_DATES: Final = ("date", "time", "timestamp", "datetime", "start", "from")
_ENDS: Final = ("end", "to")
_ON: Final = frozenset({"on", "true", "yes", "variable"})
_OFF: Final = frozenset({"off", "false", "no"})


class ScheduleError(ValueError):
    """A list that is no day. `key` is a key of the translations, `shown` fills its text."""

    def __init__(self, key: str, **shown: object) -> None:
        super().__init__(key)
        self.key = key
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Schedule:
    """Decisions from the slot that begins at `start` (unix seconds), `None`: wherever."""

    decisions: bytes
    start: int | None = None


def read_schedule(items: Sequence[Any]) -> Schedule:
    """Return what a list says, of values or of objects; raises `ScheduleError`."""
    if items and all(isinstance(item, Mapping) for item in items):
        return _from_objects(items)
    if len(items) not in LENGTHS:
        raise ScheduleError("plan_slots", count=len(items), needed=DAY)
    return Schedule(bytes(_decision(value, number) for number, value in enumerate(items)))


def to_quarter(at: float) -> int | None:
    """Return the quarter-hour that a moment means (unix seconds), `None` if it means none."""
    quarter = round(at / SLOT) * SLOT
    return quarter if abs(at - quarter) <= BESIDE else None


def _decision(value: Any, number: int) -> bool:
    """Return a decision: 0 or 1, as a number or as a text, or a word for it."""
    read = _word(value)
    if read is None and _number(value) in (0.0, 1.0):
        read = bool(_number(value))
    if read is None:
        raise ScheduleError("plan_value", value=value, number=number)
    return read


def _word(value: Any) -> bool | None:
    word = str(value).strip().lower()
    return True if word in _ON else False if word in _OFF else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except TypeError, ValueError:
        return None
    return number if isfinite(number) else None


# ----------------------------------------------------------------------------- lists of objects


def _from_objects(items: Sequence[Mapping[str, Any]]) -> Schedule:
    """Return the slots that are on for half of their time or more; steps may be of any length.

    An object lasts until its own end, and without one until the next begins.
    """
    wanted: dict[float, tuple[bool, float | None]] = {}
    for number, item in enumerate(items):
        begin = _date(item, number, _DATES)
        wanted[begin] = _wanted(item, number), _end(item, number, begin)
    begins = sorted(wanted)
    step = min((after - at for at, after in pairwise(begins)), default=float(SLOT))
    nexts = [*begins[1:], begins[-1] + step]
    runs = [
        (at, after if (end := wanted[at][1]) is None else end)
        for at, after in zip(begins, nexts, strict=True)
    ]
    first = to_quarter(begins[0])
    start = int(begins[0] // SLOT) * SLOT if first is None else first
    last = max(end for _, end in runs)
    count = min(LONGEST, max(1, round((last - start) / SLOT)))
    seconds = [0.0] * count
    for at, end in runs:
        for slot in range(max(0, int((at - start) // SLOT)), count if wanted[at][0] else 0):
            begin = start + slot * SLOT
            if begin >= end:
                break
            seconds[slot] += max(0.0, min(end, begin + SLOT) - max(at, begin))
    return Schedule(bytes(each >= SLOT / 2 for each in seconds), start)


def _end(item: Mapping[str, Any], number: int, begin: float) -> float | None:
    """Return the moment at which an object ends, `None` if it does not say."""
    if not any(item.get(key) for key in _ENDS):
        return None
    end = _date(item, number, _ENDS)
    if end <= begin:
        raise ScheduleError("plan_item", number=number, item=dict(item))
    return end


def _date(item: Mapping[str, Any], number: int, names: Sequence[str]) -> float:
    """Return a moment of an object (unix seconds); without an offset it is local time."""
    key = next((key for key in names if item.get(key)), None)
    given = None if key is None else item[key]
    moment = given if isinstance(given, datetime) else None
    if moment is None:
        # A 30th of February is none either.
        with suppress(ValueError):
            moment = dt_util.parse_datetime(str(given))
    if moment is None:
        raise ScheduleError("plan_item", number=number, item=dict(item))
    return in_utc(moment).timestamp()


def _wanted(item: Mapping[str, Any], number: int) -> bool:
    """Return whether an object wants the load on: its one value, in watts or in a word."""
    others = [key for key in item if key not in _DATES + _ENDS]
    if len(others) > 1 and "value" in others:
        others = ["value"]
    if len(others) != 1:
        raise ScheduleError("plan_item", number=number, item=dict(item))
    value = item[others[0]]
    if (word := _word(value)) is not None:
        return word
    watts = _number(value)
    if watts is None or watts <= -RUNS_FROM:
        raise ScheduleError("plan_value", value=value, number=number)
    return watts >= RUNS_FROM
