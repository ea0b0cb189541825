"""Entities of Home Assistant where devices have topics.

`entity/<entity_id>` stands for an entity. What drives a load by other values than on and off
says them behind a question mark, as addresses do, and names several entities with bars between
them: `entity/climate.heater?by=preset_mode&on=comfort&off=eco`.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from .actuators import Actuator, OwnChanges, Part, domain_of

TOPIC: Final = "entity/"
_BETWEEN: Final = "|"
_WORDS: Final = frozenset(
    {"auto", "away", "boost", "closed", "comfort", "cool", "dry", "eco", "electric", "fan_only"}
    | {"heat", "heat_cool", "heat_pump", "home", "high_demand", "none", "off", "on", "open"}
    | {"performance", "sleep"}
)
"""Values that name nobody."""


def topic_of(entity_id: str) -> str:
    """Return what stands for an entity where devices have topics."""
    return f"{TOPIC}{entity_id}"


def entity_of(topic: str) -> str | None:
    """Return the first entity that a topic stands for, `None` if it is one of the broker."""
    return next(iter(entities_of(topic)), None)


def entities_of(topic: str) -> tuple[str, ...]:
    """Return the entities that a topic stands for; none if it is one of the broker."""
    if not topic.startswith(TOPIC):
        return ()
    parts = topic.removeprefix(TOPIC).split(_BETWEEN)
    return tuple(part.partition("?")[0] for part in parts)


def shown_topic(topic: str, shown: Callable[[str], Any]) -> str:
    """Return a topic with its entities, and texts that people may have chosen, shown otherwise."""
    parts: list[str] = []
    for text in topic.removeprefix(TOPIC).split(_BETWEEN):
        entity_id, mark, query = text.partition("?")
        said = {
            key: value if key not in {"on", "off"} or _is_plain(value) else "**REDACTED**"
            for key, value in parse_qsl(query)
        }
        parts.append(f"{shown(entity_id)}{mark}{urlencode(said, safe='*')}")
    return TOPIC + _BETWEEN.join(parts)


def _is_plain(value: str) -> bool:
    """Whether a value is a number, or a word of Home Assistant's."""
    return value in _WORDS or value.replace(".", "", 1).isdecimal()


def topic_of_actuator(actuator: Actuator) -> str:
    """Return what stands for what drives a load."""
    of_all = {} if actuator.own is OwnChanges.PEOPLE else {"own": str(actuator.own)}
    of_all |= {"pair": actuator.pair} if actuator.pair else {}
    first, *others = actuator.parts
    return TOPIC + _BETWEEN.join((_text(first, of_all), *(_text(part, {}) for part in others)))


def _text(part: Part, of_all: dict[str, str]) -> str:
    given = {"on": part.on, "off": part.off}
    said = {key: value for key, value in given.items() if value is not None}
    return f"{part.entity_id}?{urlencode({'by': part.way.key, **said, **of_all}, quote_via=quote)}"


def actuator_of(topic: str) -> Actuator | None:
    """Return what a topic stands for, `None` if that is nothing that can be driven."""
    if not topic.startswith(TOPIC):
        return None
    parts: list[Part] = []
    said: dict[str, str] = {}
    for text in topic.removeprefix(TOPIC).split(_BETWEEN):
        entity_id, mark, query = text.partition("?")
        values = dict(parse_qsl(query, keep_blank_values=True))
        said = said or values
        part = _part(entity_id, values if mark else None)
        if part is None:
            return None
        parts.append(part)
    own = OwnChanges(said.get("own", OwnChanges.PEOPLE))
    return Actuator(tuple(parts), own, said.get("pair", ""))


def _part(entity_id: str, said: dict[str, str] | None) -> Part | None:
    domain = domain_of(entity_id)
    way = None if domain is None else domain.way("" if said is None else said.get("by", ""))
    if way is None:
        return None
    if said is not None:
        on, off = (way.parse(said[key]) if key in said else None for key in ("on", "off"))
        return Part(entity_id, way, on, off)
    return None if way.fixed is None else Part(entity_id, way, *way.fixed)
