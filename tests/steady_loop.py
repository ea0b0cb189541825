"""An event loop whose time passes only while it waits, for scenarios played on a busy machine."""

import asyncio
from collections.abc import Coroutine
import selectors
import time
from typing import Any, override

from custom_components.elfe_commande.engine.ground.ports import Clock

_TURN = 0.0001
"""What one turn of the loop's work takes on its clock, in seconds."""
_TICK = 0.01
"""A wait longer than that is made of several: what keeps the process from running counts less."""


class SteadyLoop(asyncio.SelectorEventLoop):
    """A loop that is never late on its own clock.

    Its own work takes next to no time, nor does what keeps it from running: a device that is to
    answer in half a second does, and an answer that waits to be read is not taken for silence.
    See `run_steadily`.
    """

    def __init__(self) -> None:
        """Begin at any time but the system's, with which it cannot be compared."""
        self._now = 1000.0
        super().__init__(_Selector(self))

    @override
    def time(self) -> float:
        return self._now

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


class _Selector(selectors.DefaultSelector):
    """Lets the loop's time pass while it waits, for as long as it meant to at most."""

    def __init__(self, loop: SteadyLoop) -> None:
        super().__init__()
        self._loop = loop

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        began = time.monotonic()
        ready: list[Any] = super().select(timeout)
        waited = time.monotonic() - began
        planned = waited if timeout is None else max(0.0, timeout)
        self._loop.pass_time(min(waited, planned) + _TURN)
        return ready


def run_steadily[T](work: Coroutine[Any, Any, T]) -> T:
    """Run in a steady loop, and return the result."""

    async def run() -> T:
        # A wait must take many turns, or it would count as one.
        ticking = asyncio.create_task(_tick())
        try:
            return await work
        finally:
            ticking.cancel()

    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        return runner.run(run())


async def _tick() -> None:
    while True:
        await asyncio.sleep(_TICK)


class LoopClock(Clock):
    """A wall clock that goes as the loop's does, from a given unix time on."""

    def __init__(self, at: float) -> None:
        """Show `at` now; made in the loop."""
        self._loop = asyncio.get_running_loop()
        self._offset = at - self._loop.time()

    @override
    def now(self) -> float:
        return self._loop.time() + self._offset
