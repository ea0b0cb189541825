"""What the entities of a UPS share: its device, and how they follow it."""

from typing import TYPE_CHECKING, override

from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ..const import DOMAIN
from ..devices import hub_identifier
from ..entity import ElfeEntity
from . import settings

if TYPE_CHECKING:
    from ..sources.ups.watcher import UpsState
    from .unit import UpsUnit


def ups_identifier(entry_id: str, identity: str) -> tuple[str, str]:
    """Return the identifier of a UPS's device."""
    return (DOMAIN, f"{entry_id}_ups_{identity}")


class UpsEntity(ElfeEntity):
    """An entity of one UPS's device; unavailable while the UPS is not heard."""

    def __init__(self, unit: UpsUnit, description: EntityDescription) -> None:
        """Belong to the UPS's device."""
        super().__init__(unit.hub, description)
        self._unit = unit
        entry_id, subentry = unit.hub.entry.entry_id, unit.subentry
        self._attr_unique_id = f"{entry_id}_ups_{subentry.subentry_id}_{description.key}"

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the device, behind the hub's."""
        hub, data = self._unit.hub, self._unit.subentry.data
        entry_id = hub.entry.entry_id
        # The place it was found at when it was added: it may have moved since.
        identity = self._unit.subentry.unique_id or settings.identity(data)
        parent = dr.async_get(hub.hass).async_get_device_by_identifier(
            hub_identifier(entry_id), entry_id
        )
        info = DeviceInfo(
            identifiers={ups_identifier(entry_id, identity)},
            name=self._unit.subentry.title,
            manufacturer=data.get(settings.CONF_MANUFACTURER),
            model=data.get(settings.CONF_MODEL),
            serial_number=data.get(settings.CONF_SERIAL),
            sw_version=data.get(settings.CONF_FIRMWARE),
        )
        if parent is not None:
            info["via_device_id"] = parent.id
        return info

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
