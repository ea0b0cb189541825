"""How fast the database answers: measured once, and again only where something changed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_FAST: Final = 0.02
_MEDIUM: Final = 0.1


class SpeedClass(StrEnum):
    """What people are told of it."""

    FAST = "fast"
    """Up to 20 ms."""
    MEDIUM = "medium"
    """Up to 100 ms."""
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Speed:
    """One round trip to the database, in seconds.

    `measured_on` names machine, database and version: another one is measured anew.
    """

    round_trip: float
    measured_on: str

    @property
    def speed_class(self) -> SpeedClass:
        """Return the class it falls into."""
        if self.round_trip <= _FAST:
            return SpeedClass.FAST
        return SpeedClass.MEDIUM if self.round_trip <= _MEDIUM else SpeedClass.SLOW
