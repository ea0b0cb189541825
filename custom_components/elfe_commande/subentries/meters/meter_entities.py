"""What Home Assistant shows of a meter."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, Platform, UnitOfPower
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.typing import StateType

from ...entities.subentry import SubentryEntity
from ...sources.sml.meter import Rate
from ...sources.sml.obis import PHASE_POWERS, POWER_GIVEN, POWER_TAKEN, SIGNED_POWERS
from .descriptions import OTHER, describe
from .unit import MeterUnit

COUNTING: Final = (SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING)
_SIGNS: Final = frozenset({*SIGNED_POWERS, *PHASE_POWERS, POWER_TAKEN, POWER_GIVEN})
"""Codes of which a power with a sign can be made."""


@dataclass(frozen=True, kw_only=True)
class MeterSensorDescription(SensorEntityDescription):
    """Something of a meter that is no code of its own."""

    value_fn: Callable[[MeterUnit], StateType | datetime]
    rates: tuple[Rate, ...] = (Rate.ENERGY,)
    lasting: bool = True
    """Whether it is worth showing while the meter is silent."""


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


NET_POWER: Final = MeterSensorDescription(
    key="net_power",
    translation_key="net_power",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    value_fn=lambda unit: _rounded(unit.meter.net_power, 2),
    rates=(Rate.POWER,),
    lasting=False,
)
SURPLUS: Final = MeterSensorDescription(
    key="surplus",
    translation_key="surplus",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    value_fn=lambda unit: _rounded(unit.meter.surplus, 1),
    rates=(Rate.POWER,),
    lasting=False,
)
ALWAYS: Final = (
    MeterSensorDescription(
        key="last_telegram",
        translation_key="last_telegram",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        # Each of its states is a line of the logbook; *Connection* says what matters.
        entity_registry_enabled_default=False,
        value_fn=lambda unit: unit.heard_at,
    ),
    MeterSensorDescription(
        key="telegrams_valid",
        translation_key="telegrams_valid",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda unit: unit.reader.frames.valid,
    ),
    MeterSensorDescription(
        key="telegrams_rejected",
        translation_key="telegrams_rejected",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda unit: unit.reader.frames.rejected,
    ),
)
CONNECTION: Final = BinarySensorEntityDescription(
    key="connection",
    translation_key="meter_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


def entities_of(unit: MeterUnit, platform: str) -> Iterable[Entity]:
    """Return the entities of a meter on one platform."""
    if platform == Platform.BINARY_SENSOR:
        return [MeterConnection(unit, CONNECTION)]
    if platform == Platform.SENSOR:
        return list(_sensors(unit))
    return []


def _sensors(unit: MeterUnit) -> Iterator[SensorEntity]:
    codes = unit.codes
    for code, measure in codes.items():
        yield CodeSensor(unit, describe(code, measure))
    if unit.directed or not _SIGNS.isdisjoint(codes):
        yield MeterSensor(unit, NET_POWER)
        yield MeterSensor(unit, SURPLUS)
    for description in ALWAYS:
        yield MeterSensor(unit, description)


class MeterEntity(SubentryEntity):
    """An entity of a meter's device."""

    _rates: tuple[Rate, ...] = tuple(Rate)

    def __init__(self, unit: MeterUnit, description: EntityDescription) -> None:
        """Belong to the meter's device."""
        super().__init__(unit.hub, unit.subentry_id, description)
        self._unit = unit

    @override
    def _described(self) -> DeviceInfo:
        return DeviceInfo(
            identifiers={self._identifier},
            name=self._unit.title,
            manufacturer=self._unit.maker,
            serial_number=self._unit.meter_id,
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the meter."""
        self.async_on_remove(self._unit.watch(self._rates, self.async_write_ha_state))


class CodeSensor(MeterEntity, SensorEntity):
    """One code, as the meter tells it."""

    def __init__(self, unit: MeterUnit, description: SensorEntityDescription) -> None:
        """Take the code into the name where it has no other."""
        super().__init__(unit, description)
        if description.translation_key == OTHER:
            self._attr_translation_placeholders = {"code": description.key}
        measured = description.native_unit_of_measurement is not None
        self._measured = measured
        if measured:
            counts = description.state_class in COUNTING
            self._rates = (Rate.ENERGY if counts else Rate.POWER,)

    @property
    @override
    def available(self) -> bool:
        """Return whether it is so now: what a silent meter measured is not."""
        return bool(self._unit.fresh) or not self._measured

    @property
    @override
    def native_value(self) -> StateType:
        """Return the value, `None` before it is told, or where it is not of its kind."""
        value = self._unit.meter.shown.get(self.entity_description.key)
        return None if self._measured and isinstance(value, str) else value


class MeterSensor(MeterEntity, SensorEntity):
    """Something made of what the meter tells."""

    entity_description: MeterSensorDescription

    def __init__(self, unit: MeterUnit, description: MeterSensorDescription) -> None:
        """Be shown as often as it is worth it."""
        super().__init__(unit, description)
        self._rates = description.rates

    @property
    @override
    def available(self) -> bool:
        """Return whether it is so now."""
        return bool(self._unit.fresh) or self.entity_description.lasting

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value, `None` before it is known."""
        return self.entity_description.value_fn(self._unit)


class MeterConnection(MeterEntity, BinarySensorEntity):
    """Tells whether telegrams come."""

    _rates = (Rate.CHANGE,)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether they do, `None` before it is known."""
        return self._unit.fresh
