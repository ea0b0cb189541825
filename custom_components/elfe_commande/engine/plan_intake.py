"""Plans that are read: taken over once, looked for again within the slot, missed where none is."""

import asyncio
from collections.abc import Coroutine
from itertools import count
import logging
from typing import Any, Final

from ..core.decision import Decision
from ..core.model import EquipmentId
from ..core.naming import some_of
from ..core.pace import paced
from ..core.plan import READ_BEFORE, SLOT, slot_start
from .ground.background import Background, within
from .ground.events import PlanReceived, ProblemsChanged
from .ground.ports import PlansRead, Problem, StorageError
from .ground.problems import log_new
from .ground.status import EquipmentStatus
from .rooms import Rooms

_LOGGER = logging.getLogger(__name__)

_TANK_REST: Final = 12 * 3600 + SLOT + READ_BEFORE
"""Seconds after its start in which the EMS plans no tank, and what it then takes to plan one."""


class PlanIntake:
    """Takes plans over from the database, in the order in which they were read."""

    def __init__(self, rooms: Rooms) -> None:
        """Have read none."""
        self._ground = rooms.ground
        self._rows = rooms.rows
        self._plans = rooms.plans
        self._reconcile = rooms.reconcile
        self._executor = rooms.executor
        self._displays = rooms.displays
        self._background = Background()
        self._rows.found_again.append(self._found_again)
        self._reads = count(1)
        self._adopted = 0
        """The newest read of plans that was taken over: an older one that ends later is not."""
        self._look_due = 0.0
        self._mark: int | None = None
        """How far the plans were added when they were last looked for."""
        self._unplanned: frozenset[EquipmentId] = frozenset()
        self.problems: tuple[Problem, ...] = ()
        """What is wrong with what was read last."""

    def close(self) -> None:
        """Read nothing more."""
        self._background.cancel()

    async def read(self, slot: int) -> tuple[int, PlansRead]:
        """Read every plan, and the number of this read. Raises a `StorageError`."""
        number = next(self._reads)
        return number, await self._rows.storage.read_plans(slot)

    async def look(self, left: float) -> None:
        """Take plans in that came after the cycle; be done in the seconds that are left.

        The EMS may take longer than `settle` to write what begins now.
        """
        now, timing = asyncio.get_running_loop().time(), self._ground.timing
        if left <= 0 or now < self._look_due:
            return
        self._look_due = now + timing.plan_look
        try:
            await self._within(min(left, timing.part_limit), self._take_late(), "plans")
        except (TimeoutError, StorageError) as error:
            # The next cycle tells of a database that does not answer.
            _LOGGER.debug("No look for late plans: %s", error)

    async def _take_late(self) -> None:
        mark = await self._rows.storage.plan_mark()
        if mark == self._mark:
            return
        _ = await self.take()
        self._mark = mark

    def _found_again(self) -> None:
        if self._ground.lifecycle.running:
            self._background.begin(self._read_again(), "plans again")

    async def _read_again(self) -> None:
        """Have what was planned while the database was away before a button is pressed for it."""
        try:
            await self._within(self._ground.timing.part_limit, self._take_late(), "plans")
        except (TimeoutError, StorageError) as error:
            _LOGGER.debug("Plans are not read again: %s", error)
        finally:
            self._rows.plans_due = False
        self._executor.look_again()

    async def adopt(self, number: int, read: PlansRead) -> frozenset[EquipmentId]:
        """Have the plans that were read, and no others; tell of those that are new.

        Returns the loads of which a plan is new or gone.
        """
        ground = self._ground
        if number < self._adopted:
            return frozenset()
        self._adopted = number
        changed: set[EquipmentId] = set()
        found: dict[EquipmentId, set[int]] = {}
        async for plan in paced(read.plans):
            found.setdefault(plan.equipment_id, set()).add(plan.first_valid)
            changed |= self._plans.update((plan,))
        gone: set[EquipmentId] = set()
        async for equipment_id in paced(self._plans.planned):
            if self._plans.keep(equipment_id, found.get(equipment_id, ())):
                gone.add(equipment_id)
        if read.problems != self.problems:
            log_new(read.problems, self.problems)
            self.problems = read.problems
            ground.notify(ProblemsChanged())
        known = frozenset(changed & ground.store.statuses.keys())
        if known:
            ground.notify(PlanReceived(known))
        return frozenset(gone & ground.store.statuses.keys()) | known

    async def take(self) -> frozenset[EquipmentId]:
        """Take over new plans between two cycles; order at once what is wanted differently now."""
        slot = slot_start(self._ground.clock.now())
        changed = await self.adopt(*await self.read(slot))
        for equipment_id in changed:
            status = self._ground.store.statuses[equipment_id]
            before = status.decision
            decision = self._reconcile.look(status, slot)
            self._executor.outdate(equipment_id, status.plan)
            if before is not None and _wanted(before) == _wanted(decision):
                continue
            if (goal := self._reconcile.goal_of(status, decision, slot)) is not None:
                _ = self._executor.submit(goal)
            self._displays.refresh(equipment_id)
        return changed

    def warn_of_unplanned(self, now: float) -> None:
        """Log once the loads that were handed to a plan that there is none of, and no rule."""
        unplanned = frozenset(
            status.equipment.id
            for status in self._ground.store.statuses.values()
            if status.equipment.piloted
            and status.equipment.driven
            and status.equipment.state.last_programmed + SLOT + READ_BEFORE < now
            and status.proposal is None
            and _is_unplanned(status, now)
        )
        if new := unplanned - self._unplanned:
            _LOGGER.warning(
                "Piloted for a quarter-hour or more, and nothing planned: equipments %s",
                some_of(new),
            )
        self._unplanned = unplanned

    async def _within[T](self, seconds: float, work: Coroutine[Any, Any, T], name: str) -> T:
        allowance = self._ground.timing.stop_allowance
        return await within(seconds, work, name, allowance=allowance)


def _wanted(decision: Decision) -> tuple[object, ...]:
    """Return what a decision wants done: whoever explains it in other words wants nothing new."""
    return decision.on, decision.act, decision.pulse


def _is_unplanned(status: EquipmentStatus, now: float) -> bool:
    """Whether a load has no plan although the EMS should have made one.

    A plan that wants a load off all day is one, unless the load waits for its start. A tank that
    heated is left alone for half a day.
    """
    equipment, plan = status.equipment, status.plan
    if not equipment.continuous:
        return plan is None or plan.empty
    return plan is None and equipment.state.last_start + _TANK_REST < now
