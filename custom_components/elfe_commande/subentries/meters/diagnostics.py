"""What a person may send of a meter: what it tells, not which one it is, nor where."""

import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED

from ...configuration.redaction import Redactor, number, shaped, word
from .unit import MeterUnit

_CODE: Final = shaped(re.compile(r"\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3}\*\d{1,3}", re.ASCII))
_MAKER: Final = shaped(re.compile(r"[A-Z]{3}"))
"""The three letters that makers of meters are given."""
_SCHEME: Final = word("socket", "rfc2217")
_UNITS: Final = frozenset({"W", "Wh", "VA", "VAh", "var", "varh", "V", "A", "Hz", "°", "°C"})
"""What is measured; a number without a unit may be a serial number."""


def describe_meter(unit: MeterUnit, _redactor: Redactor) -> dict[str, Any]:
    """Return how a meter is read and what it tells; texts tell one meter from all others."""
    frames, port = unit.reader.frames, unit.port
    scheme, separator, _ = port.url.partition("://")
    return {
        "maker": None if unit.maker is None else _MAKER(unit.maker),
        "line": {
            "kind": _SCHEME(scheme) if separator else "local",
            "baudrate": port.baudrate,
            "format": f"{port.byte_size}{port.parity}{port.stopbits:g}",
            "connected": unit.reader.connected,
        },
        "fresh": unit.fresh,
        "last_telegram": None if unit.heard_at is None else unit.heard_at.isoformat(),
        "telegrams": {
            "valid": frames.valid,
            "rejected": frames.rejected,
            "bytes": frames.octets,
            "text": frames.speaks_ascii,
            "seven_bits": frames.drops_eighth_bit,
        },
        "inverted": unit.settings.inverted,
        "directed": unit.directed,
        "hidden": sorted(_CODE(code) for code in unit.settings.hidden),
        "net_power": unit.meter.net_power,
        "surplus": unit.meter.surplus,
        "codes": {
            _CODE(code): _measured(measure, unit.meter.shown.get(code))
            for code, measure in unit.codes.items()
        },
    }


def _measured(unit: str | None, value: float | str | None) -> dict[str, Any]:
    """Return a measure; of anything else no more than that it is told."""
    if unit in _UNITS:
        return {"unit": unit, "value": number(value)}
    return {"unit": None, "value": None if value is None else REDACTED}
