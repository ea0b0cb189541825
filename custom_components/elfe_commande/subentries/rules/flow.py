"""Adding a rule: the load, the surplus, its power; everything else has a default."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from ...const import SUBENTRY_EQUIPMENT
from ...core.model import EquipmentId
from ...devices.shapes import Kind, kind_of
from ...hub import Hub
from ..appliances.keys import CONF_EQUIPMENT_ID, CONF_NOMINAL_POWER
from .checks import async_mistake
from .forms import rule_data, rule_schema
from .rule_settings import CONF_ENABLED, CONF_EQUIPMENT, SUBENTRY_RULE


class RuleFlow(ConfigSubentryFlow):
    """Add a rule, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        return await self._async_ask("user", {}, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another rule in place of this one."""
        known = self._get_reconfigure_subentry().data
        return await self._async_ask("reconfigure", known, user_input)

    async def _async_ask(
        self, step_id: str, known: Mapping[str, Any], user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        hub: Hub = self._get_entry().runtime_data
        others = _driven(hub)
        if not others:
            return self.async_abort(reason="no_equipment")
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            data = rule_data(user_input)
            if power := self._power_of(data[CONF_EQUIPMENT]):
                data.setdefault(CONF_NOMINAL_POWER, power)
            load = hub.engine.statuses.get(EquipmentId(data[CONF_EQUIPMENT]))
            if load is None:
                errors[CONF_EQUIPMENT] = "unknown_equipment"
            elif self._is_taken(data[CONF_EQUIPMENT]):
                errors[CONF_EQUIPMENT] = "equipment_taken"
            elif CONF_NOMINAL_POWER not in data:
                errors[CONF_NOMINAL_POWER] = "power_missing"
            elif mistake := await async_mistake(self.hass, data, load):
                errors["base"], placeholders = mistake
            else:
                return self._finish(load.equipment.name, data, known)
            known = data
        free = self._free(others)
        power = self._power_of(*free) if len(free) == 1 else None
        return self.async_show_form(
            step_id=step_id,
            data_schema=rule_schema(known, free, others, power),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _finish(
        self, name: str, data: dict[str, Any], known: Mapping[str, Any]
    ) -> SubentryFlowResult:
        title = f"{name} (surplus)"
        if self.source == SOURCE_RECONFIGURE:
            data[CONF_ENABLED] = known.get(CONF_ENABLED, True)
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=data
            )
        return self.async_create_entry(title=title, data=data)

    def _free(self, equipments: Mapping[int, str]) -> dict[int, str]:
        """Return the loads that have no other rule."""
        return {i: name for i, name in equipments.items() if not self._is_taken(i)}

    def _power_of(self, equipment: int) -> float | None:
        """Return what a load draws when it runs, W, where its own subentry says it."""
        found: float | None = next(
            (
                subentry.data.get(CONF_NOMINAL_POWER)
                for subentry in self._get_entry().get_subentries_of_type(SUBENTRY_EQUIPMENT)
                if subentry.data[CONF_EQUIPMENT_ID] == equipment
            ),
            None,
        )
        return found

    def _is_taken(self, equipment: int) -> bool:
        mine = self.context.get("subentry_id")
        return any(
            subentry.data[CONF_EQUIPMENT] == equipment and subentry.subentry_id != mine
            for subentry in self._get_entry().get_subentries_of_type(SUBENTRY_RULE)
        )


def _driven(hub: Hub) -> dict[int, str]:
    """Return the loads that may be ordered, by number, with the names of their homes."""
    found = {
        int(status.equipment.id): f"{status.equipment.name} ({status.equipment.home})"
        for status in hub.engine.statuses.values()
        if status.supported and kind_of(status) is Kind.DRIVEN
    }
    return dict(sorted(found.items(), key=lambda item: item[1].casefold()))
