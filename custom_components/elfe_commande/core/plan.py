"""A day of quarter-hour decisions for one equipment, and the slots they are for.

Slots are UTC quarters: 900 divides every offset in use, so local quarters coincide, and no
summer-time change can shift a slot.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from .model import EquipmentId

SLOT: Final = 900
"""Seconds in a slot."""
DAY: Final = 96
"""Slots in a plan of the EMS."""
LONGEST: Final = 100
"""Slots in the day on which summer time ends: no plan is longer."""
READ_BEFORE: Final = SLOT + 30
"""Seconds from the moment at which the EMS reads what it plans with to the first slot of its
plan: it is launched 30 s before a quarter-hour, and plans from the one after it on."""


def slot_start(now: float) -> int:
    """Return the unix time at which the slot containing `now` began."""
    return int(now // SLOT) * SLOT


def to_text(decisions: bytes) -> str:
    """Return decisions as text: a 0 or a 1 each."""
    return decisions.translate(_TO_TEXT).decode("ascii")


def from_text(text: str) -> bytes:
    """Return the decisions of a text; `ValueError` if they cannot be those of a plan."""
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"a plan with {len(text)} decisions")
    return bytes(mark == "1" for mark in text)


_TO_TEXT = bytes.maketrans(b"\x00\x01", b"01")


class Owner(StrEnum):
    """Whose word a plan is."""

    EMS = "ems"
    ACTION = "action"
    """The action `set_plan`: a person, or an automation of theirs."""
    PLANNER = "planner"
    """The planner built in."""
    EMHASS = "emhass"
    CALENDAR = "calendar"


def owner_of(text: object) -> Owner:
    """Return an owner that was stored; those that this version does not know count as actions."""
    try:
        return Owner(str(text))
    except ValueError:
        return Owner.ACTION


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One row of `result`, or what takes its place.

    `decisions` has a byte per slot, 96 in a row: 1 where its value is not zero. `first_valid`
    is the unix time of the start of the slot that the first one is for.
    """

    equipment_id: EquipmentId
    first_valid: int
    decisions: bytes
    owner: Owner = field(default=Owner.EMS, kw_only=True)
    row_id: int = 0
    known_at: int = 0
    """When it was made, in unix seconds; 0 where nobody says."""

    @property
    def made_at(self) -> int:
        """Return when it was made (unix seconds): it knows of nothing that happened later.

        Of a row that does not say, it is when the EMS read what it planned with.
        """
        return self.known_at or self.first_valid - READ_BEFORE

    @property
    def end(self) -> int:
        """Return the unix time at which its last slot is over."""
        return self.first_valid + len(self.decisions) * SLOT

    def index(self, slot: int) -> int | None:
        """Return the position of the slot in this day, `None` outside of it."""
        index = (slot - self.first_valid) // SLOT
        return index if 0 <= index < len(self.decisions) else None

    def decision(self, slot: int) -> bool | None:
        """Return whether the load is wanted on in the slot, `None` if not planned."""
        index = self.index(slot)
        return None if index is None else self.decisions[index] != 0

    @property
    def empty(self) -> bool:
        """Whether no slot of the day wants the load on."""
        return not any(self.decisions)

    def next_start(self, slot: int) -> int | None:
        """Return when the load is next switched on, from the slot on (unix seconds)."""
        index = max(0, (slot - self.first_valid) // SLOT)
        found = self.decisions.find(1, index)
        return None if found < 0 else self.first_valid + found * SLOT

    def last_pulse(self, after: int, until: int) -> int | None:
        """Return the newest slot in (after, until] that wants the load on."""
        low = max(0, (after - self.first_valid) // SLOT + 1)
        high = min(len(self.decisions), (until - self.first_valid) // SLOT + 1)
        found = self.decisions.rfind(1, low, high) if low < high else -1
        return None if found < 0 else self.first_valid + found * SLOT

    def runs(self) -> list[tuple[int, int]]:
        """Return the (start, end) unix times of each run of wanted slots."""
        runs: list[tuple[int, int]] = []
        index = 0
        while (start := self.decisions.find(1, index)) >= 0:
            end = self.decisions.find(0, start)
            index = len(self.decisions) if end < 0 else end
            runs.append((self.first_valid + start * SLOT, self.first_valid + index * SLOT))
        return runs


def followed_until(plans: Sequence[DayPlan]) -> list[tuple[DayPlan, int]]:
    """Return plans, in their order, each with until when it is followed (unix seconds).

    That is until the next one begins, or until it is over.
    """
    ends = [min(plan.end, after.first_valid) for plan, after in pairwise(plans)]
    return list(zip(plans, [*ends, *(plan.end for plan in plans[-1:])], strict=True))


class PlanBook:
    """The plans seen in the last day, per equipment: the one in force, and those to come.

    Plans for slots to come are kept because they are the best fallback when the next read
    fails; plans whose day is over are never used.
    """

    def __init__(self, plans: Iterable[DayPlan] = ()) -> None:
        """Start from the plans that were stored."""
        self._plans: dict[EquipmentId, dict[int, DayPlan]] = {}
        self.update(plans)

    def update(self, plans: Iterable[DayPlan]) -> set[EquipmentId]:
        """Take newly read plans in; return the equipments for which something is new.

        What was just read replaces what was known of the same slot, wherever that came from. Of
        two rows read together, the greatest row id wins.
        """
        changed: set[EquipmentId] = set()
        chosen: dict[tuple[EquipmentId, int], DayPlan] = {}
        for plan in plans:
            key = plan.equipment_id, plan.first_valid
            if key not in chosen or chosen[key].row_id <= plan.row_id:
                chosen[key] = plan
        for plan in chosen.values():
            known = self._plans.setdefault(plan.equipment_id, {})
            old = known.get(plan.first_valid)
            if old is plan or old == plan:
                continue
            known[plan.first_valid] = plan
            changed.add(plan.equipment_id)
        return changed

    def keep(self, equipment_id: EquipmentId, firsts: Collection[int]) -> bool:
        """Forget the plans of a load but those that begin then; whether there were others."""
        plans = self._plans.get(equipment_id, {})
        if not (gone := plans.keys() - firsts):
            return False
        for first in gone:
            del plans[first]
        if not plans:
            del self._plans[equipment_id]
        return True

    def in_force(self, equipment_id: EquipmentId, slot: int) -> DayPlan | None:
        """Return the newest plan valid in the slot."""
        plans = self._plans.get(equipment_id)
        if not plans:
            return None
        if len(plans) == 1:
            # Nearly always, and thousands of times in a cycle.
            (plan,) = plans.values()
            return plan if plan.first_valid <= slot < plan.end else None
        newest = max((first for first in plans if first <= slot), default=None)
        if newest is None or plans[newest].index(slot) is None:
            return None
        return plans[newest]

    def ahead(self, equipment_id: EquipmentId, slot: int) -> tuple[DayPlan, ...]:
        """Return the plan in force in the slot and those to come, in their order."""
        plans = self._plans.get(equipment_id)
        if not plans:
            return ()
        begun = self.in_force(equipment_id, slot)
        if len(plans) == 1 and begun is not None:
            return (begun,)
        to_come = [plans[first] for first in sorted(plans) if first > slot]
        return tuple(to_come if begun is None else (begun, *to_come))

    def newest(self, slot: int) -> int | None:
        """Return the start of the newest plan in force in the slot (unix seconds)."""
        starts = (first for plans in self._plans.values() for first in plans if first <= slot)
        return max(starts, default=None)

    @property
    def planned(self) -> list[EquipmentId]:
        """The equipments of which a plan is kept."""
        return list(self._plans)

    def prune(self, slot: int, equipment_ids: Iterable[EquipmentId] | None = None) -> None:
        """Forget what is over, and what a newer plan in force has replaced; of all or some."""
        for equipment_id in self.planned if equipment_ids is None else equipment_ids:
            plans = self._plans.get(equipment_id, {})
            if len(plans) == 1 and next(iter(plans.values())).end > slot:
                continue
            newest = max((first for first in plans if first <= slot), default=0)
            kept = {
                first: plan for first, plan in plans.items() if plan.end > slot and first >= newest
            }
            if kept:
                self._plans[equipment_id] = kept
            else:
                self._plans.pop(equipment_id, None)

    def __iter__(self) -> Iterator[DayPlan]:
        """Iterate over every plan kept."""
        return (plan for plans in self._plans.values() for plan in plans.values())
