"""A sky made to be watched: every run of the demonstration begins under the same clouds."""

from .database.results import SLOT, quarter
from .placement import Need

CLOUDS = 2 * SLOT
"""Seconds from the first quarter until the sun comes out: what follows it waits that long."""
SUNNY = 6 * 3600


def clearing(began: float) -> Need:
    """Return consumption less production, W: clouds at first, hours of sun, then the night."""
    start = quarter(began)

    def need(moment: int) -> float:
        if start + CLOUDS <= moment < start + CLOUDS + SUNNY:
            return -3000.0
        return 1500.0

    return need
