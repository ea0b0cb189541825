"""Pursues goals, one of each load at a time: the newest word takes the place of the rest."""

import asyncio
from collections.abc import Callable
import logging

from ...core.decision import Act
from ...core.model import EquipmentId
from ...core.outcome import Result
from ...core.plan import DayPlan
from ..ground.background import Background
from ..ground.goal import Goal
from ..ground.ground import Ground
from ..rows.rows import Rows
from .conclude import Conclusion
from .halves import Halves
from .presses import PressGuard
from .pursuit import Pursuit
from .sender import Sender
from .starts import Starts
from .tries import Tries
from .turnstile import Turnstile

_LOGGER = logging.getLogger(__name__)

_MANY = 100
"""First tries to come from which on what can wait should."""


class Executor:
    """One goal at a time for each load."""

    def __init__(
        self,
        ground: Ground,
        rows: Rows,
        sender: Sender,
        presses: PressGuard,
        halves: Halves,
        *,
        at_once: int,
    ) -> None:
        """Pursue nothing yet; `at_once` orders at most wait for their devices together."""
        self._ground = ground
        self._journal = rows.journal
        self._sender = sender
        self._presses = presses
        self._conclusion = conclusion = Conclusion(ground, rows, presses, halves)
        self._starts = starts = Starts(rows.journal, ground.clock)
        self._turnstile = turnstile = Turnstile(ground.traffic, ground.timing)
        self._tries = Tries(
            ground,
            rows,
            sender=sender,
            presses=presses,
            conclusion=conclusion,
            starts=starts,
            turnstile=turnstile,
            at_once=at_once,
            in_doubt=self._in_doubt,
        )
        self._pursuits: dict[EquipmentId, Pursuit] = {}
        self._to_come = 0
        self._running = Background()
        self._watching = Background()
        rows.fresh.companions = self.waiting

    def submit(self, goal: Goal) -> asyncio.Future[Result]:
        """Pursue a goal in place of the load's present one; the result of its first try.

        The same word said again begins nothing anew: what is under way is tried again now.
        """
        present = self._pursuits.get(goal.equipment_id)
        if present is not None:
            if present.goal.is_same(goal) and not present.superseded.done():
                return present.join()
            if (
                goal.by_person
                or present.first.done()
                or not present.begun
                or goal.contradicts(present.goal)
            ):
                present.supersede()
            else:
                # Whoever waits for its first try hears of it; none follows that nobody could end.
                present.first.add_done_callback(lambda _: present.supersede())
        pursuit = Pursuit(goal, mode_written=self._mode_written(goal))
        self._pursuits[goal.equipment_id] = pursuit
        self._to_come += 1
        pursuit.first.add_done_callback(self._tried)
        if goal.by_person:
            self._turnstile.give_way()
        self._running.begin(self._run(pursuit), f"{goal.act} {goal.equipment_id}")
        return pursuit.first

    def _mode_written(self, goal: Goal) -> bool:
        """Whether the mode that a person wished was written before a restart."""
        wish = self._journal.wishes.get(goal.equipment_id)
        status = self._ground.store.statuses.get(goal.equipment_id)
        if wish is None or wish.id != goal.wish or status is None:
            return False
        return wish.has_mode(status.equipment.state)

    @property
    def busy(self) -> bool:
        """Whether so many first tries are to come as only a cycle over many loads brings."""
        return self._to_come >= _MANY

    def _tried(self, _: asyncio.Future[Result]) -> None:
        self._to_come -= 1

    def pursues(self, goal: Goal) -> bool:
        """Whether a goal, or the same word said before, is under way."""
        present = self._pursuits.get(goal.equipment_id)
        return present is not None and present.goal.is_same(goal)

    def is_at(self, equipment_id: EquipmentId) -> bool:
        """Whether a goal of this load is not reached yet, and nothing newer was said."""
        present = self._pursuits.get(equipment_id)
        return present is not None and not present.reached and not present.superseded.done()

    def after_reached(self, equipment_id: EquipmentId, then: Callable[[], object]) -> None:
        """Call `then` once the load's goal that is reached already is written; else now."""
        present = self._pursuits.get(equipment_id)
        if present is not None and present.reached:
            present.after.append(then)
        else:
            then()

    def look_again(self, *equipment_ids: EquipmentId) -> None:
        """Try again now what waits for its next try; of all loads where none is named."""
        for equipment_id in equipment_ids or tuple(self._pursuits):
            if pursuit := self._pursuits.get(equipment_id):
                pursuit.again.set()

    def waiting(self) -> list[EquipmentId]:
        """Return the equipments whose order awaits its turn, or its next try."""
        return [
            equipment_id
            for equipment_id, pursuit in self._pursuits.items()
            if pursuit.waits
            and not pursuit.goal.by_person
            and not self.waits_for_meter(pursuit.goal)
        ]

    def waits_for_meter(self, goal: Goal) -> bool:
        """Whether a goal is held back until its load's meter had time to speak."""
        return goal.act is Act.KEEP_OFF and self._ground.metering.is_awaited(goal.equipment_id)

    def _in_doubt(self, pursuit: Pursuit) -> None:
        doubt = self._presses.end_doubt(pursuit)
        self._watching.begin(doubt, f"meter {pursuit.goal.equipment_id}")

    def cancel(self, equipment_id: EquipmentId) -> None:
        """Give up what is under way for a load that is gone, or that somebody took over."""
        if pursuit := self._pursuits.get(equipment_id):
            pursuit.cancelled = True
            pursuit.supersede()

    def let_go(self, goal: Goal, reason: str) -> None:
        """Give a person's wish up for good that nothing pursues, and tell them."""
        self._conclusion.let_go(goal, reason)

    def hold_back(self, equipment_id: EquipmentId, why: str) -> None:
        """Give up the tries of an automatic start, and say why; presses already begun are made."""
        pursuit = self._pursuits.get(equipment_id)
        if pursuit is None or pursuit.goal.by_person:
            return
        if pursuit.goal.act in (Act.START, Act.ON):
            pursuit.supersede(why)

    def outdate(self, equipment_id: EquipmentId, plan: DayPlan | None) -> None:
        """Give up the tries of a start that the plan in force now knows nothing of."""
        pursuit = self._pursuits.get(equipment_id)
        pulse = None if pursuit is None else pursuit.goal.pulse
        if pulse is not None and (plan is None or not plan.decision(pulse)):
            self.hold_back(equipment_id, "no_plan")

    async def close(self, allowance: float) -> list[str]:
        """Stop: no further try; return the names of tasks that did not end in time.

        A press under way stays claimed on disk and is reported by the next start.
        """
        self._watching.cancel()
        for pursuit in self._pursuits.values():
            pursuit.supersede()
        await self._turnstile.close()
        late = await self._running.ended(allowance)
        self._running.cancel()
        await self._running.ended(allowance)
        return sorted(task.get_name() for task in late)

    async def _run(self, pursuit: Pursuit) -> None:
        goal = pursuit.goal
        try:
            await self._tries.carry_out(pursuit)
        except asyncio.CancelledError:
            self._conclusion.skipped(pursuit, "interrupted")
            raise
        except Exception:
            _LOGGER.exception("Order %s of equipment %s failed", goal.act, goal.equipment_id)
            self._conclusion.crashed(pursuit)
        finally:
            if not pursuit.answered:
                self._conclusion.crashed(pursuit)
            self._sender.forget(pursuit)
            self._starts.over(pursuit)
            if self._pursuits.get(goal.equipment_id) is pursuit:
                del self._pursuits[goal.equipment_id]
            for then in pursuit.after:
                self._ground.telling.tell(then)
