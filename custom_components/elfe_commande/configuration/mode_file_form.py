"""The form of the file of modes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..const import CONF_MODE_FILE, CONF_STATE_FILE

PATHS = (CONF_MODE_FILE, CONF_STATE_FILE)


def mode_file_schema(options: Mapping[str, Any]) -> vol.Schema:
    """Return the form, filled with what is chosen."""
    return vol.Schema(
        {
            vol.Optional(key, description={"suggested_value": options.get(key)}): TextSelector()
            for key in PATHS
        }
    )


async def async_mode_file_errors(
    hass: HomeAssistant, user_input: Mapping[str, Any]
) -> dict[str, str]:
    """Return what is wrong with the paths; none at all is right."""
    chosen = _chosen(user_input)
    errors: dict[str, str] = {}
    if not chosen:
        return errors
    for key in PATHS:
        if key not in chosen:
            errors[key] = "both_paths"
        elif not Path(chosen[key]).is_absolute():
            errors[key] = "path_not_absolute"
        elif not await hass.async_add_executor_job(is_usable, hass, chosen[key]):
            errors[key] = "path_not_allowed"
    if not errors and chosen[CONF_MODE_FILE] == chosen[CONF_STATE_FILE]:
        errors[CONF_STATE_FILE] = "same_path"
    return errors


def is_usable(hass: HomeAssistant, path: str) -> bool:
    """Return whether Home Assistant may use a file there; to be asked in the executor."""
    return hass.config.is_allowed_path(path) and not Path(path).is_dir()


def mode_file_options(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with these paths, without them if they are empty."""
    others = {key: value for key, value in options.items() if key not in PATHS}
    return {**others, **_chosen(user_input)}


def _chosen(user_input: Mapping[str, Any]) -> dict[str, str]:
    paths = {key: str(user_input.get(key, "")).strip() for key in PATHS}
    return {key: path for key, path in paths.items() if path}
