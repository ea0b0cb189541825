"""What drives one load: an entity with a value for on and one for off, or several as one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .domains import Domain, domain_of
from .ways import Attributes, Value, Way


class OwnChanges(StrEnum):
    """What a change means of which nobody knows who made it."""

    PEOPLE = "people"
    """Somebody was at the device: it is their wish."""
    PROGRAMME = "programme"
    """The device has a programme of its own: it is ordered again at the next quarter-hour."""
    ASK = "ask"
    """The same, and a person is asked which of the two it is."""


class Shown(NamedTuple):
    """What an entity shows."""

    state: str
    attributes: Attributes


type Look = Callable[[str], Shown | None]
"""Returns what an entity shows, `None` if it is not there."""

type Reading = bool | tuple[Value, ...] | None
"""On or off, as ordered; or the values that are neither; `None` if an entity shows nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One entity, and what it is given for on and for off; `None`: it is left as it is."""

    entity_id: str
    way: Way
    on: Value | None
    off: Value | None

    def target(self, *, on: bool) -> Value | None:
        """Return what it is given."""
        return self.on if on else self.off

    def fits(self, shown: Shown | None, *, on: bool) -> bool:
        """Return whether it shows what it is given, or need not."""
        wanted = self.target(on=on)
        if wanted is None:
            return True
        return shown is not None and self._fits(self.way.value(*shown), shown, wanted, on=on)

    def intends(self, shown: Shown, *, on: bool) -> bool:
        """Return the same, of what is under way as if it were there."""
        wanted = self.target(on=on)
        return wanted is None or self._fits(self.way.intent(*shown), shown, wanted, on=on)

    def _fits(self, value: Value | None, shown: Shown, wanted: Value, *, on: bool) -> bool:
        if value is None:
            return False
        if self.way.rest is not None and value == self.way.rest:
            return not on or wanted == self.way.rest
        return self.way.equal(value, wanted, shown.attributes)


@dataclass(frozen=True, slots=True)
class Actuator:
    """What drives one load."""

    parts: tuple[Part, ...]
    own: OwnChanges = OwnChanges.PEOPLE
    pair: str = ""
    """The key of the pair that it is, if it is one."""

    @property
    def entity_ids(self) -> tuple[str, ...]:
        """Return its entities, in the order in which they are ordered."""
        return tuple(part.entity_id for part in self.parts)

    @property
    def domain(self) -> Domain | None:
        """Return the entry of its first entity's domain."""
        return domain_of(self.parts[0].entity_id)

    def steps(self, *, on: bool) -> Iterator[tuple[Part, Value]]:
        """Yield what is ordered, in order."""
        for part in self.parts:
            if (value := part.target(on=on)) is not None:
                yield part, value

    def reading(self, look: Look) -> bool | None:
        """Return whether all of it is as it is for on, or for off; `None` if neither."""
        shown = [(part, look(part.entity_id)) for part in self.parts]
        for on in (True, False):
            if all(part.fits(found, on=on) for part, found in shown):
                return on
        return None

    def intent(self, look: Look) -> Reading:
        """Return what was chosen, also where it is not there yet."""
        shown = [(part, found) for part in self.parts if (found := look(part.entity_id))]
        if len(shown) < len(self.parts):
            return None
        for on in (True, False):
            if all(part.intends(found, on=on) for part, found in shown):
                return on
        values = tuple(part.way.intent(*found) for part, found in shown)
        known = tuple(value for value in values if value is not None)
        return known if len(known) == len(values) else None
