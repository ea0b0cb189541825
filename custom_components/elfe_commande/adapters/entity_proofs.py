"""What of an entity is measured, and what it may only repeat of what it was told."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import IntegrationNotLoaded, async_get_loaded_integration

from ..core.actuators import PAIRS, Actuator, Domain, Shown, temperature_of
from .entity_hands import HELPERS
from .entity_target import Target

WARMED: Final = 0.5
"""Degrees by which a temperature has to move before it tells that the load works."""
_MEASURED: Final = frozenset({"local_push", "local_polling"})
"""Classes of integrations whose devices say themselves how they are."""


class EntityProofs:
    """Tells, beside the state of what was ordered, whether anything proves it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know of no order."""
        self._hass = hass
        self._began_at: dict[str, float] = {}
        """The temperatures at the last order of on."""

    @callback
    def ordered(self, target: Target, *, on: bool) -> None:
        """Remember how warm it is before a load is switched on."""
        self._began_at.pop(target.topic, None)
        actuator = target.actuator
        if actuator is None or (domain := actuator.domain) is None or not on:
            return
        shown = target.look(actuator.parts[0].entity_id)
        temperature = None if shown is None else temperature_of(domain, shown.attributes)
        if temperature is not None:
            self._began_at[target.topic] = temperature

    @callback
    def of(self, target: Target) -> dict[str, Any]:
        """Return whether the state may be an echo, and what tells more, if anything does.

        `watched`: something measured will tell; `works`: what it tells now.
        """
        actuator = target.actuator
        if actuator is None or (domain := actuator.domain) is None:
            return {}
        shown = target.look(actuator.parts[0].entity_id)
        works = None if shown is None else domain.works(shown.attributes)
        watched = works is not None
        began = self._began_at.get(target.topic)
        if works is None and shown is not None and began is not None:
            watched = True
            works = _warmed(actuator, domain, shown, began)
        return {"echo": self._echoes(target, actuator), "watched": watched, "works": works}

    def _echoes(self, target: Target, actuator: Actuator) -> bool:
        pair = PAIRS.get(actuator.pair)
        if pair is not None and pair.unproved:
            return True
        return any(map(self._may_echo, target.entity_ids))

    def _may_echo(self, entity_id: str) -> bool:
        """Return whether an entity may show what it was told before its device says so."""
        if entity_id.partition(".")[0] in HELPERS:
            return True
        entry = er.async_get(self._hass).async_get(entity_id)
        if entry is None:
            return True
        try:
            integration = async_get_loaded_integration(self._hass, entry.platform)
        except IntegrationNotLoaded:
            return True
        return integration.integration_type == "helper" or integration.iot_class not in _MEASURED


def _warmed(actuator: Actuator, domain: Domain, shown: Shown, began: float) -> bool | None:
    """Return true once the temperature has moved the way that on moves it."""
    now = temperature_of(domain, shown.attributes)
    if now is None:
        return None
    part = actuator.parts[0]
    cools = "cool" in (shown.state, part.on)
    if isinstance(part.on, float) and isinstance(part.off, float):
        cools = part.on < part.off
    moved = began - now if cools else now - began
    return True if moved >= WARMED else None
