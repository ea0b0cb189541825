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
