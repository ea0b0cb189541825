"""What a load draws, and drew: sensors of those that have a meter of their own."""

from decimal import Decimal
from typing import Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy, UnitOfPower

from ..core.model import EquipmentId
from ..hub import Hub
from .base import EquipmentEntity

POWER: Final = SensorEntityDescription(
    key="power",
    translation_key="load_power",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
)
ENERGY: Final = SensorEntityDescription(
    key="energy",
    translation_key="load_energy",
    device_class=SensorDeviceClass.ENERGY,
    state_class=SensorStateClass.TOTAL_INCREASING,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    suggested_display_precision=2,
)
MEASURED: Final = (POWER, ENERGY)


class PowerSensor(EquipmentEntity, SensorEntity):
    """What a load draws now."""

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the meter, which says more often than anything else is told."""
        archive = self._hub.archive
        self.async_on_remove(archive.watch_drawn(self._equipment_id, self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> float | None:
        """Return watts, `None` while the meter is silent or away."""
        return self._status.power


class EnergySensor(PowerSensor, RestoreSensor):
    """What a load drew: its power, over time."""

    _before = 0.0
    """kWh, up to the start of this run."""

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from where it was."""
        await super().async_added_to_hass()
        kept = await self.async_get_last_sensor_data()
        if kept is not None and isinstance(kept.native_value, int | float | Decimal):
            self._before = float(kept.native_value)
        self._before -= self._drawn

    @property
    def _drawn(self) -> float:
        return self._hub.archive.drawn(self._equipment_id) / 1000

    @property
    @override
    def native_value(self) -> float:
        """Return kWh."""
        return round(self._before + self._drawn, 4)


def measured_sensor(
    hub: Hub, equipment_id: EquipmentId, description: SensorEntityDescription
) -> EquipmentEntity:
    """Return the sensor of what is measured."""
    kind = EnergySensor if description is ENERGY else PowerSensor
    return kind(hub, equipment_id, description)
