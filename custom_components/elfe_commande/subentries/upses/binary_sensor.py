"""The faults of a UPS, for as long as they last, and whether it is heard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory

from ...sources.ups.vocabulary.events import KEPT, Group, UpsEvent
from ...sources.ups.watcher import UpsState
from .unit import UpsUnit
from .ups_entity import UpsEntity


@dataclass(frozen=True, kw_only=True)
class UpsBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of one UPS."""

    value_fn: Callable[[UpsState], bool | None]
    attributes_fn: Callable[[UpsState], dict[str, Any] | None] = lambda _: None


def _faulty(group: Group) -> Callable[[UpsState], bool | None]:
    """Return whether a group has a fault, `None` while nothing tells."""

    def value(state: UpsState) -> bool | None:
        event = state.watch.asserted.get(group)
        return None if event is None else event in KEPT

    return value


COMMUNICATION = UpsBinarySensorDescription(
    key="communication",
    translation_key="ups_communication",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda state: state.connected,
    attributes_fn=lambda state: {"detail": state.detail or None},
)
ON_BATTERY = UpsBinarySensorDescription(
    key="on_battery", translation_key="ups_on_battery", value_fn=lambda state: state.on_battery
)
LOW_BATTERY = UpsBinarySensorDescription(
    key="low_battery",
    translation_key="ups_low_battery",
    device_class=BinarySensorDeviceClass.BATTERY,
    value_fn=lambda state: state.watch.has(UpsEvent.BATTERY_LOW),
)
OVERLOAD = UpsBinarySensorDescription(
    key="overload",
    translation_key="ups_overload",
    device_class=BinarySensorDeviceClass.PROBLEM,
    value_fn=_faulty(Group.OUTPUT),
)
INPUT_VOLTAGE = UpsBinarySensorDescription(
    key="input_voltage_problem",
    translation_key="ups_input_voltage_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    value_fn=_faulty(Group.INPUT_VOLTAGE),
)
OUTPUT_VOLTAGE = UpsBinarySensorDescription(
    key="output_voltage_problem",
    translation_key="ups_output_voltage_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    value_fn=_faulty(Group.OUTPUT_VOLTAGE),
)
FREQUENCY = UpsBinarySensorDescription(
    key="frequency_problem",
    translation_key="ups_frequency_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    value_fn=_faulty(Group.INPUT_FREQUENCY),
)
TEMPERATURE = UpsBinarySensorDescription(
    key="temperature_problem",
    translation_key="ups_temperature_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    value_fn=_faulty(Group.TEMPERATURE),
)
DESCRIPTIONS = (
    COMMUNICATION,
    ON_BATTERY,
    LOW_BATTERY,
    OVERLOAD,
    INPUT_VOLTAGE,
    OUTPUT_VOLTAGE,
    FREQUENCY,
    TEMPERATURE,
)


class UpsBinarySensor(UpsEntity, BinarySensorEntity):
    """Something about a UPS that is so or not."""

    entity_description: UpsBinarySensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return whether it can be told: that the UPS is not heard always can."""
        return super().available or self.entity_description is COMMUNICATION

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state, `None` if nothing tells."""
        return self.entity_description.value_fn(self._state)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return why the UPS is not heard, in the server's own words."""
        return self.entity_description.attributes_fn(self._state)


def entities(unit: UpsUnit) -> list[UpsBinarySensor]:
    """Return the binary sensors of a UPS."""
    return [UpsBinarySensor(unit, description) for description in DESCRIPTIONS]
