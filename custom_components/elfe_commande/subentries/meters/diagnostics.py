"""What a person may send of a meter: what it tells, not which one it is, nor where."""

from typing import TYPE_CHECKING, Any

from homeassistant.components.diagnostics import REDACTED

if TYPE_CHECKING:
    from .unit import MeterUnit


def describe_meter(unit: MeterUnit) -> dict[str, Any]:
    """Return how a meter is read and what it tells; texts tell one meter from all others."""
    frames, port = unit.reader.frames, unit.port
    scheme, separator, _ = port.url.partition("://")
    return {
        "maker": unit.maker,
        "line": {
            "kind": scheme if separator else "local",
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
        },
        "inverted": unit.settings.inverted,
        "hidden": sorted(unit.settings.hidden),
        "net_power": unit.meter.net_power,
        "surplus": unit.meter.surplus,
        "codes": {
            code: {"unit": measure, "value": _shown(unit.meter.shown.get(code))}
            for code, measure in unit.codes.items()
        },
    }


def _shown(value: float | str | None) -> float | str | None:
    return REDACTED if isinstance(value, str) else value
