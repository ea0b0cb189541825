"""What a person may send of a UPS: all that its server says, but who and where it is."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME

from .unit import UpsUnit
from .ups_settings import CONF_SERIAL

SECRETS: Final = (CONF_HOST, CONF_USERNAME, CONF_PASSWORD, CONF_SERIAL)


def secrets_of(data: Mapping[str, Any]) -> list[str]:
    """Return what of a subentry must not appear, wherever it stands."""
    return [str(data[key]) for key in SECRETS if data.get(key)]


def describe_ups(unit: UpsUnit, plain: Callable[[Any], Any]) -> dict[str, Any]:
    """Return what is known of a UPS; `plain` makes JSON of it, without secrets."""
    state = unit.state
    data = {
        key: REDACTED if key in SECRETS and value else value
        for key, value in unit.subentry.data.items()
    }
    found: dict[str, Any] = plain(
        {
            "data": data,
            "connected": state.connected,
            "trouble": state.trouble,
            "stale": state.stale,
            "supply": state.supply,
            "tokens": state.watch.tokens,
            "asserted": sorted(event.value for event in state.watch.asserted.values()),
            "values": state.values,
            "variables": {
                name: REDACTED if name.endswith("serial") else value
                for name, value in sorted(state.variables.items())
            },
            "commands": sorted(state.commands),
            "demand": unit.hub.engine.shedding.demand(unit.subentry.subentry_id).name.lower(),
        }
    )
    return found
