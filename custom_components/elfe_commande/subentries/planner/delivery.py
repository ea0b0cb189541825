"""The door that the planner's days go through: that of `set_plan`."""

from collections.abc import Sequence
from typing import Final

from ...core.model import ControlState, EquipmentId
from ...core.plan import DAY, SLOT, DayPlan, Owner, slot_start
from ...core.planned import knows, said_at
from ...engine.engine import Engine
from ...planning.home.needs import Need, Unplanned
from ...planning.result import HomePlan, LoadPlan, Reason
from ..appliances.home import LocalHome
from .loads import is_others, plan_of

SILENT: Final = frozenset({Reason.INVALID, Reason.NO_HORIZON})
"""Nothing was decided: what was planned goes on."""
LEFT_ALONE: Final = frozenset(
    {Unplanned.OTHER_PLAN, Unplanned.POWER_MISSING, Unplanned.DURATION_MISSING}
)
"""Why nothing is planned of an appliance that would follow a plan."""
AHEAD: Final = 24 * SLOT
"""Seconds of a plan ahead that are enough, while nothing in it changes."""


class Delivery:
    """Hands on what is new in a plan, and cuts no run that it began."""

    def __init__(self, home: LocalHome, engine: Engine) -> None:
        """Have delivered nothing; the home knows what is in force."""
        self._home = home
        self._engine = engine

    async def deliver(self, plan: HomePlan, needs: Sequence[Need], made_at: float) -> None:
        """Store what is new and have it followed. Raises a `StorageError`.

        `made_at` is when the needs were read (unix seconds): of what was said since, the plan
        knows nothing.
        """
        now = self._home.now()
        follows = {need.equipment.id: need for need in needs if need.follows}
        news = [
            day
            for planned in plan.loads
            if planned.reason not in SILENT
            and (need := follows.get(planned.equipment_id)) is not None
            and (day := self._day(planned, need, now, made_at)) is not None
        ]
        if news:
            await self._home.async_set_plans(self._engine, news, Owner.PLANNER)
        # Of what it may plan no more, an old plan says nothing either.
        await self.withdraw([need.equipment.id for need in needs if need.unplanned in LEFT_ALONE])

    async def withdraw(self, equipment_ids: Sequence[EquipmentId]) -> None:
        """Forget what was planned. Raises a `StorageError`."""
        await self._home.async_withdraw_plans(self._engine, frozenset(equipment_ids), Owner.PLANNER)

    def former(self, needs: Sequence[Need], now: float) -> dict[EquipmentId, list[tuple[int, int]]]:
        """Return the runs that are planned already, of loads that the planner has planned."""
        found: dict[EquipmentId, list[tuple[int, int]]] = {}
        for need in needs:
            held = self._held(need.equipment.id, now)
            if held is not None and knows(held, need.equipment):
                found[need.equipment.id] = held.runs()
        return found

    def _day(self, planned: LoadPlan, need: Need, now: float, made_at: float) -> DayPlan | None:
        """Return the day of one load, `None` if it says nothing new."""
        status = self._engine.statuses.get(planned.equipment_id)
        if status is None or is_others(
            plan_of(self._home, status.equipment.id, now), status.equipment
        ):
            # Said while this plan was made.
            return None
        slot = slot_start(now)
        decisions = bytearray(planned.decisions(slot, DAY))
        held = self._held(planned.equipment_id, now)
        on = need.equipment.state.control == ControlState.ON
        if held is not None and need.equipment.continuous and on:
            _keep_run(decisions, held, slot)
        if held is not None and knows(held, need.equipment):
            same = all(
                held.decision(slot + index * SLOT) == bool(wanted)
                or (held.decision(slot + index * SLOT) is None and not wanted)
                for index, wanted in enumerate(decisions)
            )
            if same and held.end - slot >= AHEAD:
                return None
        elif not any(decisions):
            return None
        return DayPlan(
            planned.equipment_id,
            slot,
            bytes(decisions),
            known_at=said_at(need.equipment, made_at),
            owner=Owner.PLANNER,
        )

    def _held(self, equipment_id: EquipmentId, now: float) -> DayPlan | None:
        """Return the planner's plan that is in force."""
        plan = plan_of(self._home, equipment_id, now)
        return plan if plan is not None and plan.owner is Owner.PLANNER else None


def _keep_run(decisions: bytearray, held: DayPlan, slot: int) -> None:
    """Let the run that is under way go on to the end that was planned for it."""
    for start, end in held.runs():
        if start <= slot < end:
            for index in range(min(len(decisions), (end - slot) // SLOT)):
                decisions[index] = 1
