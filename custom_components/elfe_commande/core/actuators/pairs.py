"""Two entities that are ordered as one: what each gets for on and for off."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .ways import Value


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two: what it may be, and what it is given."""

    key: str
    """Of the form's field."""
    domains: tuple[str, ...]
    on: Value | None = None
    """`None`: a person chooses it."""
    off: Value | None = None
    """`None`: it is left as it is."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entities, in the order in which they are ordered."""

    key: str
    halves: tuple[Half, Half]
    appliance: str
    """The usual type of appliance."""
    unproved: bool = False
    """Only power tells that the load follows: what the entities show does not."""
    least: Mapping[str, float] = MappingProxyType({})
    """By unit, the number below which on would be off."""


_CONTACTS: Final = ("switch", "input_boolean")

PAIRS: Final[Mapping[str, Pair]] = MappingProxyType(
    {
        each.key: each
        for each in (
            # The current first: a car never begins with one that nobody chose.
            Pair(
                "charger",
                (
                    Half("current", ("number", "input_number")),
                    Half("switch", _CONTACTS, "on", "off"),
                ),
                appliance="electric_car",
                unproved=True,
                least={"A": 6.0},
            ),
            # Released first, then closed: 0:1 recommends, 0:0 is normal. Never 1:0, which blocks.
            Pair(
                "sg_ready",
                (
                    Half("contact_1", _CONTACTS, "off", "off"),
                    Half("contact_2", _CONTACTS, "on", "off"),
                ),
                appliance="controlled_heater",
            ),
        )
    }
)
"""By key."""
