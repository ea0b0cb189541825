"""Actions on UPSs: battery tests, and any command that a UPS lists."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import Platform
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ...actions.permissions import Access, async_require, async_require_entities
from ...const import DOMAIN
from ...entities.answers import failure_of_many
from ...sources.ups.client import is_speakable
from .button import DESCRIPTIONS
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


_BUTTONS = {description.test: description.key for description in DESCRIPTIONS}
"""The button that does the same, by kind of test."""


async def async_test_battery(call: ServiceCall) -> ServiceResponse:
    """Start a battery test."""
    kind = call.data[ATTR_TEST]
    units = _units(call)
    access = Access(POLICY_CONTROL, ((Platform.BUTTON, _BUTTONS[kind]),))
    await async_require(call, access, map(_owner, units))
    return await _async_ask_all(call, units, lambda unit: unit.async_test(kind))


async def async_ups_command(call: ServiceCall) -> ServiceResponse:
    """Give a command."""
    command, parameter = call.data[ATTR_COMMAND], call.data.get(ATTR_PARAMETER)
    units = _units(call)
    # A command may do anything to the UPS and what it feeds: no single entity stands for that.
    entities = er.async_get(call.hass)
    for unit in units:
        found = er.async_entries_for_config_entry(entities, unit.hub.entry.entry_id)
        mine = [e.entity_id for e in found if e.config_subentry_id == unit.subentry.subentry_id]
        await async_require_entities(call, POLICY_CONTROL, mine)
    return await _async_ask_all(call, units, lambda unit: unit.async_command(command, parameter))


def _units(call: ServiceCall) -> list[UpsUnit]:
    """Return the UPSs that are meant, one at least."""
    units = UpsSelection(call.hass, dict(call.data)).units()
    if not units or not set(cv.ENTITY_SERVICE_FIELDS) & set(map(str, call.data)):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_ups")
    return units


def _owner(unit: UpsUnit) -> str:
    """Return what the unique ids of a UPS's entities begin with."""
    return f"{unit.hub.entry.entry_id}_ups_{unit.subentry.subentry_id}"


async def _async_ask_all(
    call: ServiceCall, units: Sequence[UpsUnit], ask: Callable[[UpsUnit], Awaitable[str]]
) -> ServiceResponse:
    """Ask the same of every UPS.

    What went wrong is raised once all were asked, if nobody reads the answer or none was done.
    """
    ends = await asyncio.gather(*map(ask, units), return_exceptions=True)
    answers: list[JsonValueType] = []
    failures: list[tuple[str, HomeAssistantError]] = []
    for unit, end in zip(units, ends, strict=True):
        about: dict[str, JsonValueType] = {"name": unit.subentry.title}
        if isinstance(end, HomeAssistantError):
            failures.append((unit.subentry.title, end))
            about |= {"accepted": False, "answer": str(end)}
        elif isinstance(end, BaseException):
            raise end
        else:
            about |= {"accepted": True, "answer": end}
        answers.append(about)
    if failures and (not call.return_response or len(failures) == len(units)):
        raise failure_of_many(failures, len(units))
    return {"upses": answers} if call.return_response else None
