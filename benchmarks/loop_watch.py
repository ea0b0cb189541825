"""How long the event loop was blocked, full garbage collections counted apart."""

import asyncio
import gc
import time
from types import TracebackType
from typing import Any, Self

STEP = 0.001
FULL = 2
"""The generation that scans everything."""


class FullCollections:
    """When everything was scanned for garbage; unix times."""

    def __init__(self) -> None:
        """Have seen none."""
        self._spans: list[tuple[float, float]] = []
        self._began = 0.0

    def __enter__(self) -> Self:
        """Look from now on."""
        gc.callbacks.append(self._collected)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Look no longer."""
        gc.callbacks.remove(self._collected)

    def within(self, begin: float, end: float) -> float:
        """Return how many seconds of this time they took."""
        return sum(max(0.0, min(end, last) - max(begin, first)) for first, last in self._spans)

    def _collected(self, phase: str, info: dict[str, Any]) -> None:
        if info["generation"] < FULL:
            return
        if phase == "start":
            self._began = time.time()
        else:
            self._spans.append((self._began, time.time()))


class LoopWatch:
    """Wakes up every millisecond, and notes how late it is; in milliseconds."""

    def __init__(self) -> None:
        """Watch nothing until entered."""
        self.block = 0.0
        self.block_with_collections = 0.0
        self.block_without_any = 0.0
        """Without the young and partial collections either: what runs, and nothing else."""
        self.collections = 0
        self.longest_collection = 0.0
        self._collecting = 0.0
        self._paused = 0.0
        self._paused_by_any = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        gc.callbacks.append(self._collected)
        self._task = asyncio.create_task(self._watch())
        # The first step is taken before what is measured begins.
        await asyncio.sleep(5 * STEP)
        self.block = self.block_with_collections = self.block_without_any = 0.0
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End; a block under way is still noted."""
        await asyncio.sleep(2 * STEP)
        if self._task is not None:
            self._task.cancel()
        gc.callbacks.remove(self._collected)

    async def _watch(self) -> None:
        before = time.perf_counter()
        while True:
            self._paused = self._paused_by_any = 0.0
            await asyncio.sleep(STEP)
            now = time.perf_counter()
            late = 1000 * (now - before - STEP)
            self.block_with_collections = max(self.block_with_collections, late)
            self.block = max(self.block, late - self._paused)
            self.block_without_any = max(self.block_without_any, late - self._paused_by_any)
            before = now

    def _collected(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._collecting = time.perf_counter()
            return
        took = 1000 * (time.perf_counter() - self._collecting)
        self._paused_by_any += took
        if info["generation"] < FULL:
            return
        self._paused += took
        self.collections += 1
        self.longest_collection = max(self.longest_collection, took)

    def figures(self) -> dict[str, float]:
        """Return what was seen, in milliseconds."""
        return {
            "block_ms": self.block,
            "block_with_gc_ms": self.block_with_collections,
            "block_without_gc_ms": self.block_without_any,
            "full_gc": self.collections,
            "longest_gc_ms": self.longest_collection,
        }
