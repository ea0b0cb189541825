"""The form of the wall screens of a home without a server: their names."""

from collections.abc import Mapping
from typing import Any

from homeassistant.helpers.selector import TextSelector, TextSelectorConfig
import voluptuous as vol

from ..const import CONF_PLATES
from ..core.screens import PLATE_NAME
from .entry_settings import plates


def plates_schema(options: Mapping[str, Any]) -> vol.Schema:
    """Return the form, filled with what is chosen."""
    suggested = {"suggested_value": list(plates(options))}
    names = TextSelector(TextSelectorConfig(multiple=True))
    return vol.Schema({vol.Optional(CONF_PLATES, description=suggested): names})


def plates_errors(user_input: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is wrong, and what fills the text about it; no name at all is right."""
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for name in _names(user_input):
        if PLATE_NAME.fullmatch(name) is None:
            errors[CONF_PLATES] = "invalid_plate"
        elif name.lower() in seen:
            errors[CONF_PLATES] = "plate_twice"
        if errors:
            return errors, {"plate": name}
        seen.add(name.lower())
    return errors, {}


def plates_options(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with these screens, in lower case as in their topics."""
    others = {key: value for key, value in options.items() if key != CONF_PLATES}
    chosen = [name.lower() for name in _names(user_input)]
    return {**others, CONF_PLATES: chosen} if chosen else others


def _names(user_input: Mapping[str, Any]) -> list[str]:
    names = (str(name).strip() for name in user_input.get(CONF_PLATES, ()))
    return [name for name in names if name]
