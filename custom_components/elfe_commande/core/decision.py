"""The chain of decision: who decides what happens to a load now, and why.

Pure functions over an immutable snapshot; the first link that speaks decides. Links to come
(safety, surplus rules) take their place in `CHAIN`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .model import DRIVEN_MODES, ControlState, Equipment, Mode
from .plan import DayPlan


class Source(StrEnum):
    """Who decided."""

    LIFECYCLE = "lifecycle"
    USER = "user"
    SAFETY = "safety"
    EMS = "ems"
    SURPLUS = "surplus"
    DEFAULT = "default"


class Act(StrEnum):
    """What is to be done to the load; each is one scenario of a typology."""

    START = "start"
    """Start a one-shot load, which then goes back to manual."""
    ON = "on"
    OFF = "off"
    """Follow a plan with a continuous load."""
    KEEP_OFF = "keep_off"
    """Repeat the waiting order, writing nothing: auto-on timers would end the wait."""
    RECORD_STARTED = "record_started"
    """Order nothing: the machine runs already; write that it was started."""
    TO_MANUAL = "to_manual"
    TO_PILOTED = "to_piloted"
    FORCED_OFF = "forced_off"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. Times are unix seconds."""

    equipment: Equipment
    now: float
    slot: int
    ready: bool
    """The lifecycle lets orders through."""
    plan: DayPlan | None = None
    """The plan in force, before the rule about stale plans."""
    supported: bool = True
    """Typology and devices have a scenario and drivers."""
    presses: bool = False
    """The typology presses buttons instead of switching the load."""
    drawing: bool | None = None
    """The load draws power, by its own meter; `None` if nothing recent says."""
    reported_on: bool | None = None
    """The switching device's own last report of its state."""
    forced_off: bool = False
    """Our journal holds a person's forced off."""
    unconfirmed_start: bool = False
    """A start was ordered and never acknowledged: the load may be running."""
    last_slot: int | None = None
    """The last slot that was processed for this load."""
    last_on: bool | None = None
    """What the plan wanted in it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is wanted of the load, who said so, and what to do about it.

    `reason` is a key of the translations. `pulse` is the slot of the plan's pulse that a
    press is made for, so that it is made once.
    """

    source: Source
    reason: str
    on: bool | None = None
    act: Act | None = None
    pulse: int | None = None


def _lifecycle(snapshot: Snapshot) -> Decision | None:
    if snapshot.ready:
        return None
    return Decision(Source.LIFECYCLE, "not_running")


_UNDRIVEN: Final = {
    Mode.NOT_PILOTED: "measured_only",
    Mode.INSTALLING: "installing",
    Mode.DISABLED: "disabled",
    Mode.REMOVED: "removed",
}


def _undriven(snapshot: Snapshot) -> Decision | None:
    state = snapshot.equipment.state
    if state.mode not in DRIVEN_MODES:
        reason = next((r for mode, r in _UNDRIVEN.items() if mode == state.mode), "unknown_mode")
        return Decision(Source.DEFAULT, reason)
    if state.control == ControlState.COMMUNICATION_ERROR:
        return Decision(Source.DEFAULT, "communication_error")
    if not snapshot.supported:
        return Decision(Source.DEFAULT, "unsupported")
    return None


def _user(snapshot: Snapshot) -> Decision | None:
    if snapshot.equipment.state.mode != Mode.MANUAL:
        return None
    if not snapshot.forced_off:
        return Decision(Source.USER, "manual")
    if snapshot.reported_on:
        return Decision(Source.USER, "switched_on_by_hand", on=True)
    return Decision(Source.USER, "forced_off", on=False, act=Act.KEEP_OFF)


def _ems(snapshot: Snapshot) -> Decision | None:
    if snapshot.equipment.continuous:
        return _ems_continuous(snapshot)
    return _ems_one_shot(snapshot)


def _ems_continuous(snapshot: Snapshot) -> Decision | None:
    on = None if snapshot.plan is None else snapshot.plan.decision(snapshot.slot)
    if on is None:
        return None
    if not snapshot.presses:
        return Decision(Source.EMS, "planned", on=on, act=Act.ON if on else Act.OFF)
    if not on:
        return Decision(Source.EMS, "press_cannot_stop", on=False)
    if snapshot.last_on:
        return Decision(Source.EMS, "already_pressed", on=True)
    return Decision(Source.EMS, "planned", on=True, act=Act.ON, pulse=snapshot.slot)


def valid_plan(snapshot: Snapshot) -> DayPlan | None:
    """Return the plan in force unless a person programmed the one-shot load after it.

    The newest row of a load that was cancelled and programmed again is still the old plan,
    until the EMS publishes a new one.
    """
    plan = snapshot.plan
    equipment = snapshot.equipment
    if plan is None or plan.index(snapshot.slot) is None:
        return None
    made = max(plan.first_valid, plan.known_at)
    if not equipment.continuous and made <= equipment.state.last_programmed:
        return None
    return plan


def _ems_one_shot(snapshot: Snapshot) -> Decision | None:
    if snapshot.drawing:
        return Decision(Source.EMS, "already_running", on=True, act=Act.RECORD_STARTED)
    plan = valid_plan(snapshot)
    if plan is None:
        return None
    if plan.decision(snapshot.slot):
        return Decision(Source.EMS, "planned", on=True, act=Act.START, pulse=snapshot.slot)
    missed = None
    if snapshot.last_slot is not None:
        missed = plan.last_pulse(snapshot.last_slot, snapshot.slot)
    if missed is not None and missed > snapshot.equipment.state.last_programmed:
        if can_still_finish(snapshot.equipment, snapshot.now):
            return Decision(Source.EMS, "caught_up", on=True, act=Act.START, pulse=missed)
        return Decision(Source.EMS, "too_late", on=False, act=_waiting_act(snapshot), pulse=missed)
    return Decision(Source.EMS, "waiting", on=False, act=_waiting_act(snapshot))


def can_still_finish(equipment: Equipment, now: float) -> bool:
    """Return whether a one-shot load started now is done by its wished end, if it has one."""
    constraints = equipment.constraints
    if not constraints.wished_end:
        return True
    return now + (constraints.cycle_duration or 0) <= constraints.wished_end


def _waiting_act(snapshot: Snapshot) -> Act | None:
    return None if snapshot.presses or snapshot.unconfirmed_start else Act.KEEP_OFF


def _default(snapshot: Snapshot) -> Decision:
    if snapshot.equipment.continuous:
        return Decision(Source.DEFAULT, "no_plan")
    stale = snapshot.plan is not None and valid_plan(snapshot) is None
    reason = "programmed_after_plan" if stale else "no_plan"
    return Decision(Source.DEFAULT, reason, on=False, act=_waiting_act(snapshot))


CHAIN: Final[tuple[Callable[[Snapshot], Decision | None], ...]] = (
    _lifecycle,
    _undriven,
    _user,
    _ems,
    _default,
)


def decide(snapshot: Snapshot) -> Decision:
    """Return the first decision of the chain."""
    for link in CHAIN:
        if (decision := link(snapshot)) is not None:
            return decision
    raise AssertionError("the last link always speaks")
