"""The forms of a rule: what it needs, what nobody else says, and the rest for who wants it."""

from collections.abc import Collection, Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import DOMAIN as SENSOR, SensorDeviceClass
from homeassistant.const import PERCENTAGE, Platform, UnitOfPower
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    ConditionSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
import voluptuous as vol

from ...core.regulator import RegulatorState
from ...core.rules import OFF_CONDITION, ON_CONDITION, REGULATOR, Need, Quantity
from ...core.snapshot import Combination
from ..appliances.keys import CONF_NOMINAL_POWER
from .rule_settings import (
    CONF_BEGIN,
    CONF_COMBINATION,
    CONF_END,
    CONF_EQUIPMENT,
    CONF_MAX_ON,
    CONF_MAX_ON_PER_DAY,
    CONF_MAX_STARTS,
    CONF_MEASURES,
    CONF_MEET_WISHED_END,
    CONF_MIN_OFF,
    CONF_MIN_ON,
    CONF_MONTHS,
    CONF_NEED,
    CONF_NEED_FOR,
    CONF_OTHER,
    CONF_PRIORITY,
    CONF_READY_BY,
    CONF_REGULATOR_GRACE,
    CONF_REGULATOR_STATES,
    DEFAULTS,
    MEASURES,
)

SECTION_SURPLUS: Final = "surplus_thresholds"
SECTION_BATTERY: Final = "battery"
SECTION_SUN: Final = "sun"
SECTION_WHEN: Final = "when"
SECTION_OTHER: Final = "other"
SECTION_CONDITIONS: Final = "conditions"
SECTION_TIMES: Final = "times"
SECTION_END: Final = "end_time"
SECTION_RANK: Final = "rank"

CONF_MORE: Final = "more"
"""Of the form only: whether the rest is asked for."""

WATTS: Final = 100_000
DAY: Final = 86_400


def _measures(device_class: SensorDeviceClass, *units: str) -> EntitySelector:
    """Return what offers the sensors of a quantity, and what people enter themselves."""
    return EntitySelector(
        EntitySelectorConfig(
            filter=[
                {"domain": SENSOR, "device_class": device_class},
                {"domain": SENSOR, "unit_of_measurement": list(units)},
                {"domain": [Platform.NUMBER, "input_number"]},
            ]
        )
    )


_POWERS: Final = _measures(SensorDeviceClass.POWER, UnitOfPower.WATT, UnitOfPower.KILO_WATT)
_PERCENTS: Final = _measures(SensorDeviceClass.BATTERY, PERCENTAGE)
_TEXTS: Final = EntitySelector(EntitySelectorConfig(domain=["sensor", "select", "input_select"]))


class RawConditionSelector(ConditionSelector):
    """Take conditions as they were written: what they are made into cannot be stored."""

    @override
    def __call__(self, data: Any) -> Any:
        """Return the conditions unchanged; the flow checks them."""
        if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
            raise vol.Invalid("expected a list of conditions")
        return data


def basics_schema(
    known: Mapping[str, Any], equipments: Mapping[int, str], *, more: bool = False
) -> vol.Schema:
    """Return the form of what every rule needs; `more` asks for the rest after it.

    `equipments` may be chosen for the rule, by number and name.
    """
    equipment = known.get(CONF_EQUIPMENT)
    chosen = str(equipment) if equipment in equipments else None
    return vol.Schema(
        {
            _asked(CONF_EQUIPMENT, chosen): _choose(equipments),
            _Filler(known).open(Quantity.SURPLUS): _POWERS,
            vol.Required(CONF_MORE, default=more): BooleanSelector(),
        }
    )


def measure_schema(known: Mapping[str, Any], asked: Collection[str]) -> vol.Schema:
    """Return the form of what nobody else says: the meaning of a sensor, the power of a load."""
    fields = _measured(known, known.get(CONF_NOMINAL_POWER))
    return vol.Schema({key: fields[key] for key in fields if str(key) in asked})


def details_schema(
    known: Mapping[str, Any],
    others: Mapping[int, str],
    *,
    power: float | None = None,
    foreign: bool = True,
    one_shot: bool = True,
) -> vol.Schema:
    """Return the form of all the rest, filled with what is known, and without what means nothing.

    The rule may depend on `others`. `power`, in watts, is what the load draws where nothing else
    is known; `foreign`: the sensor is none of ours; `one_shot`: the load runs a cycle.
    """
    fill = _Filler({k: v for k, v in known.items() if k != CONF_OTHER or v in others})
    surplus = {
        **_measured(known, known.get(CONF_NOMINAL_POWER, power)),
        fill.open("surplus_on"): _number(-WATTS, WATTS, "W"),
        fill.given("surplus_off"): _number(-WATTS, WATTS, "W"),
        **fill.delays(Quantity.SURPLUS),
    }
    sections: dict[str, dict[Any, Any]] = {
        SECTION_SURPLUS: {
            key: field for key, field in surplus.items() if foreign or key != CONF_MEASURES
        },
        SECTION_BATTERY: {
            **fill.thresholds(Quantity.SOC, _PERCENTS, _number(0, 100, "%")),
            fill.open(REGULATOR): _TEXTS,
            fill.given(CONF_REGULATOR_STATES): _select(
                tuple(RegulatorState), "regulator_state", multiple=True
            ),
            fill.given(CONF_REGULATOR_GRACE): _number(0, 3600, "s"),
        },
        SECTION_SUN: {
            **fill.thresholds(Quantity.PRODUCTION, _POWERS, _number(0, WATTS, "W")),
            **fill.thresholds(Quantity.FORECAST, _PERCENTS, _number(0, 100, "%")),
        },
        SECTION_WHEN: {
            fill.open(CONF_BEGIN): TimeSelector(),
            fill.open(CONF_END): TimeSelector(),
            fill.open(CONF_MONTHS): _select(tuple(map(str, range(1, 13))), "month", multiple=True),
        },
        SECTION_OTHER: {
            fill.open(CONF_OTHER): _choose(others),
            fill.given(CONF_NEED): _select(tuple(Need), "rule_need"),
            fill.given(CONF_NEED_FOR): _number(0, DAY, "s"),
        },
        SECTION_TIMES: {
            fill.given(CONF_MIN_ON): _number(0, DAY, "s"),
            fill.given(CONF_MIN_OFF): _number(0, DAY, "s"),
            fill.open(CONF_MAX_ON): _number(0, DAY, "s"),
            fill.open(CONF_MAX_ON_PER_DAY): _number(0, DAY, "s"),
            fill.open(CONF_MAX_STARTS): _number(0, 1000),
        },
        SECTION_END: {
            fill.open(CONF_READY_BY): TimeSelector(),
            fill.given(CONF_MEET_WISHED_END): BooleanSelector(),
        },
        SECTION_CONDITIONS: {
            fill.open(ON_CONDITION): RawConditionSelector(),
            fill.open(OFF_CONDITION): RawConditionSelector(),
        },
        SECTION_RANK: {
            fill.given(CONF_PRIORITY): _number(1, 1000),
            fill.given(CONF_COMBINATION): _select(tuple(Combination), "combination"),
        },
    }
    meaningless = {
        SECTION_SURPLUS: not known.get(Quantity.SURPLUS),
        SECTION_OTHER: not others,
        SECTION_END: not one_shot,
    }
    shown = {key: fields for key, fields in sections.items() if not meaningless.get(key)}
    return vol.Schema({k: v for key, f in shown.items() for k, v in _folded(key, f).items()})


def _measured(known: Mapping[str, Any], power: float | None) -> dict[vol.Marker, Any]:
    return {
        _Filler(known).given(CONF_MEASURES): _select(MEASURES, "rule_measures"),
        _asked(CONF_NOMINAL_POWER, power): _number(1, WATTS, "W"),
    }


def rule_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form says, flat, without what was left empty."""
    flat: dict[str, Any] = {}
    for key, value in user_input.items():
        flat |= value if isinstance(value, dict) else {key: value}
    data = {key: value for key, value in flat.items() if value not in (None, "", [])}
    if other := data.get(CONF_OTHER):
        data[CONF_OTHER] = int(other)
    return data


class _Filler:
    """Markers of fields, filled with what is known."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known
        self._values = {**DEFAULTS, **known}

    def given(self, key: str) -> vol.Required:
        """Return the marker of a field that always has a value."""
        return vol.Required(key, default=self._values[key])

    def open(self, key: str) -> vol.Optional:
        """Return the marker of a field that may be left empty."""
        value = self._known.get(key)
        if key == CONF_OTHER and value is not None:
            value = str(value)
        return vol.Optional(key, description={"suggested_value": value})

    def thresholds(
        self, quantity: Quantity, sensor: EntitySelector, number: NumberSelector
    ) -> dict[vol.Marker, Any]:
        """Return the fields of a quantity: its sensor, thresholds and delays."""
        return {
            self.open(quantity): sensor,
            self.given(f"{quantity}_on"): number,
            self.given(f"{quantity}_off"): number,
            **self.delays(quantity),
        }

    def delays(self, quantity: Quantity) -> dict[vol.Marker, Any]:
        """Return the fields of a quantity's delays."""
        return {
            self.given(f"{quantity}_{edge}_delay"): _number(0, DAY, "s") for edge in ("on", "off")
        }


def _asked(key: str, value: Any | None) -> vol.Required:
    return vol.Required(key) if value is None else vol.Required(key, default=value)


def _folded(key: str, fields: dict[Any, Any]) -> dict[vol.Required, section]:
    """Return a section that is shown closed, and that a caller may leave out."""
    schema = vol.Schema(fields)
    # The frontend takes the default for the section's whole content.
    suggested = {
        str(marker): value
        for marker in fields
        if isinstance(marker.description, dict)
        and (value := marker.description.get("suggested_value")) is not None
    }
    marker = vol.Required(key, default=lambda: {**schema({}), **suggested})
    return {marker: section(schema, {"collapsed": True})}


def _choose(equipments: Mapping[int, str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=str(number), label=name)
                for number, name in equipments.items()
            ],
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _select(options: tuple[str, ...], words: str, *, multiple: bool = False) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            translation_key=words,
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _number(low: float, high: float, unit: str | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=low, max=high, step="any", mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)
