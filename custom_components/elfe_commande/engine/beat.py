"""When things happen: the first cycle, then each quarter-hour; and what a cycle does."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from itertools import batched
import logging
from typing import Any, Final

from ..core.lifecycle import NotRunningError
from ..core.model import EquipmentId
from ..core.outcome import Outcome, Result
from ..core.pace import paced
from ..core.plan import SLOT, PlanBook, slot_start
from .background import within
from .clock_watch import ClockWatch
from .context import EngineContext
from .events import CycleEnded, PlanReceived, ProblemsChanged
from .executor import Executor
from .ports import PlansRead, Problem, StorageError, StorageUnreachableError
from .problems import log_new
from .reconsider import Reconsider
from .status import EquipmentStatus

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
_NAMED = 20
"""Loads named in the log that did not end."""


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What a cycle did. `at` in unix seconds, `duration` in seconds, then numbers of loads.

    `degraded`: the plan or the rows could not be read, and what was known was followed.
    `not_ended`: loads whose first try was still under way when the cycle's time was over.
    """

    at: float
    duration: float = 0.0
    equipments: int = 0
    ordered: int = 0
    acknowledged: int = 0
    failed: int = 0
    doubtful: int = 0
    skipped: int = 0
    not_ended: int = 0
    degraded: bool = False


class Beat:
    """Runs the cycles, one at a time."""

    def __init__(
        self,
        context: EngineContext,
        plans: PlanBook,
        reconsider: Reconsider,
        executor: Executor,
        watch: ClockWatch,
        *,
        read_inventory: Callable[[], Coroutine[Any, Any, None]],
        remember: Callable[[], Coroutine[Any, Any, None]],
        show: Callable[[EquipmentId], None],
    ) -> None:
        """Arm nothing yet.

        A cycle begins with `read_inventory`, has each piloted equipment drawn by `show`, and ends
        with `remember`, which stores what a restart needs.
        """
        self._context = context
        self._plans = plans
        self._reconsider = reconsider
        self._executor = executor
        self._watch = watch
        self._armed: float | None = None
        self._read_inventory = read_inventory
        self._remember = remember
        self._show = show
        self._running: asyncio.Task[CycleReport] | None = None
        self._unplanned: frozenset[EquipmentId] = frozenset()
        self.last: CycleReport | None = None
        self.plan_problems: tuple[Problem, ...] = ()

    def arm(self) -> None:
        """Count quarter-hours from now on; a cycle that falls due before `run` is postponed."""
        self._armed = self._next(self._context.clock.now())

    async def run(self) -> None:
        """Run a cycle after the first wait, then at every quarter-hour, for ever.

        One that was postponed is run at once.
        """
        clock = self._context.clock
        now = clock.now()
        postponed = self._armed is not None and self._armed <= now
        due = now if postponed else now + self._context.timing.first_cycle
        while True:
            try:
                await self._sleep_until(due)
                due = self._next(clock.now())
                await self.cycle()
            except Exception as error:  # noqa: BLE001
                self._context.telling.note("A cycle failed; the next one is tried", error)
                await asyncio.sleep(self._context.timing.clock_check)

    async def _sleep_until(self, due: float) -> None:
        """Return when it is due, or at once when a clock that was set shows another slot."""
        clock, timing = self._context.clock, self._context.timing
        while not self._watch.was_set():
            if (left := due - clock.now()) <= 0:
                return
            # Short sleeps: a wall clock that is set moves the quarter-hours with it.
            await asyncio.sleep(min(left, timing.clock_look))
        await self._watch.plausible()

    def _next(self, now: float) -> float:
        return slot_start(now) + SLOT + self._context.timing.settle

    async def cycle(self) -> CycleReport:
        """Run a cycle, or join the one that runs; `NotRunningError` if a stop breaks it off."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._cycle(), name="elfe cycle")
        running = self._running
        # Whoever gives up waiting breaks it off for nobody else.
        await asyncio.wait([running])
        if running.cancelled():
            raise NotRunningError(self._context.lifecycle.code)
        return running.result()

    async def stop(self) -> None:
        """End a cycle under way; its orders are the executor's."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _cycle(self) -> CycleReport:
        """Read, order and remember, each within its share of the time there is."""
        context = self._context
        loop = asyncio.get_running_loop()
        limit = context.timing.cycle_limit
        started = loop.time()
        at = context.clock.now()
        slot = slot_start(at)
        read = await self._read(slot, limit * _READING)
        firsts = await self._order(slot)
        left = started + limit * _ORDERING - loop.time()
        if firsts:
            await asyncio.wait(firsts.values(), timeout=max(0.0, left))
        self._warn_of_unplanned(at)
        report = CycleReport(
            at=at,
            duration=loop.time() - started,
            equipments=len(context.statuses),
            degraded=not read,
        )
        self.last = _counted(report, firsts)
        _warn_of_unended(self.last, firsts)
        await self._store(started + limit - loop.time())
        context.notify(CycleEnded())
        return self.last

    async def _store(self, seconds: float) -> None:
        """Store what a restart needs, if that can be done in this time."""
        try:
            await self._within(seconds, self._remember(), "memory")
        except TimeoutError as error:
            self._context.telling.note("What a restart needs is not stored: no end of it", error)
        except Exception as error:  # noqa: BLE001
            self._context.telling.note("What a restart needs could not be stored", error)

    async def _within[T](self, seconds: float, work: Coroutine[Any, Any, T], name: str) -> T:
        allowance = self._context.timing.stop_allowance
        return await within(seconds, work, name, allowance=allowance)

    async def _read(self, slot: int, seconds: float) -> bool:
        """Read rows and plans in this time; whether all could be read."""
        context = self._context
        try:
            return await self._within(seconds, self._read_all(slot), "reading")
        except TimeoutError:
            late = f"rows and plans were not read within {seconds:.0f} s"
            # Until all of it is read again, whatever is written meanwhile.
            context.reachable(StorageUnreachableError(late), of_plans=True)
        except Exception as error:  # noqa: BLE001
            context.telling.note("Rows and plans cannot be read, what was known is followed", error)
        return False

    async def _read_all(self, slot: int) -> bool:
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
            context.reachable(error)
            return False
        else:
            try:
                await self._adopt_plans(await plans)
            except StorageError as error:
                context.reachable(error, of_plans=True)
                return False
        finally:
            plans.cancel()
            await asyncio.gather(plans, return_exceptions=True)
        context.reachable(of_plans=True)
        return True

    async def _adopt_plans(self, read: PlansRead) -> frozenset[EquipmentId]:
        """Take plans over, and tell of those that are new; return whose they are."""
        context = self._context
        changed: set[EquipmentId] = set()
        async for plan in paced(read.plans):
            changed |= self._plans.update((plan,))
        if read.problems != self.plan_problems:
            log_new(read.problems, self.plan_problems)
            self.plan_problems = read.problems
            context.notify(ProblemsChanged())
        known = frozenset(changed & context.statuses.keys())
        if known:
            context.notify(PlanReceived(known))
        return known

    async def take_plans(self) -> frozenset[EquipmentId]:
        """Take over new plans between two cycles; order at once what is wanted differently now."""
        slot = slot_start(self._context.clock.now())
        changed = await self._adopt_plans(await self._context.storage.read_plans(slot))
        for equipment_id in changed:
            status = self._context.statuses[equipment_id]
            before = status.decision
            decision = self._reconsider.look(status, slot)
            if before is not None and (before.on, before.act) == (decision.on, decision.act):
                continue
            if (job := self._reconsider.job(status, slot)) is not None:
                _ = self._executor.submit(job)
            self._show(equipment_id)
        return changed

    def _warn_of_unplanned(self, now: float) -> None:
        """Log once the loads that were handed to a plan that there is none of, and no rule."""
        unplanned = frozenset(
            status.equipment.id
            for status in self._context.statuses.values()
            if status.equipment.piloted
            and status.equipment.driven
            and status.equipment.state.last_programmed + SLOT < now
            and status.proposal is None
            and (status.plan is None or status.plan.empty)
        )
        if new := unplanned - self._unplanned:
            _LOGGER.warning(
                "Piloted for a quarter-hour or more, and nothing planned: equipments %s",
                ", ".join(map(str, sorted(new))),
            )
        self._unplanned = unplanned

    async def _order(self, slot: int) -> dict[EquipmentId, asyncio.Future[Result]]:
        """Decide for every equipment, and begin what follows; return the first tries to await."""
        context = self._context
        firsts: dict[EquipmentId, asyncio.Future[Result]] = {}
        begun = 0
        settled: list[EquipmentStatus] = []
        for index, status in enumerate(list(context.statuses.values()), 1):
            try:
                if self._reconsider.is_settled(status):
                    settled.append(status)
                    continue
                begun += self._begin(status, slot, firsts)
            except Exception as error:  # noqa: BLE001
                # One load that nobody can decide about costs no other its turn.
                failure = f"Equipment {status.equipment.id} cannot be decided about"
                context.telling.note(failure, error)
            if begun >= _JOBS_PER_TURN or index % _LOOKS_PER_TURN == 0:
                begun = 0
                await context.traffic.lull()
        # Orders are on their way; what is left changes nothing.
        for some in batched(settled, _LOOKS_PER_TURN, strict=False):
            await context.traffic.lull()
            for status in some:
                self._reconsider.follow(status, slot)
        return firsts

    def _begin(
        self,
        status: EquipmentStatus,
        slot: int,
        firsts: dict[EquipmentId, asyncio.Future[Result]],
    ) -> bool:
        """Decide for one equipment and begin what follows; whether anything does."""
        job = self._reconsider.job(status, slot)
        if job is not None:
            first = self._executor.submit(job)
            if not self._executor.waits_for_meter(job):
                firsts[status.equipment.id] = first
        if status.equipment.piloted:
            # As the reference does each quarter-hour, whether or not anything is ordered.
            self._show(status.equipment.id)
        return job is not None


def _counted(
    report: CycleReport, firsts: Mapping[EquipmentId, asyncio.Future[Result]]
) -> CycleReport:
    results = [first.result() for first in firsts.values() if first.done()]
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
        not_ended=len(firsts) - len(results),
    )


def _warn_of_unended(
    report: CycleReport, firsts: Mapping[EquipmentId, asyncio.Future[Result]]
) -> None:
    if not report.not_ended:
        return
    loads = [str(equipment_id) for equipment_id, first in firsts.items() if not first.done()]
    more = ", ..." if len(loads) > _NAMED else ""
    _LOGGER.warning(
        "A cycle is over after %.0f s, and %d orders go on: equipments %s",
        report.duration,
        report.not_ended,
        ", ".join(loads[:_NAMED]) + more,
    )
