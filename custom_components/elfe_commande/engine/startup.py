"""How an engine starts, step by numbered step, and stops; what it knows of the run before."""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
import logging
from typing import Any

from ..core.lifecycle import Code, Transition
from ..core.pace import paced
from ..core.plan import PlanBook, slot_start
from ..core.speed import Speed
from ..drivers import DRIVERS
from ..engine import memory
from ..typologies import TYPOLOGIES
from .acks import Acks
from .background import begin, within
from .beat import Beat
from .clock_watch import ClockWatch
from .context import EngineContext
from .executor import Executor
from .hands import Hands
from .inventory import InventoryKeeper
from .journal import Claim
from .outputs import Outputs
from .ports import Document, Problem, Sources, StorageError
from .presses import PressGuard
from .reconsider import Reconsider
from .shedding import Shedding
from .status import EquipmentStatus
from .surfaces import Surfaces
from .surplus import Surplus

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Course:
    """Leads the rooms of one engine from their start to their stop, once."""

    context: EngineContext
    place: str
    """Machine, database and version: the speed is measured anew where it changed."""
    document: Document
    """What a restart needs."""
    plans: PlanBook
    watch: ClockWatch
    inventory: InventoryKeeper
    reconsider: Reconsider
    acks: Acks
    surfaces: Surfaces
    sources: Sources
    outputs: Outputs
    presses: PressGuard
    executor: Executor
    hands: Hands
    beat: Beat
    surplus: Surplus
    shedding: Shedding
    speed: Speed | None = None
    unclean_stop: bool = False
    previous: list[Transition] = field(default_factory=list)
    """How the run before went, as far as it is known."""
    beating: asyncio.Task[None] | None = None
    ruling: asyncio.Task[None] | None = None
    _open_claims: dict[str, Claim] = field(default_factory=dict)
    _opened: bool = False
    _starting: asyncio.Task[Any] | None = None

    async def open(self) -> None:
        """Read what is known, from the database or else from disk; orders nothing.

        Raises a `StorageError` when there is neither.
        """
        context, lifecycle = self.context, self.context.lifecycle
        lifecycle.advance(Code.LOGGING)
        self._open_claims = await context.journal.load()
        await self.surplus.load()
        remembered = await memory.load(self.document)
        if remembered is not None:
            self.unclean_stop = remembered.code not in (None, int(Code.STOPPED))
            if self.unclean_stop:
                _LOGGER.warning(
                    "The last stop was not clean: presses under way then are not made again,"
                    " and outputs are read again before the first order"
                )
            self.watch.last_time = remembered.at
            self.speed = remembered.speed
            self.previous = remembered.history
            context.processed.update(remembered.processed)
            self.plans.update(remembered.plans)
        lifecycle.advance(Code.REQUIREMENTS)
        try:
            await context.storage.open()
            await self.inventory.read()
        except StorageError as error:
            if remembered is None or not remembered.equipments:
                raise
            context.reachable(error)
            for equipment in remembered.equipments:
                context.statuses[equipment.id] = EquipmentStatus(equipment)
        self._opened = True

    async def start(self, may_run: Awaitable[None]) -> None:
        """Go through the numbered start; `may_run` is awaited before the last step.

        Returns once running, with the beat begun.
        """
        context, lifecycle = self.context, self.context.lifecycle
        if lifecycle.code >= Code.STOPPING:
            # Stopped before it could begin.
            return
        self._starting = asyncio.current_task()
        await self.watch.plausible(lifecycle.note)
        if context.connected and (self.speed is None or self.speed.measured_on != self.place):
            lifecycle.advance(Code.SPEED)
            await self._measure_speed()
        lifecycle.advance(Code.STARTING)
        self.beat.arm()
        lifecycle.advance(Code.MODULES, ", ".join(self.surfaces.names))
        lifecycle.advance(Code.DRIVERS, f"{len(DRIVERS)} + {len(TYPOLOGIES)}")
        lifecycle.advance(Code.ITEMS, f"{len(context.statuses)}")
        lifecycle.advance(Code.PREPARED)
        slot = slot_start(context.clock.now())
        self.reconsider.look_at_all(slot)
        lifecycle.advance(Code.RULES)
        context.heard_from = asyncio.get_running_loop().time()
        await self._listen()
        lifecycle.advance(Code.CONNECTED)
        if self.unclean_stop:
            lifecycle.note("outputs")
            await self._attempt(self.outputs.read_again(), "Outputs cannot be read again")
        lifecycle.note("")
        await may_run
        lifecycle.advance(Code.RUNNING)
        # From here on, a stop that is not clean is one.
        await self.remember()
        self.reconsider.look_at_all(slot)
        self.shedding.start()
        reporting = self.presses.report_open(self._open_claims)
        await self._attempt(reporting, "Presses that a stop broke off cannot be reported")
        self._open_claims = {}
        self.surfaces.resume()
        self.beating = begin(self.beat.run(), "beat")
        self.ruling = begin(self.surplus.run(), "rules")
        self._starting = None

    async def _listen(self) -> None:
        """Listen to devices, surfaces and sources; none goes on when one of them raises."""
        # Together: the broker's client gathers for half a second what is asked of it.
        try:
            async with asyncio.TaskGroup() as together:
                _ = together.create_task(self.acks.wire(list(self.context.statuses.values())))
                _ = together.create_task(self.surfaces.open())
                _ = together.create_task(self._open_sources())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _open_sources(self) -> None:
        """Open what feeds the engine; what cannot be opened keeps nothing from running."""
        try:
            await self._within_limit(self.sources.open(), "sources")
        except Exception as error:  # noqa: BLE001
            self.context.telling.note("What feeds the engine cannot be opened", error)
            detail = str(error) or type(error).__name__
            self.context.problems.report(
                Problem("part_not_started", "sources", {"part": "sources", "detail": detail})
            )

    async def _within_limit(self, work: Coroutine[Any, Any, None], name: str) -> None:
        timing = self.context.timing
        await within(timing.part_limit, work, name, allowance=timing.stop_allowance)

    async def _attempt(self, work: Awaitable[None], failure: str) -> None:
        """Do what the start can do without."""
        try:
            await work
        except Exception as error:  # noqa: BLE001
            self.context.telling.note(failure, error)

    async def _measure_speed(self) -> None:
        """Measure one round trip to the database."""
        context = self.context
        loop = asyncio.get_running_loop()
        began = loop.time()
        with suppress(StorageError):
            await context.storage.read_states(list(context.statuses)[:1])
            self.speed = Speed(loop.time() - began, self.place)

    async def stop(self) -> None:
        """Send nothing more, end what is under way, and remember how far it got."""
        context, lifecycle = self.context, self.context.lifecycle
        if lifecycle.code >= Code.STOPPING:
            return
        lifecycle.advance(Code.STOPPING)
        for task in (self._starting, self.beating, self.ruling):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
                await asyncio.wait([task], timeout=context.timing.part_limit)
        await self._close(self.shedding.stop(), "shedding")
        await self._close(self.surfaces.close(), "surfaces")
        await self._close(self.beat.stop(), "cycle")
        lifecycle.advance(Code.STOPPING_TASKS)
        await self._close(self._close_orders(), "orders")
        await self._close(self.sources.close(), "sources")
        await self._close(self.surplus.close(), "rules")
        self.acks.close()
        await self._close(self.hands.close(), "hands")
        await self._close(context.write_back.close(), "write-back")
        lifecycle.advance(Code.STOPPED)
        if self._opened:
            await self._close(self.remember(), "memory")
        await self._close(context.storage.close(), "storage")

    async def _close(self, work: Coroutine[Any, Any, None], part: str) -> None:
        """Close one part within its time; one that cannot be keeps no other open."""
        try:
            await self._within_limit(work, f"end of {part}")
        except TimeoutError:
            _LOGGER.warning("Left behind at the stop, it did not end in time: %s", part)
        except Exception:
            _LOGGER.exception("Not closed properly at the stop: %s", part)

    async def _close_orders(self) -> None:
        late = await self.executor.close(self.context.timing.stop_allowance)
        if late:
            _LOGGER.warning("Ended before their devices answered: %s", ", ".join(late))

    async def remember(self) -> None:
        """Store what a restart needs, and what could not be stored when it should have been."""
        context = self.context
        now = context.clock.now()
        async for equipment_id in paced(self.plans.planned):
            self.plans.prune(slot_start(now), (equipment_id,))
        try:
            await memory.save(
                self.document,
                memory.Memory(
                    [status.equipment for status in context.statuses.values()],
                    list(self.plans),
                    context.processed,
                    now,
                    int(context.lifecycle.code),
                    self.speed,
                    list(context.lifecycle.history),
                ),
            )
        except OSError:
            # The disk tells of it; the next cycle tries again.
            _LOGGER.debug("What a restart needs is not stored")
        await context.journal.catch_up()
