"""EMHASS by its REST interface (from 0.17.9 on): the plan in memory, and how the last run ended.

A plan has no names and no end: a load is a number, a row is a step that begins in UTC. After a
run that failed the plan before it is still served as good, hence the second question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from math import isfinite
import re
from typing import Any, Final, override

from ...core.model import EquipmentId
from ...core.plan import SLOT, Owner
from .base import (
    Answer,
    Ask,
    Channel,
    Field,
    FieldKind,
    Finding,
    Followed,
    Misfit,
    Page,
    PlanSource,
    Question,
    Reading,
    SourcedPlan,
)
from .resampling import step_of, to_slots

ADDRESS: Final = "address"
MAX_AGE: Final = "max_age"
"""Hours after which a plan is told to be old."""
LOAD: Final = "load"
"""Number of the load, from 0, in the order of EMHASS's configuration."""
POWER: Final = "power"
"""Nominal power, W."""
THRESHOLD: Final = "threshold"
"""W from which the load is meant to run; half of its power if nobody says."""

_SCHEMA: Final = "1"
"""Of the answers, before the first dot."""
_COLUMN: Final = re.compile(r"P_deferrable([0-9]{1,3})")
_MOST_ROWS: Final = 5000
_TOLERANCE: Final = 1.1
"""A plan above the nominal power by more than that is another load's."""
_TRACE: Final = 1.0
"""W: solvers leave less than that where they mean nothing, or miss what they mean by it."""
_HOUR: Final = 3600


class _UnreadableError(ValueError):
    """An answer that is no plan."""


@dataclass(frozen=True, slots=True)
class _Plan:
    made_at: int
    first: int
    step: int
    loads: Mapping[int, tuple[float, ...] | None]
    """Watts per step, by number; `None` where one of them is missing."""
    infeasible: bool


class Emhass(PlanSource):
    """Reads `/api/v1/plan` and `/api/v1/last-run`."""

    name = "emhass"
    owner = Owner.EMHASS
    title = "EMHASS"
    fields = (
        Field(ADDRESS, FieldKind.ADDRESS),
        Field(MAX_AGE, FieldKind.NUMBER, default=24, least=1, most=72, unit="h"),
    )
    load_fields = (
        Field(LOAD, FieldKind.NUMBER, least=0, most=99),
        Field(POWER, FieldKind.NUMBER, least=1, most=100_000, unit="W"),
        Field(THRESHOLD, FieldKind.NUMBER, required=False, least=1, most=100_000, unit="W"),
    )

    @override
    def questions(self, ask: Ask) -> tuple[Question, ...]:
        address = str(ask.settings[ADDRESS]).rstrip("/")
        return (Page(f"{address}/api/v1/plan"), Page(f"{address}/api/v1/last-run"))

    @override
    def read(self, ask: Ask, answers: Sequence[Answer]) -> Reading:
        page, run = answers
        if page.status == HTTPStatus.NOT_FOUND:
            # Something answers, and knows of no plan: EMHASS did not before 0.17.9.
            return Reading(Finding.UNSUPPORTED, detail="no /api/v1/plan")
        if page.fault is not None:
            return Reading(page.fault, detail=page.detail)
        version = _schema(page.body)
        if version is not None and version.partition(".")[0] != _SCHEMA:
            return Reading(Finding.UNSUPPORTED, detail=f"schema {version[:20]}")
        try:
            plan = _plan(page.body)
        except _UnreadableError as error:
            return Reading(Finding.UNREADABLE, detail=str(error))
        ended = _ended(run)
        if plan is None or plan.infeasible:
            return Reading(ended if plan is None and ended else _without(plan))
        return self._followed(ask, plan, ended if _is_later(run, plan) else None)

    @override
    def channels(self, ask: Ask, answers: Sequence[Answer]) -> tuple[Channel, ...]:
        try:
            plan = _plan(answers[0].body)
        except _UnreadableError:
            return ()
        if plan is None:
            return ()
        return tuple(
            Channel({LOAD: number}, max(watts or (0.0,)), _told(watts or (), plan.step))
            for number, watts in sorted(plan.loads.items())
        )

    def _followed(self, ask: Ask, plan: _Plan, ended: Finding | None) -> Reading:
        """Return what each appliance is to do, and how old that is."""
        plans: list[SourcedPlan] = []
        misfits: list[Misfit] = []
        until = 0
        made_at = min(plan.made_at, int(ask.now))
        for load in ask.loads:
            watts = plan.loads.get(int(load.given[LOAD]))
            if (misfit := _misfit(load, watts)) is not None or watts is None:
                misfits.extend([misfit] if misfit else [])
                continue
            first, means = to_slots(plan.first, plan.step, watts)
            decisions = bytes(mean > _threshold(load) - _TRACE for mean in means)
            until = max(until, first + len(decisions) * SLOT)
            if decisions and first + len(decisions) * SLOT > ask.now:
                plans.append(SourcedPlan(load.equipment_id, first, decisions, made_at))
        if not until:
            until = plan.first + plan.step * max(
                map(len, filter(None, plan.loads.values())), default=0
            )
        if until <= ask.now:
            finding = Finding.OVER
        elif ended is not None:
            finding = ended
        elif ask.now - plan.made_at > float(ask.settings.get(MAX_AGE, 24)) * _HOUR:
            finding = Finding.STALE
        else:
            finding = Finding.OK
        return Reading(finding, tuple(plans), made_at, until, misfits=tuple(misfits))


# ------------------------------------------------------------------------------- the answers


def _schema(body: Any) -> str | None:
    version = body.get("emhass_schema_version") if isinstance(body, Mapping) else None
    return version if isinstance(version, str) else None


def _plan(body: Any) -> _Plan | None:
    """Return the plan of an answer, `None` if there was no run yet."""
    if not isinstance(body, Mapping) or _schema(body) is None:
        raise _UnreadableError("not EMHASS's answer")
    match body.get("status"):
        case "no-run":
            return None
        case "ok":
            pass
        case other:
            raise _UnreadableError(f"status {str(other)[:40]}")
    rows = body.get("plan")
    if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_ROWS:
        raise _UnreadableError("no rows")
    if not all(isinstance(row, Mapping) for row in rows):
        raise _UnreadableError("rows of another form")
    moments = [_moment(row.get("timestamp")) for row in rows]
    try:
        step = step_of(moments)
    except ValueError as error:
        raise _UnreadableError(str(error)) from error
    numbers = {int(found[1]) for key in rows[0] if (found := _COLUMN.fullmatch(str(key)))}
    return _Plan(
        made_at=_moment(body.get("generated_at")),
        first=moments[0],
        step=step,
        loads={number: _watts(rows, f"P_deferrable{number}") for number in numbers},
        infeasible=rows[0].get("optim_status") == "Infeasible",
    )


def _moment(text: Any) -> int:
    """Return a moment of UTC as a unix time."""
    try:
        moment = datetime.fromisoformat(text)
        seconds = round(moment.timestamp())
    except (TypeError, ValueError, OverflowError) as error:
        raise _UnreadableError(f"no moment: {str(text)[:40]}") from error
    if moment.tzinfo is None:
        raise _UnreadableError(f"a moment without an offset: {text[:40]}")
    return seconds


def _watts(rows: Sequence[Mapping[str, Any]], column: str) -> tuple[float, ...] | None:
    """Return the powers of a column; numbers may be texts, and minus zero or a trace of it."""
    found: list[float] = []
    for row in rows:
        value = row.get(column)
        try:
            number = float(value) if isinstance(value, int | float | str) else float("nan")
        except ValueError, OverflowError:
            return None
        if not isfinite(number):
            return None
        found.append(max(0.0, number))
    return tuple(found)


def _ended(run: Answer) -> Finding | None:
    """Return how the last run ended, `None` if well or if nobody knows."""
    body = run.body if run.fault is None and isinstance(run.body, Mapping) else {}
    if body.get("infeasible") is True or body.get("status") == "infeasible":
        return Finding.INFEASIBLE
    return Finding.FAILED if body.get("status") == "error" else None


def _is_later(run: Answer, plan: _Plan) -> bool:
    """Whether the last run came after the plan: one that failed leaves the plan before it."""
    try:
        return _moment(run.body.get("timestamp")) > plan.made_at
    except AttributeError, _UnreadableError:
        return False


def _without(plan: _Plan | None) -> Finding:
    return Finding.NO_RUN if plan is None else Finding.INFEASIBLE


# ------------------------------------------------------------------------------- the loads


def _threshold(load: Followed) -> float:
    return float(load.given.get(THRESHOLD) or float(load.given[POWER]) / 2)


def _misfit(load: Followed, watts: Sequence[float] | None) -> Misfit | None:
    """Return why a load cannot be this appliance: a changed configuration shifts the numbers."""
    power = float(load.given[POWER])
    shown = {"load": str(int(load.given[LOAD])), "power": f"{power:g}"}
    if watts is None:
        return Misfit("plan_load_missing", EquipmentId(load.equipment_id), shown)
    most = max(watts)
    runs_from = min(_threshold(load), power) - _TRACE
    if most > power * _TOLERANCE or _TRACE < most <= runs_from:
        shown["planned"] = f"{most:.0f}"
        return Misfit("plan_load_misfit", EquipmentId(load.equipment_id), shown)
    return None


def _told(watts: Sequence[float], step: int) -> str:
    hours = sum(step for each in watts if each > _TRACE) / _HOUR
    return f"{max(watts, default=0):.0f} W, {hours:g} h"


PLAN_SOURCE = Emhass()
