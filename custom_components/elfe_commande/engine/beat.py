"""When things happen: the first cycle, then each quarter-hour; and what a cycle does."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import batched
import logging

from ..core.model import EquipmentId
from ..core.outcome import Outcome, Result
from ..core.plan import SLOT, PlanBook, slot_start
from .context import EngineContext
from .events import CycleEnded, PlanReceived, ProblemsChanged
from .executor import Executor
from .ports import Problem, StorageError
from .reconsider import Reconsider
from .status import EquipmentStatus

_LOGGER = logging.getLogger(__name__)

_JOBS_PER_TURN = 50
"""Orders begun in one turn of the event loop."""
_LOOKS_PER_TURN = 250
"""Equipments for which nothing is to be decided, taken note of in one turn."""
_PLANS_PER_TURN = 500
_LONGEST_SLEEP = 30.0
"""A wall clock that was set is noticed within that time."""


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What a cycle did. `at` in unix seconds, `duration` in seconds, then numbers of loads.

    `degraded`: the plan or the rows could not be read, and what was known was followed.
    """

    at: float
    duration: float = 0.0
    equipments: int = 0
    ordered: int = 0
    acknowledged: int = 0
    failed: int = 0
    doubtful: int = 0
    skipped: int = 0
    degraded: bool = False


class Beat:
    """Runs the cycles, one at a time."""

    def __init__(
        self,
        context: EngineContext,
        plans: PlanBook,
        reconsider: Reconsider,
        executor: Executor,
        *,
        read_inventory: Callable[[], Awaitable[None]],
        remember: Callable[[], Awaitable[None]],
        show: Callable[[EquipmentId], None],
    ) -> None:
        """Hand the parts in; `remember` stores what a restart needs, `show` refreshes screens."""
        self._context = context
        self._plans = plans
        self._reconsider = reconsider
        self._executor = executor
        self._read_inventory = read_inventory
        self._remember = remember
        self._show = show
        self._running: asyncio.Task[CycleReport] | None = None
        self._unplanned: frozenset[EquipmentId] = frozenset()
        self.last: CycleReport | None = None
        self.plan_problems: tuple[Problem, ...] = ()

    async def run(self) -> None:
        """Run a cycle after the first wait, then at every quarter-hour, for ever."""
        timing, clock = self._context.timing, self._context.clock
        due = clock.now() + timing.first_cycle
        while True:
            # Short sleeps: a wall clock that is set moves the quarter-hours with it.
            while (left := due - clock.now()) > 0:
                if left > SLOT + timing.first_cycle:
                    due = self._next(clock.now())
                    continue
                await asyncio.sleep(min(left, _LONGEST_SLEEP))
            due = self._next(clock.now())
            try:
                await self.cycle()
            except Exception:
                _LOGGER.exception("A cycle failed; the next one is tried")

    def _next(self, now: float) -> float:
        return slot_start(now) + SLOT + self._context.timing.settle

    async def cycle(self) -> CycleReport:
        """Run a cycle, or join the one that runs."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._cycle(), name="elfe cycle")
        return await asyncio.shield(self._running)

    async def stop(self) -> None:
        """End a cycle under way; its orders are the executor's."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _cycle(self) -> CycleReport:
        context = self._context
        started = asyncio.get_running_loop().time()
        at = context.clock.now()
        slot = slot_start(at)
        degraded = not await self._read(slot)
        results = await self._order(slot)
        self._warn_of_unplanned(at)
        report = CycleReport(
            at=at,
            duration=asyncio.get_running_loop().time() - started,
            equipments=len(context.statuses),
            degraded=degraded,
        )
        self.last = _counted(report, results)
        await self._remember()
        context.notify(CycleEnded())
        if self.last.duration > SLOT:
            _LOGGER.warning("A cycle took %.0f s, longer than a slot", self.last.duration)
        return self.last

    async def _read(self, slot: int) -> bool:
        """Read rows and plans; whether all could be read."""
        context = self._context
        try:
            await context.write_back.drain()
        except StorageError as error:
            context.reachable(error)
            return False
        # At the same time as the rows: the database has more than one processor.
        plans = asyncio.create_task(context.storage.read_plans(slot), name="elfe plans")
        try:
            await self._read_inventory()
        except StorageError as error:
            plans.cancel()
            await asyncio.wait([plans])
            context.reachable(error)
            return False
        try:
            read = await plans
        except StorageError as error:
            context.reachable(error, of_plans=True)
            return False
        context.reachable(of_plans=True)
        changed: set[EquipmentId] = set()
        for some in batched(read.plans, _PLANS_PER_TURN, strict=False):
            changed |= self._plans.update(some)
            await asyncio.sleep(0)
        if read.problems != self.plan_problems:
            context.log_new(read.problems, self.plan_problems)
            self.plan_problems = read.problems
            context.notify(ProblemsChanged())
        if known := changed & context.statuses.keys():
            context.notify(PlanReceived(frozenset(known)))
        return True

    def _warn_of_unplanned(self, now: float) -> None:
        """Log once the loads that were handed to the EMS and that it does not plan."""
        unplanned = frozenset(
            status.equipment.id
            for status in self._context.statuses.values()
            if status.equipment.piloted
            and status.equipment.driven
            and status.equipment.state.last_programmed + SLOT < now
            and (status.plan is None or status.plan.empty)
        )
        if new := unplanned - self._unplanned:
            _LOGGER.warning(
                "Piloted for a quarter-hour or more, and nothing planned: equipments %s",
                ", ".join(map(str, sorted(new))),
            )
        self._unplanned = unplanned

    async def _order(self, slot: int) -> list[Result]:
        """Decide for every equipment, begin what follows, and await every first try."""
        firsts: list[asyncio.Future[Result]] = []
        begun = 0
        settled: list[EquipmentStatus] = []
        for index, status in enumerate(list(self._context.statuses.values()), 1):
            if self._reconsider.is_settled(status):
                settled.append(status)
                continue
            job = self._reconsider.job(status, slot)
            if job is not None:
                first = self._executor.submit(job)
                begun += 1
                if not self._executor.waits_for_meter(job):
                    firsts.append(first)
            if status.equipment.piloted:
                # As the reference does each quarter-hour, whether or not anything is ordered.
                self._show(status.equipment.id)
            if begun >= _JOBS_PER_TURN or index % (_JOBS_PER_TURN * 4) == 0:
                begun = 0
                await asyncio.sleep(0)
        # Orders are on their way; what is left changes nothing.
        for some in batched(settled, _LOOKS_PER_TURN, strict=False):
            await asyncio.sleep(0)
            for status in some:
                self._reconsider.follow(status, slot)
        return list(await asyncio.gather(*firsts))


def _counted(report: CycleReport, results: list[Result]) -> CycleReport:
    counts = dict.fromkeys(Outcome, 0)
    for result in results:
        counts[result.outcome] += 1
    return replace(
        report,
        ordered=sum(1 for result in results if result.tries),
        acknowledged=counts[Outcome.ACKNOWLEDGED],
        failed=counts[Outcome.FAILED],
        doubtful=counts[Outcome.DOUBTFUL],
        skipped=counts[Outcome.SKIPPED],
    )
