"""What the entities share whose device belongs to a subentry."""

from typing import Protocol, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ..const import DOMAIN
from ..devices.identifiers import hub_identifier
from ..hub import Hub
from .base import ElfeEntity


class SubentryEntity(ElfeEntity):
    """An entity of a subentry's own device, which stands behind another."""

    def __init__(self, hub: Hub, subentry_id: str, description: EntityDescription) -> None:
        """Belong to the subentry; `subentry_id` makes the unique id."""
        super().__init__(hub, description)
        entry_id = hub.entry.entry_id
        self._identifier = (DOMAIN, f"{entry_id}_{subentry_id}")
        self._attr_unique_id = f"{entry_id}_{subentry_id}_{description.key}"

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the device; it is made with its first entity."""
        info = self._described()
        registry, entry_id = dr.async_get(self._hub.hass), self._hub.entry.entry_id
        parent = registry.async_get_device_by_identifier(self._behind(), entry_id)
        if parent is not None:
            info["via_device_id"] = parent.id
        return info

    def _described(self) -> DeviceInfo:
        """Return what the device is."""
        raise NotImplementedError

    def _behind(self) -> tuple[str, str]:
        """Return the identifier of the device it is reached through: the entry's own."""
        return hub_identifier(self._hub.entry.entry_id)


class Followed(Protocol):
    """A unit that tells when something of it is to be shown anew."""

    hub: Hub
    subentry: ConfigSubentry

    def watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` from now on; returns what ends that."""


class FollowingEntity[U: Followed](SubentryEntity):
    """An entity that shows its unit anew whenever that tells; its device is a service."""

    def __init__(self, unit: U, description: EntityDescription) -> None:
        """Belong to the device of the unit's subentry."""
        super().__init__(unit.hub, unit.subentry.subentry_id, description)
        self._unit = unit

    @override
    def _described(self) -> DeviceInfo:
        return DeviceInfo(
            identifiers={self._identifier},
            name=self._unit.subentry.title,
            entry_type=DeviceEntryType.SERVICE,
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the unit."""
        self.async_on_remove(self._unit.watch(self.async_write_ha_state))
