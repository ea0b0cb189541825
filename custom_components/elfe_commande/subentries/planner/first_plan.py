"""What a new home is asked so that it has a plan: what a kWh costs, and when things are done."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigFlow,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentryData,
)
from homeassistant.core import callback
import voluptuous as vol

from ...const import CONF_USUAL_END, SUBENTRY_PLANNER
from ...describe import words_for
from .discovery import Discovered, async_discover
from .forms import first_fields
from .planner_settings import CONF_PRICES, PriceKind, settings_of
from .price_steps import Input, PriceSteps

LATER: Final = "later"
"""In place of a kind of prices: no plan yet."""
_MORNING: Final = "07:00:00"
_NOTHING: Final = Discovered()


class FirstPlan(PriceSteps[ConfigFlowContext, ConfigFlowResult, str], ConfigFlow):
    """A menu and a short form after the name of a home; the menu may put the plan off."""

    _discovered: Discovered = _NOTHING

    async def async_step_plan(self, _: Input = None) -> ConfigFlowResult:
        """Offer the ways to know prices, what was found first, and to have no plan yet."""
        self._discovered = await async_discover(self.hass)
        self._known_prices = {CONF_USUAL_END: _MORNING, **self._discovered.known}
        kinds = sorted(PriceKind, key=lambda kind: kind != self._known_prices[CONF_PRICES])
        # Sentences are those of the step: whoever reads may have another language than the home.
        return self.async_show_menu(step_id="plan", menu_options=[*map(str, kinds), LATER])

    @override
    async def async_ask_prices(self, kind: PriceKind, user_input: Input = None) -> ConfigFlowResult:
        """Ask for the prices that were chosen in the menu."""
        self._chosen = {CONF_PRICES: str(kind)}
        return await super().async_ask_prices(kind, user_input)

    async def async_step_none(self, user_input: Input = None) -> ConfigFlowResult:
        """Ask for no price: the sun alone counts."""
        return await self.async_ask_prices(PriceKind.NONE, user_input)

    async def async_step_later(self, _: Input = None) -> ConfigFlowResult:
        """Make the home without a planner."""
        return await self.async_prices_given({})

    @override
    def beside_prices(self, known: Mapping[str, Any], /) -> Mapping[vol.Marker, Any]:
        return first_fields(known, sells=self._discovered.sun)

    @callback
    def first_planner(self, data: dict[str, Any]) -> list[ConfigSubentryData]:
        """Return the planner that a new home begins with, none if it was put off."""
        if not data:
            return []
        _ = settings_of(data)
        title = words_for(self.hass)("common", "planner_title")
        return [
            ConfigSubentryData(
                data=data, subentry_type=SUBENTRY_PLANNER, title=title, unique_id=None
            )
        ]
