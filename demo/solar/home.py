"""The third home: a roof, three loads, and what flows through its connection to the grid."""

from collections.abc import Callable, Iterable
import time

from demo.appliances import Load
from demo.specs import relay, tasmota
from demo.territory import PILOTED, Equipment

from .roof import Roof

HOME = "R003"
BASE = 250
"""Watts of all that is always on."""


def solar_home() -> tuple[Equipment, ...]:
    """Return the loads of a home that no database knows."""
    return (
        Equipment(21, HOME, "Ballon solaire", 131, 120, (relay("D121"),), mode=PILOTED),
        Equipment(22, HOME, "Radiateur d'appoint", 151, 120, (tasmota("A122"),), mode=PILOTED),
        Equipment(23, HOME, "Lave-linge solaire", 112, 120, (tasmota("A123"),), mode=PILOTED),
    )


class GridConnection:
    """Counts what a home takes from the grid and gives to it.

    Energies are in Wh since the connection was made, and grow with each look.
    """

    def __init__(
        self, roof: Roof, loads: Iterable[Load], *, clock: Callable[[], float] = time.time
    ) -> None:
        """Prepare the counters."""
        self.roof = roof
        self.taken, self.given = 8_412_000.0, 3_127_000.0
        self._loads = tuple(loads)
        self._clock = clock
        self._seen = clock()

    @property
    def net(self) -> float:
        """Return what is taken now, W; negative when the roof gives more than the home uses."""
        return BASE + sum(load.watts for load in self._loads) - self.roof.watts

    def count(self) -> None:
        """Add what flowed since the last look to the counters."""
        now = self._clock()
        energy = self.net * max(0.0, now - self._seen) / 3600
        self._seen = now
        if energy > 0:
            self.taken += energy
        else:
            self.given -= energy
