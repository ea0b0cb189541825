"""What one subentry brings to an entry: something that runs, and its entities."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers.entity import Entity


class Unit(Protocol):
    """One subentry, for as long as it is neither changed nor removed."""

    async def async_start(self) -> None:
        """Begin to work; returns at once, long waits are background tasks."""

    async def async_stop(self) -> None:
        """End all work and free every port and socket."""


@runtime_checkable
class Adaptable(Protocol):
    """A unit that can follow some changes of its subentry without being made anew."""

    def adapt(self, subentry: ConfigSubentry) -> bool:
        """Follow the change, if it can; whether it did."""


@dataclass(frozen=True, slots=True)
class UnitKind:
    """How the units of one type of subentry are made and shown.

    `entities` returns a unit's entities of one platform, the same objects never twice.
    """

    make: Callable[[ConfigSubentry], Unit]
    entities: Callable[[Any, str], Iterable[Entity]]
