"""A roof of panels under a sun made to be watched: its day lasts a quarter of an hour."""

from collections.abc import Callable
import math
import time

PEAK = 4800.0
"""Watts at noon."""
DAY = 900.0
"""Seconds from one sunrise to the next."""
LIGHT = 0.75
"""The part of a day between sunrise and sunset."""
CLOUD = (0.45, 0.50)
"""A cloud soon after noon, as parts of the day's light; it lets a fifth through."""
THROUGH_CLOUD = 0.2


class Roof:
    """Produces from its first sunrise on, which is when it is made."""

    def __init__(
        self, *, peak: float = PEAK, day: float = DAY, clock: Callable[[], float] = time.time
    ) -> None:
        """Prepare a roof: `peak` in watts, `day` in seconds of `clock`."""
        self._peak, self._day = peak, day
        self._clock = clock
        self._sunrise = clock()

    @property
    def watts(self) -> float:
        """Return what it produces now, W."""
        light = ((self._clock() - self._sunrise) / self._day % 1.0) / LIGHT
        if light >= 1.0:
            return 0.0
        shade = THROUGH_CLOUD if CLOUD[0] <= light < CLOUD[1] else 1.0
        return self._peak * math.sin(math.pi * light) * shade
