"""One type of subentry: the flow that people add it with, what runs, what is shown and told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
import logging
from typing import Any

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryFlow
from homeassistant.helpers.entity import Entity

from ..configuration.redaction import Redactor
from .unit import Unit, UnitKind

_LOGGER = logging.getLogger(__name__)

type Names = Callable[[Mapping[str, Any]], Iterable[str]]
"""What the data of a subentry name."""


def _nothing(_data: Mapping[str, Any]) -> Iterable[str]:
    return ()


def told(names: Names, subentry: ConfigSubentry) -> frozenset[str]:
    """Return what a subentry names; one that cannot be read as it is stored costs no other."""
    try:
        return frozenset(names(subentry.data))
    except KeyError, TypeError, ValueError, AttributeError:
        _LOGGER.warning("%s cannot be read as it is stored", subentry.title)
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind[H, U: Unit]:
    """What the registry knows of a type; `H` is the hub of an entry, `U` its units.

    A type without `make` is followed by somebody else. `diagnose` tells of a unit what may
    leave the house. `entities_named` and `homes_named` are what a subentry's data name of
    Home Assistant, which is followed when it is renamed, and of people; `claims` is what no
    other subentry may switch. `local_only`: elsewhere the database says it.
    """

    subentry_type: str
    flow: type[ConfigSubentryFlow]
    make: Callable[[H, ConfigSubentry], U] | None = None
    entities: Callable[[U, str], Iterable[Entity]] = lambda _unit, _platform: ()
    diagnose: Callable[[U, Redactor], dict[str, Any]] = lambda _unit, _redactor: {}
    entities_named: Names = _nothing
    claims: Names = _nothing
    homes_named: Names = _nothing
    local_only: bool = False

    def bound_to(self, hub: H) -> UnitKind | None:
        """Return how units are made for one entry."""
        return None if self.make is None else UnitKind(partial(self.make, hub), self.entities)
