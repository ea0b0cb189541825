"""The form of the file of modes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..const import CONF_MODE_FILE, CONF_STATE_FILE, DOMAIN
from .entry_settings import shadow

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
    hass: HomeAssistant, entry: ConfigEntry, user_input: Mapping[str, Any]
) -> dict[str, str]:
    """Return what is wrong with the paths of an entry; none at all is right."""
    chosen = _chosen(user_input)
    errors: dict[str, str] = {}
    if not chosen:
        return errors
    others = [each for each in _entries(hass) if each != entry]
    for key in PATHS:
        if key not in chosen:
            errors[key] = "both_paths"
        elif not Path(chosen[key]).is_absolute():
            errors[key] = "path_not_absolute"
        elif not await hass.async_add_executor_job(is_usable, hass, chosen[key]):
            errors[key] = "path_not_allowed"
        elif await hass.async_add_executor_job(_owner, chosen[key], others):
            errors[key] = "path_taken"
    both = chosen.get(CONF_MODE_FILE, ""), chosen.get(CONF_STATE_FILE, "")
    if not errors and await hass.async_add_executor_job(_is_one_file, *both):
        errors[CONF_STATE_FILE] = "same_path"
    return errors


async def async_sharer(
    hass: HomeAssistant, entry: ConfigEntry, paths: Iterable[Path]
) -> tuple[Path, ConfigEntry] | None:
    """Return which of its files an entry leaves to another one, and to whom; `None` for neither.

    The oldest of those that follow a file keeps it: a number is another appliance in each.
    """
    older = [each for each in _entries(hass) if _age(each) < _age(entry) and _follows(each)]
    for path in paths if older else ():
        if owner := await hass.async_add_executor_job(_owner, str(path), older):
            return path, owner
    return None


def _entries(hass: HomeAssistant) -> list[ConfigEntry]:
    return hass.config_entries.async_entries(DOMAIN, include_ignore=False)


def _age(entry: ConfigEntry) -> tuple[datetime, str]:
    return entry.created_at, entry.entry_id


def _follows(entry: ConfigEntry) -> bool:
    return entry.disabled_by is None and not shadow(entry.options)


def _owner(path: str, entries: Iterable[ConfigEntry]) -> ConfigEntry | None:
    """Return the entry that has this file as one of its own; to be asked in the executor."""
    for each in entries:
        taken = [str(each.options[key]) for key in PATHS if key in each.options]
        if any(_is_one_file(path, other) for other in taken):
            return each
    return None


def _is_one_file(path: str, other: str) -> bool:
    """Return whether two paths lead to one file, links followed; to be asked in the executor."""
    return Path(path).resolve() == Path(other).resolve()


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
