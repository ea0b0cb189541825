"""A cycle of an engine, measured from the outside; the engine alone or inside Home Assistant."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import cProfile
from dataclasses import dataclass, field, replace
import gc
import os
from pathlib import Path
import time
from typing import Any

import asyncpg

from benchmarks.fleet import POWER
from benchmarks.loop_watch import LoopWatch
from benchmarks.stage import SLOT, Stage
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.engine import Engine
from custom_components.elfe_commande.engine.ground.ports import Messenger

WORK_EVERY = 0.005
PATIENCE = 60.0
BY_HAND = replace(Timing(), first_cycle=3600.0, clock_look=3600.0)
"""The engine's own beat stands still, and does not wonder at a clock that is set: cycles are
begun from outside, and a second one would be measured with the first."""


@dataclass(slots=True)
class Statements:
    """Connections opened and statements sent, counted at the driver."""

    connections: int = 0
    reads: int = 0
    writes: int = 0
    texts: list[str] = field(default_factory=list)

    def watch(self, connection: asyncpg.Connection) -> None:
        """Count what a new connection sends."""
        self.connections += 1
        connection.add_query_logger(self._note)

    def _note(self, record: Any) -> None:
        text = record.query.strip()
        if "UPDATE" in text:
            self.writes += 1
        elif text.startswith(("SELECT", "WITH")):
            self.reads += 1
        self.texts.append(text[:60])

    def clear(self) -> None:
        """Begin anew, the connections excepted."""
        self.reads = self.writes = 0
        self.texts.clear()


class Wall:
    """A wall clock that stands where it is put."""

    def __init__(self, stage: Stage) -> None:
        """Stand in the middle of the first slot."""
        self.offset = stage.slot + SLOT / 2 - time.time()

    def now(self) -> float:
        """Return the unix time."""
        return time.time() + self.offset

    def next_slot(self) -> None:
        """Go on by a quarter-hour."""
        self.offset += SLOT


def moment() -> tuple[float, float]:
    """Return the time, and the processor time that this process had so far; in seconds."""
    return time.perf_counter(), time.process_time()


def resident() -> float:
    """Return the memory of this process, in bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


@contextmanager
def profiled() -> Iterator[None]:
    """Profile what is inside into the file that BENCH_PROFILE names, if it does."""
    name = os.environ.get("BENCH_PROFILE")
    if not name:
        yield
        return
    profiler = cProfile.Profile()
    with profiler:
        yield
    profiler.dump_stats(name)


async def until(condition: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    del what


@dataclass(slots=True)
class Rehearsed:
    """An engine that runs and went through a cycle already."""

    engine: Engine
    messenger: Messenger
    statements: Statements
    wall: Wall
    quiet: Callable[[], bool]
    """Whether everything that follows from a cycle is shown."""
    published: int = 0
    """Messages that left since the measurement began."""
    _left: float = 0.0
    """When the last of them did, by the clock; in seconds."""
    _worked: tuple[float, float] = (0.0, 0.0)
    """What the process had worked when one of the last did, and when that was; in seconds.

    Asking the system costs as much as an order: it is asked each `WORK_EVERY` at most.
    """
    _read_at: tuple[float, float] = (0.0, 0.0)

    async def rehearse(self) -> None:
        """Run a cycle in the slot that starts nothing, its keep-alive included."""
        self._listen()
        await self.messenger.publish(POWER, "")
        statuses = list(self.engine.statuses.values())
        await until(lambda: all(s.power is not None for s in statuses), "the meters")
        await self.engine.run_cycle()
        await until(self.settled, "the first cycle")

    def settled(self) -> bool:
        """Return whether all outcomes are written and shown."""
        return not self.engine.rooms.rows.write_back.pending and self.quiet()

    async def measure(self) -> dict[str, Any]:
        """Run the next slot's cycle; return its figures."""
        self.wall.next_slot()
        self.statements.clear()
        self.published = 0
        gc.collect()
        async with LoopWatch() as watch:
            began, worked = moment()
            self._left, self._worked = began, (worked, began)
            with profiled():
                report = await self.engine.run_cycle()
                await until(self.settled, "the cycle")
            shown = time.perf_counter() - began
        left, left_work = self._left, self._worked[0]
        read, read_work = self._read_at
        return {
            "cycle_s": report.duration,
            "shown_s": shown,
            "read_ms": 1000 * (read - began),
            "read_work_ms": 1000 * (read_work - worked),
            "tick_ms": 1000 * (left - began),
            "tick_work_ms": 1000 * (left_work - worked),
            "work_s": time.process_time() - worked,
            "ordered": report.ordered,
            "acknowledged": report.acknowledged,
            "reads": self.statements.reads,
            "writes": self.statements.writes,
            "connections": self.statements.connections,
            **watch.figures(),
        }

    def _listen(self) -> None:
        publish, storage = self.messenger.publish, self.engine.rooms.rows.storage
        rows, plans = storage.read_inventory, storage.read_plans

        async def published(topic: str, payload: str) -> None:
            await publish(topic, payload)
            self.published += 1
            self._left = time.perf_counter()
            if self._left - self._worked[1] > WORK_EVERY:
                self._worked = time.process_time(), self._left

        async def read_inventory() -> Any:
            found = await rows()
            self._read_at = moment()
            return found

        async def read_plans(slot: int) -> Any:
            found = await plans(slot)
            self._read_at = moment()
            return found

        self.messenger.publish = published  # type: ignore[method-assign]
        storage.read_inventory = read_inventory  # type: ignore[method-assign]
        storage.read_plans = read_plans  # type: ignore[method-assign]
