"""Triggers and the condition that are about UPSs."""

from typing import Any, ClassVar, Unpack, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    NotTriggeredInfo,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from ...sources.ups.vocabulary.events import UpsEvent
from .selection import UpsSelection
from .unit import SIGNAL_UPS_TOLD, UpsTold
from .ups_entity import ups_identifier
from .ups_settings import identity

CONF_EVENT = "event"
EVENTS = tuple(event.value for event in UpsEvent)

_CONDITION_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_TARGET, default=dict): dict,
        vol.Optional(CONF_OPTIONS, default=dict): {
            vol.Optional(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In([BEHAVIOR_ANY, BEHAVIOR_ALL])
        },
    }
)


class UpsTrigger(Trigger):
    """Something happened to a UPS, whichever entry it belongs to."""

    options: ClassVar[VolDictType] = {}
    targeted: ClassVar[bool] = True
    wanted: ClassVar[tuple[str, ...]] = EVENTS

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return the configuration, with defaults; `vol.Invalid` says what is wrong with it."""
        validated: ConfigType = vol.Schema(
            {
                vol.Optional(CONF_OPTIONS, default=dict): cls.options,
                vol.Optional(CONF_TARGET): dict,
            }
        )(config)
        return validated

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep what is chosen."""
        super().__init__(hass, config)
        self._events = (config.options or {}).get(CONF_EVENT, self.wanted)
        self._selection = UpsSelection(hass, config.target)

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action at each event that is meant."""

        @callback
        def handle(told: UpsTold) -> None:
            if not self._selection.holds(told.unit):
                return
            payload = self._payload(told)
            name = payload["name"]
            if told.event in self._events:
                _ = run_action(payload, f"{told.event.value} of {name}")
            elif did_not_trigger is not None and self.options:
                did_not_trigger(NotTriggeredInfo(f"{CONF_EVENT}_not_chosen", payload))

        return async_dispatcher_connect(self._hass, SIGNAL_UPS_TOLD, handle)

    def _payload(self, told: UpsTold) -> dict[str, Any]:
        unit = told.unit
        entry_id, subentry = unit.hub.entry.entry_id, unit.subentry
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            ups_identifier(entry_id, subentry.unique_id or identity(subentry.data)), entry_id
        )
        state = unit.state
        return {
            "config_entry_id": entry_id,
            "device_id": None if device is None else device.id,
            "name": subentry.title,
            "event": told.event.value,
            "status": state.status,
            "tokens": list(state.watch.tokens),
            "charge": state.values.charge,
        }


class UpsEventTrigger(UpsTrigger):
    """Any of the chosen events."""

    options: ClassVar[VolDictType] = {
        vol.Optional(CONF_EVENT): vol.All(cv.ensure_list, [vol.In(EVENTS)], vol.Length(min=1))
    }


class UpsOnBatteryTrigger(UpsTrigger):
    """The mains failed."""

    wanted = (UpsEvent.ON_BATTERY.value,)


class UpsOnMainsTrigger(UpsTrigger):
    """The mains are back."""

    wanted = (UpsEvent.ON_MAINS.value,)


class UpsBatteryLowTrigger(UpsTrigger):
    """The battery is nearly empty."""

    wanted = (UpsEvent.BATTERY_LOW.value,)


class UpsIsOnBatteryCondition(Condition):
    """Any or all of the UPSs are on battery; false while none is known."""

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return the configuration, with defaults; `vol.Invalid` says what is wrong with it."""
        validated: ConfigType = _CONDITION_SCHEMA(config)
        return validated

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep what is chosen."""
        super().__init__(hass, config)
        self._selection = UpsSelection(hass, config.target)
        self._all = (config.options or {}).get(ATTR_BEHAVIOR) == BEHAVIOR_ALL

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Look at the UPSs now."""
        each = [unit.state.on_battery is True for unit in self._selection.units()]
        return bool(each) and (all(each) if self._all else any(each))


TRIGGERS: dict[str, type[Trigger]] = {
    "ups_battery_low": UpsBatteryLowTrigger,
    "ups_event": UpsEventTrigger,
    "ups_on_battery": UpsOnBatteryTrigger,
    "ups_on_mains": UpsOnMainsTrigger,
}
CONDITIONS: dict[str, type[Condition]] = {"ups_is_on_battery": UpsIsOnBatteryCondition}
