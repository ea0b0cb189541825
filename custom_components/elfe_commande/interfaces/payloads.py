"""What a plate's event looks like: a JSON object with `event` and `val`, perhaps `text`."""

from dataclasses import dataclass
import json
import re
from typing import Any, Final, NoReturn

_LONGEST: Final = 2048
"""Bytes; a plate cannot send more."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NUMBER: Final = re.compile(r"\s*([0-9]{1,9})")
_WIDE: Final = 1 << 63

type Value = int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an object of a page."""

    name: str
    value: Value
    text: str | None


def event_of(payload: bytes) -> Event | None:
    """Return the event a payload tells, `None` if it tells none."""
    if len(payload) > _LONGEST:
        return None
    try:
        content = json.loads(payload.decode(), parse_constant=_refuse)
    except ValueError, RecursionError:
        return None
    if not isinstance(content, dict) or "val" not in content:
        return None
    name, value, text = content.get("event"), content["val"], content.get("text")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        return None
    if not _is_plain(value) or not _is_plain(text):
        return None
    return Event(name, value, None if text is None else str(text))


def number_in(text: str | None) -> int | None:
    """Return the number a text begins with."""
    found = _NUMBER.match(text or "")
    return int(found[1]) if found else None


def _is_plain(value: Any) -> bool:
    """Return whether a value is one that can be stored and sent on: short and finite."""
    match value:
        case None | bool():
            return True
        case int() | float():
            return -_WIDE < value < _WIDE
        case str():
            # Half of a pair of surrogates is no text.
            return not any("\ud800" <= character <= "\udfff" for character in value)
    return False


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
