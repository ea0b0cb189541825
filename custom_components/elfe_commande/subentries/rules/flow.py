"""Adding a rule: the load and the surplus; everything else has a default, or is asked on request."""

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
from ...core.rules import Quantity
from ...devices.shapes import Kind, kind_of
from ...engine.ground.status import EquipmentStatus
from ...hub import Hub
from ..appliances.keys import CONF_EQUIPMENT_ID, CONF_NOMINAL_POWER
from .checks import async_mistake, only_pressed
from .forms import CONF_MORE, basics_schema, details_schema, measure_schema, rule_data
from .rule_settings import CONF_ENABLED, CONF_EQUIPMENT, CONF_MEASURES, SUBENTRY_RULE
from .sources import is_ours

_KEPT = (CONF_EQUIPMENT, Quantity.SURPLUS.value, CONF_MEASURES, CONF_NOMINAL_POWER)
"""What is said before the details."""

type Input = dict[str, Any] | None


class RuleFlow(ConfigSubentryFlow):
    """Add a rule, or change one."""

    _hub: Hub
    """The running entry's, as each step finds it."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[str, Any] = {}
        """The subentry's data, as far as it was said."""
        self._more = False

    async def async_step_user(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        return await self._async_ask(user_input)

    async def async_step_reconfigure(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for another rule in place of this one."""
        if user_input is None:
            self._known, self._more = dict(self._get_reconfigure_subentry().data), True
        return await self._async_ask(user_input)

    async def _async_ask(self, user_input: Input) -> SubentryFlowResult:
        """Ask for what every rule needs."""
        if (end := self._hindrance()) is not None:
            return end
        driven = _driven(self._hub)
        if not driven:
            return self.async_abort(reason="no_equipment")
        if user_input is None:
            if not self._free(driven):
                return self.async_abort(reason="all_have_rules")
            return self._show_basics()
        self._take(user_input)
        if (error := self._refused()) is not None:
            return self._show_basics({CONF_EQUIPMENT: error})
        if self._unsaid():
            return await self.async_step_measure()
        return await self._async_go_on()

    def _take(self, user_input: Mapping[str, Any]) -> None:
        """Take over the basics; another sensor, or another load, says nothing of before."""
        self._more = user_input[CONF_MORE]
        before = self._known
        equipment, surplus = int(user_input[CONF_EQUIPMENT]), user_input.get(Quantity.SURPLUS)
        self._known = {key: value for key, value in before.items() if key != Quantity.SURPLUS}
        self._known[CONF_EQUIPMENT] = equipment
        if surplus:
            self._known[Quantity.SURPLUS] = surplus
        if surplus != before.get(Quantity.SURPLUS):
            self._known.pop(CONF_MEASURES, None)
        if equipment != before.get(CONF_EQUIPMENT, equipment):
            self._known.pop(CONF_NOMINAL_POWER, None)

    async def async_step_measure(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for what nobody else says: what the sensor means, what the load draws."""
        if (end := self._hindrance()) is not None:
            return end
        if user_input is not None:
            self._known |= user_input
            return await self._async_go_on()
        return self.async_show_form(
            step_id="measure", data_schema=measure_schema(self._known, self._unsaid())
        )

    async def async_step_details(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for all the rest."""
        if (end := self._hindrance()) is not None:
            return end
        if user_input is not None:
            kept = {key: self._known[key] for key in _KEPT if key in self._known}
            self._known = kept | rule_data(user_input)
            return await self._async_end()
        return self._show_details()

    async def _async_go_on(self) -> SubentryFlowResult:
        return await (self.async_step_details() if self._more else self._async_end())

    async def _async_end(self) -> SubentryFlowResult:
        """Make the rule, or ask again for what is wrong with it."""
        if (load := self._load) is None:
            return self._show_basics({CONF_EQUIPMENT: "unknown_equipment"})
        if Quantity.SURPLUS in self._known:
            power = self._power_of(self._known[CONF_EQUIPMENT])
            self._known.setdefault(CONF_NOMINAL_POWER, power)
        signed = self._signed()
        mistake = await async_mistake(self.hass, self._known, load, signed=signed)
        if mistake is None:
            name = self._hub.roster.name_of(load.equipment.id)
            return self._finish(name or load.equipment.name)
        error, placeholders = mistake
        if error == "no_condition" and not self._more:
            return self._show_basics({"base": error})
        return self._show_details({"base": error}, placeholders)

    def _finish(self, name: str) -> SubentryFlowResult:
        title, data = f"{name} (surplus)", self._known
        if self.source == SOURCE_RECONFIGURE:
            before = self._get_reconfigure_subentry()
            data[CONF_ENABLED] = before.data.get(CONF_ENABLED, True)
            return self.async_update_and_abort(self._get_entry(), before, title=title, data=data)
        return self.async_create_entry(title=title, data=data)

    # ------------------------------------------------------------------------------ the forms

    def _show_basics(self, errors: dict[str, str] | None = None) -> SubentryFlowResult:
        free = self._free(_driven(self._hub))
        return self.async_show_form(
            step_id="reconfigure" if self.source == SOURCE_RECONFIGURE else "user",
            data_schema=basics_schema(self._known, free, more=self._more),
            errors=errors,
        )

    def _show_details(
        self,
        errors: dict[str, str] | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> SubentryFlowResult:
        mine = self._known[CONF_EQUIPMENT]
        load, surplus = self._load, self._known.get(Quantity.SURPLUS)
        others = {number: name for number, name in _driven(self._hub).items() if number != mine}
        return self.async_show_form(
            step_id="details",
            data_schema=details_schema(
                self._known,
                others,
                power=self._power_of(mine),
                foreign=surplus is None or not is_ours(self.hass, surplus),
                one_shot=load is not None and not load.equipment.continuous,
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    # ------------------------------------------------------------------------------- the parts

    def _hindrance(self) -> SubentryFlowResult | None:
        """Return the end of a flow whose entry does not run now, `None` if it does.

        To be asked at the begin of each step: people may take long between two of them.
        """
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        self._hub = entry.runtime_data
        return None

    @property
    def _load(self) -> EquipmentStatus | None:
        """Return the load of the rule, `None` where it is gone."""
        return self._hub.engine.statuses.get(EquipmentId(self._known[CONF_EQUIPMENT]))

    def _signed(self) -> bool | None:
        """Return whether the rule that changes saw its sensor below zero, `None` for another one."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        before = self._get_reconfigure_subentry()
        status = self._hub.engine.surplus.rules.get(before.subentry_id)
        same = all(
            self._known.get(key) == before.data.get(key)
            for key in (Quantity.SURPLUS, CONF_MEASURES)
        )
        return status.history.signed if status is not None and same else None

    def _refused(self) -> str | None:
        """Return why the load cannot have this rule, `None` if it can."""
        if (load := self._load) is None:
            return "unknown_equipment"
        if self._is_taken(self._known[CONF_EQUIPMENT]):
            return "equipment_taken"
        return "cannot_switch" if only_pressed(load) else None

    def _unsaid(self) -> tuple[str, ...]:
        """Return what a surplus needs to be said, and is said by nobody."""
        surplus = self._known.get(Quantity.SURPLUS)
        if surplus is None:
            return ()
        unknown = {
            CONF_MEASURES: not is_ours(self.hass, surplus),
            CONF_NOMINAL_POWER: self._power_of(self._known[CONF_EQUIPMENT]) is None,
        }
        return tuple(key for key, asked in unknown.items() if asked and key not in self._known)

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
