"""The entities of a UPS by platform."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.const import Platform
from homeassistant.helpers.entity import Entity

from ..upses import binary_sensor, button, event, sensor
from .unit import UpsUnit

_MAKERS: Final[Mapping[str, Callable[[UpsUnit], Iterable[Entity]]]] = MappingProxyType(
    {
        Platform.BINARY_SENSOR: binary_sensor.entities,
        Platform.BUTTON: button.entities,
        Platform.EVENT: event.entities,
        Platform.SENSOR: sensor.entities,
    }
)


def entities_of(unit: UpsUnit, platform: str) -> Iterable[Entity]:
    """Return the entities of one platform."""
    make = _MAKERS.get(platform)
    return () if make is None else make(unit)
