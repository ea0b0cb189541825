"""What a plan wants of a load in a slot."""

from .model import Equipment
from .plan import DayPlan
from .snapshot import Act, Decision, Snapshot, Source, waiting_act


def plan_link(snapshot: Snapshot) -> Decision | None:
    """Return what the plan in force decides, `None` where there is none."""
    if snapshot.equipment.continuous:
        return _continuous(snapshot)
    return _one_shot(snapshot)


def _continuous(snapshot: Snapshot) -> Decision | None:
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


def _one_shot(snapshot: Snapshot) -> Decision | None:
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
        return Decision(Source.EMS, "too_late", on=False, act=waiting_act(snapshot), pulse=missed)
    return Decision(Source.EMS, "waiting", on=False, act=waiting_act(snapshot))


def can_still_finish(equipment: Equipment, now: float) -> bool:
    """Return whether a one-shot load started now is done by its wished end, if it has one."""
    constraints = equipment.constraints
    if not constraints.wished_end:
        return True
    return now + (constraints.cycle_duration or 0) <= constraints.wished_end
