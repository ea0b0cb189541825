"""How long an appliance of a local home was on today, and what is due still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import Platform, UnitOfTime
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..core.model import EquipmentId
from ..hub import ElfeConfigEntry, Hub
from ..record.recorder import Recorder
from .base import EquipmentEntity
from .population import EquipmentEntities
from .reports import due, habits_in, on_today


@dataclass(frozen=True, kw_only=True)
class DaySensorDescription(SensorEntityDescription):
    """A number of minutes of the day of one appliance."""

    minutes_fn: Callable[[Hub, Recorder, EquipmentId], float | None]


def _due_minutes(hub: Hub, record: Recorder, equipment_id: EquipmentId) -> float | None:
    owed = due(hub, record, equipment_id)
    return None if owed is None else owed.minutes


DAY_SENSORS: Final = (
    DaySensorDescription(
        key="on_time_today",
        translation_key="on_time_today",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        minutes_fn=on_today,
    ),
    DaySensorDescription(
        key="due_today",
        translation_key="due_today",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        minutes_fn=_due_minutes,
    ),
)


class DaySensor(EquipmentEntity, SensorEntity):
    """Minutes of the day, as the record has them; enabled where on-time counts by the day."""

    entity_description: DaySensorDescription

    def __init__(
        self, hub: Hub, equipment_id: EquipmentId, description: DaySensorDescription
    ) -> None:
        """Belong to the appliance's device."""
        super().__init__(hub, equipment_id, description)
        daily = habits_in(hub, equipment_id).daily
        self._attr_entity_registry_enabled_default = bool(daily)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the record, which looks at each change and each quarter-hour."""
        if (record := self._hub.record) is not None:
            self.async_on_remove(record.watch(self._equipment_id, self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> int | None:
        """Return whole minutes, `None` where nobody said what is due."""
        record = self._hub.record
        if record is None:
            return None
        minutes = self.entity_description.minutes_fn(self._hub, record, self._equipment_id)
        return None if minutes is None else round(minutes)


async def async_add_day_sensors(
    entry: ElfeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add them for every appliance of a local home."""
    if entry.runtime_data.local is None:
        return
    await EquipmentEntities(
        entry,
        async_add_entities,
        platform=Platform.SENSOR,
        descriptions=DAY_SENSORS,
        wanted=lambda _: DAY_SENSORS,
        make=DaySensor,
    ).async_follow()
