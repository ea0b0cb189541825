"""Actions on UPSs: battery tests, and any command that a UPS lists."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ...const import DOMAIN
from ...sources.ups.client import is_speakable
from .selection import UpsSelection
from .unit import UpsUnit
from .ups_settings import TESTS

ATTR_COMMAND = "command"
ATTR_PARAMETER = "parameter"
ATTR_TEST = "test"


def _speakable(value: Any) -> str:
    """Return a text that can be said in one line of ASCII, or refuse it."""
    text = cv.string(value)
    if not is_speakable(text):
        raise vol.Invalid("only plain characters in one line")
    return text


TEST_BATTERY_SCHEMA = vol.Schema(
    {
        **cv.ENTITY_SERVICE_FIELDS,
        vol.Optional(ATTR_TEST, default="normal"): vol.In(list(TESTS)),
    }
)
COMMAND_SCHEMA = vol.Schema(
    {
        **cv.ENTITY_SERVICE_FIELDS,
        vol.Required(ATTR_COMMAND): _speakable,
        vol.Optional(ATTR_PARAMETER): _speakable,
    }
)


async def async_test_battery(call: ServiceCall) -> ServiceResponse:
    """Start a battery test."""
    return await _async_ask_all(call, lambda unit: unit.async_test(call.data[ATTR_TEST]))


async def async_ups_command(call: ServiceCall) -> ServiceResponse:
    """Give a command."""
    command, parameter = call.data[ATTR_COMMAND], call.data.get(ATTR_PARAMETER)
    return await _async_ask_all(call, lambda unit: unit.async_command(command, parameter))


async def _async_ask_all(
    call: ServiceCall, ask: Callable[[UpsUnit], Awaitable[str]]
) -> ServiceResponse:
    """Ask the same of every UPS; what went wrong with the only one is raised."""
    units = UpsSelection(call.hass, dict(call.data)).units()
    if not units or not set(cv.ENTITY_SERVICE_FIELDS) & set(map(str, call.data)):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_ups")
    ends = await asyncio.gather(*map(ask, units), return_exceptions=True)
    answers: list[JsonValueType] = []
    errors: list[HomeAssistantError] = []
    for unit, end in zip(units, ends, strict=True):
        about: dict[str, JsonValueType] = {"name": unit.subentry.title}
        if isinstance(end, HomeAssistantError):
            errors.append(end)
            about |= {"accepted": False, "answer": str(end)}
        elif isinstance(end, BaseException):
            raise end
        else:
            about |= {"accepted": True, "answer": end}
        answers.append(about)
    if errors and (not call.return_response or len(errors) == len(units)):
        raise errors[0]
    return {"upses": answers} if call.return_response else None
