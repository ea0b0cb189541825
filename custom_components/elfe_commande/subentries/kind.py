"""One type of subentry: the flow that people add it with, what runs, and what is shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryFlow
from homeassistant.helpers.entity import Entity

from .unit import Unit, UnitKind


@dataclass(frozen=True, slots=True)
class Kind[H, U: Unit]:
    """What the registry knows of a type; `H` is the hub of an entry, `U` its units.

    A type without `make` is followed by somebody else. `local_only`: elsewhere the database
    says it.
    """

    subentry_type: str
    flow: type[ConfigSubentryFlow]
    make: Callable[[H, ConfigSubentry], U] | None = None
    entities: Callable[[U, str], Iterable[Entity]] = lambda _unit, _platform: ()
    local_only: bool = False

    def bound_to(self, hub: H) -> UnitKind | None:
        """Return how units are made for one entry."""
        return None if self.make is None else UnitKind(partial(self.make, hub), self.entities)
