"""The forms of a UPS."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio
import voluptuous as vol

from ...core.supply import Policy
from ...sources.ups.client import DEFAULT_PORT
from ...sources.ups.profiles import AUTOMATIC, PROFILES
from .ups_settings import (
    CONF_BATTERY_FULL,
    CONF_BATTERY_LOW,
    CONF_DANGEROUS,
    CONF_FORCED,
    CONF_FREQUENCY,
    CONF_HOMES,
    CONF_LOAD,
    CONF_MISSES,
    CONF_ONE_SHOTS,
    CONF_POLICY,
    CONF_PROFILE,
    CONF_RETURN_AFTER,
    CONF_SHED_FIRST,
    CONF_STATUS_PERIOD,
    CONF_SUSPEND_WHEN_LOST,
    CONF_TEMPERATURE,
    CONF_UPS,
    CONF_VALUES_PERIOD,
    CONF_VOLTAGE,
    SECTION_LOOKS,
    SECTION_SHEDDING,
    SECTION_THRESHOLDS,
    protection,
    timing,
    ups_settings,
)

PROFILE_CHOICES: Final = [AUTOMATIC, *sorted(PROFILES)]
POLICIES: Final = [policy.value for policy in Policy]

_TEXT: Final = TextSelector()
_USERNAME: Final = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)


def server_schema(known: Mapping[str, Any], typed: str | None = None) -> vol.Schema:
    """Return the form that asks for the server; a password that is known stays if left empty.

    `typed` is the password entered in this form just now: it is not to be entered again.
    """
    suggested = {"suggested_value": known.get(CONF_USERNAME)}
    again = None if typed is None else {"suggested_value": typed}
    return vol.Schema(
        {
            vol.Required(CONF_HOST, default=known.get(CONF_HOST, vol.UNDEFINED)): _TEXT,
            vol.Required(CONF_PORT, default=known.get(CONF_PORT, DEFAULT_PORT)): _integer(1, 65535),
            vol.Optional(CONF_USERNAME, description=suggested): _USERNAME,
            vol.Optional(probatio.Secret(CONF_PASSWORD), description=again): _PASSWORD,
        }
    )


def credentials_schema(username: str | None, typed: str | None = None) -> vol.Schema:
    """Return the form that asks for user and password again; `typed` was entered just now."""
    suggested = {"suggested_value": username}
    again = None if typed is None else {"suggested_value": typed}
    return vol.Schema(
        {
            vol.Required(CONF_USERNAME, description=suggested): _USERNAME,
            vol.Required(probatio.Secret(CONF_PASSWORD), description=again): _PASSWORD,
        }
    )


def ups_schema(
    known: Mapping[str, Any],
    upses: Mapping[str, str],
    homes: Iterable[str],
    loads: Mapping[str, str],
) -> vol.Schema:
    """Return the form that chooses a UPS of the server, and how it is looked at.

    `upses` are descriptions by name, `loads` names of equipments by their number.
    """
    chosen = known.get(CONF_UPS, next(iter(upses)))
    return vol.Schema(
        {
            vol.Required(CONF_UPS, default=chosen): _choice(
                {name: f"{name} ({text})" if text else name for name, text in upses.items()}
            ),
            **_folded(SECTION_SHEDDING, _shedding(known, homes, loads)),
            **_folded(SECTION_LOOKS, _looks(known)),
            **_folded(SECTION_THRESHOLDS, _thresholds(known)),
        }
    )


def _looks(known: Mapping[str, Any]) -> dict[vol.Marker, Any]:
    settings = ups_settings(known, timing())
    waits = settings.timing
    return {
        vol.Required(CONF_STATUS_PERIOD, default=waits.status_period): _number(0, 300, "s"),
        vol.Required(CONF_VALUES_PERIOD, default=waits.values_period): _number(0, 3600, "s"),
        vol.Required(CONF_MISSES, default=waits.misses): _integer(1, 100),
        vol.Required(CONF_PROFILE, default=settings.profile): _words(
            PROFILE_CHOICES, "ups_profile"
        ),
        vol.Required(
            CONF_DANGEROUS, default=bool(known.get(SECTION_LOOKS, {}).get(CONF_DANGEROUS))
        ): BooleanSelector(),
    }


def _thresholds(known: Mapping[str, Any]) -> dict[vol.Marker, Any]:
    limits = ups_settings(known, timing()).thresholds
    return {
        vol.Required(CONF_VOLTAGE, default=limits.voltage): _number(0.1, 50, "%"),
        vol.Required(CONF_FREQUENCY, default=limits.frequency): _number(0.1, 50, "%"),
        vol.Required(CONF_TEMPERATURE, default=limits.temperature): _number(0, 150, "°C"),
        vol.Required(CONF_LOAD, default=limits.load): _number(1, 300, "%"),
        vol.Required(CONF_BATTERY_LOW, default=limits.battery_low): _number(0, 90, "%"),
        vol.Required(CONF_BATTERY_FULL, default=limits.battery_full): _number(50, 100, "%"),
    }


def _shedding(
    known: Mapping[str, Any], homes: Iterable[str], loads: Mapping[str, str]
) -> dict[vol.Marker, Any]:
    now = protection(known)
    first = [str(number) for number in now.shed_first]
    names = {**{number: number for number in first}, **loads}
    return {
        vol.Required(CONF_POLICY, default=now.policy.value): _words(POLICIES, "shedding_policy"),
        vol.Required(CONF_RETURN_AFTER, default=now.return_after): _number(0, 86400, "s"),
        vol.Required(CONF_HOMES, default=sorted(now.homes)): _several(
            {home: home for home in (*homes, *now.homes)}
        ),
        vol.Required(CONF_SHED_FIRST, default=first): _several(names),
        vol.Required(CONF_ONE_SHOTS, default=now.one_shots): BooleanSelector(),
        vol.Required(CONF_FORCED, default=now.forced): BooleanSelector(),
        vol.Required(CONF_SUSPEND_WHEN_LOST, default=now.suspend_when_lost): BooleanSelector(),
    }


def _folded(key: str, fields: dict[vol.Marker, Any]) -> dict[vol.Marker, section]:
    """Return a section that is shown closed, and that a caller may leave out."""
    schema = vol.Schema(fields)
    return {vol.Required(key, default=lambda: schema({})): section(schema, {"collapsed": True})}


def _number(low: float, high: float, unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=low,
            max=high,
            step="any",
            unit_of_measurement=unit,
            mode=NumberSelectorMode.BOX,
        )
    )


def _integer(low: int, high: int) -> vol.All[int]:
    box = NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
    return vol.All(NumberSelector(box), vol.Coerce(int))


def _words(options: list[str], translation_key: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=options, translation_key=translation_key, mode=SelectSelectorMode.DROPDOWN
        )
    )


def _options(names: Mapping[str, str]) -> list[SelectOptionDict]:
    return [SelectOptionDict(value=value, label=label) for value, label in names.items()]


def _choice(names: Mapping[str, str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=_options(names), mode=SelectSelectorMode.DROPDOWN)
    )


def _several(names: Mapping[str, str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=_options(names), multiple=True, mode=SelectSelectorMode.DROPDOWN
        )
    )
