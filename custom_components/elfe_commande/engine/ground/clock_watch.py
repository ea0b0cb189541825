"""Whether the wall clock can be believed: before the start, and while running."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import logging
from typing import Final

from .ground import Ground
from .ports import Problem

_LOGGER = logging.getLogger(__name__)

RELEASED: Final = 1_793_491_200
"""Unix time of 2026-11-01: a clock that shows less was never set."""
_BACK: Final = 3600
"""Seconds a clock may lie behind the last time stored."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the wall clock with what is known, and with the time that passes."""

    ground: Ground
    last_time: float = 0.0
    """The last time stored by the run before, unix seconds."""
    _offset: float | None = field(default=None, init=False)

    async def plausible(self, note: Callable[[str], None] = lambda _: None) -> None:
        """Return once the clock is plausible; ask for help after a while.

        `note` is told that the clock is waited for.
        """
        timing, clock = self.ground.timing, self.ground.clock
        waited = 0.0
        while clock.now() < max(RELEASED, self.last_time - _BACK):
            note("clock")
            if waited >= timing.clock_warning:
                self.ground.problems.report(Problem("clock_implausible", "clock"))
            await asyncio.sleep(timing.clock_check)
            waited += timing.clock_check
        self.ground.problems.settle("clock_implausible", "clock")
        # What was stored is of no more use: a clock set back from now on was wrong before.
        self.last_time = 0.0
        self._offset = self._difference()

    def was_set(self) -> bool:
        """Return whether the clock was set since the last look; true until `plausible` is."""
        if self._offset is None:
            return False
        difference = self._difference()
        jump = difference - self._offset
        if abs(jump) <= self.ground.timing.clock_jump:
            # What is corrected little by little moves no quarter-hour.
            self._offset = difference
            return False
        _LOGGER.warning("The clock was set by %+.0f s: quarter-hours are counted anew", jump)
        return True

    def _difference(self) -> float:
        return self.ground.clock.now() - asyncio.get_running_loop().time()
