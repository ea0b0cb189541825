"""What a plan wants of a load in a slot, and when it will next start it."""

from collections.abc import Sequence

from .model import Equipment
from .plan import DayPlan, followed_until
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
    """Return the plan in force unless it knows nothing of how the load was programmed."""
    plan = snapshot.plan
    if plan is None or plan.index(snapshot.slot) is None or not knows(plan, snapshot.equipment):
        return None
    return plan


def knows(plan: DayPlan, equipment: Equipment) -> bool:
    """Return whether a plan was made for the load as it was programmed last.

    The newest row of a one-shot load that was cancelled and programmed again is still the old
    plan, until the EMS publishes one that it made since.
    """
    return equipment.continuous or plan.made_at > equipment.state.last_programmed


def said_at(equipment: Equipment, now: float) -> int:
    """Return when a plan is made that is made now (unix seconds): it knows of the programming.

    A load may be handed over and planned in the same second, as automations do.
    """
    return max(int(now), equipment.state.last_programmed + 1)


def coming_start(
    equipment: Equipment, decision: Decision, plans: Sequence[DayPlan], slot: int
) -> int | None:
    """Return when a piloted load will next be started, `None` if it will not (unix seconds).

    `plans` are the one in force and those to come: each is followed until the next one begins,
    and one that knows nothing of the load's programming starts nothing.
    """
    if decision.source is Source.EMS and decision.act is Act.START:
        return slot
    for plan, until in followed_until(plans):
        start = plan.next_start(slot)
        if start is not None and start < until and knows(plan, equipment):
            return start
    return None


def coming_runs(equipment: Equipment, plans: Sequence[DayPlan]) -> list[tuple[int, int]]:
    """Return the (start, end) unix times of the runs that these plans make of a load."""
    runs: list[tuple[int, int]] = []
    for plan, until in followed_until(plans):
        for start, end in plan.runs() if knows(plan, equipment) else ():
            if start >= until:
                break
            joined = runs.pop()[0] if runs and runs[-1][1] == start else start
            runs.append((joined, min(end, until)))
    return runs


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


def is_late(wished_end: float | None, ready_at: float | None, since: float) -> bool:
    """Return whether a run is done after its wished end.

    `since` is when the run began, or when one that waits was programmed: an end that had passed by
    then was wished of another run.
    """
    return wished_end is not None and ready_at is not None and since < wished_end < ready_at
