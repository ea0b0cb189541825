"""What becomes of a load that is left to the machines: its plan, its local rule, or neither."""

from dataclasses import replace

from .planned import plan_link, valid_plan
from .snapshot import Act, Combination, Decision, Snapshot, Source, waiting_act


def running_link(snapshot: Snapshot) -> Decision | None:
    """Let a one-shot load that draws power run, whoever started it."""
    if snapshot.equipment.continuous or not snapshot.drawing:
        return None
    return Decision(Source.EMS, "already_running", on=True, act=Act.RECORD_STARTED)


def combined_link(snapshot: Snapshot) -> Decision | None:
    """Return what plan and rule decide together, `None` where neither does."""
    plan, rule = plan_link(snapshot), rule_link(snapshot)
    proposal = snapshot.proposal
    match Combination.EMS_FIRST if proposal is None else proposal.combination:
        case Combination.EMS_FIRST:
            return plan or rule
        case Combination.SURPLUS_FIRST:
            return rule or plan
        case Combination.EITHER:
            return next((said for said in (plan, rule) if said is not None and said.on), None) or (
                plan or rule
            )
        case Combination.BOTH:
            return _both(plan, rule)


def _both(plan: Decision | None, rule: Decision | None) -> Decision | None:
    off = next((said for said in (plan, rule) if said is not None and not said.on), None)
    if off is not None or plan is None or rule is None:
        return off
    return replace(plan, reason="plan_and_rule")


def rule_link(snapshot: Snapshot) -> Decision | None:
    """Return what the local rule proposes; a one-shot load it may start, never cut."""
    proposal = snapshot.proposal
    if proposal is None or proposal.on is None:
        return None
    on = proposal.on
    if not snapshot.equipment.continuous:
        act = Act.START if on else waiting_act(snapshot)
        return Decision(Source.SURPLUS, proposal.reason, on=on, act=act)
    if snapshot.presses:
        return Decision(Source.SURPLUS, "press_cannot_stop")
    return Decision(Source.SURPLUS, proposal.reason, on=on, act=Act.ON if on else Act.OFF)


def default_link(snapshot: Snapshot) -> Decision:
    """Return what is done where nobody decided."""
    proposal = snapshot.proposal
    if snapshot.equipment.continuous:
        if proposal is not None and proposal.alone and not snapshot.presses:
            return Decision(Source.DEFAULT, proposal.reason, on=False, act=Act.OFF)
        return Decision(Source.DEFAULT, "no_plan")
    stale = snapshot.plan is not None and valid_plan(snapshot) is None
    reason = "programmed_after_plan" if stale else "no_plan"
    return Decision(Source.DEFAULT, reason, on=False, act=waiting_act(snapshot))


def automatic(snapshot: Snapshot) -> Decision:
    """Return what is decided for a piloted load when nothing more urgent speaks."""
    return running_link(snapshot) or combined_link(snapshot) or default_link(snapshot)
