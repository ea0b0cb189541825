"""What one telegram says, out of what the parser made of its frame."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
import math
from typing import Any

from sml import SmlFrame, SmlGetListResponse

from .obis import MAKERS

type Value = int | float | str

MAX_NUMBER = 1e15
"""Beyond that a number is a mistake, whatever it counts."""


@dataclass(frozen=True, slots=True)
class Register:
    """One value of a telegram; `unit` is as the parser writes it, `None` if it has none."""

    code: str
    value: Value
    unit: str | None = None

    @property
    def number(self) -> float | None:
        """The value, if it is a number."""
        return None if isinstance(self.value, str) else self.value


@dataclass(frozen=True, slots=True)
class Telegram:
    """What a meter said at one time. `meter_id` is its server id, without blanks."""

    meter_id: str
    readings: Mapping[str, Register]

    @property
    def maker(self) -> str | None:
        """The maker's three letters, if they are told."""
        for code in MAKERS:
            if (reading := self.readings.get(code)) and isinstance(reading.value, str):
                return reading.value
        return None


def telegram_of(frame: SmlFrame) -> Telegram | None:
    """Return what the lists of values in a frame say, `None` if there is none."""
    meter_id = ""
    readings: dict[str, Register] = {}
    for message in frame:
        body = message["messageBody"]
        if isinstance(body, SmlGetListResponse):
            meter_id = meter_id or "".join(str(body["serverId"]).split())
            readings |= {reading.code: reading for reading in _readings(body["valList"])}
    return Telegram(meter_id, readings) if meter_id else None


def _readings(entries: Iterable[Mapping[str, Any]]) -> Iterator[Register]:
    for entry in entries:
        code = entry.get("objName")
        value = _plain(entry.get("value"))
        if isinstance(code, str) and value is not None:
            unit = entry.get("unit")
            yield Register(code, value, unit if isinstance(unit, str) else None)


def _plain(value: object) -> Value | None:
    match value:
        case bool():
            return int(value)
        case int() | float() if math.isfinite(value) and abs(value) <= MAX_NUMBER:
            return value
        case str():
            return value
        case bytes():
            return _text(value)
        case _:
            return None


def _text(octets: bytes) -> str:
    """Return octets as the text they are, or else in hexadecimal."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return octets.hex()
    return text if text.isprintable() else octets.hex()
