"""The actions about what people wish besides the mode, and about what screens show."""

from datetime import datetime, time, timedelta
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..core.model import Constraints
from ..core.wall_clock import next_occurrence
from ..core.wish import ConstraintWish
from ..describe import about_constraints, in_utc
from ..entities.asking import async_constrain
from .permissions import ENTRY, SET_CYCLE_DURATION, SET_DEADLINE, SET_REMAINING_CHARGE, Access
from .targets import (
    ATTR_CONFIG_ENTRY_ID,
    TARGET,
    Target,
    async_ask_all,
    async_homes_of,
    origin_of_action,
)

ATTR_CHARGE = "charge"
ATTR_DATETIME = "datetime"
ATTR_DURATION = "duration"
ATTR_TIME = "time"

_DEADLINES = (ATTR_TIME, ATTR_DATETIME)
_DEADLINE: VolDictType = {
    **TARGET,
    vol.Optional(ATTR_TIME): cv.time,
    vol.Optional(ATTR_DATETIME): cv.datetime,
}
_DURATION = vol.All(
    cv.positive_time_period, vol.Range(min=timedelta(minutes=1), max=timedelta(days=1))
)
_CHARGE = vol.All(vol.Coerce(int), vol.Range(min=0, max=100))

SET_DEADLINE_SCHEMA = vol.All(
    vol.Schema(_DEADLINE),
    cv.has_at_least_one_key(*_DEADLINES),
    cv.has_at_most_one_key(*_DEADLINES),
)
SET_CYCLE_DURATION_SCHEMA = vol.Schema({**TARGET, vol.Required(ATTR_DURATION): _DURATION})
SET_REMAINING_CHARGE_SCHEMA = vol.Schema({**TARGET, vol.Required(ATTR_CHARGE): _CHARGE})
REFRESH_SCREENS_SCHEMA = vol.Schema(
    {**cv.ENTITY_SERVICE_FIELDS, vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
)


async def async_set_deadline(call: ServiceCall) -> ServiceResponse:
    """Say when equipments shall be done."""
    moment: datetime | None = call.data.get(ATTR_DATETIME)
    end = _next(call.data[ATTR_TIME]) if moment is None else _future(moment)
    return await _async_constrain_all(call, SET_DEADLINE, Constraints(wished_end=end))


async def async_set_cycle_duration(call: ServiceCall) -> ServiceResponse:
    """Say how long the cycle of equipments takes."""
    duration: timedelta = call.data[ATTR_DURATION]
    wishes = Constraints(cycle_duration=round(duration.total_seconds()))
    return await _async_constrain_all(call, SET_CYCLE_DURATION, wishes)


async def async_set_remaining_charge(call: ServiceCall) -> ServiceResponse:
    """Say how much the batteries of equipments still hold."""
    wishes = Constraints(charge_left=call.data[ATTR_CHARGE])
    return await _async_constrain_all(call, SET_REMAINING_CHARGE, wishes)


async def async_refresh_screens(call: ServiceCall) -> ServiceResponse:
    """Show everything anew on the screens of the homes chosen, or on all of them."""
    homes = await async_homes_of(call, ENTRY)
    for hub, _ in homes:
        hub.require_acting()
    if any(not hub.messenger.connected for hub, _ in homes):
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="screens_unreachable")
    count = 0
    for hub, home in homes:
        count += await hub.engine.refresh_screens(home)
    return {"screens": count} if call.return_response else None


async def _async_constrain_all(
    call: ServiceCall, access: Access, wishes: Constraints
) -> ServiceResponse:
    """Write the same wish about every target, all at once."""
    origin = origin_of_action(call)

    async def write(target: Target) -> dict[str, Any]:
        written = await async_constrain(
            target.hub.engine,
            ConstraintWish(target.equipment_id, wishes, origin, user_id=call.context.user_id),
        )
        outcome = "written" if written else "deferred"
        return {"outcome": outcome, "written": about_constraints(wishes)}

    return await async_ask_all(call, access, write)


def _next(at: time) -> int:
    """Return when clocks next show a time (unix seconds)."""
    zone = dt_util.get_default_time_zone()
    return next_occurrence(dt_util.utcnow().timestamp(), at.hour, at.minute, zone)


def _future(moment: datetime) -> int:
    """Return a moment, by the clocks of the household unless it says otherwise (unix seconds)."""
    end = int(in_utc(moment).timestamp())
    if end <= dt_util.utcnow().timestamp():
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="deadline_past",
            translation_placeholders={"deadline": moment.isoformat(" ", "minutes")},
        )
    return end
