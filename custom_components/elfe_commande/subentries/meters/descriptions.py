"""What each code of a meter is shown as."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass as Class,
    SensorEntityDescription,
    SensorStateClass as Kind,
)
from homeassistant.const import (
    DEGREE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfTemperature,
)

from ...sources.sml.obis import is_net

OTHER: Final = "obis"
"""Key of the name of a code that is not known; it has the code in it."""


@dataclass(frozen=True, slots=True)
class _Measure:
    unit: str
    device_class: Class | None = None
    state_class: Kind | None = Kind.MEASUREMENT
    precision: int | None = None


_MEASURES: Final[Mapping[str, _Measure]] = MappingProxyType(
    {
        "Wh": _Measure(UnitOfEnergy.WATT_HOUR, Class.ENERGY, Kind.TOTAL_INCREASING, 0),
        "varh": _Measure(
            UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR,
            Class.REACTIVE_ENERGY,
            Kind.TOTAL_INCREASING,
            0,
        ),
        "VAh": _Measure("VAh", None, Kind.TOTAL_INCREASING, 0),
        "W": _Measure(UnitOfPower.WATT, Class.POWER, precision=0),
        "var": _Measure(
            UnitOfReactivePower.VOLT_AMPERE_REACTIVE, Class.REACTIVE_POWER, precision=0
        ),
        "VA": _Measure(UnitOfApparentPower.VOLT_AMPERE, Class.APPARENT_POWER, precision=0),
        "V": _Measure(UnitOfElectricPotential.VOLT, Class.VOLTAGE, precision=1),
        "A": _Measure(UnitOfElectricCurrent.AMPERE, Class.CURRENT, precision=2),
        "Hz": _Measure(UnitOfFrequency.HERTZ, Class.FREQUENCY, precision=2),
        "°": _Measure(DEGREE, None, Kind.MEASUREMENT_ANGLE, 0),
        "°C": _Measure(UnitOfTemperature.CELSIUS, Class.TEMPERATURE, precision=1),
    }
)
"""Units as the parser writes them; others are shown without one."""

_VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1-0:1.8.0*255": "energy_taken",
        "1-0:1.8.1*255": "energy_taken_t1",
        "1-0:1.8.2*255": "energy_taken_t2",
        "1-0:2.8.0*255": "energy_given",
        "1-0:2.8.1*255": "energy_given_t1",
        "1-0:2.8.2*255": "energy_given_t2",
        "1-0:16.7.0*255": "power",
        "1-0:15.7.0*255": "power_absolute",
        "1-0:1.7.0*255": "power_taken",
        "1-0:2.7.0*255": "power_given",
        "1-0:36.7.0*255": "power_l1",
        "1-0:56.7.0*255": "power_l2",
        "1-0:76.7.0*255": "power_l3",
        "1-0:32.7.0*255": "voltage_l1",
        "1-0:52.7.0*255": "voltage_l2",
        "1-0:72.7.0*255": "voltage_l3",
        "1-0:31.7.0*255": "current_l1",
        "1-0:51.7.0*255": "current_l2",
        "1-0:71.7.0*255": "current_l3",
        "1-0:14.7.0*255": "frequency",
        "1-0:81.7.1*255": "angle_u2_u1",
        "1-0:81.7.2*255": "angle_u3_u1",
        "1-0:81.7.4*255": "angle_i1_u1",
        "1-0:81.7.15*255": "angle_i2_u2",
        "1-0:81.7.26*255": "angle_i3_u3",
    }
)
_IDENTITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1-0:96.1.0*255": "device_id",
        "1-0:0.0.9*255": "server_id",
        "1-0:0.0.0*255": "ownership_id",
        "0-0:96.1.255*255": "factory_id",
        "1-0:96.50.1*1": "maker",
        "129-129:199.130.3*255": "maker",
        "1-0:0.2.0*0": "firmware",
        "1-0:96.5.0*255": "status",
    }
)


def describe(code: str, unit: str | None) -> SensorEntityDescription:
    """Return how a code with a unit is shown; never raises."""
    identity = _IDENTITIES.get(code)
    if identity is not None:
        return SensorEntityDescription(
            key=code, translation_key=identity, entity_category=EntityCategory.DIAGNOSTIC
        )
    name = _VALUES.get(code)
    diagnostic = None if name else EntityCategory.DIAGNOSTIC
    measure = _MEASURES.get(unit or "")
    if measure is None:
        return SensorEntityDescription(
            key=code,
            translation_key=name or OTHER,
            entity_category=diagnostic,
            entity_registry_enabled_default=name is not None,
        )
    counts = measure.state_class is Kind.TOTAL_INCREASING
    return SensorEntityDescription(
        key=code,
        translation_key=name or OTHER,
        device_class=measure.device_class,
        # What is taken less what is given may fall.
        state_class=Kind.TOTAL if counts and is_net(code) else measure.state_class,
        native_unit_of_measurement=measure.unit,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR if counts else None,
        suggested_display_precision=measure.precision,
        entity_category=diagnostic,
        entity_registry_enabled_default=name is not None,
    )
