"""Work that nobody awaits, held on to until it ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any


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
        task = asyncio.get_running_loop().create_task(coroutine, name=f"elfe {name}")
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
