"""How an engine starts, step by numbered step, and stops; what it knows of the run before."""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
import logging
from typing import Any

from ..core.failing import failing
from ..core.lifecycle import Code, Transition
from ..core.pace import paced
from ..core.plan import slot_start
from ..core.speed import Speed
from ..drivers import DRIVERS
from ..typologies import TYPOLOGIES
from .beat import Beat
from .ground.background import begin, within
from .ground.ports import Problem, StorageError, StorageReadOnlyError, Unsubscribe
from .ground.status import EquipmentStatus
from .people.missed import heard_of
from .rooms import Rooms
from .rows import memory
from .rows.journal import Claim

_LOGGER = logging.getLogger(__name__)


class Course:
    """Leads the rooms of one engine from their start to their stop, once."""

    def __init__(self, rooms: Rooms, beat: Beat) -> None:
        """Begin nothing yet."""
        self._rooms = rooms
        self._ground = rooms.ground
        self._rows = rooms.rows
        self._place = rooms.settings.place
        self._document = rooms.world.disk.document("memory")
        self._sources = rooms.world.sources
        self._beat = beat
        self.speed: Speed | None = None
        self.unclean_stop = False
        self.previous: list[Transition] = []
        """How the run before went, as far as it is known."""
        self._beating: asyncio.Task[None] | None = None
        self._ruling: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[Any] | None = None
        self._unwatch: Unsubscribe = lambda: None
        self._open_claims: dict[str, Claim] = {}
        self._remembers = False
        """What is on disk is replaced: this run got as far, or there is nothing."""
        self._again = False
        """The plan was followed before a restart."""

    async def open(self) -> None:
        """Read what is known, from the database or else from disk; orders nothing.

        Raises a `StorageError` when there is neither.
        """
        ground, rows, lifecycle = self._ground, self._rows, self._ground.lifecycle
        lifecycle.advance(Code.LOGGING)
        self._open_claims = await rows.journal.load()
        await rows.write_back.load()
        await self._rooms.surplus.load()
        remembered = await memory.load(self._document)
        if remembered is not None:
            self.unclean_stop = remembered.code not in (None, int(Code.STOPPED))
            if self.unclean_stop:
                _LOGGER.warning(
                    "The last stop was not clean: presses under way then are not made again,"
                    " and outputs are read again before the first order"
                )
            self._rooms.watch.last_time = remembered.at
            self.speed = remembered.speed
            self._again = bool(remembered.processed)
            self.previous = remembered.history
            rows.followed.restore(remembered.processed)
            heard = heard_of(remembered.equipments, remembered.at) | remembered.unheard
            self._rooms.missed.unheard(heard)
            if remembered.plan_source in (None, rows.storage.plan_source):
                # Plans of a table that is no longer read are nobody's.
                self._rooms.plans.update(remembered.plans)
        lifecycle.advance(Code.REQUIREMENTS)
        try:
            await rows.storage.open()
            await self._read_rows()
        except StorageError as error:
            if remembered is None or not remembered.equipments:
                raise
            rows.reachable(error)
            for equipment in rows.as_kept(remembered.equipments).values():
                ground.store.statuses[equipment.id] = EquipmentStatus(equipment)
        rows.write_back.resume()
        self._remembers = remembered is None

    async def _read_rows(self) -> None:
        """Write what is kept, then read every row; one that cannot be written yet is as kept."""
        rows, statuses = self._rows, self._ground.store.statuses
        try:
            await rows.write_back.drain()
        except StorageReadOnlyError as error:
            rows.reachable(error)
        await self._rooms.inventory.read()
        for equipment in rows.as_kept(status.equipment for status in statuses.values()).values():
            statuses[equipment.id].equipment = equipment

    async def start(self, may_run: Awaitable[None]) -> None:
        """Go through the numbered start; `may_run` is awaited before the last step.

        Returns once running, with the beat begun.
        """
        if self._ground.lifecycle.code >= Code.STOPPING:
            # Stopped before it could begin.
            return
        self._starting = asyncio.current_task()
        try:
            await self._go_through(may_run)
        finally:
            self._starting = None

    async def _go_through(self, may_run: Awaitable[None]) -> None:
        ground, rows, lifecycle = self._ground, self._rows, self._ground.lifecycle
        await ground.owner.open()
        await self._rooms.watch.plausible(lifecycle.note)
        if rows.connected and (self.speed is None or self.speed.measured_on != self._place):
            lifecycle.advance(Code.SPEED)
            await self._measure_speed()
        lifecycle.advance(Code.STARTING)
        self._beat.arm()
        lifecycle.advance(Code.MODULES, ", ".join(self._rooms.surfaces.names))
        lifecycle.advance(Code.DRIVERS, f"{len(DRIVERS)} + {len(TYPOLOGIES)}")
        lifecycle.advance(Code.ITEMS, f"{len(ground.store.statuses)}")
        lifecycle.advance(Code.PREPARED)
        slot = slot_start(ground.clock.now())
        self._rooms.reconcile.look_at_all(slot)
        lifecycle.advance(Code.RULES)
        ground.metering.heard_from = asyncio.get_running_loop().time()
        self._unwatch = self._rooms.world.messenger.watch_connection(
            self._rooms.goals.broker_changed
        )
        await self._listen()
        lifecycle.advance(Code.CONNECTED)
        # Parts took their time to open: somebody may have added a load meanwhile.
        await self._rooms.acks.wire(list(ground.store.statuses.values()))
        if self.unclean_stop:
            lifecycle.note("outputs")
            await self._attempt(self._rooms.outputs.read_again(), "Outputs cannot be read again")
        else:
            await self._attempt(self._rooms.outputs.ask(), "Devices cannot be asked")
        lifecycle.note("")
        await may_run
        lifecycle.advance(Code.RUNNING)
        # From here on, a stop that is not clean is one.
        self._remembers = True
        await self.remember()
        self._rooms.reconcile.look_at_all(slot)
        self._rooms.shedding.start()
        reporting = self._rooms.presses.report_open(self._open_claims)
        await self._attempt(reporting, "Presses that a stop broke off cannot be reported")
        self._open_claims = {}
        self._rooms.halves.resume()
        self._rooms.goals.resume()
        self._rooms.surfaces.resume()
        self._beating = begin(self._beat.run(again=self._again), "beat")
        self._ruling = begin(self._rooms.surplus.run(), "rules")

    async def _listen(self) -> None:
        """Listen to devices, surfaces and sources; none goes on when one of them raises."""
        # Together: the broker's client gathers for half a second what is asked of it.
        try:
            async with asyncio.TaskGroup() as together:
                _ = together.create_task(
                    self._rooms.acks.wire(list(self._ground.store.statuses.values()))
                )
                _ = together.create_task(self._rooms.surfaces.open())
                _ = together.create_task(self._open_sources())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _open_sources(self) -> None:
        """Open what feeds the engine; what cannot be opened keeps nothing from running."""
        try:
            await self._within_limit(self._sources.open(), "sources")
        except Exception as error:  # noqa: BLE001
            self._ground.telling.note("What feeds the engine cannot be opened", error)
            detail = failing(error)
            self._ground.problems.report(
                Problem("part_not_started", "sources", {"part": "sources", "detail": detail})
            )

    async def _within_limit(self, work: Coroutine[Any, Any, None], name: str) -> None:
        timing = self._ground.timing
        await within(timing.part_limit, work, name, allowance=timing.stop_allowance)

    async def _attempt(self, work: Awaitable[None], failure: str) -> None:
        """Do what the start can do without."""
        with self._ground.telling.noted(failure):
            await work

    async def _measure_speed(self) -> None:
        """Measure one round trip to the database."""
        ground, rows = self._ground, self._rows
        loop = asyncio.get_running_loop()
        began = loop.time()
        with suppress(StorageError):
            await rows.storage.read_states(list(ground.store.statuses)[:1])
            self.speed = Speed(loop.time() - began, self._place)

    async def stop(self) -> None:
        """Send nothing more, end what is under way, and remember how far it got; once."""
        ground, rows, lifecycle = self._ground, self._rows, self._ground.lifecycle
        lifecycle.advance(Code.STOPPING)
        for task in (self._starting, self._beating, self._ruling):
            if task is not None:
                task.cancel()
                await asyncio.wait([task], timeout=ground.timing.part_limit)
        ground.telling.tell(self._unwatch)
        await self._close(self._rooms.shedding.stop(), "shedding")
        await self._close(self._rooms.surfaces.close(), "surfaces")
        await self._close(self._beat.stop(), "cycle")
        lifecycle.advance(Code.STOPPING_TASKS)
        await self._close(self._close_orders(), "orders")
        await self._close(self._sources.close(), "sources")
        await self._close(self._rooms.surplus.close(), "rules")
        self._rooms.acks.close()
        await self._close(self._rooms.hands.close(), "hands")
        await self._close(rows.write_back.close(), "write-back")
        # Only now: what was under way has ended, and is written.
        await self._close(ground.owner.close(), "ownership")
        lifecycle.advance(Code.STOPPED)
        await self._close(self.remember(), "memory")
        await self._close(rows.storage.close(), "storage")

    async def _close(self, work: Coroutine[Any, Any, None], part: str) -> None:
        """Close one part within its time; one that cannot be keeps no other open."""
        try:
            await self._within_limit(work, f"end of {part}")
        except TimeoutError:
            _LOGGER.warning("Left behind at the stop, it did not end in time: %s", part)
        except Exception:
            _LOGGER.exception("Not closed properly at the stop: %s", part)

    async def _close_orders(self) -> None:
        late = await self._rooms.executor.close(self._ground.timing.stop_allowance)
        if late:
            _LOGGER.warning("Ended before their devices answered: %s", ", ".join(late))

    async def remember(self) -> None:
        """Store what a restart needs, and what could not be stored when it should have been."""
        if self._remembers:
            await self._remember()
        await self._rows.journal.catch_up()

    async def _remember(self) -> None:
        ground, rows = self._ground, self._rows
        now = ground.clock.now()
        async for equipment_id in paced(self._rooms.plans.planned):
            self._rooms.plans.prune(slot_start(now), (equipment_id,))
        try:
            await memory.save(
                self._document,
                memory.Memory(
                    [status.equipment for status in ground.store.statuses.values()],
                    list(self._rooms.plans),
                    rows.followed.loads,
                    now,
                    int(ground.lifecycle.code),
                    self.speed,
                    list(ground.lifecycle.history),
                    rows.storage.plan_source,
                    self._rooms.missed.left(),
                ),
            )
        except OSError:
            # The disk tells of it; the next cycle tries again.
            _LOGGER.debug("What a restart needs is not stored")
