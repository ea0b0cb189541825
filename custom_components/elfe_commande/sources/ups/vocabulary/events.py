"""The 21 events of a UPS. Those of one group exclude each other."""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Final


class UpsEvent(StrEnum):
    """What can happen to a UPS."""

    ON_MAINS = "onmains"
    ON_BATTERY = "onbattery"
    BATTERY_LOW = "battlow"
    BATTERY_FULL = "battfull"
    TEST_INITIATED = "bti"
    TEST_PASSED = "btp"
    TEST_FAILED = "btf"
    COMMS_LOST = "comms_lost"
    COMMS_OK = "comms_ok"
    INPUT_FREQUENCY_ERROR = "input_freq_error"
    INPUT_FREQUENCY_OK = "input_freq_ok"
    INPUT_VOLTAGE_HIGH = "input_voltage_high"
    INPUT_VOLTAGE_LOW = "input_voltage_low"
    INPUT_VOLTAGE_OK = "input_voltage_ok"
    OUTPUT_VOLTAGE_HIGH = "output_voltage_high"
    OUTPUT_VOLTAGE_LOW = "output_voltage_low"
    OUTPUT_VOLTAGE_OK = "output_voltage_ok"
    OUTPUT_OVERLOAD = "output_overload"
    OUTPUT_OK = "output_ok"
    TEMPERATURE_HIGH = "temp_high"
    TEMPERATURE_OK = "temp_ok"


class Group(Enum):
    """What one event of several can be true of at a time."""

    MAINS = auto()
    BATTERY = auto()
    BATTERY_TEST = auto()
    COMMUNICATION = auto()
    INPUT_FREQUENCY = auto()
    INPUT_VOLTAGE = auto()
    OUTPUT_VOLTAGE = auto()
    OUTPUT = auto()
    TEMPERATURE = auto()


GROUPS: Final[Mapping[Group, tuple[UpsEvent, ...]]] = MappingProxyType(
    {
        Group.MAINS: (UpsEvent.ON_MAINS, UpsEvent.ON_BATTERY),
        Group.BATTERY: (UpsEvent.BATTERY_LOW, UpsEvent.BATTERY_FULL),
        Group.BATTERY_TEST: (
            UpsEvent.TEST_INITIATED,
            UpsEvent.TEST_PASSED,
            UpsEvent.TEST_FAILED,
        ),
        Group.COMMUNICATION: (UpsEvent.COMMS_LOST, UpsEvent.COMMS_OK),
        Group.INPUT_FREQUENCY: (UpsEvent.INPUT_FREQUENCY_ERROR, UpsEvent.INPUT_FREQUENCY_OK),
        Group.INPUT_VOLTAGE: (
            UpsEvent.INPUT_VOLTAGE_HIGH,
            UpsEvent.INPUT_VOLTAGE_LOW,
            UpsEvent.INPUT_VOLTAGE_OK,
        ),
        Group.OUTPUT_VOLTAGE: (
            UpsEvent.OUTPUT_VOLTAGE_HIGH,
            UpsEvent.OUTPUT_VOLTAGE_LOW,
            UpsEvent.OUTPUT_VOLTAGE_OK,
        ),
        Group.OUTPUT: (UpsEvent.OUTPUT_OVERLOAD, UpsEvent.OUTPUT_OK),
        Group.TEMPERATURE: (UpsEvent.TEMPERATURE_HIGH, UpsEvent.TEMPERATURE_OK),
    }
)

KEPT: Final = frozenset(
    {
        UpsEvent.BATTERY_LOW,
        UpsEvent.COMMS_LOST,
        UpsEvent.INPUT_FREQUENCY_ERROR,
        UpsEvent.INPUT_VOLTAGE_HIGH,
        UpsEvent.INPUT_VOLTAGE_LOW,
        UpsEvent.OUTPUT_VOLTAGE_HIGH,
        UpsEvent.OUTPUT_VOLTAGE_LOW,
        UpsEvent.OUTPUT_OVERLOAD,
        UpsEvent.TEMPERATURE_HIGH,
    }
)
"""Faults: they stay until their group says otherwise, and are shown as long as they do."""
