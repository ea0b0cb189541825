"""The steps that ask what a kWh costs, one per kind of prices: of the planner and of a new home."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
import voluptuous as vol

from ..appliances.checks import is_own
from .forms import given, mistakes, prices_schema
from .planner_settings import PriceKind, entities_read

type Input = dict[str, Any] | None


class PriceSteps[C: FlowContext, R: FlowResult[Any, Any], H](FlowHandler[C, R, H]):
    """What is known is filled in; who has these steps says what becomes of the answers."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self._known_prices: Mapping[str, Any] = {}
        self._chosen: dict[str, Any] = {}
        """What the form before says."""

    @abstractmethod
    async def async_prices_given(self, data: dict[str, Any]) -> R:
        """Go on with all that the planner has to know."""

    def beside_prices(self, _: Mapping[str, Any], /) -> Mapping[vol.Marker, Any]:
        """Return what else the form of the prices asks, filled with what is known of it."""
        return {}

    async def async_ask_prices(self, kind: PriceKind, user_input: Input = None) -> R:
        """Ask for prices of this kind, if it has any to ask for."""
        errors: dict[str, str] = {}
        known = self._known_prices
        schema = prices_schema(kind, known, self.beside_prices(known))
        if schema is None:
            return await self.async_prices_given(self._chosen)
        if user_input is not None:
            prices = given(user_input)
            errors = mistakes(prices)
            if self.has_own(prices):
                errors["base"] = "own_entity"
            if not errors:
                return await self.async_prices_given({**self._chosen, **prices})
            schema = prices_schema(kind, prices, self.beside_prices(prices))
        return self.async_show_form(step_id=str(kind), data_schema=schema, errors=errors)

    async def async_step_two_rates(self, user_input: Input = None) -> R:
        """Ask for peak and off-peak hours."""
        return await self.async_ask_prices(PriceKind.TWO_RATES, user_input)

    async def async_step_tempo(self, user_input: Input = None) -> R:
        """Ask for the six prices and the colours."""
        return await self.async_ask_prices(PriceKind.TEMPO, user_input)

    async def async_step_entity(self, user_input: Input = None) -> R:
        """Ask for the entity that knows prices."""
        return await self.async_ask_prices(PriceKind.ENTITY, user_input)

    async def async_step_number(self, user_input: Input = None) -> R:
        """Ask for one price."""
        return await self.async_ask_prices(PriceKind.NUMBER, user_input)

    def has_own(self, data: Mapping[str, Any]) -> bool:
        """Return whether an entity of ours was chosen, which knows no price."""
        return any(is_own(self.hass, entity_id) for entity_id in entities_read(data))
