"""Hostile messages on every topic the engine listens to, and which of them are none.

What may be acted upon is written anew here from what the surfaces and devices are to
understand: it is not the code under test.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import json
import re

from hypothesis import strategies as st

PLATES = ("g001", "g002")
WHEELS = {page: {8, 9, 5, 6} for page in (2, 3, 4)} | {5: {5, 6, 8}}
SWITCH = 3

_PLATE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_OBJECT = re.compile(r"p([2-7])b([0-9]{1,4})")
_WORDS = {"manuel", "connecte", "connecté", "auto", "automatique"}
_THERE = {"online", "true"}


@dataclass(frozen=True, slots=True)
class Hostile:
    """One message as it would come from the broker."""

    topic: str
    payload: bytes
    retained: bool = False

    @property
    def may_be_acted_upon(self) -> bool:
        """Whether something may be ordered or written because of it."""
        match self.topic.split("/"):
            case ["hasp", plate, "state", item] if _PLATE.fullmatch(plate):
                return not self.retained and self._is_gesture(item)
            case ["viriya", "update", number]:
                digits = number.isascii() and number.isdecimal() and len(number) < 11
                return not self.retained and digits and 0 < int(number) < 2**31
            case ["Socorel", serial, mode] if mode.lower() == "mode":
                word = self._text().casefold()
                known = _PLATE.fullmatch(serial) is not None and word in _WORDS
                return known and (word == "manuel" or not self.retained)
            case ["hasp", *_] | ["viriya", *_]:
                return False
        # Of devices, nothing but their return: what they forgot is ordered again.
        return self._text().strip().lower() in _THERE

    def _text(self) -> str:
        return self.payload.decode("utf-8", "replace")

    def _is_gesture(self, item: str) -> bool:
        found = _OBJECT.fullmatch(item)
        try:
            event = json.loads(self.payload)
        except ValueError, RecursionError:
            return False
        if found is None or not isinstance(event, dict) or "val" not in event:
            return False
        page, number, value = int(found[1]), int(found[2]), event["val"]
        if number == SWITCH:
            return event.get("event") == "up" and value in (0, 1)
        if number not in WHEELS.get(page, ()) or event.get("event") not in ("up", "changed"):
            return False
        text = event.get("text")
        told = isinstance(text, str | int | float) and re.match(r"\s*\d", str(text))
        return bool(told) or type(value) is int


SQL = (
    "' OR '1'='1",
    "1;DROP TABLE bdd_coordination_schema.result",
    "1' UNION SELECT 1--",
    "$1",
    "1) OR 1=1",
    "\\'; --",
    "%27%20OR%201=1",
    "NULL",
)
WORDS = (
    "hasp",
    "viriya",
    "Socorel",
    "state",
    "LWT",
    "update",
    "Mode",
    "mode",
    "command",
    "jsonl",
    "p2b3",
    "p3b8",
    "p5b8",
    "p4b5",
    "p8b12",
    "p0b3",
    "p03b3",
    "P3b3",
    "p3b3 ",
    "p3b3\n",
    "p-3b3",
    "p3b٣",
    "1",
    "2",
    "0",
    "-1",
    "01",
    "１",
    "1_0",
    "2147483648",
    "9" * 5000,
    "",
    "+",
    "#",
    "\x00",
    "\ud800",
    "é",
    "g" * 300,
    *PLATES,
    *SQL,
)
LEVELS = st.sampled_from(WORDS) | st.text(max_size=12)
OBJECTS = st.sampled_from(["p2b3", "p3b3", "p3b8", "p3b9", "p4b5", "p4b6", "p5b5", "p5b8", "p6b3"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 130)
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["up", "down", "changed", "07h", "h7", "80%", "-1", "9" * 400, *SQL])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from(["up", "down", "changed", "UP", "up "]) | LEAVES,
        "val": LEAVES | JSON,
        "text": LEAVES | JSON,
    },
)
BYTES = st.binary(max_size=120) | st.sampled_from(
    [
        b"",
        b"\xff\xfe",
        b"\xc3\x28",
        b"online\xff",
        b"offline",
        b"online ",
        b"ONLINE",
        b"manuel ",
        b"manuel\xff",
        b"Manuel\n",
        b"deconnecte",
        b"auto auto",
        b"[" * 3000,
        b'{"event":' * 500,
        b'{"event":"up","val":1',
        b'{"event":"up","val":1}}',
        b'{"event":"up","val":NaN}',
        b'{"event":"changed","val":1e400,"text":"h"}',
        b'{"event":"changed","val":0.5}',
        b'{"event":"up","val":' + b"1" * 1900 + b"}",
        b"1" * 5000,
        b"on",
        b"off",
        b"ON",
        b'{"POWER":"ON"}',
        b'{"POWER":{"a":1}}',
        b'{"ENERGY":{"Power":1e400}}',
        b'{"id":1,"result":{"was_on":true}}',
        b'{"status":"success"}',
        b'{"output":true,"apower":1e308}',
        b"00100000",
        b"2" * 8,
        *(statement.encode() for statement in SQL),
    ]
)
PAYLOADS = BYTES | (EVENTS | JSON).map(lambda value: json.dumps(value).encode())


def messages(topics: Iterable[str]) -> st.SearchStrategy[Hostile]:
    """Return messages on these topics of devices, on those of people, and on the like."""
    people = (
        st.tuples(st.sampled_from(PLATES), OBJECTS).map(lambda at: f"hasp/{at[0]}/state/{at[1]}")
        | st.tuples(st.sampled_from(PLATES) | LEVELS, LEVELS).map(
            lambda at: f"hasp/{at[0]}/state/{at[1]}"
        )
        | LEVELS.map(lambda plate: f"hasp/{plate}/LWT")
        | LEVELS.map(lambda number: f"viriya/update/{number}")
        | st.tuples(st.sampled_from(["PLC001"]) | LEVELS, LEVELS).map(
            lambda at: f"Socorel/{at[0]}/{at[1]}"
        )
    )
    anything = st.lists(LEVELS, max_size=5).map("/".join)
    of_devices = st.sampled_from(sorted(topics))
    return st.builds(
        Hostile, st.one_of(people, people, of_devices, anything), PAYLOADS, st.booleans()
    )
