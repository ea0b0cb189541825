"""Adding the planner: where prices come from, then those prices; the rest has a default."""

from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.helpers import entity_registry as er

from ...const import DOMAIN, SUBENTRY_PLANNER
from ...describe import words_for
from .discovery import async_discover
from .forms import given, planner_schema
from .planner_settings import CONF_PRICES, PriceKind, settings_of
from .price_steps import Input, PriceSteps


class PlannerFlow(
    PriceSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]], ConfigSubentryFlow
):
    """Add the planner, or change it."""

    async def async_step_user(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the planner, of which an entry has one."""
        if any(self._get_entry().get_subentries_of_type(SUBENTRY_PLANNER)):
            return self.async_abort(reason="already_configured")
        if not self._known_prices:
            self._known_prices = (await async_discover(self.hass)).known
        return await self._async_choose("user", user_input)

    async def async_step_reconfigure(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for other prices in place of these."""
        self._known_prices = self._get_reconfigure_subentry().data
        return await self._async_choose("reconfigure", user_input)

    async def _async_choose(self, step_id: str, user_input: Input) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        known = self._known_prices
        if user_input is not None:
            self._chosen = given(user_input)
            if not self.has_own(self._chosen):
                return await self.async_ask_prices(PriceKind(self._chosen[CONF_PRICES]))
            errors["base"] = "own_entity"
            known = self._chosen
        own = er.async_get(self.hass).entities
        return self.async_show_form(
            step_id=step_id,
            data_schema=planner_schema(
                known, [each.entity_id for each in own.values() if each.platform == DOMAIN]
            ),
            errors=errors,
        )

    @override
    async def async_prices_given(self, data: dict[str, Any]) -> SubentryFlowResult:
        """Keep what the planner has to know."""
        _ = settings_of(data)
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), data=data
            )
        title = words_for(self.hass)("common", "planner_title")
        return self.async_create_entry(title=title, data=data)
