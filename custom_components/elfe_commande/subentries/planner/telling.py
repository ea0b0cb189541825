"""A plan in words and in data: what people read of it, and what actions answer."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...describe import iso, number_text, words_for
from ...planning.home.needs import Need
from ...planning.result import Alternative, LoadPlan, Run
from .planned import Planned

_DIGITS: Final = 4
_REASONS: Final = "plan_reason.options"


@callback
def about_plan_made(hass: HomeAssistant, planned: Planned) -> dict[str, Any]:
    """Return a plan: its costs, what it is made of, and every load."""
    plan = planned.plan
    return {
        "planned_at": iso(planned.made_at),
        "currency": hass.config.currency,
        "cost": _rounded(plan.cost),
        "cost_at_once": _rounded(plan.cost_at_once),
        "saved": _rounded(plan.saved),
        "energy": _rounded(sum(each.energy for each in plan.loads)),
        "sun": _rounded(sum(each.sun for each in plan.loads)),
        "changed": plan.changed,
        "base_load": str(planned.seen.base),
        "estimated_from": iso(planned.seen.guessed_from or plan.estimated_from),
        "loads": about_loads(hass, planned),
    }


@callback
def about_loads(hass: HomeAssistant, planned: Planned) -> list[dict[str, Any]]:
    """Return every appliance with its runs, or why it has none."""
    found = []
    for need in planned.needs:
        load = planned.plan.of(need.equipment.id) if need.load is not None else None
        found.append(about_load(hass, need, load))
    return found


@callback
def about_load(hass: HomeAssistant, need: Need, load: LoadPlan | None) -> dict[str, Any]:
    """Return what is planned for one appliance, in data and in a sentence."""
    equipment = need.equipment
    about: dict[str, Any] = {"equipment_id": int(equipment.id), "name": equipment.name}
    if load is None:
        reason = str(need.unplanned)
        return about | {"reason": reason, "text": _reason(hass, reason), "runs": []}
    return about | {
        "reason": str(load.reason),
        "text": _sentence(hass, load),
        "missing": load.missing,
        "energy": _rounded(load.energy),
        "sun": _rounded(load.sun),
        "cost": _rounded(load.cost),
        "at_once": _alternative(load.at_once),
        "over_limit": load.over_limit,
        "kept": load.kept,
        "runs": [_run(hass, run) for run in load.runs],
    }


def _run(hass: HomeAssistant, run: Run) -> dict[str, Any]:
    return {
        "start": iso(run.start),
        "end": iso(run.end),
        "energy": _rounded(run.energy),
        "sun": _rounded(run.sun),
        "sun_share": round(run.sun / run.energy, 3) if run.energy else 0.0,
        "cost": _rounded(run.cost),
        "estimated": run.estimated,
        "under_way": run.under_way,
        "next_best": _alternative(run.next_best),
        "text": _run_text(hass, run),
    }


def _alternative(other: Alternative | None) -> dict[str, Any] | None:
    return None if other is None else {"start": iso(other.start), "extra": _rounded(other.extra)}


@callback
def _sentence(hass: HomeAssistant, load: LoadPlan) -> str:
    """Return why a load is planned as it is, then each of its runs."""
    sentences = [_reason(hass, str(load.reason), load.detail, load.missing)]
    if load.over_limit:
        sentences.append(words_for(hass)("common", "planner_over_limit"))
    if load.kept:
        sentences.append(words_for(hass)("common", "planner_kept"))
    return " ".join([*sentences, *(_run_text(hass, run) for run in load.runs)])


@callback
def _reason(hass: HomeAssistant, reason: str, detail: str = "", missing: float = 0.0) -> str:
    text = words_for(hass)("selector", f"{_REASONS}.{reason}")
    return text.format(detail=detail, missing=round(missing)) if "{" in text else text


@callback
def _run_text(hass: HomeAssistant, run: Run) -> str:
    """Return when a run is, what it costs, its sun, and what the next best would cost."""
    words = words_for(hass)
    given = {
        "start": _clock(run.start),
        "end": _clock(run.end),
        "sun": f"{100 * run.sun / run.energy:.0f}" if run.energy else "0",
        "cost": "" if run.cost is None else _money(hass, run.cost),
    }
    key = "planner_run" if run.cost is not None else "planner_run_unpriced"
    text = words("common", key).format(**given)
    best = run.next_best
    if best is not None and best.extra is not None:
        other = words("common", "planner_next_best")
        text += " " + other.format(start=_clock(best.start), extra=_money(hass, best.extra))
    return text


def _money(hass: HomeAssistant, amount: float) -> str:
    return f"{number_text(hass, amount, 2)} {hass.config.currency}"


def _clock(at: float) -> str:
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).strftime("%H:%M")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
