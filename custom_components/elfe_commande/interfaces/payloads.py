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


# What screens send without writing it as JSON: texts are put in as they are, and may be cut.
_RAW: Final = re.compile(
    r'\{"event":"(?P<name>[A-Za-z0-9_-]{1,32})"(?:,"val":(?P<value>-?[0-9]{1,6}))?'
    r'(?:,"text":"(?P<text>.*?)(?P<end>"\})?)?',
    re.DOTALL,
)
_BEGUN: Final = re.compile(rb'\{"event":"(?P<name>[A-Za-z0-9_-]{1,32})"')


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an object of a page; most objects have neither a value nor a text."""

    name: str
    value: Value
    text: str | None
    valued: bool = True
    """It tells a value, be it null: what a switch or roller always does, and a plain button never."""


def event_of(payload: bytes) -> Event | None:
    """Return the event a payload tells, `None` if it tells none."""
    if len(payload) > _LONGEST:
        return None
    try:
        content = json.loads(payload.decode(), parse_constant=_refuse)
    except ValueError, RecursionError:
        return _raw_event(payload)
    if not isinstance(content, dict):
        return None
    name, value, text = content.get("event"), content.get("val"), content.get("text")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        return None
    if not _is_plain(value) or not _is_plain(text):
        return None
    return Event(name, value, None if text is None else str(text), "val" in content)


def begun_event(payload: bytes) -> str | None:
    """Return the name of an event that was cut before it told its value."""
    if len(payload) > _LONGEST or payload.endswith(b"}"):
        return None
    found = _BEGUN.match(payload)
    return found["name"].decode() if found and event_of(payload) is None else None


def _raw_event(payload: bytes) -> Event | None:
    """Return an event whose text has quotes or ends in the middle."""
    found = _RAW.fullmatch(payload.decode(errors="replace"))
    if found is None or found["text"] is None:
        return None
    value = None if found["value"] is None else int(found["value"])
    text = "".join(filter(str.isprintable, found["text"])).replace("\N{REPLACEMENT CHARACTER}", "")
    if found["end"] is None and text.strip().isdecimal():
        # Its number may have had more digits.
        return Event(found["name"], None, None)
    return Event(found["name"], value, text)


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
