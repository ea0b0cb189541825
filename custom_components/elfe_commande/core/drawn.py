"""Energy from power: what a meter said counts until it says otherwise."""

from dataclasses import dataclass
from typing import Final

from .plan import SLOT

MOST_HELD: Final = 2 * SLOT
"""Seconds that a power counts for at most: then nobody looked, or the clock was set."""


@dataclass(slots=True)
class Held:
    """Something that lasts, seen from time to time; `at` is when it was last looked at."""

    at: float
    power: float | None = None
    """Watts; `None` where nothing measures."""
    running: bool | None = None

    def passed(self, now: float) -> float:
        """Return the seconds since the last look that it lasted, and have looked."""
        seconds = now - self.at
        self.at = now
        return seconds if 0 < seconds <= MOST_HELD else 0.0

    def drawn(self, seconds: float) -> float | None:
        """Return the Wh of so many seconds; what a load gives back is not drawn."""
        return None if self.power is None else max(0.0, self.power) * seconds / 3600
