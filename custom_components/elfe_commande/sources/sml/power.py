"""The power that crosses the meter, with its sign, and what of it is left over."""

from collections.abc import Mapping
import math

from .direction import Way, way_of
from .obis import (
    ABSOLUTE_POWER,
    NET_POWER,
    PHASE_POWERS,
    PHASES_GIVEN,
    PHASES_TAKEN,
    POWER_GIVEN,
    POWER_TAKEN,
)
from .telegrams import Register


def net_power(readings: Mapping[str, Register], way: Way | None = None) -> float | None:
    """Return watts taken from the grid, negative when given; `None` if no sign is told.

    `way` is which way they flow by what is known besides.
    """
    told = {code: number for code, r in readings.items() if (number := r.number) is not None}
    if NET_POWER in told:
        return told[NET_POWER]
    if POWER_TAKEN in told or POWER_GIVEN in told:
        return told.get(POWER_TAKEN, 0) - told.get(POWER_GIVEN, 0)
    phases = [told[code] for code in PHASE_POWERS if code in told]
    if phases:
        return sum(phases)
    taken, given = ([told[c] for c in codes if c in told] for codes in (PHASES_TAKEN, PHASES_GIVEN))
    if given:
        return sum(taken) - sum(given)
    return _directed(told.get(ABSOLUTE_POWER, sum(taken) if taken else None), way)


def _directed(power: float | None, way: Way | None) -> float | None:
    if power is None or way is None:
        return None
    return -power if way is Way.GIVEN else power


def is_directed(readings: Mapping[str, Register]) -> bool:
    """Return whether the way is told by the status word, and by no power."""
    return lacks_sign(readings) and way_of(readings) is not None


def has_power(readings: Mapping[str, Register]) -> bool:
    """Return whether any power at all is told, be it without a sign or without a total."""
    return NET_POWER in readings or any(reading.unit == "W" for reading in readings.values())


def lacks_sign(readings: Mapping[str, Register]) -> bool:
    """Return whether the only power told is the same for taking and for giving."""
    unsigned = (ABSOLUTE_POWER, *PHASES_TAKEN)
    return any(code in readings for code in unsigned) and net_power(readings) is None


class Surplus:
    """What is given to the grid, smoothed: a first-order lag."""

    def __init__(self, time_constant: float) -> None:
        """Smooth with a time constant in seconds; 0 does not."""
        self._time_constant = time_constant
        self._value: float | None = None
        self._at = 0.0

    def follow(self, net: float, now: float) -> float:
        """Take the net power of a telegram, in watts; return the surplus, in watts."""
        raw = max(0.0, -net)
        if self._value is None or self._time_constant <= 0:
            self._value = raw
        else:
            share = -math.expm1(-max(0.0, now - self._at) / self._time_constant)
            self._value += (raw - self._value) * share
        self._at = now
        return self._value
