"""The form that declares what appliances go back to by themselves when nothing is heard of us."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode
import voluptuous as vol

from ..configuration import entry_settings as settings
from ..const import CONF_SAFE_OFF, CONF_SAFE_ON
from ..core.appliances import APPLIANCE_TYPES, TYPE_OF

_FIELDS: Final = (CONF_SAFE_OFF, CONF_SAFE_ON)


def safe_schema(options: Mapping[str, Any]) -> vol.Schema:
    """Return the form: types that follow their plan all the time, and numbers typed in."""
    continuous = settings.continuous_types(options)
    offered = [each.key for i, each in APPLIANCE_TYPES.items() if i in continuous and each.local]
    selector = SelectSelector(
        SelectSelectorConfig(
            options=offered,
            multiple=True,
            custom_value=True,
            translation_key="appliance_type",
            mode=SelectSelectorMode.DROPDOWN,
        )
    )
    return vol.Schema(
        {
            vol.Optional(key, description={"suggested_value": options.get(key, [])}): selector
            for key in _FIELDS
        }
    )


def safe_errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the form: neither a type nor a number, or in both fields."""
    errors: dict[str, str] = {}
    given = {key: set(_given(user_input, key)) for key in _FIELDS}
    for key, found in given.items():
        if any(who not in TYPE_OF and not _is_number(who) for who in found):
            errors[key] = "invalid_appliance"
    if not errors and given[CONF_SAFE_OFF] & given[CONF_SAFE_ON]:
        errors[CONF_SAFE_ON] = "both_states"
    return errors


def safe_options(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form merged into the options."""
    return {**options, **{key: sorted(set(_given(user_input, key))) for key in _FIELDS}}


def _given(user_input: Mapping[str, Any], key: str) -> list[str]:
    return [str(who).strip() for who in user_input.get(key, ())]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
