"""The forms of a meter: its line, and how it is shown."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME, CONF_PORT
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    SerialPortSelector,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ...const import SECTION_ADVANCED
from ...sources.sml.obis import normalize_all
from .meter_settings import (
    BAUD_RATES,
    BYTE_SIZES,
    CONF_BAUDRATE,
    CONF_BYTE_SIZE,
    CONF_ENERGY_INTERVAL,
    CONF_FILTER,
    CONF_INVERTED,
    CONF_PARITY,
    CONF_POWER_INTERVAL,
    CONF_SMOOTHING,
    CONF_STALE_AFTER,
    CONF_STOP_BITS,
    DEFAULTS,
    PARITIES,
    SECTION_LINE,
    STOP_BITS,
)

_HOUR: Final = 3600


def line_schema(known: Mapping[str, Any]) -> vol.Schema:
    """Return the form of the line, filled with what is known."""
    port = known.get(CONF_PORT)
    values = {**DEFAULTS, **known}
    return vol.Schema(
        {
            vol.Required(CONF_PORT) if port is None else vol.Required(CONF_PORT, default=port): (
                SerialPortSelector()
            ),
            **_folded(
                SECTION_LINE,
                {
                    _given(CONF_BAUDRATE, values): _choice(BAUD_RATES, typed=True),
                    _given(CONF_BYTE_SIZE, values): _choice(BYTE_SIZES),
                    _given(CONF_PARITY, values): _choice(PARITIES, "parity"),
                    _given(CONF_STOP_BITS, values): _choice(STOP_BITS),
                },
            ),
        }
    )


def shown_schema(name: str, known: Mapping[str, Any]) -> vol.Schema:
    """Return the form of how the meter is shown, filled with what is known."""
    values = {**DEFAULTS, **known}
    return vol.Schema(
        {
            vol.Required(CONF_NAME, default=name): TextSelector(),
            **_folded(
                SECTION_ADVANCED,
                {
                    _given(CONF_FILTER, values): TextSelector(TextSelectorConfig(multiple=True)),
                    _given(CONF_POWER_INTERVAL, values): _seconds(0, _HOUR),
                    _given(CONF_ENERGY_INTERVAL, values): _seconds(0, _HOUR),
                    _given(CONF_STALE_AFTER, values): _seconds(5, _HOUR),
                    _given(CONF_SMOOTHING, values): _seconds(0, _HOUR),
                    _given(CONF_INVERTED, values): BooleanSelector(),
                },
            ),
        }
    )


def line_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form of the line says; `ValueError` for a speed that is none."""
    data = {CONF_PORT: user_input[CONF_PORT].strip(), **user_input[SECTION_LINE]}
    if int(data[CONF_BAUDRATE]) <= 0:
        raise ValueError(CONF_BAUDRATE)
    return data


def shown_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the second form says, codes in one notation; raises `ObisError`."""
    shown = user_input[SECTION_ADVANCED]
    return {**shown, CONF_FILTER: sorted(normalize_all(shown[CONF_FILTER]))}


def _given(key: str, values: Mapping[str, Any]) -> vol.Required:
    return vol.Required(key, default=values[key])


def _folded(key: str, fields: dict[Any, Any]) -> dict[vol.Required, section]:
    """Return a section that is shown closed, and that a caller may leave out."""
    schema = vol.Schema(fields)
    return {vol.Required(key, default=lambda: schema({})): section(schema, {"collapsed": True})}


def _choice(
    options: Mapping[str, Any] | tuple[str, ...], words: str | None = None, *, typed: bool = False
) -> SelectSelector:
    config = SelectSelectorConfig(
        options=list(options), mode=SelectSelectorMode.DROPDOWN, custom_value=typed
    )
    if words is not None:
        config["translation_key"] = words
    return SelectSelector(config)


def _seconds(low: float, high: float) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=low, max=high, step="any", unit_of_measurement="s", mode=NumberSelectorMode.BOX
        )
    )
