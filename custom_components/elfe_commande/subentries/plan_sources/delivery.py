"""The door that plans of a source come in at: the same as that of `set_plan`."""

from collections.abc import Iterable

from ...core.model import EquipmentId
from ...core.plan import DAY, LONGEST, SLOT, DayPlan, Owner, slot_start
from ...core.planned import knows, said_at
from ...engine.engine import Engine
from ...sources.plans import SourcedPlan
from ..appliances.home import LocalHome

ENOUGH = DAY // 2 * SLOT
"""Seconds of a plan ahead that are enough: a longer one is no news."""


class Delivery:
    """Hands on what is new in a source's plans, and nothing twice."""

    def __init__(self, home: LocalHome, engine: Engine, owner: Owner) -> None:
        """Have delivered nothing; what is on disk tells what was."""
        self._home = home
        self._engine = engine
        self._owner = owner
        self._doubted: set[EquipmentId] = set()

    @property
    def doubted(self) -> bool:
        """Whether a source took something back that only a second look makes believed."""
        return bool(self._doubted)

    async def deliver(self, plans: Iterable[SourcedPlan]) -> list[DayPlan]:
        """Store what is new and have it followed; return it. Raises a `StorageError`."""
        now = self._home.now()
        news: list[DayPlan] = []
        for plan in plans:
            if plan.equipment_id in self._engine.statuses:
                news.extend(self._news(plan, now))
        if not news:
            return []
        return await self._home.async_set_plans(self._engine, news, self._owner)

    async def withdraw(self, equipment_ids: Iterable[EquipmentId]) -> None:
        """Forget the plans of appliances that do not follow the source any more."""
        await self._home.async_withdraw_plans(self._engine, frozenset(equipment_ids), self._owner)

    def _news(self, plan: SourcedPlan, now: float) -> list[DayPlan]:
        if plan.made_at is None:
            return self._said_anew(plan, now)
        held = {
            (each.first_valid, each.decisions, each.known_at)
            for each in self._home.storage.plans_of(plan.equipment_id)
            if each.owner is self._owner
        }
        days = [day for day in _days(plan, plan.made_at, self._owner) if day.end > now]
        new = any((day.first_valid, day.decisions, day.known_at) not in held for day in days)
        return days if new else []

    def _said_anew(self, plan: SourcedPlan, now: float) -> list[DayPlan]:
        """Return a plan that holds whenever it is asked for, if it is not what was said before."""
        mine = [
            each
            for each in self._home.storage.plans_of(plan.equipment_id)
            if each.owner is self._owner
        ]
        last = max(mine, key=lambda each: each.row_id, default=None)
        slot = slot_start(now)
        if plan.withdrawn and (last is None or last.next_start(slot) is None):
            self._doubted.discard(plan.equipment_id)
            return []
        if plan.withdrawn and plan.equipment_id not in self._doubted:
            # A calendar that was just loaded may be empty for a moment.
            self._doubted.add(plan.equipment_id)
            return []
        self._doubted.discard(plan.equipment_id)
        if plan.withdrawn and last is not None:
            return [self._taken_back(last, slot, int(now))]
        if last is not None and self._still_holds(last, plan, slot):
            return []
        equipment = self._engine.statuses[plan.equipment_id].equipment
        return _days(plan, said_at(equipment, now), self._owner)

    def _taken_back(self, last: DayPlan, slot: int, now: int) -> DayPlan:
        """Return what takes the place of a plan: off for as long as it wanted the load on."""
        in_force = self._engine.statuses[last.equipment_id].plan
        mine = in_force is None or in_force.owner is self._owner
        # In the place of the old one where somebody else's is followed, which is to go on.
        first = max(slot, last.first_valid) if mine else last.first_valid
        count = (last.runs()[-1][1] - first) // SLOT
        return DayPlan(last.equipment_id, first, bytes(count), 0, now, owner=self._owner)

    def _still_holds(self, last: DayPlan, plan: SourcedPlan, slot: int) -> bool:
        """Whether a plan says the same for long enough, and knows of the last handing over."""
        end = plan.first_valid + len(plan.decisions) * SLOT
        for at in range(max(slot, plan.first_valid), min(last.end, end), SLOT):
            if last.decision(at) != bool(plan.decisions[(at - plan.first_valid) // SLOT]):
                return False
        in_force = self._home.storage.in_force(plan.equipment_id, slot)
        if in_force is not None and in_force.owner is not self._owner and last.end > slot:
            # Somebody planned something else since, and it says nothing new.
            return True
        if in_force is None and last.first_valid <= slot:
            # What somebody else planned since is over, and does not bring this one back.
            return False
        equipment = self._engine.statuses[plan.equipment_id].equipment
        return knows(last, equipment) and last.end >= min(end, slot + ENOUGH)


def _days(plan: SourcedPlan, made_at: int, owner: Owner) -> list[DayPlan]:
    """Return a plan as days that can be stored: each no longer than the longest there is."""
    size = len(plan.decisions)
    length = size if size <= LONGEST else DAY
    return [
        DayPlan(
            plan.equipment_id,
            plan.first_valid + first * SLOT,
            plan.decisions[first : first + length],
            0,
            made_at,
            owner=owner,
        )
        for first in range(0, size, length)
    ]
