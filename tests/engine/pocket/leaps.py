"""Time that leaps: a loop that waits for nothing, and the clock that goes with it."""

import asyncio
from collections.abc import Awaitable
import selectors
from typing import Any, Final, override

from custom_components.elfe_commande.engine.ground.ports import Clock

BEGIN: Final = 1_800_000_000
"""The unix time at which a world begins: the start of a quarter-hour."""
TURNS = 200_000
"""Turns of the loop after which what it is asked for has no end; the longest story takes 25,000."""


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop that goes at once to whatever is due next: its own time passes, nobody's else.

    What has no end is found by how often the loop turned, on a slow machine as on a fast one.
    """

    def __init__(self) -> None:
        """Begin at any time."""
        self._now = 1000.0
        self._turns = 0
        super().__init__(_Leaps(self))

    @override
    def run_until_complete[T](self, future: Awaitable[T]) -> T:
        self._turns = 0
        return super().run_until_complete(future)

    def turn(self) -> None:
        """Count a turn; raise `RuntimeError` where there were too many."""
        self._turns += 1
        if self._turns > TURNS:
            raise RuntimeError(f"no end after {TURNS:,} turns of the loop")

    @override
    def time(self) -> float:
        return self._now

    def leap(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


class _Leaps(selectors.DefaultSelector):
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.turn()
        ready: list[Any] = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("nothing is due any more")
        if not ready and timeout:
            self._loop.leap(timeout)
        return ready


class LoopClock(Clock):
    """The wall clock of a world."""

    def __init__(self) -> None:
        """Begin with the world."""
        loop = asyncio.get_running_loop()
        self._time, self._offset = loop.time, BEGIN - loop.time()

    @override
    def now(self) -> float:
        return self._time() + self._offset
