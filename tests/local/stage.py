"""Entities of every kind that can be driven, each of which does as a test has it do."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.climate import (
    ClimateEntity,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.components.fan import FanEntity, FanEntityFeature
from homeassistant.components.humidifier import HumidifierEntity, HumidifierEntityFeature
from homeassistant.components.number import NumberEntity
from homeassistant.components.select import SelectEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.components.valve import ValveEntity, ValveEntityFeature
from homeassistant.components.water_heater import WaterHeaterEntity, WaterHeaterEntityFeature
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.const import ATTR_TEMPERATURE, Platform, UnitOfElectricCurrent, UnitOfTemperature
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
    setup_test_component_platform,
)

PLATFORM = "test"


class Staged(Entity):
    """Takes what it is told, at once, late or never."""

    _attr_should_poll = False

    def __init__(self, name: str) -> None:
        """Be there, and obey."""
        self._attr_name = name
        self._attr_unique_id = name
        self.calls: list[Mapping[str, Any]] = []
        self.follows = True
        """It does what it is told before the call returns."""
        self.refuses: str | None = None

    def take(self, **told: Any) -> None:
        """Take an order, as attributes of the entity."""
        if self.refuses is not None:
            raise HomeAssistantError(self.refuses)
        self.calls.append(told)
        if self.follows:
            self.become(**told)

    def become(self, context: Context | None = None, **how: Any) -> None:
        """Be otherwise, and say so; by nobody unless a context says who."""
        for key, value in how.items():
            setattr(self, f"_attr_{key}", value)
        if context is not None:
            self.async_set_context(context)
        self.async_write_ha_state()

    def alone(self, **how: Any) -> None:
        """Change with nobody there."""
        self.become(Context(), **how)


class Heater(Staged, ClimateEntity):
    """A heater with presets, as pilot wires have them, and a setpoint."""

    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_hvac_modes = [HVACMode.OFF, HVACMode.HEAT]  # noqa: RUF012
    _attr_hvac_mode: HVACMode | None = HVACMode.HEAT
    _attr_preset_modes: list[str] | None = ["comfort", "eco", "away"]  # noqa: RUF012
    _attr_preset_mode: str | None = "eco"
    _attr_supported_features = (
        ClimateEntityFeature.TARGET_TEMPERATURE | ClimateEntityFeature.PRESET_MODE
    )
    _attr_target_temperature: float | None = 17.0
    _attr_target_temperature_step = 0.5
    _attr_min_temp, _attr_max_temp = 5.0, 30.0
    _attr_hvac_action: HVACAction | None = None

    async def async_set_preset_mode(self, preset_mode: str) -> None:
        self.take(preset_mode=preset_mode)

    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        self.take(hvac_mode=hvac_mode)

    async def async_set_temperature(self, **kwargs: Any) -> None:
        self.take(target_temperature=kwargs[ATTR_TEMPERATURE])


class Tank(Staged, WaterHeaterEntity):
    """A hot-water tank with modes, a setpoint, a holiday and a switch."""

    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_operation_list = ["eco", "performance", "off"]  # noqa: RUF012
    _attr_current_operation: str | None = "eco"
    _attr_target_temperature: float | None = 45.0
    _attr_min_temp, _attr_max_temp = 30.0, 65.0
    _attr_is_away_mode_on: bool | None = True
    _attr_supported_features = (
        WaterHeaterEntityFeature.TARGET_TEMPERATURE
        | WaterHeaterEntityFeature.OPERATION_MODE
        | WaterHeaterEntityFeature.AWAY_MODE
        | WaterHeaterEntityFeature.ON_OFF
    )

    async def async_set_operation_mode(self, operation_mode: str) -> None:
        self.take(current_operation=operation_mode)

    async def async_set_temperature(self, **kwargs: Any) -> None:
        self.take(target_temperature=kwargs[ATTR_TEMPERATURE])

    async def async_turn_away_mode_on(self) -> None:
        self.take(is_away_mode_on=True)

    async def async_turn_away_mode_off(self) -> None:
        self.take(is_away_mode_on=False)

    async def async_turn_on(self, **kwargs: Any) -> None:
        self.take(current_operation="performance")

    async def async_turn_off(self, **kwargs: Any) -> None:
        self.take(current_operation="off")


class PilotWire(Staged, SelectEntity):
    """A module on a pilot wire, as Zigbee2MQTT shows it."""

    _attr_options = ["comfort", "eco", "frost_protection", "off"]  # noqa: RUF012
    _attr_current_option: str | None = "eco"

    async def async_select_option(self, option: str) -> None:
        self.take(current_option=option)


class Current(Staged, NumberEntity):
    """The current of a charger."""

    _attr_native_min_value, _attr_native_max_value = 0.0, 32.0
    _attr_native_step = 1.0
    _attr_native_value: float | None = 0.0
    _attr_native_unit_of_measurement = UnitOfElectricCurrent.AMPERE

    async def async_set_native_value(self, value: float) -> None:
        self.take(native_value=value)


class Relay(Staged, SwitchEntity):
    """A switch."""

    _attr_is_on = False

    async def async_turn_on(self, **kwargs: Any) -> None:
        self.take(is_on=True)

    async def async_turn_off(self, **kwargs: Any) -> None:
        self.take(is_on=False)


class Ventilator(Staged, FanEntity):
    """A fan with speeds and presets."""

    _attr_supported_features = (
        FanEntityFeature.SET_SPEED
        | FanEntityFeature.PRESET_MODE
        | FanEntityFeature.TURN_ON
        | FanEntityFeature.TURN_OFF
    )
    _attr_preset_modes = ["boost", "calm"]  # noqa: RUF012
    _attr_preset_mode: str | None = None
    _attr_percentage: int | None = 0

    async def async_turn_on(
        self, percentage: int | None = None, preset_mode: str | None = None, **kwargs: Any
    ) -> None:
        self.take(percentage=percentage or 50)

    async def async_turn_off(self, **kwargs: Any) -> None:
        self.take(percentage=0, preset_mode=None)

    async def async_set_percentage(self, percentage: int) -> None:
        self.take(percentage=percentage)

    async def async_set_preset_mode(self, preset_mode: str) -> None:
        self.take(preset_mode=preset_mode)


class Dryer(Staged, HumidifierEntity):
    """A dehumidifier with modes."""

    _attr_supported_features = HumidifierEntityFeature.MODES
    _attr_available_modes = ["auto", "sleep"]  # noqa: RUF012
    _attr_mode: str | None = "sleep"
    _attr_is_on: bool | None = True
    _attr_target_humidity: float | None = 70.0

    async def async_turn_on(self, **kwargs: Any) -> None:
        self.take(is_on=True)

    async def async_turn_off(self, **kwargs: Any) -> None:
        self.take(is_on=False)

    async def async_set_mode(self, mode: str) -> None:
        self.take(mode=mode)

    async def async_set_humidity(self, humidity: int) -> None:
        self.take(target_humidity=float(humidity))


class Tap(Staged, ValveEntity):
    """A valve that says when it moves."""

    _attr_supported_features = ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE
    _attr_reports_position = False
    _attr_is_closed: bool | None = True
    _attr_is_opening: bool | None = False
    _attr_is_closing: bool | None = False

    async def async_open_valve(self) -> None:
        self.take(is_closed=False)

    async def async_close_valve(self) -> None:
        self.take(is_closed=True)


_KINDS: dict[str, type[Staged]] = {
    "climate": Heater,
    "water_heater": Tank,
    "select": PilotWire,
    "number": Current,
    "switch": Relay,
    "fan": Ventilator,
    "humidifier": Dryer,
    "valve": Tap,
}


async def enter(
    hass: HomeAssistant, *entity_ids: str, iot_class: str = "local_push"
) -> list[Staged]:
    """Set these entities up, of an integration of that class; return them."""
    by_domain: dict[str, list[Staged]] = {}
    found: list[Staged] = []
    for entity_id in entity_ids:
        domain, name = entity_id.split(".")
        entity = _KINDS[domain](name)
        by_domain.setdefault(domain, []).append(entity)
        found.append(entity)

    async def set_up(_: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, [*map(Platform, by_domain)])
        return True

    manifest = {"iot_class": iot_class, "integration_type": "hub"}
    module = MockModule(PLATFORM, async_setup_entry=set_up, partial_manifest=manifest)
    # Both releases let what is not built in return a boolean, which the older one wants.
    mock_integration(hass, module, built_in=False)
    mock_platform(hass, f"{PLATFORM}.config_flow", None, built_in=False)
    for domain, entities in by_domain.items():
        setup_test_component_platform(
            hass, domain, entities, from_config_entry=True, built_in=False
        )
    entry = MockConfigEntry(domain=PLATFORM)
    entry.add_to_hass(hass)
    with mock_config_flow(PLATFORM, ConfigFlow):
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return found
