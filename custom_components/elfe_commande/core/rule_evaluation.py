"""What a rule proposes for its load, and why: its conditions, then its times and limits."""

from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Final

from .rule_conditions import Condition, conditions, silent
from .rules import Case, Quantity, Rule
from .wall_clock import next_occurrence

URGENT: Final = frozenset(
    {"stale_inputs", "max_on_time", "daily_limit", "deadline", "rule_disabled"}
)
"""Reasons that do not wait for their turn: no measure has to be seen first."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a rule says at one moment; `on` is `None` while it abstains.

    `reason` is a key of the translations; `trace` is everything it looked at.
    """

    on: bool | None
    reason: str
    trace: tuple[Condition, ...] = ()


def evaluate(case: Case) -> Evaluation:
    """Return what the rule proposes; the history of the case is as `observe` returned it."""
    trace = conditions(case)
    if not case.rule.enabled:
        left_on = case.history.on or (case.history.on is False and case.inputs.is_on)
        return Evaluation(False if left_on else None, "rule_disabled", trace)
    decided = _while_on if case.history.on else _while_off
    on, reason = decided(case, trace)
    return Evaluation(on, reason, trace)


def _while_on(case: Case, trace: tuple[Condition, ...]) -> tuple[bool | None, str]:
    rule, history, now = case.rule, case.history, case.now
    if history.ran_since is not None:
        elapsed = now - history.ran_since
        if elapsed < rule.min_on:
            return True, "min_on_time"
        if rule.max_on is not None and elapsed >= rule.max_on:
            return False, "max_on_time"
    if rule.max_on_per_day is not None and _on_today(case) >= rule.max_on_per_day:
        return False, "daily_limit"
    if silent(case):
        return False, "stale_inputs"
    if any(found.on is None for found in trace):
        return True, "input_missing"
    if (found := _asks_off(trace)) is not None:
        return False, "imports" if _imports(found) else found.reason
    if any(found.crossed for found in trace):
        return True, "off_delay"
    return True, "conditions_met" if all(found.on for found in trace) else "kept_on"


def _while_off(case: Case, trace: tuple[Condition, ...]) -> tuple[bool | None, str]:
    stays = case.history.on
    if _due(case):
        return True, "deadline"
    if silent(case):
        return stays, "stale_inputs"
    if any(found.on is None for found in trace):
        return stays, "input_missing"
    if (found := _asks_off(trace)) is not None:
        return False, found.reason
    if not trace:
        return stays, "no_condition"
    unmet = next((found for found in trace if not found.on), None)
    reason = _held_back(case) if unmet is None else unmet.reason
    return (True, "conditions_met") if reason is None else (stays, reason)


def _imports(found: Condition) -> bool:
    """Whether power is taken from the grid, more than the rule allows."""
    return found.name == Quantity.SURPLUS and isinstance(found.value, float) and found.value < 0


def _asks_off(trace: tuple[Condition, ...]) -> Condition | None:
    return next((found for found in trace if found.off), None)


def _held_back(case: Case) -> str | None:
    """Return which limit keeps the load from being switched on, `None` if none does."""
    rule, history, now = case.rule, case.history, case.now
    last_off = history.last_off
    if last_off is not None and now - last_off < rule.min_off:
        return "min_off_time"
    if rule.max_starts is not None and history.starts(now) >= rule.max_starts:
        return "too_many_starts"
    if rule.max_on_per_day is not None:
        left = rule.max_on_per_day - _on_today(case)
        if left <= 0 or left < rule.min_on:
            return "daily_limit"
    return None


def _on_today(case: Case) -> float:
    local = case.inputs.local
    midnight = datetime.combine(local.date(), time(), local.tzinfo).timestamp()
    return case.history.on_time(midnight, case.now)


# --------------------------------------------------------------------------------- deadlines


def deadline_of(rule: Rule, wished_end: int | None, now: float, zone: tzinfo) -> float | None:
    """Return when a one-shot load is to be done (unix seconds), if anybody says so."""
    if rule.ready_by is not None:
        return float(next_occurrence(now, rule.ready_by.hour, rule.ready_by.minute, zone))
    if not rule.meet_wished_end or not wished_end or wished_end <= now:
        return None
    return float(wished_end)


def _due(case: Case) -> bool:
    """Whether this is the last pass from which a one-shot load is still done in time."""
    inputs = case.inputs
    if not inputs.one_shot or inputs.deadline is None:
        return False
    latest = inputs.deadline - inputs.cycle
    return latest - case.limits.period < case.now <= latest
