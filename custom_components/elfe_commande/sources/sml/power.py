"""The power that crosses the meter, with its sign, and what of it is left over."""

from collections.abc import Mapping
import math

from .obis import ABSOLUTE_POWER, NET_POWER, PHASE_POWERS, POWER_GIVEN, POWER_TAKEN
from .telegrams import Register


def net_power(readings: Mapping[str, Register]) -> float | None:
    """Return watts taken from the grid, negative when given; `None` if no sign is told."""
    told = {code: number for code, r in readings.items() if (number := r.number) is not None}
    if NET_POWER in told:
        return told[NET_POWER]
    if POWER_TAKEN in told or POWER_GIVEN in told:
        return told.get(POWER_TAKEN, 0) - told.get(POWER_GIVEN, 0)
    phases = [told[code] for code in PHASE_POWERS if code in told]
    return sum(phases) if phases else None


def has_power(readings: Mapping[str, Register]) -> bool:
    """Return whether any power at all is told, be it without a sign or without a total."""
    return any(reading.unit == "W" for reading in readings.values())


def lacks_sign(readings: Mapping[str, Register]) -> bool:
    """Return whether the only power told is the same for taking and for giving."""
    return ABSOLUTE_POWER in readings and net_power(readings) is None


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
