"""The forms of what an entity is given: which of its settings, and the values of on and off."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.translation import async_translate_state, async_translate_state_attr
import voluptuous as vol

from ...core.actuators import Attributes, Choices, OwnChanges, Pair, Range, Way
from .forms import dropdown, identity, required
from .keys import CONF_EQUIPMENT_TYPE, CONF_OFF, CONF_ON, CONF_OWN_CHANGES, CONF_WAY

_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    CONF_ON: ("comfort", "heat", "performance", "high_demand", "boost", "on"),
    CONF_OFF: ("eco", "away", "frost", "off"),
}
"""What is suggested where an entity offers it."""


def way_schema(ways: Sequence[Way], known: Mapping[str, Any]) -> vol.Schema:
    """Return the form that asks what of an entity is set."""
    keys = [way.key for way in ways]
    chosen = known.get(CONF_WAY)
    select = SelectSelector(
        SelectSelectorConfig(options=keys, translation_key="way", mode=SelectSelectorMode.LIST)
    )
    return vol.Schema(
        {vol.Required(CONF_WAY, default=chosen if chosen in keys else keys[0]): select}
    )


def values_schema(
    hass: HomeAssistant,
    entity_id: str,
    way: Way,
    attributes: Attributes,
    known: Mapping[str, Any],
    *,
    own: bool,
) -> vol.Schema:
    """Return the form of the values of on and off, of those that the entity offers.

    `own`: it also asks what a change means of which nobody knows who made it.
    """
    choices = way.choices(attributes) or ()
    fields: dict[Any, Any] = {
        _value_field(key, choices, known.get(key)): _values(hass, entity_id, way, choices)
        for key in (CONF_ON, CONF_OFF)
    }
    if own:
        kept = known.get(CONF_OWN_CHANGES, OwnChanges.ASK.value)
        fields[vol.Required(CONF_OWN_CHANGES, default=kept)] = dropdown(
            [OwnChanges.ASK.value, OwnChanges.PEOPLE.value, OwnChanges.PROGRAMME.value],
            "own_changes",
        )
    return vol.Schema(fields)


def number_schema(
    hass: HomeAssistant, entity_id: str, way: Way, attributes: Attributes, known: Mapping[str, Any]
) -> vol.Schema:
    """Return the form of the number that one half of a pair is given for on."""
    choices = way.choices(attributes) or ()
    field = _value_field(CONF_ON, choices, known.get(CONF_ON))
    return vol.Schema({field: _values(hass, entity_id, way, choices)})


def pair_schema(pair: Pair, known: Mapping[str, Any], own: Iterable[str]) -> vol.Schema:
    """Return the form of two entities that are ordered as one; `own` cannot be chosen."""
    halves = {
        required(half.key, known.get(half.key)): EntitySelector(
            EntitySelectorConfig(
                filter={"domain": list(half.domains)}, exclude_entities=sorted(own)
            )
        )
        for half in pair.halves
    }
    suggested = {CONF_EQUIPMENT_TYPE: pair.appliance, **known}
    return vol.Schema({**identity(suggested), **halves})


def _value_field(key: str, choices: Choices, known: Any | None) -> vol.Required:
    """Return the marker of a value: as it is kept, else as is usual, if the entity offers it."""
    if isinstance(choices, Range):
        fits = isinstance(known, int | float) and choices.low <= known <= choices.high
        return vol.Required(key, description={"suggested_value": known} if fits else None)
    if known in choices:
        return vol.Required(key, default=known)
    by_name = {option.casefold(): option for option in choices}
    usual = next((by_name[name] for name in _USUAL[key] if name in by_name), None)
    return vol.Required(key) if usual is None else vol.Required(key, default=usual)


def _values(
    hass: HomeAssistant, entity_id: str, way: Way, choices: Choices
) -> NumberSelector | SelectSelector:
    if isinstance(choices, Range):
        box = NumberSelectorConfig(
            min=choices.low, max=choices.high, step=choices.step, mode=NumberSelectorMode.BOX
        )
        state = hass.states.get(entity_id)
        if state is not None and (unit := state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)):
            box["unit_of_measurement"] = unit
        return NumberSelector(box)
    options = [
        SelectOptionDict(value=option, label=_label(hass, entity_id, way, option))
        for option in choices
    ]
    return SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))


def _label(hass: HomeAssistant, entity_id: str, way: Way, option: str) -> str:
    """Return an option as Home Assistant shows it."""
    entry = er.async_get(hass).async_get(entity_id)
    state = hass.states.get(entity_id)
    device_class = None if state is None else state.attributes.get(ATTR_DEVICE_CLASS)
    named = (
        entity_id.partition(".")[0],
        None if entry is None else entry.platform,
        None if entry is None else entry.translation_key,
        device_class,
    )
    if way.attribute is None:
        return async_translate_state(hass, option, *named)
    return async_translate_state_attr(hass, option, *named, way.attribute)
