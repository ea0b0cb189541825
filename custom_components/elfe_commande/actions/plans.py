"""The actions about plans: what is planned, and a day of quarter-hours from any planner."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..core.plan import DAY, SLOT, DayPlan, slot_start
from ..core.wall_clock import next_occurrence
from ..describe import about_decision, about_plan, clock_text
from ..engine.ports import StorageError
from ..subentries.appliances.home import LocalHome
from .permissions import PLAN, READ_PLAN
from .targets import TARGET, Target, async_targets_of

ATTR_FROM: Final = "from"
ATTR_RUNS: Final = "runs"
ATTR_SLOTS: Final = "slots"
ATTR_START: Final = "start"
ATTR_TO: Final = "to"
ATTR_VERSION: Final = "version"

VERSION: Final = 1
"""Of the form below; another one is refused rather than misread."""
AHEAD: Final = DAY * SLOT
"""Seconds from now at which a plan may begin: one for tomorrow, not for next week."""

_MOMENT: Final = vol.Any(cv.time, cv.datetime)
_RUN: Final = vol.Schema({vol.Required(ATTR_FROM): _MOMENT, vol.Required(ATTR_TO): _MOMENT})

GET_PLAN_SCHEMA: Final = vol.Schema(TARGET)
SET_PLAN_SCHEMA: Final = vol.All(
    vol.Schema(
        {
            **TARGET,
            vol.Optional(ATTR_VERSION, default=VERSION): vol.Coerce(int),
            vol.Optional(ATTR_START): cv.datetime,
            vol.Optional(ATTR_SLOTS): list,
            vol.Optional(ATTR_RUNS): vol.All(cv.ensure_list, [_RUN]),
        }
    ),
    cv.has_at_least_one_key(ATTR_SLOTS, ATTR_RUNS),
    cv.has_at_most_one_key(ATTR_SLOTS, ATTR_RUNS),
)


async def async_get_plan(call: ServiceCall) -> ServiceResponse:
    """Tell what is planned for equipments."""
    targets = await async_targets_of(call, READ_PLAN)
    return {"equipments": [_describe_plan(target) for target in targets]}


async def async_set_plan(call: ServiceCall) -> ServiceResponse:
    """Plan a day for equipments of local homes; a mistake anywhere changes nothing."""
    if call.data[ATTR_VERSION] != VERSION:
        raise _mistake("plan_version", version=call.data[ATTR_VERSION], known=VERSION)
    chosen: dict[LocalHome, list[Target]] = {}
    for target in await async_targets_of(call, PLAN):
        if target.hub.local is None:
            raise _mistake("plan_not_local", equipment=target.name)
        chosen.setdefault(target.hub.local, []).append(target)
    start = _start(call.data.get(ATTR_START), next(iter(chosen)).now())
    if ATTR_SLOTS in call.data:
        decisions = _from_slots(call.data[ATTR_SLOTS])
    else:
        decisions = _from_runs(call.data[ATTR_RUNS], start)
    answers: list[JsonValueType] = []
    for home, targets in chosen.items():
        plans = await _async_store(home, targets, start, decisions)
        answers.extend(_describe_set(*one) for one in zip(targets, plans, strict=True))
    return {"equipments": answers} if call.return_response else None


async def _async_store(
    home: LocalHome, targets: list[Target], start: int, decisions: bytes
) -> list[DayPlan]:
    made = int(home.now())
    plans = [DayPlan(target.equipment_id, start, decisions, 0, made) for target in targets]
    try:
        return await home.async_set_plans(targets[0].hub.engine, plans)
    except StorageError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="plan_not_stored",
            translation_placeholders={"detail": str(error)},
        ) from error


# ------------------------------------------------------------------------------- reading a day


def _start(given: datetime | None, now: float) -> int:
    """Return the unix time of the first slot, the present one unless another is given."""
    present = slot_start(now)
    if given is None:
        return present
    start = _quarter(given)
    if start <= present - DAY * SLOT:
        raise _mistake("plan_past", start=clock_text(start))
    if start > present + AHEAD:
        raise _mistake("plan_future", start=clock_text(start))
    return start


def _quarter(moment: datetime) -> int:
    """Return a moment that begins a quarter-hour, by the clocks at home unless it says otherwise."""
    at = dt_util.as_utc(moment).timestamp()
    if at % SLOT:
        raise _mistake("plan_not_a_quarter", moment=moment.isoformat(" ", "seconds"))
    return int(at)


def _from_slots(values: list[Any]) -> bytes:
    """Return a decision per value: 0 or 1, or what YAML makes of off and on."""
    if len(values) != DAY:
        raise _mistake("plan_slots", count=len(values), needed=DAY)
    for number, value in enumerate(values):
        if value not in (0, 1) or isinstance(value, float):
            raise _mistake("plan_value", value=value, number=number)
    return bytes(map(int, values))


def _from_runs(runs: Iterable[Mapping[str, datetime | time]], start: int) -> bytes:
    """Return a day with these runs; times of the day are the first ones from its start on."""
    decisions = bytearray(DAY)
    for run in runs:
        begin = _moment(run[ATTR_FROM], start - 1)
        end = _moment(run[ATTR_TO], begin)
        if not start <= begin < end <= start + DAY * SLOT:
            raise _mistake(
                "plan_run", begin=clock_text(begin), end=clock_text(end), start=clock_text(start)
            )
        first, last = (begin - start) // SLOT, (end - start) // SLOT
        decisions[first:last] = b"\1" * (last - first)
    return bytes(decisions)


def _moment(value: datetime | time, after: int) -> int:
    """Return a moment as a unix time; a time of the day is its first occurrence after another."""
    if isinstance(value, datetime):
        return _quarter(value)
    at = next_occurrence(after, value.hour, value.minute, dt_util.get_default_time_zone())
    return _quarter(dt_util.utc_from_timestamp(at).replace(second=value.second))


def _mistake(key: str, **shown: object) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value) for name, value in shown.items()},
    )


# ------------------------------------------------------------------------------------- answers


def _describe_plan(target: Target) -> dict[str, Any]:
    status = target.hub.engine.statuses[target.equipment_id]
    plan = status.plan
    return (
        target.describe()
        | about_decision(status)
        | {"plan": None if plan is None else about_plan(plan)}
    )


def _describe_set(target: Target, plan: DayPlan) -> dict[str, Any]:
    """Return what was stored, and what it makes of the load now."""
    status = target.hub.engine.statuses[target.equipment_id]
    in_force = status.plan is not None and status.plan.row_id == plan.row_id
    return (
        target.describe()
        | about_decision(status)
        | {"in_force": in_force, "plan": about_plan(plan)}
    )
