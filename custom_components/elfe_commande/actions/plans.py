"""The actions about plans: what is planned, and a day of quarter-hours from any planner."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..core.plan import DAY, LONGEST, SLOT, DayPlan, Owner, slot_start
from ..core.planned import said_at
from ..core.wall_clock import next_occurrence
from ..describe import about_decision, about_plan, clock_text, in_utc, words_for
from ..engine.ground.ports import StorageError
from ..entities.answers import not_stored
from ..subentries.appliances.home import LocalHome
from .permissions import PLAN, READ_PLAN
from .schedules import ScheduleError, read_schedule, to_quarter
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
    start, decisions = _day(call.data, next(iter(chosen)).now())
    answers: list[JsonValueType] = []
    for home, targets in chosen.items():
        plans = await _async_store(home, targets, start, decisions)
        answers.extend(_describe_set(*one) for one in zip(targets, plans, strict=True))
    return {"equipments": answers} if call.return_response else None


async def _async_store(
    home: LocalHome, targets: list[Target], start: int, decisions: bytes
) -> list[DayPlan]:
    now = home.now()
    plans = [
        DayPlan(
            target.equipment_id,
            start,
            decisions,
            known_at=said_at(target.hub.engine.statuses[target.equipment_id].equipment, now),
            owner=Owner.ACTION,
        )
        for target in targets
    ]
    try:
        return await home.async_set_plans(targets[0].hub.engine, plans)
    except StorageError as error:
        raise not_stored(targets[0].hub.hass, error) from error


# ------------------------------------------------------------------------------- reading a day


def _day(data: Mapping[str, Any], now: float) -> tuple[int, bytes]:
    """Return the unix time of the first slot, the present one unless another is given, and a day."""
    present = slot_start(now)
    start = _quarter(data[ATTR_START]) if ATTR_START in data else present
    if ATTR_SLOTS not in data:
        decisions = _from_runs(data[ATTR_RUNS], start)
    else:
        try:
            schedule = read_schedule(data[ATTR_SLOTS])
        except ScheduleError as error:
            raise _mistake(error.key, **error.shown) from error
        decisions = schedule.decisions
        if schedule.start is not None:
            # Its objects have dates of their own.
            start = schedule.start
    if start + len(decisions) * SLOT <= present:
        raise _mistake("plan_past", start=clock_text(start))
    if start > present + AHEAD:
        raise _mistake("plan_future", start=clock_text(start))
    return start, decisions


def _quarter(moment: datetime) -> int:
    """Return a moment that begins a quarter-hour, by the clocks at home unless it says otherwise."""
    at = in_utc(moment).timestamp()
    if (quarter := to_quarter(at)) is None:
        raise _mistake(
            "plan_not_a_quarter", moment=clock_text(at), nearest=clock_text(_nearest(at))
        )
    return quarter


def _nearest(at: float) -> float:
    """Return the quarter-hour beside a moment, in seconds; half-way, the later one."""
    return (at + SLOT / 2) // SLOT * SLOT


def _from_runs(runs: Iterable[Mapping[str, datetime | time]], start: int) -> bytes:
    """Return a day with these runs; times of the day are the first ones from its start on."""
    wall = datetime.fromtimestamp(start, dt_util.get_default_time_zone())
    # The day on which summer time ends is longer.
    same_time = int((wall + timedelta(days=1)).timestamp())
    decisions = bytearray(max(DAY, min(LONGEST, (same_time - start) // SLOT)))
    for run in runs:
        begin = _moment(run[ATTR_FROM], start - 1)
        end = _moment(run[ATTR_TO], begin)
        if not start <= begin < end <= start + len(decisions) * SLOT:
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
    said = value.hour * 3600 + value.minute * 60 + value.second
    if (seconds := to_quarter(said)) is None:
        hour, minute = divmod(int(_nearest(said)) // 60 % (24 * 60), 60)
        raise _mistake(
            "plan_not_a_quarter",
            moment=f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}",
            nearest=f"{hour:02}:{minute:02}",
        )
    # A second before midnight is midnight.
    hour, minute = divmod(seconds // 60 % (24 * 60), 60)
    return int(next_occurrence(after, hour, minute, dt_util.get_default_time_zone()))


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
        | {
            "in_force": in_force,
            "saved": _saved(target.hub.hass, plan),
            "plan": about_plan(plan),
        }
    )


def _saved(hass: HomeAssistant, plan: DayPlan) -> str:
    """Return what was stored, in a sentence, by the clocks at home."""
    words, runs = words_for(hass), [_run_text(*run) for run in plan.runs()]
    if runs:
        return words("common", "plan_saved").format(runs="; ".join(runs))
    return words("common", "plan_saved_off").format(start=clock_text(plan.first_valid))


def _run_text(begin: int, end: int) -> str:
    first, last = clock_text(begin), clock_text(end)
    day, _, hour = last.partition(" ")
    return f"{first}\N{EN DASH}{hour if first.startswith(day) else last}"
