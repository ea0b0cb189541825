"""The values shown of a UPS, and by how much each must move to be shown anew."""

from dataclasses import dataclass, fields
from typing import Final

from .profiles.base import Profile
from .vocabulary.plausible import measured
from .vocabulary.thresholds import distance
from .vocabulary.variables import Variables

DEAD_BANDS: Final = {
    "input_voltage": 0.2,
    "output_voltage": 0.2,
    "battery_voltage": 0.1,
    "charge": 2.0,
}


@dataclass(frozen=True, slots=True)
class Values:
    """Volts and percent; `None` where the UPS does not say."""

    input_voltage: float | None = None
    output_voltage: float | None = None
    battery_voltage: float | None = None
    charge: float | None = None


def values_of(variables: Variables, profile: Profile) -> Values:
    """Return what a reading says."""
    return Values(
        input_voltage=measured(variables, "input.voltage"),
        output_voltage=measured(variables, "output.voltage"),
        battery_voltage=measured(variables, "battery.voltage"),
        charge=profile.charge(variables),
    )


def settled(shown: Values, now: Values) -> Values:
    """Return what is to be shown: a value stays until it has left its dead-band."""
    return Values(
        **{
            f.name: _settle(f.name, getattr(shown, f.name), getattr(now, f.name))
            for f in fields(now)
        }
    )


def _settle(name: str, shown: float | None, now: float | None) -> float | None:
    if shown is None or now is None:
        return now
    return now if distance(shown, now) >= DEAD_BANDS[name] else shown
