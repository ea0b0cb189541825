"""When things happen: the first cycle, then each quarter-hour; and what a cycle does."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import batched
import logging
from typing import Any, Final

from ..core.lifecycle import NotRunningError
from ..core.model import EquipmentId
from ..core.outcome import Result
from ..core.plan import SLOT, slot_start
from .cycle_report import CycleReport, counted, warn_of_unended
from .ground.background import within
from .ground.events import CycleEnded
from .ground.ports import StorageError, StorageReadOnlyError, StorageUnreachableError
from .ground.status import EquipmentStatus
from .plan_intake import PlanIntake
from .rooms import Rooms

_LOGGER = logging.getLogger(__name__)

_JOBS_PER_TURN = 20
"""Orders begun between two lulls of the traffic: each goes on in a task of its own, whose time
is not seen here."""
_LOOKS_PER_TURN = 100
"""Equipments looked at between two lulls for which nothing is ordered."""
_READING: Final = 0.4
"""Share of a cycle's limit after which what was known is followed."""
_ORDERING: Final = 0.9
"""Share of it after which first results are awaited no longer; the rest is for the disk."""


class Beat:
    """Runs the cycles, one at a time."""

    def __init__(
        self,
        rooms: Rooms,
        remember: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Arm nothing yet; a cycle ends with `remember`, which stores what a restart needs."""
        self._ground = rooms.ground
        self._rows = rooms.rows
        self._inventory = rooms.inventory
        self._reconcile = rooms.reconcile
        self._executor = rooms.executor
        self._displays = rooms.displays
        self._outputs = rooms.outputs
        self._reverts = rooms.reverts
        self._halves = rooms.halves
        self._watch = rooms.watch
        self._remember = remember
        self.intake = PlanIntake(rooms)
        self._armed: float | None = None
        self._running: asyncio.Task[CycleReport] | None = None
        self._slot = 0
        """The quarter-hour that it decides for."""
        self.last: CycleReport | None = None

    def arm(self) -> None:
        """Count quarter-hours from now on; a cycle that falls due before `run` is postponed."""
        self._armed = self._next(self._ground.clock.now())

    async def run(self, *, again: bool) -> None:
        """Run a cycle after the first wait, then at every quarter-hour, for ever.

        One that was postponed is run at once. `again`: the plan was followed before a restart,
        and the first wait is a short one.
        """
        clock, timing = self._ground.clock, self._ground.timing
        now = clock.now()
        postponed = self._armed is not None and self._armed <= now
        wait = timing.first_cycle_again if again else timing.first_cycle
        due = now if postponed else now + wait
        while True:
            try:
                await self._sleep_until(due)
                due = self._next(clock.now())
                await self.cycle()
            except Exception as error:  # noqa: BLE001
                self._ground.telling.note("A cycle failed; the next one is tried", error)
                await asyncio.sleep(self._ground.timing.clock_check)

    async def _sleep_until(self, due: float) -> None:
        """Return when it is due, or at once when a clock that was set shows another slot."""
        clock, timing = self._ground.clock, self._ground.timing
        asked = False
        while not self._watch.was_set():
            if (left := due - clock.now()) <= 0:
                return
            if left <= timing.settle and not asked:
                # What devices have not said lately is asked while the EMS still writes.
                asked = True
                with self._ground.telling.noted("Devices cannot be asked"):
                    await self._outputs.ask()
                continue
            # Short sleeps: a wall clock that is set moves the quarter-hours with it.
            free = left if asked else left - timing.settle
            await asyncio.sleep(min(free, timing.clock_look, timing.plan_look))
            if self.last is not None:
                await self.intake.look(due - clock.now() - (0 if asked else timing.settle))
        await self._watch.plausible()

    def _next(self, now: float) -> float:
        return slot_start(now) + SLOT + self._ground.timing.settle

    async def cycle(self) -> CycleReport:
        """Run a cycle, or join the one that runs for the present quarter-hour.

        `NotRunningError` if a stop breaks it off.
        """
        while (running := self._running) is not None and not running.done():
            if self._slot == slot_start(self._ground.clock.now()):
                break
            # It decides for a quarter-hour that is over.
            await asyncio.wait([running])
        else:
            self._slot = slot_start(self._ground.clock.now())
            running = asyncio.create_task(self._cycle(self._slot), name="elfe cycle")
            self._running = running
        # Whoever gives up waiting breaks it off for nobody else.
        await asyncio.wait([running])
        if running.cancelled():
            raise NotRunningError(self._ground.lifecycle.code)
        return running.result()

    async def stop(self) -> None:
        """End a cycle under way; its orders are the executor's."""
        self.intake.close()
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait([self._running])

    async def read_again(self) -> None:
        """Read rows and plans between two cycles; what cannot be read stays as it was known."""
        limit = self._ground.timing.cycle_limit * _READING
        _ = await self._read(slot_start(self._ground.clock.now()), limit)

    async def _cycle(self, slot: int) -> CycleReport:
        """Read, order and remember, each within its share of the time there is.

        First results are awaited until the next cycle is due at the latest.
        """
        ground = self._ground
        loop = asyncio.get_running_loop()
        limit = ground.timing.cycle_limit
        started = loop.time()
        at = ground.clock.now()
        read = await self._read(slot, limit * _READING)
        firsts = await self._order(slot)
        with ground.telling.noted("Timers of devices cannot be cleared"):
            await self._reverts.clear(ground.store.statuses, self._is_left)
        with ground.telling.noted("What stayed half on cannot be looked at"):
            await self._halves.look(self._is_left)
        due = slot + SLOT + ground.timing.settle - ground.clock.now()
        left = min(due, started + limit * _ORDERING - loop.time())
        if firsts:
            await asyncio.wait(firsts.values(), timeout=max(0.0, left))
        self.intake.warn_of_unplanned(at)
        report = CycleReport(
            at=at,
            duration=loop.time() - started,
            equipments=len(ground.store.statuses),
            degraded=not read,
        )
        self.last = counted(report, firsts)
        warn_of_unended(self.last, firsts)
        with ground.telling.noted("What a restart needs could not be stored"):
            await self._within(started + limit - loop.time(), self._remember(), "memory")
        ground.notify(CycleEnded())
        return self.last

    def _is_left(self, equipment_id: EquipmentId) -> bool:
        """Whether somebody else orders a load, or an order of ours is under way."""
        status = self._ground.store.statuses.get(equipment_id)
        if status is not None and self._ground.owner.refusal(status.equipment.home) is not None:
            return True
        return self._executor.is_at(equipment_id)

    async def _within[T](self, seconds: float, work: Coroutine[Any, Any, T], name: str) -> T:
        allowance = self._ground.timing.stop_allowance
        return await within(seconds, work, name, allowance=allowance)

    async def _read(self, slot: int, seconds: float) -> bool:
        """Read rows and plans in this time; whether all could be read."""
        ground, rows = self._ground, self._rows
        try:
            return await self._within(seconds, self._read_all(slot), "reading")
        except TimeoutError:
            late = f"rows and plans were not read within {seconds:.0f} s"
            # Until all of it is read again, whatever is written meanwhile.
            rows.reachable(StorageUnreachableError(late), of_plans=True)
        except Exception as error:  # noqa: BLE001
            ground.telling.note("Rows and plans cannot be read, what was known is followed", error)
        return False

    async def _read_all(self, slot: int) -> bool:
        rows = self._rows
        try:
            await self._drain()
        except StorageReadOnlyError as error:
            # What waits to be written keeps nobody from reading.
            rows.reachable(error)
        except StorageError as error:
            rows.reachable(error)
            return False
        # At the same time as the rows: the database has more than one processor.
        plans = asyncio.create_task(self.intake.read(slot), name="elfe plans")
        try:
            await self._inventory.read()
        except StorageError as error:
            rows.reachable(error)
            return False
        else:
            try:
                await self.intake.adopt(*await plans)
            except StorageError as error:
                rows.reachable(error, of_plans=True)
                return False
            finally:
                rows.plans_due = False
        finally:
            plans.cancel()
            await asyncio.gather(plans, return_exceptions=True)
        rows.reachable(of_plans=True)
        return True

    async def _drain(self) -> None:
        """Write what waits; once more if the connection turns out to be lost: on a new one."""
        try:
            await self._rows.write_back.drain()
        except StorageReadOnlyError:
            raise
        except StorageUnreachableError:
            await self._rows.write_back.drain()

    async def _order(self, slot: int) -> dict[EquipmentId, asyncio.Future[Result]]:
        """Decide for every equipment, and begin what follows; return the first tries to await."""
        ground = self._ground
        firsts: dict[EquipmentId, asyncio.Future[Result]] = {}
        begun = 0
        settled: list[EquipmentStatus] = []
        for index, status in enumerate(list(ground.store.statuses.values()), 1):
            try:
                if self._reconcile.is_settled(status):
                    settled.append(status)
                    continue
                begun += self._begin(status, slot, firsts)
            except Exception as error:  # noqa: BLE001
                # One load that nobody can decide about costs no other its turn.
                failure = f"Equipment {status.equipment.id} cannot be decided about"
                ground.telling.note(failure, error)
            if begun >= _JOBS_PER_TURN or index % _LOOKS_PER_TURN == 0:
                begun = 0
                await ground.traffic.lull()
        # Orders are on their way; what is left changes nothing.
        for some in batched(settled, _LOOKS_PER_TURN, strict=False):
            await ground.traffic.lull()
            for status in some:
                self._reconcile.follow(status, slot)
        return firsts

    def _begin(
        self,
        status: EquipmentStatus,
        slot: int,
        firsts: dict[EquipmentId, asyncio.Future[Result]],
    ) -> bool:
        """Decide for one equipment and begin what follows; whether anything does."""
        goal = self._reconcile.goal(status, slot)
        if goal is not None:
            first = self._executor.submit(goal)
            if not self._executor.waits_for_meter(goal):
                firsts[status.equipment.id] = first
        if status.equipment.piloted:
            # As the reference does each quarter-hour, whether or not anything is ordered.
            self._displays.refresh(status.equipment.id)
        return goal is not None
