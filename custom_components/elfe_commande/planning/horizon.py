"""The outlook made whole: every quarter-hour with its prices and net load, holes filled."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import isfinite
from statistics import fmean
from typing import Final

from ..core.plan import SLOT, slot_start
from .request import Outlook, Series

LONGEST: Final = 4 * 96
"""Quarter-hours; a longer outlook is cut."""
ABSURD: Final = 1e6
"""A price or a power (kW) beyond it is no value but a fault, and taken for a hole."""
YEAR_9999: Final = 253_000_000_000


@dataclass(frozen=True, slots=True)
class Horizon:
    """The quarter-hours to plan; every tuple has one value for each."""

    now: float
    start: int
    """Unix seconds of the first."""
    buy: tuple[float, ...]
    sell: tuple[float, ...]
    """Currency per kWh; 1 and 0 where nothing is priced: what counts is not to buy."""
    pv: tuple[float, ...]
    base: tuple[float, ...]
    """Watts."""
    limit: float | None
    """Watts."""
    priced: bool
    estimated: frozenset[int]
    """The quarter-hours of which a price had to be estimated."""
    midnights: tuple[int, ...]
    """The indices, above 0, at which a local day begins."""

    @property
    def slots(self) -> int:
        """How many quarter-hours."""
        return len(self.buy)

    @property
    def price(self) -> float:
        """The size of a usual price: the mean of import, signs left out (currency per kWh)."""
        return fmean(map(abs, self.buy)) if self.buy else 0.0

    def instant(self, index: int) -> int:
        """Return the unix time at which a quarter-hour begins."""
        return self.start + index * SLOT


def horizon(outlook: Outlook) -> Horizon:
    """Return the quarter-hours of an outlook; none if its time or length makes no sense."""
    usable = isfinite(outlook.now) and 0 <= outlook.now < YEAR_9999
    now = outlook.now if usable else 0.0
    slots = max(0, min(LONGEST, outlook.slots)) if usable else 0
    start = slot_start(now)
    walls = [
        datetime.fromtimestamp(start + index * SLOT, outlook.zone).time() for index in range(slots)
    ]
    buy = _known(outlook.import_price, slots)
    sell = _known(outlook.export_price, slots)
    priced = any(price is not None for price in buy)
    paid = any(price is not None for price in sell)
    limit = outlook.limit
    return Horizon(
        now=now,
        start=start,
        buy=_filled(buy, walls, 1.0),
        sell=_filled(sell, walls, 0.0) if priced else (0.0,) * slots,
        pv=tuple(max(0.0, power or 0.0) for power in _known(outlook.pv, slots)),
        base=_filled(_known(outlook.base, slots), walls, 0.0),
        limit=limit if limit is not None and isfinite(limit) and limit >= 0 else None,
        priced=priced,
        estimated=frozenset(
            index
            for index in range(slots)
            if priced and (buy[index] is None or (paid and sell[index] is None))
        ),
        midnights=tuple(_midnights(start, slots, outlook.zone)),
    )


def _known(series: Series, slots: int) -> list[float | None]:
    """Return one value per quarter-hour, `None` for whatever cannot be one."""
    values = [
        value if value is not None and isfinite(value) and abs(value) < ABSURD else None
        for value in series[:slots]
    ]
    return values + [None] * (slots - len(values))


def _filled[Wall](values: list[float | None], walls: list[Wall], none: float) -> tuple[float, ...]:
    """Return the values, each hole as the same quarter-hour of the known days, else the mean."""
    known = [value for value in values if value is not None]
    if not known:
        return (none,) * len(values)
    if len(known) == len(values):
        return tuple(known)
    at: defaultdict[Wall, list[float]] = defaultdict(list)
    for value, wall in zip(values, walls, strict=True):
        if value is not None:
            at[wall].append(value)
    mean = fmean(known)
    return tuple(
        (fmean(at[wall]) if wall in at else mean) if value is None else value
        for value, wall in zip(values, walls, strict=True)
    )


def _midnights(start: int, slots: int, zone: tzinfo) -> list[int]:
    days = [datetime.fromtimestamp(start + index * SLOT, zone).date() for index in range(slots)]
    return [index for index in range(1, slots) if days[index] != days[index - 1]]
