"""A tariff that no list says: off-peak hours, seasons, week-ends, colours of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
import re
from types import MappingProxyType
from typing import Final, Protocol

from ...core.plan import SLOT

MINUTES: Final = 24 * 60
_STEP: Final = 60
_RANGE: Final = re.compile(
    r"^(\d{1,2})(?:\s*[:hH]\s*([0-5]\d)?)?\s*(?:-|–|à|to|a)\s*(\d{1,2})(?:\s*[:hH]\s*([0-5]\d)?)?$"
)
_SATURDAY: Final = 5
_SUNDAY: Final = 6
_BEGIN_OF_DAY: Final = timedelta(hours=6)
"""A day of Tempo begins at six."""
_NIGHT: Final = (22 * 60, 6 * 60)
_WINTER: Final = frozenset({11, 12, 1, 2, 3})
SUMMER: Final = frozenset(range(4, 11))
"""April to October: where off-peak hours of the afternoon are given in this half only."""


class RangesError(ValueError):
    """A text is no list of hours, for example 22:00-06:00, 12:30-14:30."""


type Ranges = tuple[tuple[int, int], ...]
"""(begin, end) in minutes of the wall clock; one that ends before it begins goes over midnight."""


def parse_ranges(text: str) -> Ranges:
    """Return the hours of a text such as `22:00-06:00, 12h30-14h30`. Raises `RangesError`."""
    found: list[tuple[int, int]] = []
    for part in re.split(r"[,;]|\bet\b|\band\b", text):
        if not (part := part.strip()):
            continue
        if (match := _RANGE.match(part)) is None:
            raise RangesError(part)
        hour, minute, last_hour, last_minute = (int(number or 0) for number in match.groups())
        begin, end = hour * 60 + minute, last_hour * 60 + last_minute
        if max(begin, end) > MINUTES or begin == end:
            raise RangesError(part)
        found.append((begin % MINUTES, end % MINUTES))
    return tuple(found)


def covers(ranges: Ranges, minute: int) -> bool:
    """Return whether a minute of the wall clock is within."""
    return any(
        begin <= minute < end if begin < end else minute >= begin or minute < end
        for begin, end in ranges
    )


@dataclass(frozen=True, slots=True)
class Priced:
    """The prices of quarter-hours, and from when on one of them is a guess (unix seconds)."""

    prices: list[float | None]
    guessed_from: int | None = None


class Tariff(Protocol):
    """What a kWh costs by the calendar."""

    def price(self, wall: datetime) -> tuple[float, bool]:
        """Return the price at a local moment, and whether it is a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRates:
    """Peak and off-peak hours, others in summer where `summer` says so."""

    peak: float
    off_peak: float
    ranges: Ranges
    summer: Ranges | None = None
    summer_months: frozenset[int] = SUMMER
    weekend: bool = False
    """Saturday and Sunday are off-peak from midnight to midnight."""

    def price(self, wall: datetime) -> tuple[float, bool]:
        """Return the price at a local moment."""
        ranges = self.ranges
        if self.summer is not None and wall.month in self.summer_months:
            ranges = self.summer
        low = self.weekend and wall.weekday() >= _SATURDAY
        low = low or covers(ranges, wall.hour * 60 + wall.minute)
        return (self.off_peak if low else self.peak), False


class Colour(StrEnum):
    """What a day of Tempo is; a day begins at six."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"


_COLOURS: Final[Mapping[str, Colour]] = {
    "bleu": Colour.BLUE,
    "blue": Colour.BLUE,
    "🔵": Colour.BLUE,
    "blanc": Colour.WHITE,
    "white": Colour.WHITE,
    "⚪": Colour.WHITE,
    "rouge": Colour.RED,
    "red": Colour.RED,
    "🔴": Colour.RED,
}


def colour_of(text: str | None) -> Colour | None:
    """Return the colour that a state or an event names, `None` if it names none, or several."""
    folded = (text or "").casefold()
    found = {colour for word, colour in _COLOURS.items() if word in folded}
    return found.pop() if len(found) == 1 else None


def tempo_day(wall: datetime) -> date:
    """Return the day of Tempo that a local moment belongs to."""
    return (wall.replace(tzinfo=None) - _BEGIN_OF_DAY).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """Six prices, by colour of the day and (peak, off-peak), and the colours that are known."""

    prices: Mapping[Colour, tuple[float, float]]
    colours: Mapping[date, Colour] = MappingProxyType({})
    off_peak: Ranges = (_NIGHT,)

    def price(self, wall: datetime) -> tuple[float, bool]:
        """Return the price at a local moment; that of a colour not known yet is a guess."""
        day = tempo_day(wall)
        colour, guessed = self._colour(day)
        peak, low = self.prices[colour]
        return (low if covers(self.off_peak, wall.hour * 60 + wall.minute) else peak), guessed

    def _colour(self, day: date) -> tuple[Colour, bool]:
        """Return the colour of a day: Sunday is blue always, and outside of winter nearly so."""
        if (known := self.colours.get(day)) is not None:
            return known, False
        if day.weekday() == _SUNDAY:
            return Colour.BLUE, False
        if day.month not in _WINTER:
            return Colour.BLUE, True
        before = [self.colours[each] for each in sorted(self.colours) if each < day]
        guess = before[-1] if before else Colour.BLUE
        if guess is Colour.RED and day.weekday() == _SATURDAY:
            guess = Colour.WHITE
        return guess, True


def priced(tariff: Tariff, start: int, slots: int, zone: tzinfo) -> Priced:
    """Return the price of each quarter-hour, the mean of its minutes: hours may begin at any."""
    prices: list[float | None] = []
    guessed_from: int | None = None
    for index in range(slots):
        begin = start + index * SLOT
        total = 0.0
        for at in range(begin, begin + SLOT, _STEP):
            price, guessed = tariff.price(datetime.fromtimestamp(at, UTC).astimezone(zone))
            total += price
            if guessed and guessed_from is None:
                guessed_from = begin
        prices.append(total / (SLOT // _STEP))
    return Priced(prices, guessed_from)
