"""What Home Assistant shows of a panel: its digits, and the last press."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from ...entities.subentry import SubentryEntity
from .unit import PanelUnit

DISPLAY: Final = SensorEntityDescription(
    key="panel_display",
    translation_key="panel_display",
    entity_category=EntityCategory.DIAGNOSTIC,
)
LAST_PRESS: Final = SensorEntityDescription(
    key="panel_last_press",
    translation_key="panel_last_press",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
)


def entities_of(unit: PanelUnit, platform: str) -> Iterable[Entity]:
    """Return the entities of a panel on one platform."""
    if platform == Platform.SENSOR:
        return [DisplaySensor(unit, DISPLAY), LastPressSensor(unit, LAST_PRESS)]
    return []


class PanelSensor(SubentryEntity, SensorEntity):
    """Something to know about a panel."""

    def __init__(self, unit: PanelUnit, description: SensorEntityDescription) -> None:
        """Belong to the panel's device."""
        super().__init__(unit.hub, unit.subentry_id, description)
        self._unit = unit

    @override
    def _described(self) -> DeviceInfo:
        return DeviceInfo(
            identifiers={self._identifier}, name=self._unit.title, manufacturer="ELFE"
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the panel."""
        self.async_on_remove(self._unit.watch(self.async_write_ha_state))


class DisplaySensor(PanelSensor):
    """The eight digits, a bar at the top or bottom where a load is forced."""

    @property
    @override
    def native_value(self) -> str:
        """Return the digits; blanks are shown as dots in the middle, which states keep."""
        return self._unit.picture.text.replace(" ", "·")

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the LEDs that are lit, from 1."""
        return {"lit": [n for n, on in enumerate(self._unit.picture.leds, 1) if on]}


class LastPressSensor(PanelSensor):
    """When a button was pressed last, and which."""

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return when, `None` before the first."""
        return None if self._unit.pressed is None else self._unit.pressed[1]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return which button, from 1."""
        return None if self._unit.pressed is None else {"position": self._unit.pressed[0]}
