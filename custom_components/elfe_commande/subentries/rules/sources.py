"""Which entities a rule reads, and what of them: where it can, the power with its sign."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ...const import DOMAIN
from ...core.rules import REGULATOR, Quantity
from .readings import StateSource
from .rule_settings import CONF_MEASURES, MEASURES_NET

_SURPLUS, _NET = "_surplus", "_net_power"
"""How the unique ids of a meter's sensors end."""


@callback
def sources_of(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, StateSource]:
    """Return the entities that a rule reads, by the name of its input."""
    sources = {
        str(quantity): StateSource(data[quantity]) for quantity in Quantity if data.get(quantity)
    }
    if chosen := data.get(Quantity.SURPLUS):
        sources[Quantity.SURPLUS] = _of_meter(hass, chosen) or StateSource(
            chosen, inverted=data.get(CONF_MEASURES) == MEASURES_NET
        )
    if data.get(REGULATOR):
        sources[REGULATOR] = StateSource(data[REGULATOR], text=True)
    return sources


@callback
def is_ours(hass: HomeAssistant, entity_id: str) -> bool:
    """Whether an entity is a sensor of one of our meters, so that its sign is known."""
    return _of_meter(hass, entity_id) is not None


def _of_meter(hass: HomeAssistant, entity_id: str) -> StateSource | None:
    """Return how one of our meters is read, `None` for an entity that is not ours.

    Its surplus never goes below zero, and hides what is taken from the grid: its net power
    tells both.
    """
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or entry.platform != DOMAIN:
        return None
    if entry.unique_id.endswith(_NET):
        return StateSource(entity_id, inverted=True)
    if not entry.unique_id.endswith(_SURPLUS):
        return None
    net = registry.async_get_entity_id(
        entry.domain, DOMAIN, entry.unique_id.removesuffix(_SURPLUS) + _NET
    )
    found = None if net is None else registry.async_get(net)
    if found is None or found.disabled:
        return StateSource(entity_id, lowest=0.0)
    return StateSource(found.entity_id, inverted=True)
