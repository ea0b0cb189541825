"""What a profile can tell. Each method says nothing (`None`) where the variables do not."""

from collections.abc import Callable
from typing import ClassVar, Final

from ..vocabulary.events import Group, UpsEvent
from ..vocabulary.plausible import measured
from ..vocabulary.status import (
    CHARGES,
    LOW_BATTERY,
    ON_BATTERY,
    OVERLOADED,
    SWITCHED_OFF,
    tokens_of,
)
from ..vocabulary.thresholds import Thresholds, distance, limits
from ..vocabulary.variables import Variables, number

_MAY_BE_EMPTY: Final = frozenset({ON_BATTERY, LOW_BATTERY, CHARGES})
"""Words of a status that make a charge of zero credible."""

type Check = Callable[[Variables, Thresholds], UpsEvent | None]


class Profile:
    """One way to read the variables of a UPS. Subclasses override what differs."""

    name: ClassVar[str]
    """Key of the translations (`selector.ups_profile`)."""
    drivers: ClassVar[tuple[str, ...]] = ()
    """The NUT drivers (`driver.name`) that it is made for."""

    def checks(self) -> dict[Group, Check]:
        """Return what is looked at besides supply, battery and communication."""
        return {
            Group.INPUT_FREQUENCY: self.input_frequency,
            Group.INPUT_VOLTAGE: self.input_voltage,
            Group.OUTPUT_VOLTAGE: self.output_voltage,
            Group.OUTPUT: self.output,
            Group.TEMPERATURE: self.temperature,
        }

    def charge(self, variables: Variables) -> float | None:
        """Return the battery's charge in percent."""
        charge = measured(variables, "battery.charge")
        empty = not _MAY_BE_EMPTY.isdisjoint(tokens_of(variables))
        if number(variables, "battery.voltage") == 0 or (charge == 0 and not empty):
            # What has no voltage was not measured, nor is a battery empty that nobody uses.
            return None
        return charge

    def input_frequency(self, variables: Variables, thresholds: Thresholds) -> UpsEvent | None:
        """Return whether the mains' frequency is right."""
        value = measured(variables, "input.frequency")
        nominal = measured(variables, "input.frequency.nominal")
        if value is None or not nominal:
            return None
        low, high = limits(nominal, thresholds.frequency)
        if low <= value <= high:
            return UpsEvent.INPUT_FREQUENCY_OK
        return UpsEvent.INPUT_FREQUENCY_ERROR

    def input_voltage(self, variables: Variables, thresholds: Thresholds) -> UpsEvent | None:
        """Return whether the mains' voltage is right."""
        value = measured(variables, "input.voltage")
        nominal = measured(variables, "input.voltage.nominal")
        if value is None or not nominal:
            return None
        low, high = limits(nominal, thresholds.voltage)
        if value >= high:
            return UpsEvent.INPUT_VOLTAGE_HIGH
        return UpsEvent.INPUT_VOLTAGE_LOW if value <= low else UpsEvent.INPUT_VOLTAGE_OK

    def output_voltage(self, variables: Variables, thresholds: Thresholds) -> UpsEvent | None:
        """Return whether the voltage that the UPS gives is right, while it gives any."""
        value = measured(variables, "output.voltage")
        nominal = measured(variables, "output.voltage.nominal") or measured(
            variables, "input.voltage.nominal"
        )
        if not value or not nominal or SWITCHED_OFF in tokens_of(variables):
            return None
        low, high = limits(nominal, thresholds.voltage)
        if value >= high:
            return UpsEvent.OUTPUT_VOLTAGE_HIGH
        return UpsEvent.OUTPUT_VOLTAGE_LOW if value <= low else UpsEvent.OUTPUT_VOLTAGE_OK

    def output(self, variables: Variables, thresholds: Thresholds) -> UpsEvent | None:
        """Return whether the UPS carries more than it can."""
        tokens = tokens_of(variables)
        if OVERLOADED in tokens:
            return UpsEvent.OUTPUT_OVERLOAD
        load = measured(variables, "ups.load")
        if load is None:
            # Nothing is measured, and the status does not complain: as good as it gets.
            return UpsEvent.OUTPUT_OK if tokens else None
        return UpsEvent.OUTPUT_OVERLOAD if load >= thresholds.load else UpsEvent.OUTPUT_OK

    def temperature(self, variables: Variables, thresholds: Thresholds) -> UpsEvent | None:
        """Return whether the UPS is too warm."""
        value = measured(variables, "ups.temperature")
        if value is None:
            return None
        too_warm = value >= thresholds.temperature
        return UpsEvent.TEMPERATURE_HIGH if too_warm else UpsEvent.TEMPERATURE_OK


def charge_by_voltage(
    variables: Variables, *, empty: float = 0.75, plausible: tuple[float, float] = (0.7, 1.3)
) -> float | None:
    """Return the charge that a battery's voltage stands for, in percent.

    `empty` is the part of the full voltage at which nothing is left, where the UPS does not
    say so. Some drivers give the voltage of a cell: outside the `plausible` parts of the
    nominal one nothing is told.
    """
    voltage = measured(variables, "battery.voltage")
    nominal = measured(variables, "battery.voltage.nominal")
    high = measured(variables, "battery.voltage.high") or nominal
    usual = nominal or high
    if voltage is None or not high or not usual:
        return None
    least, most = plausible
    if not least <= voltage / usual <= most:
        return None
    low = measured(variables, "battery.voltage.low") or high * empty
    high = max(high, voltage)
    if distance(high, low) == 0 or high < low:
        return None
    return round(min(100.0, max(0.0, (voltage - low) / (high - low) * 100)), 1)
