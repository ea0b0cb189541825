"""The form of a rule: what it needs at first, and sections for the rest."""

from collections.abc import Mapping
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
SECTION_RANK: Final = "rank"

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


def rule_schema(
    known: Mapping[str, Any],
    equipments: Mapping[int, str],
    others: Mapping[int, str],
    power: float | None = None,
) -> vol.Schema:
    """Return the form of a rule, filled with what is known.

    `equipments` may be chosen for the rule, by number and name; it may depend on `others`.
    `power`, in watts, is offered where none is known.
    """
    fill = _Filler(known)
    equipment = known.get(CONF_EQUIPMENT)
    power = known.get(CONF_NOMINAL_POWER, power)
    return vol.Schema(
        {
            _asked(CONF_EQUIPMENT, None if equipment is None else str(equipment)): _choose(
                equipments
            ),
            fill.open(Quantity.SURPLUS): _POWERS,
            fill.given(CONF_MEASURES): _select(MEASURES, "rule_measures"),
            vol.Optional(CONF_NOMINAL_POWER, description={"suggested_value": power}): _number(
                1, WATTS, "W"
            ),
            **_folded(
                SECTION_SURPLUS,
                {
                    fill.open("surplus_on"): _number(-WATTS, WATTS, "W"),
                    fill.given("surplus_off"): _number(-WATTS, WATTS, "W"),
                    **fill.delays(Quantity.SURPLUS),
                },
            ),
            **_folded(
                SECTION_BATTERY,
                {
                    **fill.thresholds(Quantity.SOC, _PERCENTS, _number(0, 100, "%")),
                    fill.open(REGULATOR): _TEXTS,
                    fill.given(CONF_REGULATOR_STATES): _select(
                        tuple(RegulatorState), "regulator_state", multiple=True
                    ),
                    fill.given(CONF_REGULATOR_GRACE): _number(0, 3600, "s"),
                },
            ),
            **_folded(
                SECTION_SUN,
                {
                    **fill.thresholds(Quantity.PRODUCTION, _POWERS, _number(0, WATTS, "W")),
                    **fill.thresholds(Quantity.FORECAST, _PERCENTS, _number(0, 100, "%")),
                },
            ),
            **_folded(
                SECTION_WHEN,
                {
                    fill.open(CONF_BEGIN): TimeSelector(),
                    fill.open(CONF_END): TimeSelector(),
                    fill.open(CONF_MONTHS): _select(
                        tuple(map(str, range(1, 13))), "month", multiple=True
                    ),
                },
            ),
            **_folded(
                SECTION_OTHER,
                {
                    fill.open(CONF_OTHER): _choose(others),
                    fill.given(CONF_NEED): _select(tuple(Need), "rule_need"),
                    fill.given(CONF_NEED_FOR): _number(0, DAY, "s"),
                },
            ),
            **_folded(
                SECTION_TIMES,
                {
                    fill.given(CONF_MIN_ON): _number(0, DAY, "s"),
                    fill.given(CONF_MIN_OFF): _number(0, DAY, "s"),
                    fill.open(CONF_MAX_ON): _number(0, DAY, "s"),
                    fill.open(CONF_MAX_ON_PER_DAY): _number(0, DAY, "s"),
                    fill.open(CONF_MAX_STARTS): _number(0, 1000),
                    fill.open(CONF_READY_BY): TimeSelector(),
                    fill.given(CONF_MEET_WISHED_END): BooleanSelector(),
                },
            ),
            **_folded(
                SECTION_CONDITIONS,
                {
                    fill.open(ON_CONDITION): RawConditionSelector(),
                    fill.open(OFF_CONDITION): RawConditionSelector(),
                },
            ),
            **_folded(
                SECTION_RANK,
                {
                    fill.given(CONF_PRIORITY): _number(1, 1000),
                    fill.given(CONF_COMBINATION): _select(tuple(Combination), "combination"),
                },
            ),
        }
    )


def rule_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form says, flat, without what was left empty."""
    flat: dict[str, Any] = {}
    for key, value in user_input.items():
        flat |= value if isinstance(value, dict) else {key: value}
    data = {key: value for key, value in flat.items() if value not in (None, "", [])}
    data[CONF_EQUIPMENT] = int(data[CONF_EQUIPMENT])
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
