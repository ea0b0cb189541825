"""Writes telegrams of the Smart Message Language 1.04, as meters send them unasked.

A telegram is three messages (open, list of values, close) in the transport protocol, version 1:
escape sequences around it, zeros that fill up the last four bytes, a checksum over it all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
import struct

ESCAPE = b"\x1b\x1b\x1b\x1b"
VERSION = b"\x01\x01\x01\x01"
END_OF_MESSAGE = b"\x00"
ABSENT = b"\x01"

_OPEN, _CLOSE, _LIST = 0x0101, 0x0201, 0x0701
_OCTETS, _SIGNED, _UNSIGNED, _SEQUENCE = 0x0, 0x5, 0x6, 0x7
_SHORT = 15


class Unit(IntEnum):
    """DLMS codes of the units that meters use."""

    DEGREE = 8
    WATT = 27
    VOLT_AMPERE = 28
    VAR = 29
    WATT_HOUR = 30
    VOLT_AMPERE_HOUR = 31
    VAR_HOUR = 32
    AMPERE = 33
    VOLT = 35
    HERTZ = 44


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a telegram; a number is worth `value * 10 ** scaler`."""

    code: str
    value: int | bytes
    unit: int | None = None
    scaler: int | None = None
    status: int | None = None
    size: int | None = None
    """Bytes of the value, where it is not sent in as few as it takes."""
    signed: bool = True
    """Whether the value is sent as a number with a sign."""
    at: int | None = None
    """The time of the value, as Holley's meters send it: bare."""


type Check = Callable[[bytes], bytes]


def telegram(
    server_id: bytes,
    entries: Iterable[Entry],
    *,
    seconds: int = 0,
    group: int = 0,
    check: Check | None = None,
) -> bytes:
    """Return a telegram, ready to be sent; `seconds` is the meter's own clock.

    `check` makes the checksum of its messages, the standard's if it is left out.
    """
    check = check or checksum
    file_id = struct.pack(">I", seconds)
    sensor_time = _sequence(_unsigned(1, 1), _unsigned(seconds, 4))
    values = [_entry(entry) for entry in entries]
    bodies = (
        (_OPEN, _sequence(ABSENT, ABSENT, _octets(file_id), _octets(server_id), ABSENT, ABSENT)),
        (
            _LIST,
            _sequence(
                ABSENT,
                _octets(server_id),
                ABSENT,
                sensor_time,
                _sequence(*values),
                ABSENT,
                ABSENT,
            ),
        ),
        (_CLOSE, _sequence(ABSENT)),
    )
    messages = b"".join(
        _message(struct.pack(">IB", seconds, number), group, kind, body, check)
        for number, (kind, body) in enumerate(bodies)
    )
    return transport(messages)


def transport(messages: bytes) -> bytes:
    """Return messages in the transport protocol: padded, escaped, with a checksum."""
    padding = -len(messages) % 4
    content = (messages + bytes(padding)).replace(ESCAPE, ESCAPE * 2)
    frame = ESCAPE + VERSION + content + ESCAPE + bytes((0x1A, padding))
    return frame + checksum(frame)


def checksum(octets: bytes) -> bytes:
    """Return the CRC-16 of X.25 (ISO/IEC 13239), lowest byte first."""
    return struct.pack("<H", _crc(octets, 0xFFFF) ^ 0xFFFF)


def kermit(octets: bytes) -> bytes:
    """Return the CRC-16 of Kermit, highest byte first, as Holley's DTZ541 sends it."""
    return struct.pack(">H", _crc(octets, 0))


def _crc(octets: bytes, start: int) -> int:
    crc = start
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc


def octets_of(code: str) -> bytes:
    """Return the six bytes of a code as `1-0:1.8.0*255`."""
    return bytes(map(int, code.replace("-", ".").replace(":", ".").replace("*", ".").split(".")))


# ------------------------------------------------------------------------------ messages, fields


def _message(transaction: bytes, group: int, kind: int, body: bytes, check: Check) -> bytes:
    fields = (
        _octets(transaction),
        _unsigned(group, 1),
        _unsigned(0, 1),
        _sequence(_unsigned(kind, 2), body),
    )
    begun = _head(_SEQUENCE, len(fields) + 2) + b"".join(fields)
    return begun + _head(_UNSIGNED, 3) + check(begun) + END_OF_MESSAGE


def _entry(entry: Entry) -> bytes:
    return _sequence(
        _octets(octets_of(entry.code)),
        ABSENT if entry.status is None else _unsigned(entry.status, 4),
        ABSENT if entry.at is None else _unsigned(entry.at, 4),
        ABSENT if entry.unit is None else _unsigned(entry.unit, 1),
        ABSENT if entry.scaler is None else _number(entry.scaler),
        _value(entry),
        ABSENT,
    )


def _value(entry: Entry) -> bytes:
    if isinstance(entry.value, bytes):
        return _octets(entry.value)
    if entry.size is None:
        return _number(entry.value)
    kind = _SIGNED if entry.signed else _UNSIGNED
    return _sized(kind, (entry.value % (1 << 8 * entry.size)).to_bytes(entry.size))


def _sequence(*items: bytes) -> bytes:
    return _head(_SEQUENCE, len(items)) + b"".join(items)


def _octets(value: bytes) -> bytes:
    return _sized(_OCTETS, value)


def _unsigned(value: int, size: int) -> bytes:
    return _sized(_UNSIGNED, value.to_bytes(size))


def _number(value: int) -> bytes:
    """Return a signed integer in as few bytes as it takes: 1, 2, 4 or 8."""
    size = next(size for size in (1, 2, 4, 8) if value.bit_length() < 8 * size)
    return _sized(_SIGNED, value.to_bytes(size, signed=True))


def _sized(kind: int, value: bytes) -> bytes:
    """Return a field; its length counts the bytes that tell the length too."""
    size = 1
    while len(value) + size >= 16**size:
        size += 1
    return _head(kind, len(value) + size, size) + value


def _head(kind: int, length: int, size: int | None = None) -> bytes:
    """Return type and length: four bits of the length in each byte, the highest first."""
    if size is None:
        size = 1 if length <= _SHORT else 2
    nibbles = [length >> 4 * place & 0xF for place in reversed(range(size))]
    return bytes(
        (0x80 if place < size - 1 else 0) | (kind << 4 if place == 0 else 0) | nibble
        for place, nibble in enumerate(nibbles)
    )
