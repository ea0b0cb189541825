"""Where a UPS takes its energy from, its voltages and its charge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfElectricPotential

from ...sources.ups.vocabulary.status import Supply
from ...sources.ups.watcher import TESTED, UpsState
from .unit import UpsUnit
from .ups_entity import UpsEntity


@dataclass(frozen=True, kw_only=True)
class UpsSensorDescription(SensorEntityDescription):
    """A sensor of one UPS."""

    value_fn: Callable[[UpsState], str | float | None]
    attributes_fn: Callable[[UpsState], dict[str, Any] | None] = lambda _: None


def _status(state: UpsState) -> str | None:
    # Home Assistant has its own word for a state that is not known.
    return None if state.on_battery is None else state.status


def _volts(
    *, key: str, translation_key: str, value_fn: Callable[[UpsState], float | None]
) -> UpsSensorDescription:
    return UpsSensorDescription(
        key=key,
        translation_key=translation_key,
        device_class=SensorDeviceClass.VOLTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=1,
        value_fn=value_fn,
    )


STATUS = UpsSensorDescription(
    key="status",
    translation_key="ups_status",
    device_class=SensorDeviceClass.ENUM,
    options=[Supply.MAINS.value, Supply.BATTERY.value, TESTED],
    value_fn=_status,
    attributes_fn=lambda state: {"tokens": list(state.watch.tokens)},
)
INPUT_VOLTAGE = _volts(
    key="input_voltage",
    translation_key="ups_input_voltage",
    value_fn=lambda state: state.values.input_voltage,
)
OUTPUT_VOLTAGE = _volts(
    key="output_voltage",
    translation_key="ups_output_voltage",
    value_fn=lambda state: state.values.output_voltage,
)
BATTERY_VOLTAGE = _volts(
    key="battery_voltage",
    translation_key="ups_battery_voltage",
    value_fn=lambda state: state.values.battery_voltage,
)
CHARGE = UpsSensorDescription(
    key="charge",
    translation_key="ups_charge",
    device_class=SensorDeviceClass.BATTERY,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    value_fn=lambda state: state.values.charge,
)
RAW_STATUS = UpsSensorDescription(
    key="raw_status",
    translation_key="ups_raw_status",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    value_fn=lambda state: state.variables.get("ups.status"),
)
DESCRIPTIONS = (STATUS, INPUT_VOLTAGE, OUTPUT_VOLTAGE, BATTERY_VOLTAGE, CHARGE, RAW_STATUS)


class UpsSensor(UpsEntity, SensorEntity):
    """One value of a UPS."""

    entity_description: UpsSensorDescription

    @property
    @override
    def native_value(self) -> str | float | None:
        """Return the value."""
        return self.entity_description.value_fn(self._state)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the words of the status."""
        return self.entity_description.attributes_fn(self._state)


def entities(unit: UpsUnit) -> list[UpsSensor]:
    """Return the sensors of a UPS."""
    return [UpsSensor(unit, description) for description in DESCRIPTIONS]
