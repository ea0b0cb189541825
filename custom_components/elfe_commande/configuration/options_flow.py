"""The options of an entry: which homes it serves, and how."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.mqtt import valid_publish_topic
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
import voluptuous as vol

from ..const import (
    CONF_CONTINUOUS_TYPES,
    CONF_HOMES,
    CONF_SCREENS,
    SCREEN_INDICATOR_TOPIC,
    SCREEN_LABEL_COLOR,
)
from .database import async_check
from .identifiers import is_color
from .neighbours import neighbours, overlap_error
from .schemas import entry_options, local_options_schema, options_schema
from .settings import homes as homes_of, is_local


class ElfeOptionsFlow(OptionsFlow):
    """Change the options; the entry's update listener sets it up again."""

    _found_homes: tuple[str, ...] | None = None

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for all of them; the homes of the database are offered when it answers."""
        entry = self.config_entry
        if is_local(entry):
            return await self.async_step_local(user_input)
        if self._found_homes is None:
            self._found_homes = (await async_check(self.hass, entry.data)).homes
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        shown: Mapping[str, Any] = entry.options
        if user_input is not None:
            errors = _errors(user_input)
            others = neighbours(self.hass, entry.data, entry)
            if overlap := overlap_error(homes_of(user_input), others):
                errors[CONF_HOMES] = overlap.error
                placeholders = overlap.placeholders
            if CONF_CONTINUOUS_TYPES not in errors:
                shown = entry_options(entry.options, user_input)
            if not errors:
                return self.async_create_entry(data=shown)
        return self.async_show_form(
            step_id="init",
            data_schema=options_schema(shown, self._found_homes),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_local(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for those of a local home."""
        entry = self.config_entry
        if user_input is not None:
            return self.async_create_entry(data={**entry.options, **user_input})
        return self.async_show_form(
            step_id="local", data_schema=local_options_schema(entry.options)
        )


def _errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the form on its own."""
    errors: dict[str, str] = {}
    types = user_input.get(CONF_CONTINUOUS_TYPES, ())
    if not all(str(type_id).isdecimal() for type_id in types):
        errors[CONF_CONTINUOUS_TYPES] = "invalid_type"
    screens = user_input[CONF_SCREENS]
    # A form shows no error inside a section: these go above it.
    if not is_color(screens[SCREEN_LABEL_COLOR]):
        errors["base"] = "invalid_color"
    try:
        valid_publish_topic(screens[SCREEN_INDICATOR_TOPIC])
    except vol.Invalid:
        errors["base"] = "invalid_topic"
    return errors
