"""Up to where the plan of each load was followed: what was missed is caught up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ...core.decision import Act
from ...core.model import ControlState, Equipment, EquipmentId
from ...core.outcome import Outcome, Result
from ...core.plan import SLOT
from ..ground.goal import Goal

_NEVER_SENT: Final = frozenset(
    {
        "database_unavailable",
        "device_unavailable",
        "disconnected",
        "disk_unwritable",
        "slot_over",
        "not_running",
        "interrupted",
        "not_ours",
        "owner_unknown",
    }
)
"""Reasons for which a pulse of the plan stays to be caught up."""
_UNKNOWN: Final = frozenset({"sequence_broken", "idle_after_press", "internal_error"})
"""Reasons of a failure after which something may have been pressed."""


@dataclass(slots=True)
class Processed:
    """The last slot that was followed for a load, and what its plan wanted in it.

    `before` is what was wanted in the slot that was followed before that one.
    """

    slot: int
    on: bool | None
    before: bool | None = None

    def on_before(self, slot: int) -> bool | None:
        """Return what was wanted in the last slot that was followed before this one."""
        return self.before if self.slot == slot else self.on


@dataclass(slots=True)
class Followed:
    """What a restart needs to know which pulses were missed."""

    loads: dict[EquipmentId, Processed] = field(default_factory=dict)

    def get(self, equipment_id: EquipmentId) -> Processed | None:
        """Return how far the plan of a load was followed."""
        return self.loads.get(equipment_id)

    def note(self, equipment_id: EquipmentId, slot: int, on: bool | None) -> None:
        """Take note that a slot was followed, and what the plan wanted in it."""
        seen = self.loads.get(equipment_id)
        before = None if seen is None else seen.on_before(slot)
        self.loads[equipment_id] = Processed(slot, on, before)

    def hold_back(self, equipment_id: EquipmentId, slot: int) -> None:
        """Leave what the plan wants from this slot on to be caught up."""
        self.loads.setdefault(equipment_id, Processed(slot - 1, on=False))

    def restore(self, loads: Mapping[EquipmentId, Processed]) -> None:
        """Take over what a run before knew."""
        self.loads.update(loads)

    def leave(self, goal: Goal, result: Result, *, sent: bool) -> None:
        """Leave a pulse of the plan that was never made to the next cycle."""
        seen = self.loads.get(goal.equipment_id)
        if goal.pulse is None or result.will_retry or seen is None or seen.slot < goal.pulse:
            return
        never_sent = not sent and result.reason in _NEVER_SENT
        if goal.act is Act.START and never_sent:
            self.loads[goal.equipment_id] = Processed(goal.pulse - 1, on=False)
        elif goal.act is Act.ON and (never_sent or _is_known_not_made(result)):
            # A run of several quarter-hours goes on: it is pressed in the next one of them.
            before = seen.before if seen.slot == goal.pulse else False
            self.loads[goal.equipment_id] = Processed(seen.slot, on=False, before=before)

    def take_over(self, equipment: Equipment, slot: int) -> None:
        """Begin to press for a load that somebody else pressed for, and may have in this run."""
        state, seen = equipment.state, self.loads.get(equipment.id)
        wanted = seen is not None and slot - SLOT <= seen.slot <= slot and seen.on
        pressed = wanted and state.control != ControlState.OFF
        if pressed or state.last_start >= slot:
            self.loads[equipment.id] = Processed(slot, on=True, before=True)
        elif seen is not None:
            self.loads[equipment.id] = Processed(seen.slot, on=False, before=False)


def _is_known_not_made(result: Result) -> bool:
    """Whether the device itself said that no press was made."""
    return result.outcome is Outcome.FAILED and result.reason not in _UNKNOWN
