"""A roof of panels under a sun made to be watched: its day lasts a quarter of an hour."""

from collections.abc import Callable
from datetime import UTC, datetime
import math
import time

PEAK = 4800.0
"""Watts at noon."""
DAY = 900.0
"""Seconds from one sunrise to the next."""
LIGHT = 0.75
"""The part of a day between sunrise and sunset."""
EARLY = 0.12
"""How long ago the sun rose when a roof is made, as a part of a day."""
CLOUD = (0.45, 0.50)
"""A cloud before noon, as parts of the day's light."""
THROUGH_CLOUD = 0.2
"""What a cloud lets through."""
HOURS = 60
"""Of a forecast: more than anybody plans ahead."""


class Roof:
    """Produces at once: it is made in the morning."""

    def __init__(
        self, *, peak: float = PEAK, day: float = DAY, clock: Callable[[], float] = time.time
    ) -> None:
        """Prepare a roof: `peak` in watts, `day` in seconds of `clock`."""
        self._peak, self._day = peak, day
        self._clock = clock
        self._sunrise = clock() - EARLY * day

    @property
    def watts(self) -> float:
        """Return what it produces now, W."""
        light = ((self._clock() - self._sunrise) / self._day % 1.0) / LIGHT
        if light >= 1.0:
            return 0.0
        shade = THROUGH_CLOUD if CLOUD[0] <= light < CLOUD[1] else 1.0
        return self._peak * math.sin(math.pi * light) * shade

    def forecast(self) -> dict[str, float]:
        """Return the watts of each hour to come, by its start: the mean of a day, which is short."""
        mean = self._peak * LIGHT * (2 / math.pi - _lost_in_cloud())
        begin = self._clock() // 3600 * 3600
        return {
            datetime.fromtimestamp(begin + hour * 3600, UTC).isoformat(): round(mean, 1)
            for hour in range(HOURS)
        }


def _lost_in_cloud() -> float:
    """Return what the cloud keeps, as a part of the peak over the day's light."""
    first, last = (math.cos(math.pi * each) for each in CLOUD)
    return (1 - THROUGH_CLOUD) * (first - last) / math.pi
