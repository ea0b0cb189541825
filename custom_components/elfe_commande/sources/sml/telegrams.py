"""What one telegram says, out of the messages in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
import math
import re
from typing import Final

from .decoding import DecodingError, Item, Message, Number
from .obis import DEVICE_ID, MAKERS, PUBLIC_KEY, SERVER_ID
from .units import UNITS

type Value = int | float | str

MAX_NUMBER = 1e15
"""Beyond that a number is a mistake, whatever it counts."""

_MOST_DIGITS: Final = 127
"""A scaler is one byte."""

_LIST_OF_VALUES: Final = 0x0701
_ENTRY: Final = 6
"""Fields of a value: code, status, time, unit, scaler, value; its signature is not used."""
_CODE: Final = 6
_MAKER_CODE: Final = "129-129:199.130.3*255"
_LETTERS: Final = 3
_NAMED_ID: Final = 10
"""Bytes of a server id that names its maker."""
_NAMED_KINDS: Final = (9, 10)
_NAMED: Final = re.compile(r"[0-9A-F]+?([A-Z]{3})[0-9A-F]{2}\d{8,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Register:
    """One value of a telegram; `unit` is `None` if it has none."""

    code: str
    value: Value
    unit: str | None = None
    status: int | None = None
    """The status word that came with it."""
    sent: Number | None = None
    """The number as it was sent, before its scaler."""
    scaler: int = 0

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

    @property
    def made_by(self) -> str | None:
        """The maker's three letters, out of the server id where they are not told."""
        named = _NAMED.fullmatch(self.meter_id)
        return self.maker or (named[1] if named else None)


def telegram_of(messages: Iterable[Message]) -> Telegram | None:
    """Return what the lists of values in messages say, `None` if there is none.

    Raises `DecodingError` for a list that says not whose it is, or what it measures.
    """
    meter_id = ""
    readings: dict[str, Register] = {}
    for message in messages:
        if message.kind == _LIST_OF_VALUES:
            server, values = _list_of(message.body)
            meter_id = meter_id or "".join(_identity(server).split())
            readings |= {reading.code: reading for reading in _readings(values)}
    return Telegram(meter_id, readings) if meter_id else None


def scaled(number: int, scaler: int) -> float:
    """Return a number as it is meant; what is beyond all counting is infinite."""
    if abs(scaler) > _MOST_DIGITS or abs(number) >= 10**_MOST_DIGITS:
        return math.inf
    factor: int = 10 ** abs(scaler)
    return number / factor if scaler < 0 else number * factor


def _list_of(body: list[Item]) -> tuple[bytes, list[Item]]:
    match body:
        case [_, bytes() as server, _, _, [*values], *_] if server:
            return server, values
    raise DecodingError("a list of values without its meter")


def _readings(entries: Iterable[Item]) -> Iterator[Register]:
    for entry in entries:
        if not isinstance(entry, list) or len(entry) < _ENTRY:
            raise DecodingError("a value without all of its fields")
        code, status, _, unit, scaler, value = entry[:_ENTRY]
        if not isinstance(code, bytes) or len(code) != _CODE:
            continue
        power = _int_of(scaler) or 0
        if isinstance(value, bytes) and power:
            raise DecodingError("a text with a scaler")
        name = "{}-{}:{}.{}.{}*{}".format(*code)
        if (plain := _plain(name, value, power)) is not None:
            yield Register(
                name,
                plain,
                UNITS.get(_int_of(unit) or 0),
                _int_of(status),
                value if isinstance(value, Number) else None,
                power,
            )


def _int_of(item: Item) -> int | None:
    return item.value if isinstance(item, Number) else None


def _plain(code: str, value: Item, scaler: int) -> Value | None:
    match value:
        case Number(value=number):
            found = scaled(number, scaler)
            return found if abs(found) <= MAX_NUMBER else None
        case bytes() if value:
            return _named(code, value)
    return None


def _named(code: str, octets: bytes) -> str:
    """Return what octets say, by what they are about."""
    if code in (SERVER_ID, DEVICE_ID):
        return _identity(octets)
    if code == PUBLIC_KEY:
        return octets.hex()
    if code == _MAKER_CODE and len(octets) == _LETTERS:
        return octets.decode("latin-1")
    return _text(octets)


def _identity(octets: bytes) -> str:
    """Return a server id as it is printed on the meter, or else in hexadecimal."""
    if len(octets) != _NAMED_ID or octets[0] not in _NAMED_KINDS:
        return "-".join(f"{octet:02X}" for octet in octets)
    serial = int.from_bytes(octets[6:])
    maker = octets[2:5].decode("latin-1")
    return f"{octets[1]:X} {maker}{octets[5]:02X} {serial // 10_000:04d} {serial % 10_000:04d}"


def _text(octets: bytes) -> str:
    """Return octets as the text they are, or else in hexadecimal."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return octets.hex()
    return text if text.isprintable() else octets.hex()
