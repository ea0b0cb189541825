"""What a meter's subentry holds, and what it means for the reader."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_PORT

from ...sources.sml import DEFAULT_FILTER, MeterSettings, MeterTiming, PortSettings

SUBENTRY_METER: Final = "meter"

SECTION_LINE: Final = "line"
CONF_BAUDRATE: Final = "baudrate"
CONF_BYTE_SIZE: Final = "byte_size"
CONF_PARITY: Final = "parity"
CONF_STOP_BITS: Final = "stop_bits"

CONF_FILTER: Final = "filter"
CONF_POWER_INTERVAL: Final = "power_interval"
CONF_ENERGY_INTERVAL: Final = "energy_interval"
CONF_STALE_AFTER: Final = "stale_after"
CONF_SMOOTHING: Final = "smoothing"
CONF_INVERTED: Final = "inverted"

CONF_METER_ID: Final = "meter_id"
CONF_MAKER: Final = "maker"
CONF_CODES: Final = "codes"
"""Every code heard so far, filtered ones too, with its unit."""
CONF_DIRECTED: Final = "directed"
"""Whether the meter told by its status word which way its power flows."""

BAUD_RATES: Final = ("300", "1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200")
BYTE_SIZES: Final = ("8", "7", "6", "5")
PARITIES: Final[Mapping[str, str]] = {
    "none": "N",
    "even": "E",
    "odd": "O",
    "mark": "M",
    "space": "S",
}
STOP_BITS: Final = ("1", "1.5", "2")

_TIMING = MeterTiming()
DEFAULTS: Final[Mapping[str, Any]] = {
    CONF_BAUDRATE: "9600",
    CONF_BYTE_SIZE: "8",
    CONF_PARITY: "none",
    CONF_STOP_BITS: "1",
    CONF_FILTER: sorted(DEFAULT_FILTER),
    CONF_POWER_INTERVAL: _TIMING.power_interval,
    CONF_ENERGY_INTERVAL: _TIMING.energy_interval,
    CONF_STALE_AFTER: _TIMING.stale_after,
    CONF_SMOOTHING: _TIMING.smoothing,
    CONF_INVERTED: False,
}


def port_settings(data: Mapping[str, Any]) -> PortSettings:
    """Return the line of a subentry."""
    known = {**DEFAULTS, **data}
    return PortSettings(
        url=known[CONF_PORT],
        baudrate=int(known[CONF_BAUDRATE]),
        byte_size=int(known[CONF_BYTE_SIZE]),
        parity=PARITIES[known[CONF_PARITY]],
        stopbits=float(known[CONF_STOP_BITS]),
    )


def meter_settings(data: Mapping[str, Any]) -> MeterSettings:
    """Return what a person chose for a subentry's meter."""
    known = {**DEFAULTS, **data}
    return MeterSettings(
        timing=timing(known),
        hidden=frozenset(known[CONF_FILTER]),
        inverted=known[CONF_INVERTED],
    )


def timing(data: Mapping[str, Any]) -> MeterTiming:
    """Return the waits of a subentry's meter; those that nobody chooses are the usual ones."""
    return MeterTiming(
        **{
            key: float(data[key])
            for key in (
                CONF_POWER_INTERVAL,
                CONF_ENERGY_INTERVAL,
                CONF_STALE_AFTER,
                CONF_SMOOTHING,
            )
            if key in data
        }
    )
