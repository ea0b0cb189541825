"""Which way the energy flows, by the status word that comes with a counter.

Two kinds of status word tell it, and say by their low byte which one they are:

- that of base meters (FNN): its low byte is 04. Bit 8 is set while anything flows, bit 11 while
  energy is given over all phases, bits 12, 13 and 14 while it is on the first, second and third.
- that of meters after the older EDL specification: its low byte is 82, or A2 while energy is given.

All others may mean anything by their bits.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final

from .obis import ENERGY_GIVEN, ENERGY_TAKEN, PHASE_POWERS
from .telegrams import Register

_KIND: Final = 0xFF
_BASE_METER: Final = 0x04
_RESERVED: Final = 0xFFE0_0000
_FLOWS: Final = 1 << 8
_GIVES: Final = 1 << 11
_PHASE_GIVES: Final[Mapping[str, int]] = dict(
    zip(PHASE_POWERS, (1 << 12, 1 << 13, 1 << 14), strict=True)
)
_EDL_TAKES: Final = 0x82
_EDL_GIVES: Final = 0xA2


class Way(Enum):
    """Which way energy flows."""

    TAKEN = auto()
    GIVEN = auto()


def way_of(readings: Mapping[str, Register], power: str | None = None) -> Way | None:
    """Return which way energy flows by the status words; on one phase, for its power's code."""
    for status in status_words(readings):
        kind = status & _KIND
        if kind == _BASE_METER and status & _FLOWS and not status & _RESERVED:
            gives = _GIVES if power is None else _PHASE_GIVES[power]
            return Way.GIVEN if status & gives else Way.TAKEN
        if kind in (_EDL_TAKES, _EDL_GIVES) and power is None:
            return Way.GIVEN if kind == _EDL_GIVES else Way.TAKEN
    return None


def status_words(readings: Mapping[str, Register]) -> Iterator[int]:
    """Yield the status words of the counters, totals first."""
    for code in (*ENERGY_TAKEN, *ENERGY_GIVEN):
        reading = readings.get(code)
        if reading is not None and reading.status is not None:
            yield reading.status
