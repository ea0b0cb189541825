"""What the appliances are called, in the language of the demonstration."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .territory import Equipment

ENGLISH: Mapping[int, str] = {
    1: "Dishwasher",
    2: "Washing machine",
    3: "Hot-water tank",
    4: "Living-room heater",
    5: "Car",
    6: "Cellar dryer",
    11: "Washing machine",
    12: "Dishwasher",
    13: "Tumble dryer",
    14: "Hot-water tank",
    15: "Charging station",
    16: "Main meter",
    21: "Solar water heater",
    22: "Extra heater",
    23: "Solar washing machine",
}
"""By number; in French they have the names that the territory gives them."""
PLUGS: Mapping[str, str] = {"en": "Plug of the washing machine", "fr": "Prise du lave-linge"}


def named(equipments: Iterable[Equipment], language: str) -> tuple[Equipment, ...]:
    """Return the equipments with their names in a language."""
    if language == "fr":
        return tuple(equipments)
    return tuple(replace(each, name=ENGLISH[each.id]) for each in equipments)
