"""Conditions: how equipments and the engine stand, for automations."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Unpack, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .actions.targets import ATTR_CONFIG_ENTRY_ID
from .automations.selection import Selection, require_target, validate_target
from .const import DOMAIN
from .engine.ground.status import EquipmentStatus
from .hub import ElfeConfigEntry, Hub
from .subentries.upses.automation import CONDITIONS as UPS_CONDITIONS

CONF_MAX_AGE = "max_age"
DEFAULT_MAX_AGE = 30
"""Minutes: two quarters, in which the EMS publishes twice."""

_EQUIPMENT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_TARGET): vol.All(dict, require_target),
        vol.Optional(CONF_OPTIONS, default=dict): {
            vol.Optional(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In([BEHAVIOR_ANY, BEHAVIOR_ALL])
        },
    }
)
_READY_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_OPTIONS, default=dict): {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string},
    }
)
_FRESH_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_OPTIONS, default=dict): {
            vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
            vol.Optional(CONF_MAX_AGE, default=DEFAULT_MAX_AGE): vol.All(
                vol.Coerce(float), vol.Range(min=0, min_included=False)
            ),
        },
    }
)


class EquipmentCondition(Condition):
    """How any or all of the targeted equipments stand; false while none is known."""

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return the configuration, with defaults; `vol.Invalid` says what is wrong with it."""
        validated: ConfigType = _EQUIPMENT_SCHEMA(config)
        validate_target(hass, validated[CONF_TARGET])
        return validated

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep what is chosen."""
        super().__init__(hass, config)
        options: dict[str, Any] = config.options or {}
        self._selection = Selection(hass, config.target)
        self._all = options.get(ATTR_BEHAVIOR) == BEHAVIOR_ALL

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Look at the equipments now."""
        each = [self.holds(status) for status in self._selection.statuses()]
        return bool(each) and (all(each) if self._all else any(each))

    @abstractmethod
    def holds(self, status: EquipmentStatus) -> bool:
        """Return whether it is true of one equipment."""


class IsPilotedCondition(EquipmentCondition):
    """The plan drives the equipment."""

    @override
    def holds(self, status: EquipmentStatus) -> bool:
        """Return whether its stored mode is piloted."""
        return status.equipment.piloted


class IsRunningCondition(EquipmentCondition):
    """The equipment runs, by its own feedback."""

    @override
    def holds(self, status: EquipmentStatus) -> bool:
        """Return whether it says so; silence is no."""
        return status.running is True


class EngineCondition(Condition):
    """How the engine of one entry, or of all, stands; false while one is not loaded."""

    schema = _READY_SCHEMA

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return the configuration, with defaults; `vol.Invalid` says what is wrong with it."""
        validated: ConfigType = cls.schema(config)
        entry_id = validated[CONF_OPTIONS].get(ATTR_CONFIG_ENTRY_ID)
        if entry_id is not None:
            entry = hass.config_entries.async_get_entry(entry_id)
            if entry is None or entry.domain != DOMAIN:
                raise vol.Invalid(
                    f"{entry_id} is not an entry of ELFE Commande",
                    path=[CONF_OPTIONS, ATTR_CONFIG_ENTRY_ID],
                )
        return validated

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep what is chosen."""
        super().__init__(hass, config)
        self._options: dict[str, Any] = config.options or {}

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Look at the engines now."""
        wanted = self._options.get(ATTR_CONFIG_ENTRY_ID)
        entries: Iterable[ElfeConfigEntry] = self._hass.config_entries.async_loaded_entries(DOMAIN)
        hubs = [e.runtime_data for e in entries if wanted is None or e.entry_id == wanted]
        return bool(hubs) and all(map(self.holds, hubs))

    @abstractmethod
    def holds(self, hub: Hub) -> bool:
        """Return whether it is true of one entry."""


class IsReadyCondition(EngineCondition):
    """The engine is running: orders are sent."""

    @override
    def holds(self, hub: Hub) -> bool:
        """Return whether its code is 20."""
        return hub.engine.lifecycle.running


class EmsPlanFreshCondition(EngineCondition):
    """The database of the plans answers, and the newest plan is recent."""

    schema = _FRESH_SCHEMA

    @override
    def holds(self, hub: Hub) -> bool:
        """Return whether the plan is young enough; a plan for later is."""
        newest = hub.engine.plan_time()
        if newest is None or not hub.engine.connected:
            return False
        age = dt_util.utcnow() - dt_util.utc_from_timestamp(newest)
        return age <= timedelta(minutes=self._options[CONF_MAX_AGE])


CONDITIONS: dict[str, type[Condition]] = {
    "ems_plan_fresh": EmsPlanFreshCondition,
    "is_piloted": IsPilotedCondition,
    "is_ready": IsReadyCondition,
    "is_running": IsRunningCondition,
    **UPS_CONDITIONS,
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by their name."""
    return CONDITIONS
