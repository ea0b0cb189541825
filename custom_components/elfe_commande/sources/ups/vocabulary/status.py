"""The words of `ups.status`, and which supply they speak of."""

from enum import StrEnum
from typing import Final

from .variables import Variables

ONLINE: Final = "OL"
ON_BATTERY: Final = "OB"
LOW_BATTERY: Final = "LB"
OVERLOADED: Final = "OVER"
SWITCHED_OFF: Final = "OFF"
FORCED_SHUTDOWN: Final = "FSD"
WAITING: Final = "WAIT"
CHARGES: Final = "CHRG"
DISCHARGES: Final = "DISCHRG"
NOT_HEARD: Final = frozenset({"NOCOMM", "COMMLOST", "COMMBAD"})
"""What some servers say instead of `ERR DATA-STALE`."""
_FED_BY_MAINS: Final = frozenset({"BYPASS", "TRIM", "BOOST", "ECO", "HE"})
"""What a UPS does with the mains that it has."""
TESTING: Final = frozenset({"TEST", "CAL"})


class Supply(StrEnum):
    """Where the UPS takes its energy from."""

    MAINS = "mains"
    BATTERY = "battery"
    UNKNOWN = "unknown"


def tokens_of(variables: Variables) -> tuple[str, ...]:
    """Return the words of the status, in the server's order; new ones are kept as they are."""
    return tuple(variables.get("ups.status", "").upper().split())


def supply_of(tokens: tuple[str, ...]) -> Supply:
    """Return the supply. Where both are named the battery wins: that is the safe side."""
    if ON_BATTERY in tokens:
        return Supply.BATTERY
    return Supply.MAINS if ONLINE in tokens else Supply.UNKNOWN


def implied_supply(tokens: tuple[str, ...]) -> Supply:
    """Return the supply, by what the UPS does where the status does not name it."""
    supply = supply_of(tokens)
    if supply is Supply.UNKNOWN and DISCHARGES not in tokens:
        return Supply.UNKNOWN if _FED_BY_MAINS.isdisjoint(tokens) else Supply.MAINS
    return supply
