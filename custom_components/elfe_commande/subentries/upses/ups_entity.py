"""What the entities of a UPS share: its device, and how they follow it."""

from typing import override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ...const import DOMAIN
from ...entities.subentry import SubentryEntity
from ...sources.ups.watcher import UpsState
from ..upses import ups_settings as settings
from .unit import UpsUnit


def ups_identifier(entry_id: str, identity: str) -> tuple[str, str]:
    """Return the identifier of a UPS's device."""
    return (DOMAIN, f"{entry_id}_ups_{identity}")


class UpsEntity(SubentryEntity):
    """An entity of one UPS's device; unavailable while the UPS is not heard."""

    def __init__(self, unit: UpsUnit, description: EntityDescription) -> None:
        """Belong to the UPS's device."""
        super().__init__(unit.hub, f"ups_{unit.subentry.subentry_id}", description)
        self._unit = unit

    @override
    def _described(self) -> DeviceInfo:
        data = self._unit.subentry.data
        # The place it was found at when it was added: it may have moved since.
        identity = self._unit.subentry.unique_id or settings.identity(data)
        return DeviceInfo(
            identifiers={ups_identifier(self._hub.entry.entry_id, identity)},
            name=self._unit.subentry.title,
            manufacturer=data.get(settings.CONF_MANUFACTURER),
            model=data.get(settings.CONF_MODEL),
            serial_number=data.get(settings.CONF_SERIAL),
            sw_version=data.get(settings.CONF_FIRMWARE),
        )

    @property
    def _state(self) -> UpsState:
        return self._unit.state

    @property
    @override
    def available(self) -> bool:
        """Return whether the UPS is heard."""
        return self._state.connected is True

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the UPS."""
        self.async_on_remove(self._unit.watch(self.async_write_ha_state))
