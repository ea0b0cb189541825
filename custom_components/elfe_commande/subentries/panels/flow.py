"""Adding a panel: up to eight positions, each a load with a button and a LED."""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ...const import SUBENTRY_EQUIPMENT
from ...engine.ground.status import EquipmentStatus
from ..appliances.checks import is_own
from ..claims import claimed
from .diagnostics import entities_used
from .panel_settings import (
    CONF_BUTTON,
    CONF_DISPLAY,
    CONF_DISPLAY_ACTION,
    CONF_EQUIPMENT,
    CONF_LED,
    SECTIONS,
    switches_of,
    wirings,
)

BUTTON_DOMAINS = ("event", "binary_sensor", "button", "input_button")
LED_DOMAINS = ("switch", "light", "input_boolean")
DISPLAY_DOMAINS = ("text", "input_text")
_ACTION = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")


class PanelFlow(ConfigSubentryFlow):
    """Add a panel, or change what is at its positions."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what is at each position of a new panel."""
        return self._async_ask("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is at each position of a panel there is."""
        return self._async_ask("reconfigure", user_input)

    def _async_ask(self, step_id: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        statuses = list(entry.runtime_data.engine.statuses.values())
        known: Mapping[str, Any] = {}
        name = ""
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            known, name = subentry.data, subentry.title
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._errors(user_input)
            if not errors:
                return self._finish(user_input)
            known, name = user_input, user_input[CONF_NAME]
        return self.async_show_form(
            step_id=step_id, data_schema=panel_schema(name, known, statuses), errors=errors
        )

    def _finish(self, user_input: Mapping[str, Any]) -> SubentryFlowResult:
        name = user_input[CONF_NAME].strip()
        data = {key: value for key, value in user_input.items() if key != CONF_NAME and value}
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=name, data=data
            )
        return self.async_create_entry(title=name, data=data)

    def _errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with the form, by field; errors do not show within its sections."""
        if not user_input[CONF_NAME].strip():
            return {CONF_NAME: "name_missing"}
        error = self._error(user_input)
        return {} if error is None else {"base": error}

    def _error(self, user_input: Mapping[str, Any]) -> str | None:
        found = wirings(user_input)
        if not any(found):
            return "no_position"
        for wiring, key in zip(found, SECTIONS, strict=True):
            if wiring is None and user_input.get(key):
                return "position_without_equipment"
        action = user_input.get(CONF_DISPLAY_ACTION)
        if action and not _ACTION.fullmatch(action):
            return "invalid_action"
        if any(is_own(self.hass, entity_id) for entity_id in entities_used(user_input)):
            # Its LED would switch the load, its button press itself.
            return "own_entity"
        return self._claim_error(user_input)

    def _claim_error(self, user_input: Mapping[str, Any]) -> str | None:
        """Return what else switches what is chosen, `None` if nothing does."""
        mine = self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None
        owners = claimed(self.hass, but=mine)
        if any(
            (owner := owners.get(entity_id)) and owner.subentry_type == SUBENTRY_EQUIPMENT
            for entity_id in switches_of(user_input)
        ):
            return "drives_appliance"
        leds = [wiring.led for wiring in wirings(user_input) if wiring and wiring.led]
        if len(set(leds)) < len(leds) or owners.keys() & set(leds):
            return "led_taken"
        return None


def panel_schema(
    name: str, known: Mapping[str, Any], statuses: list[EquipmentStatus]
) -> vol.Schema:
    """Return the form of a panel, filled with what is known of appliances that are there."""
    options = [
        SelectOptionDict(
            value=str(int(each.equipment.id)),
            label=f"{each.equipment.name} ({each.equipment.home}, {each.equipment.id})",
        )
        for each in sorted(statuses, key=lambda s: (s.equipment.home, s.equipment.name))
    ]
    equipments = SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
    )
    numbers = {option["value"] for option in options}
    fields: dict[Any, Any] = {
        vol.Required(CONF_NAME, default=name) if name else vol.Required(CONF_NAME): TextSelector(),
        _suggested(CONF_DISPLAY, known): EntitySelector(
            EntitySelectorConfig(domain=list(DISPLAY_DOMAINS))
        ),
        _suggested(CONF_DISPLAY_ACTION, known): TextSelector(),
    }
    for key in SECTIONS:
        at = dict(known.get(key, {}))
        if at.get(CONF_EQUIPMENT) not in numbers:
            at.pop(CONF_EQUIPMENT, None)
        schema = vol.Schema(
            {
                _suggested(CONF_EQUIPMENT, at): equipments,
                _suggested(CONF_BUTTON, at): EntitySelector(
                    EntitySelectorConfig(domain=list(BUTTON_DOMAINS))
                ),
                _suggested(CONF_LED, at): EntitySelector(
                    EntitySelectorConfig(domain=list(LED_DOMAINS))
                ),
            }
        )
        collapsed = not at and key != SECTIONS[0]
        fields[vol.Required(key, default=at)] = section(schema, {"collapsed": collapsed})
    return vol.Schema(fields)


def _suggested(key: str, known: Mapping[str, Any]) -> vol.Optional:
    return vol.Optional(key, description={"suggested_value": known.get(key)})
