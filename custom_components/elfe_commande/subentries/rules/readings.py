"""States of Home Assistant as what a surplus rule reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, override

from homeassistant.components.number import ATTR_MAX, ATTR_MIN
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfPower,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import PowerConverter

from ...core.rules import Measurement
from ...engine.ground.ports import Readings, Unsubscribe
from .conditions import Conditions

_NOTHING = (STATE_UNAVAILABLE, STATE_UNKNOWN, "")


@dataclass(frozen=True, slots=True)
class StateSource:
    """An entity that a rule reads. `inverted`: its contrary is meant; `text`: not a number."""

    entity_id: str
    inverted: bool = False
    text: bool = False
    lowest: float | None = None
    """The least that it can tell, where its state does not say so itself."""


class StateReadings(Readings):
    """Reads entities and conditions. Powers are in watts, whatever their unit."""

    def __init__(
        self,
        hass: HomeAssistant,
        sources: Callable[[], Mapping[str, StateSource]],
        conditions: Mapping[str, Conditions],
    ) -> None:
        """Read each source there is at the time, and each condition, under the name given."""
        self._hass = hass
        self._sources = sources
        self._conditions = conditions

    @override
    def read(self) -> Mapping[str, Measurement]:
        found = {name: reading_of(self._hass, source) for name, source in self._sources().items()}
        now = dt_util.utcnow().timestamp()
        for name, conditions in self._conditions.items():
            found[name] = Measurement(conditions.hold(), now)
        return found

    @override
    def watch(self, changed: Callable[[], None]) -> Unsubscribe:
        entities = {source.entity_id for source in self._sources().values()}

        @callback
        def tell(_: Event[EventStateChangedData]) -> None:
            changed()

        return async_track_state_change_event(self._hass, entities, tell)


def reading_of(hass: HomeAssistant, source: StateSource) -> Measurement:
    """Return what an entity tells a rule now."""
    return _reading(hass.states.get(source.entity_id), source)


def _reading(state: State | None, source: StateSource) -> Measurement:
    if state is None:
        return Measurement(None, 0.0, source.entity_id)
    # A value that stays the same is reported all the same: it is not old.
    at = state.last_reported.timestamp()
    if state.state in _NOTHING:
        return Measurement(None, at, source.entity_id)
    if source.text:
        return Measurement(state.state, at, source.entity_id)
    value = _number(state, state.state)
    lowest, highest = (_number(state, state.attributes.get(end)) for end in (ATTR_MIN, ATTR_MAX))
    lowest = source.lowest if lowest is None else lowest
    if source.inverted:
        value, lowest, highest = _negated(value), _negated(highest), _negated(lowest)
    return Measurement(value, at, source.entity_id, lowest, highest)


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


def _number(state: State, told: Any) -> float | None:
    """Return something that an entity tells in its unit, in watts if that is a power."""
    try:
        value = float(told)
    except TypeError, ValueError:
        return None
    if not isfinite(value):
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit in PowerConverter.VALID_UNITS and unit != UnitOfPower.WATT:
        return PowerConverter.convert(value, unit, UnitOfPower.WATT)
    return value
