"""A telegram on a line: marks around it, bytes that fill it up, a checksum over it all."""

from typing import Final

from .checksum import is_right

ESCAPE: Final = b"\x1b\x1b\x1b\x1b"
START: Final = ESCAPE + b"\x01\x01\x01\x01"
END: Final = ESCAPE + b"\x1a"
TRAILER: Final = len(END) + 3
"""The end mark, the number of padding bytes and the checksum."""

_MOST_PADDING: Final = 4


def content_of(octets: bytes) -> bytes | None:
    """Return what is in a telegram that ends with the octets, `None` if none does.

    Raises `ValueError` where one ends whose checksum is wrong.
    """
    start = octets.find(START)
    while start >= 0:
        content = _unescaped(octets[start + len(START) : -TRAILER])
        if content is not None:
            padding = octets[-3]
            right = is_right(octets[start:-2], int.from_bytes(octets[-2:]))
            if padding > _MOST_PADDING or not right:
                raise ValueError("the checksum of a telegram is wrong")
            return content[: len(content) - padding]
        start = octets.find(START, start + 1)
    return None


def _unescaped(content: bytes) -> bytes | None:
    """Return content as it was before marks in it were doubled, `None` if one is not."""
    parts, at = [], 0
    while (mark := content.find(ESCAPE, at)) >= 0:
        after = mark + len(ESCAPE)
        if content[after : after + len(ESCAPE)] != ESCAPE:
            return None
        parts.append(content[at:after])
        at = after + len(ESCAPE)
    return b"".join((*parts, content[at:]))
