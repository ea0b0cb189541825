"""What may leave the house: numbers, words of ours, and numbered names for all that is named.

Everything else is redacted: whatever a person can type, and whatever a device can say. Each
function here takes a value of any kind and returns what of it goes out; none of them raises.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, time
from enum import Enum
import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED

from ..core.appliances import TYPE_OF
from ..core.entity_topics import entities_of, shown_topic
from ..interfaces import FACTORIES

type Shown = Callable[[Any], Any]


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


_STEPS: Final = frozenset({*FACTORIES, "clock", "home_assistant", "outputs"})
"""Words in the details of the numbered start."""
_PART: Final = re.compile(
    r"\+|\#|\d|switch:\d|[Ss]ortie\d|EtatSortie\d|POWER\d?|(?:ack|lwt|LWT|RESULT|SENSOR|STATE|Mode"
    r"|announce|attributes|bot|cmnd|command|entity|events|hasp|jsonl|lastwill|online|output|page"
    r"|power|relay|rpc|set|shellies|shelly|Socorel|stat|state|status|switchbot|tele|update|viriya)"
)
"""Parts of a topic that protocols fix."""
_DOMAINS: Final = words(
    "binary_sensor button calendar event input_boolean input_button input_number input_text light number sensor"
    " switch text weather climate fan humidifier input_select select valve water_heater"
)
"""Domains of entities that can be chosen in our forms."""


def number(value: Any) -> Any:
    """Show a number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number or value is None else REDACTED


def flag(value: Any) -> Any:
    """Show yes or no."""
    return value if isinstance(value, bool) or value is None else REDACTED


def given(value: Any) -> Any:
    """Show no more than that there is something."""
    return REDACTED if value else None


def word(*known: str) -> Shown:
    """Show one of these words."""
    return lambda value: value if value is None or value in known else REDACTED


def shaped(pattern: re.Pattern[str]) -> Shown:
    """Show a text that is of this form as a whole."""
    return lambda value: (
        value if isinstance(value, str) and pattern.fullmatch(value) is not None else REDACTED
    )


def each(shown: Shown) -> Shown:
    """Show the items of a list."""
    return lambda value: (
        [shown(item) for item in value]
        if isinstance(value, list | tuple | set | frozenset)
        else REDACTED
    )


def by(key: Shown, shown: Shown) -> Shown:
    """Show a mapping whose keys are to be looked at too."""
    return lambda value: (
        {str(key(k)): shown(item) for k, item in value.items()}
        if isinstance(value, Mapping)
        else REDACTED
    )


def only(allowed: Mapping[str, Shown]) -> Shown:
    """Show these keys of a mapping, and how many others there are."""

    def shown(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return REDACTED
        found = {key: allowed[key](item) for key, item in value.items() if key in allowed}
        others = len(value) - len(found)
        return {**found, "others": others} if others else found

    return shown


DIGITS: Final = shaped(re.compile(r"\d{1,9}", re.ASCII))
APPLIANCE: Final = shaped(re.compile(rf"\d{{1,9}}|{'|'.join(TYPE_OF)}", re.ASCII))
"""A type of appliances, or the number of one."""
COLOR: Final = shaped(re.compile(r"#[0-9A-Fa-f]{6}"))


def at(seconds: float | None) -> str | None:
    """Show a unix time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


class Redactor:
    """Shows values, the same name always as the same number: `home 1`, `device 4`, `name 2`.

    The numbers depend on all that is named in an entry, so that two files of it agree.
    """

    def __init__(
        self,
        *,
        homes: Iterable[str] = (),
        devices: Iterable[str] = (),
        plates: Iterable[str] = (),
        entities: Iterable[str] = (),
        topics: Iterable[str | None] = (),
        reasons: Collection[str] = (),
    ) -> None:
        """Give a number to all that is named; `reasons` are the keys that have a text."""
        known = list(filter(None, topics))
        driven = [entity for topic in known for entity in entities_of(topic)]
        parts = (part for topic in known if not entities_of(topic) for part in topic.split("/"))
        self.home: Final = _numbered("home", homes)
        self.device: Final = _numbered("device", devices)
        self.plate: Final = _numbered("plate", plates)
        self._entity: Final = _numbered("entity", (*entities, *driven))
        self._name: Final = _numbered("name", (p for p in parts if _PART.fullmatch(p) is None))
        self._reasons: Final = frozenset(reasons)

    def entity(self, entity_id: Any) -> Any:
        """Show of an entity its domain and its number."""
        if not entity_id:
            return None
        domain = str(entity_id).partition(".")[0]
        shown = self._entity(entity_id)
        return f"{domain}.{shown}" if domain in _DOMAINS else shown

    def topic(self, topic: Any) -> Any:
        """Show of a topic what its protocol fixes; each other part is a numbered name."""
        if not topic:
            return None
        if entities_of(str(topic)):
            return shown_topic(str(topic), self.entity)
        parts = str(topic).split("/")
        return "/".join(p if _PART.fullmatch(p) else self._name(p) for p in parts)

    def reason(self, reason: Any) -> Any:
        """Show a reason that has a text."""
        known = reason is None or (isinstance(reason, str) and reason in self._reasons)
        return reason if known else REDACTED

    def details(self, details: str) -> str:
        """Show what a step of the start is busy with: numbers, and parts of ours."""
        said = re.findall(r"\w+", details)
        return details if all(w in _STEPS or w.isdecimal() for w in said) else REDACTED

    def plain(self, value: Any) -> Any:
        """Show of an object of ours all that cannot name anything: no text but a reason."""
        if isinstance(value, Enum):
            return value.value
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, time | datetime):
            return value.isoformat()
        if is_dataclass(value) and not isinstance(value, type):
            return {
                f.name: (self.reason if f.name == "reason" else self.plain)(getattr(value, f.name))
                for f in fields(value)
            }
        if isinstance(value, Mapping):
            safe = {k: item for k, item in value.items() if isinstance(k, int | Enum)}
            return {str(self.plain(k)): self.plain(item) for k, item in safe.items()}
        if isinstance(value, list | tuple):
            return [self.plain(item) for item in value]
        if isinstance(value, set | frozenset):
            return sorted(map(self.plain, value), key=str)
        return REDACTED


def _numbered(kind: str, names: Iterable[str]) -> Shown:
    """Show a known name as the number it has among those of its kind."""
    known = sorted({str(name) for name in names if name})
    numbers = {name: f"{kind} {number}" for number, name in enumerate(known, start=1)}
    return lambda name: None if not name else numbers.get(str(name), REDACTED)
