"""Whether a load runs, answers, its plan wants it on now, the EMS is reached, a screen is there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    DOMAIN as PLATFORM,
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util

from .core.model import DeviceId, EquipmentId
from .core.plan import slot_start
from .engine.ground.status import EquipmentStatus
from .entities.base import EquipmentEntity, HubEntity, ScreenEntity
from .entities.platform import Platform
from .hub import Hub

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class EquipmentBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of one equipment."""

    value_fn: Callable[[EquipmentStatus], bool | None]
    attributes_fn: Callable[[EquipmentStatus], dict[str, Any] | None] = lambda _: None


def _scheduled_on(status: EquipmentStatus) -> bool | None:
    if status.plan is None:
        return None
    return status.plan.decision(slot_start(dt_util.utcnow().timestamp()))


SCHEDULED_ON = EquipmentBinarySensorDescription(
    key="scheduled_on",
    translation_key="scheduled_on",
    entity_registry_enabled_default=False,
    value_fn=_scheduled_on,
)
DESCRIPTIONS = (
    EquipmentBinarySensorDescription(
        key="running",
        translation_key="running",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda status: status.running,
        attributes_fn=lambda status: {"differs": True} if status.differs else None,
    ),
    EquipmentBinarySensorDescription(
        key="connected",
        translation_key="connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.connected,
    ),
    SCHEDULED_ON,
)

CONNECTION = BinarySensorEntityDescription(
    key="ems_connection",
    translation_key="ems_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)

READY = BinarySensorEntityDescription(
    key="ready",
    translation_key="ready",
    device_class=BinarySensorDeviceClass.RUNNING,
    entity_category=EntityCategory.DIAGNOSTIC,
)

DEVICE_CONNECTION = BinarySensorEntityDescription(
    key="device_connection",
    translation_key="device_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)

SHADOW = BinarySensorEntityDescription(
    key="shadow",
    translation_key="shadow",
    entity_category=EntityCategory.DIAGNOSTIC,
)

SCREEN_CONNECTION = BinarySensorEntityDescription(
    key="connection",
    translation_key="screen_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class EquipmentBinarySensor(EquipmentEntity, BinarySensorEntity):
    """Something about one equipment that is so or not."""

    entity_description: EquipmentBinarySensorDescription
    told_by = "is_on"

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state, `None` if nothing tells."""
        return self.entity_description.value_fn(self._status)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what is to be known beside the state."""
        return self.entity_description.attributes_fn(self._status)


class ScheduledBinarySensor(EquipmentBinarySensor):
    """Whether the plan wants the load on in this quarter-hour."""

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the cycles too: the slot changes without a change of the equipment."""
        self.async_on_remove(self._hub.coordinator.watch_hub(self._follow()))


class ConnectionBinarySensor(HubEntity, BinarySensorEntity):
    """Tells whether plans and inventory can be read."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the databases answer."""
        return self._engine.connected


class DeviceConnectionBinarySensor(HubEntity, BinarySensorEntity):
    """Tells whether the broker is there, through which appliances are reached."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it is."""
        return self._hub.messenger.connected


class ReadyBinarySensor(HubEntity, BinarySensorEntity):
    """Tells whether orders are sent: the engine is at code 20."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the engine runs."""
        return self._engine.lifecycle.running


class ShadowBinarySensor(HubEntity, BinarySensorEntity):
    """Tells whether the entry only looks: nothing is sent and nothing written."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it does."""
        return self._hub.shadow


class ScreenConnection(ScreenEntity, BinarySensorEntity):
    """Tells whether a wall screen is there."""

    def __init__(self, hub: Hub, screen_id: DeviceId) -> None:
        """Belong to the screen's device."""
        super().__init__(hub, screen_id, SCREEN_CONNECTION)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the screen."""
        self.async_on_remove(
            self._hub.roster.screens.watch(self._screen_id, self.async_write_ha_state)
        )

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the screen is there, `None` before it said anything."""
        return self._status.online


def _make(
    hub: Hub,
    equipment_id: EquipmentId,
    description: EquipmentBinarySensorDescription,
) -> EquipmentBinarySensor:
    kind = ScheduledBinarySensor if description is SCHEDULED_ON else EquipmentBinarySensor
    return kind(hub, equipment_id, description)


def _of_hub(hub: Hub) -> Iterable[Entity]:
    yield ReadyBinarySensor(hub, READY)
    yield DeviceConnectionBinarySensor(hub, DEVICE_CONNECTION)
    yield ShadowBinarySensor(hub, SHADOW)
    if hub.local is None:
        yield ConnectionBinarySensor(hub, CONNECTION)


async_setup_entry = Platform(
    domain=PLATFORM,
    descriptions=DESCRIPTIONS,
    make=_make,
    of_hub=_of_hub,
    of_screen=ScreenConnection,
).async_set_up
