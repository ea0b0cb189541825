"""The planner's actions: plan now, and what if it had to be done by another time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ...actions.permissions import ENTRY, READ_PLAN
from ...actions.targets import ATTR_CONFIG_ENTRY_ID, TARGET, Target, async_hub_of, async_targets_of
from ...const import DOMAIN
from ...core.wall_clock import next_occurrence
from ...describe import in_utc
from ...hub import Hub
from .telling import about_load, about_plan_made
from .unit import PlannerUnit

ATTR_TIME: Final = "time"
ATTR_DATETIME: Final = "datetime"

PLAN_NOW_SCHEMA: Final = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})
WHAT_IF_SCHEMA: Final = vol.All(
    vol.Schema(
        {
            **TARGET,
            vol.Optional(ATTR_TIME): cv.time,
            vol.Optional(ATTR_DATETIME): cv.datetime,
        }
    ),
    cv.has_at_least_one_key(ATTR_TIME, ATTR_DATETIME),
    cv.has_at_most_one_key(ATTR_TIME, ATTR_DATETIME),
)


async def async_plan_now(call: ServiceCall) -> ServiceResponse:
    """Plan a home at once; the answer is the plan, load by load."""
    hub = await async_hub_of(call, ENTRY)
    unit = _planner_of(hub)
    planned = await unit.async_plan_now()
    if not call.return_response:
        return None
    today, tomorrow = unit.day(0), unit.day(1)
    return {
        "findings": [str(each) for each in unit.findings],
        "detail": unit.detail,
        **about_plan_made(hub.hass, planned),
        "days": [
            {
                "energy": round(day.energy, 4),
                "sun": round(day.sun, 4),
                "cost": None if day.cost is None else round(day.cost, 4),
                "saved": None if day.saved is None else round(day.saved, 4),
            }
            for day in (today, tomorrow)
            if day is not None
        ],
    }


async def async_what_if(call: ServiceCall) -> ServiceResponse:
    """Tell what another wished end would cost; nothing is planned by it."""
    targets = await async_targets_of(call, READ_PLAN)
    answers: list[JsonValueType] = [await _async_answer(target, call) for target in targets]
    return {"equipments": answers}


async def _async_answer(target: Target, call: ServiceCall) -> dict[str, Any]:
    unit = _planner_of(target.hub)
    end = _end(target, call)
    found = await unit.async_what_if(target.equipment_id, end)
    if found is None:
        raise _not_planned()
    present, asked = found
    hass = target.hub.hass
    need = _need(asked.needs, target)
    now, then = present.plan.cost, asked.plan.cost
    before = next((n for n in present.needs if n.equipment.id == target.equipment_id), None)
    return {
        **target.describe(),
        "wished_end": dt_util.utc_from_timestamp(end).isoformat(),
        # For the home as a whole: others may have to move.
        "extra": None if now is None or then is None else round(then - now, 4),
        "present": None
        if before is None
        else about_load(hass, before, present.plan.of(target.equipment_id)),
        "asked": about_load(hass, need, asked.plan.of(target.equipment_id)),
    }


def _need(needs: Iterable[Any], target: Target) -> Any:
    return next(need for need in needs if need.equipment.id == target.equipment_id)


def _end(target: Target, call: ServiceCall) -> float:
    now = target.hub.engine.clock.now()
    if ATTR_TIME in call.data:
        clock = call.data[ATTR_TIME]
        return next_occurrence(now, clock.hour, clock.minute, dt_util.get_default_time_zone())
    moment: datetime = call.data[ATTR_DATETIME]
    end = in_utc(moment).timestamp()
    if end <= now:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="deadline_past")
    return end


def _planner_of(hub: Hub) -> PlannerUnit:
    unit = next(iter(hub.subentries.units(PlannerUnit)), None)
    if unit is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_planner",
            translation_placeholders={"entry": hub.entry.title},
        )
    return unit


def _not_planned() -> HomeAssistantError:
    return HomeAssistantError(translation_domain=DOMAIN, translation_key="not_planned")
