"""A day of quarter-hour decisions for one equipment, and the slots they are for.

Slots are UTC quarters: 900 divides every offset used in France, so local quarters coincide,
and no summer-time change can shift a slot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from .model import EquipmentId

SLOT: Final = 900
"""Seconds in a slot."""
DAY: Final = 96
"""Slots in a plan."""


def slot_start(now: float) -> int:
    """Return the unix time at which the slot containing `now` began."""
    return int(now // SLOT) * SLOT


def to_text(decisions: bytes) -> str:
    """Return decisions as text: a 0 or a 1 each."""
    return decisions.translate(_TO_TEXT).decode("ascii")


def from_text(text: str) -> bytes:
    """Return the decisions of a text; `ValueError` unless they are 96."""
    if len(text) != DAY:
        raise ValueError("a plan without 96 decisions")
    return bytes(mark == "1" for mark in text)


_TO_TEXT = bytes.maketrans(b"\x00\x01", b"01")


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One row of `result`.

    `decisions` has 96 bytes: 1 where the row's value is not zero. `first_valid` is the unix
    time of the start of the slot that the first one is for.
    """

    equipment_id: EquipmentId
    first_valid: int
    decisions: bytes
    row_id: int = 0
    known_at: int = 0
    """When it was made, in unix seconds; 0 where nobody says."""

    def index(self, slot: int) -> int | None:
        """Return the position of the slot in this day, `None` outside of it."""
        index = (slot - self.first_valid) // SLOT
        return index if 0 <= index < DAY else None

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
        high = min(DAY, (until - self.first_valid) // SLOT + 1)
        found = self.decisions.rfind(1, low, high) if low < high else -1
        return None if found < 0 else self.first_valid + found * SLOT

    def runs(self) -> list[tuple[int, int]]:
        """Return the (start, end) unix times of each run of wanted slots."""
        runs: list[tuple[int, int]] = []
        index = 0
        while (start := self.decisions.find(1, index)) >= 0:
            end = self.decisions.find(0, start)
            index = DAY if end < 0 else end
            runs.append((self.first_valid + start * SLOT, self.first_valid + index * SLOT))
        return runs


class PlanBook:
    """The plans seen in the last day, per equipment: the one in force, and those to come.

    Plans for slots to come are kept because they are the best fallback when the next read
    fails; plans older than a day are never used.
    """

    def __init__(self, plans: Iterable[DayPlan] = ()) -> None:
        """Start from the plans that were stored."""
        self._plans: dict[EquipmentId, dict[int, DayPlan]] = {}
        self.update(plans)

    def update(self, plans: Iterable[DayPlan]) -> set[EquipmentId]:
        """Take newly read plans in; return the equipments for which something is new.

        Of two rows for the same equipment and slot, the greatest row id wins.
        """
        changed: set[EquipmentId] = set()
        for plan in plans:
            known = self._plans.setdefault(plan.equipment_id, {})
            old = known.get(plan.first_valid)
            if old is plan:
                continue
            if old is None or (plan.row_id >= old.row_id and plan != old):
                known[plan.first_valid] = plan
                changed.add(plan.equipment_id)
        return changed

    def in_force(self, equipment_id: EquipmentId, slot: int) -> DayPlan | None:
        """Return the newest plan valid in the slot."""
        plans = self._plans.get(equipment_id)
        if not plans:
            return None
        if len(plans) == 1:
            # Nearly always, and thousands of times in a cycle.
            (plan,) = plans.values()
            return plan if 0 <= slot - plan.first_valid < DAY * SLOT else None
        newest = max((first for first in plans if first <= slot), default=None)
        if newest is None or plans[newest].index(slot) is None:
            return None
        return plans[newest]

    def newest(self, slot: int) -> int | None:
        """Return the start of the newest plan in force in the slot (unix seconds)."""
        starts = (first for plans in self._plans.values() for first in plans if first <= slot)
        return max(starts, default=None)

    @property
    def planned(self) -> list[EquipmentId]:
        """The equipments of which a plan is kept."""
        return list(self._plans)

    def prune(self, slot: int, equipment_ids: Iterable[EquipmentId] | None = None) -> None:
        """Forget what is a day old, and what a newer plan in force has replaced; of all or some."""
        horizon = slot - DAY * SLOT
        for equipment_id in self.planned if equipment_ids is None else equipment_ids:
            plans = self._plans.get(equipment_id, {})
            if len(plans) == 1 and next(iter(plans)) > horizon:
                continue
            newest = max((first for first in plans if first <= slot), default=horizon)
            kept = {
                first: plan for first, plan in plans.items() if first > horizon and first >= newest
            }
            if kept:
                self._plans[equipment_id] = kept
            else:
                self._plans.pop(equipment_id, None)

    def __iter__(self) -> Iterator[DayPlan]:
        """Iterate over every plan kept."""
        return (plan for plans in self._plans.values() for plan in plans.values())
