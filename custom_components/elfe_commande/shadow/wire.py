"""What somebody else orders a device on the broker, read as the load's own on and off; pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ..core.decision import Act
from ..core.entity_topics import TOPIC as ENTITY
from ..core.model import Device, Equipment, Usage
from ..drivers import DRIVERS, Driver
from ..drivers.base import object_of, text_of
from ..typologies import TYPOLOGIES

_WORDS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"on", "1", "true"}),
    frozenset({"off", "0", "false"}),
)
_OF_THE_SENDER: Final = frozenset({"id", "src"})
"""What a request says of who made it."""
_REQUEST: Final = "shadow"


class Ear(NamedTuple):
    """A topic on which a load is ordered, and what each of our own orders is like there."""

    topic: str
    orders: tuple[tuple[str, bool], ...]
    """(payload, whether the load is on then)."""

    def order(self, payload: bytes) -> bool | None:
        """Return whether a message orders the load on or off; `None` if it orders neither."""
        return next((on for ours, on in self.orders if _is_same(ours, payload)), None)


def ears_of(equipment: Equipment) -> Iterator[Ear]:
    """Yield where a load's orders would be heard, ours and anybody's."""
    typology = TYPOLOGIES.get(equipment.typology_id)
    if typology is None:
        return
    start = typology.scenarios[Act.START].orders
    # How the load is wired is the same for each of its switches.
    inverted = bool(start) and not start[0].on
    for device in equipment.devices:
        driver = DRIVERS.get(device.type_id)
        if driver is None or not driver.drives or driver.presses is not typology.presses:
            continue
        if device.usage == Usage.MEASURE:
            continue
        found: dict[str, list[tuple[str, bool]]] = {}
        for on in (True,) if typology.presses else (True, False):
            message = _message(driver, device, on)
            if message is not None and not message[0].startswith(ENTITY):
                found.setdefault(message[0], []).append((message[1], on is not inverted))
        for topic, orders in found.items():
            yield Ear(topic, tuple(orders))


def _message(driver: Driver, device: Device, on: bool) -> tuple[str, str] | None:
    message = driver.order(device, on=on, request=_REQUEST)
    return None if message is None else (message.topic, message.payload)


def _is_same(ours: str, payload: bytes) -> bool:
    """Return whether a message orders what one of ours does, whoever made it."""
    mine, theirs = object_of(ours.encode()), object_of(payload)
    if mine is not None or theirs is not None:
        wanted = {key: v for key, v in (mine or {}).items() if key not in _OF_THE_SENDER}
        return mine is not None and theirs is not None and _has(theirs, wanted)
    mine_text, text = ours.strip().casefold(), text_of(payload).casefold()
    if mine_text == text:
        return True
    return any({mine_text, text} <= words for words in _WORDS)


def _has(theirs: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Return whether an object has all of another one, with what it has inside."""
    for key, value in wanted.items():
        there = theirs.get(key)
        if isinstance(value, dict):
            if not isinstance(there, dict) or not _has(there, value):
                return False
        elif type(there) is not type(value) or there != value:
            return False
    return True
