"""From where on a value is an event."""

from dataclasses import dataclass
from typing import Final

_DECIMALS: Final = 6
"""Products of percentages are compared as people write them: 230 V less 6 % is 216.2 V."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Percentages, and degrees Celsius."""

    voltage: float = 6.0
    """Percent around the nominal voltage, the limits themselves being faults."""
    frequency: float = 2.0
    """Percent around the nominal frequency, the limits themselves being right."""
    temperature: float = 40.0
    load: float = 100.0
    battery_low: float = 20.0
    """Where the UPS does not say itself from when on its battery is low."""
    battery_full: float = 100.0


def limits(nominal: float, percent: float) -> tuple[float, float]:
    """Return the values that lie this far below and above the nominal one."""
    part = nominal * percent / 100
    return round(nominal - part, _DECIMALS), round(nominal + part, _DECIMALS)


def distance(one: float, other: float) -> float:
    """Return how far two values lie apart, without the noise of binary fractions."""
    return round(abs(one - other), _DECIMALS)
