"""Work beside other work: held on to until it ends, or waited for within a time only."""

import asyncio
from collections.abc import Coroutine
import logging
from typing import Any

_LOGGER = logging.getLogger(__name__)


def begin[T](work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Return a task that nobody awaits: its failure is logged when it ends."""
    task = asyncio.get_running_loop().create_task(work, name=f"elfe {name}")
    task.add_done_callback(_log_failure)
    return task


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOGGER.error("%s failed", task.get_name(), exc_info=error)


class Background:
    """A few tasks of one room: the event loop itself does not keep them alive."""

    def __init__(self) -> None:
        """Have begun nothing."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> frozenset[asyncio.Task[None]]:
        """Return those that have not ended."""
        return frozenset(self._tasks)

    def begin(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        """Run a coroutine as a task of this name."""
        task = begin(coroutine, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """Cancel whatever has not ended."""
        for task in self.tasks:
            task.cancel()

    async def ended(self, within: float | None = None) -> frozenset[asyncio.Task[None]]:
        """Wait until all have ended, seconds at most; return those that have not."""
        if self._tasks:
            await asyncio.wait(self.tasks, timeout=within)
        return self.tasks


async def within[T](
    seconds: float, work: Coroutine[Any, Any, T], name: str, *, allowance: float
) -> T:
    """Return what comes of work, or raise `TimeoutError`, which does not depend on the work.

    Work whose time is over is cancelled, and gets `allowance` seconds to end; what takes no
    notice of it is left behind.
    """
    task = asyncio.get_running_loop().create_task(work, name=f"elfe {name}")
    try:
        await asyncio.wait([task], timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=allowance)
    if not task.done() or task.cancelled():
        raise TimeoutError(name)
    return task.result()
