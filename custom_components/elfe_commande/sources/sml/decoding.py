"""Reads messages of the Smart Message Language 1.04: types, lengths, and what they hold.

A decoder of our own, as meters bend the standard: it keeps how wide a number was sent, and
takes the checksum that Holley's meters use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .checksum import is_right

type Item = bytes | Number | list[Item]

_MORE: Final = 0x80
_OCTETS, _BOOLEAN, _SIGNED, _UNSIGNED, _LIST = 0, 4, 5, 6, 7
"""Types of fields."""
_END_OF_MESSAGE: Final = 0
_MESSAGE: Final = 0x76
_FIELDS: Final = 4
"""Of a message, before its checksum: transaction, group, what to do on errors, body."""
_DEPTH: Final = 8
"""Lists within lists; a list of values needs five."""


class DecodingError(ValueError):
    """The octets are no message."""


@dataclass(frozen=True, slots=True)
class Number:
    """An integer as it was sent."""

    value: int
    size: int
    """Bytes."""
    signed: bool

    @property
    def unsigned(self) -> int:
        """The same bytes, read without a sign."""
        return self.value % (1 << 8 * self.size)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a telegram: what it is, and its fields."""

    kind: int
    body: list[Item]


def messages(content: bytes) -> Iterator[Message]:
    """Yield the messages of a telegram, checksums looked at; raises `DecodingError`."""
    cursor = _Cursor(content)
    # Zeros fill up the end, and not every meter counts them right.
    while content[cursor.at :].strip(b"\0"):
        yield _message(cursor)


def _message(cursor: _Cursor) -> Message:
    start = cursor.at
    if cursor.octet() != _MESSAGE:
        raise DecodingError("no message begins")
    *_, body = [cursor.item() for _ in range(_FIELDS)]
    covered = cursor.octets[start : cursor.at]
    told = cursor.item()
    if cursor.octet() != _END_OF_MESSAGE:
        raise DecodingError("a message does not end")
    if not isinstance(told, Number) or not is_right(covered, told.unsigned):
        raise DecodingError("the checksum of a message is wrong")
    match body:
        case [Number(value=kind), [*fields]]:
            return Message(kind, fields)
    raise DecodingError("a message without a body")


class _Cursor:
    """A place in octets, which moves on as they are read."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def octet(self) -> int:
        try:
            octet = self.octets[self.at]
        except IndexError as error:
            raise DecodingError("the octets end in a field") from error
        self.at += 1
        return octet

    def item(self, depth: int = 0) -> Item:
        """Read a field; lists with all that is in them."""
        kind, length, size = self._head()
        if kind == _LIST:
            if depth >= _DEPTH or length > len(self.octets) - self.at:
                raise DecodingError("a list without an end")
            return [self.item(depth + 1) for _ in range(length)]
        content = self._take(length - size)
        if kind == _OCTETS:
            return content
        if kind in (_BOOLEAN, _SIGNED, _UNSIGNED) and content:
            signed = kind == _SIGNED
            return Number(int.from_bytes(content, signed=signed), len(content), signed)
        raise DecodingError("a field of no known type")

    def _head(self) -> tuple[int, int, int]:
        """Read type and length, which counts the bytes that it takes itself."""
        octet, size = self.octet(), 1
        kind, length = octet >> 4 & 7, octet & 0xF
        while octet & _MORE:
            octet = self.octet()
            if octet >> 4 & 7:
                raise DecodingError("a length that goes on as a type")
            length = length << 4 | octet & 0xF
            size += 1
        return kind, length, size

    def _take(self, length: int) -> bytes:
        if not 0 <= length <= len(self.octets) - self.at:
            raise DecodingError("a field longer than what is there")
        taken = self.octets[self.at : self.at + length]
        self.at += length
        return taken
