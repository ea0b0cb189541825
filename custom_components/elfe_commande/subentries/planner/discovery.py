"""What Home Assistant knows already of prices and sun: nobody is to type what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Final

from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ...planning.readers.price_actions import PRICE_ACTIONS
from ...planning.readers.price_lists import read_attributes
from ...planning.readers.price_units import factor_of
from ...planning.readers.tariff import colour_of
from .energy_dashboard import async_dashboard
from .forms import known_from
from .planner_settings import CONF_COLOUR, CONF_ENTITY, CONF_NEXT_COLOUR, CONF_PRICES, PriceKind

_COLOURS: Final = frozenset({"rtetempo", "teleinfo", "linkytic"})
"""Integrations that know the colours of Tempo."""
_OTHER_PRICE: Final = re.compile(
    r"next|last|lowest|highest|min|max|average|avg|mean|peak|export|return|feed|off|tomorrow"
)
_TOMORROW: Final = re.compile(r"tomorrow|next|demain|prochaine|j_?1|j\+1")


@dataclass(frozen=True, slots=True)
class Discovered:
    """What the forms are filled with."""

    known: Mapping[str, Any] = field(default_factory=dict)
    sun: bool = False
    """Somebody forecasts the panels."""


async def async_discover(hass: HomeAssistant) -> Discovered:
    """Return what the energy dashboard says, else what known integrations of prices have."""
    dashboard = await async_dashboard(hass)
    known = known_from(dashboard)
    if not dashboard.any_price:
        known |= _tempo(hass) or _price_entity(hass)
    return Discovered(known, bool(dashboard.forecasts))


@callback
def _price_entity(hass: HomeAssistant) -> dict[str, Any]:
    """Return a price sensor: one that lists prices to come, else one whose integration has them."""
    now, zone = dt_util.utcnow().timestamp(), dt_util.get_default_time_zone()
    best: tuple[tuple[bool, bool, int], str] | None = None
    for platform, state in _sensors(hass):
        if factor_of(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)) is None:
            continue
        listed = read_attributes(state.attributes, now, zone, "")
        if not (listed.intervals or listed.choices or platform in PRICE_ACTIONS):
            continue
        other = _OTHER_PRICE.search(state.entity_id) is not None
        rank = other, not listed.intervals, len(state.entity_id)
        if best is None or rank < best[0]:
            best = rank, state.entity_id
    return {} if best is None else {CONF_PRICES: PriceKind.ENTITY, CONF_ENTITY: best[1]}


@callback
def _tempo(hass: HomeAssistant) -> dict[str, Any]:
    """Return the sensors that know the colours, if there is one of today's."""
    colours = [
        state.entity_id
        for platform, state in _sensors(hass)
        if platform in _COLOURS and _is_colour(state)
    ]
    next_ones = [each for each in colours if _TOMORROW.search(each)]
    today = next((each for each in colours if each not in next_ones), None)
    if today is None:
        return {}
    found = {CONF_PRICES: PriceKind.TEMPO, CONF_COLOUR: today}
    return found | ({CONF_NEXT_COLOUR: next_ones[0]} if next_ones else {})


def _is_colour(state: State) -> bool:
    """Whether a state is the name of a colour, or would be once it is known."""
    options = state.attributes.get("options") or [state.state]
    return any(colour_of(str(option)) is not None for option in options)


def _sensors(hass: HomeAssistant) -> Iterator[tuple[str, State]]:
    registry = er.async_get(hass)
    for state in hass.states.async_all(SENSOR):
        if (registered := registry.async_get(state.entity_id)) is not None:
            yield registered.platform, state
