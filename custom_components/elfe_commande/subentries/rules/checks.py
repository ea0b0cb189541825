"""What is wrong with a rule that a person describes, before anything is made of it."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ...core.rule_conditions import beyond
from ...core.rules import OFF_CONDITION, ON_CONDITION, Band, Quantity, Rule
from ...engine.ground.status import EquipmentStatus
from .conditions import async_check_conditions
from .readings import reading_of
from .rule_settings import CONF_BEGIN, CONF_END, rule_of
from .sources import sources_of


async def async_mistake(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    load: EquipmentStatus,
    *,
    signed: bool | None = None,
) -> tuple[str, dict[str, str]] | None:
    """Return the key of what is wrong and what fills its text, `None` if nothing is.

    `signed`: whether the surplus is told below zero, as far as the rule there has seen.
    """
    for key in (ON_CONDITION, OFF_CONDITION):
        try:
            await async_check_conditions(hass, data.get(key, []))
        except (vol.Invalid, HomeAssistantError) as error:
            return "invalid_condition", {"detail": str(error)}
    if bool(data.get(CONF_BEGIN)) != bool(data.get(CONF_END)):
        return "hours_incomplete", {}
    rule = rule_of(data)
    if (mistake := _mistake(rule, load)) is not None:
        return mistake, {}
    for quantity, band in rule.bands.items():
        if entity_id := unreachable_of(hass, data, quantity, band, signed=signed):
            return "unreachable_threshold", {"detail": entity_id}
    return None


@callback
def unreachable_of(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    quantity: Quantity,
    band: Band,
    *,
    signed: bool | None = None,
) -> str | None:
    """Return the sensor that never tells what one of the thresholds asks for, `None` if it may."""
    source = sources_of(hass, data)[quantity]
    hidden = quantity is Quantity.SURPLUS and signed is False and band.off < 0
    return source.entity_id if hidden or beyond(band, reading_of(hass, source)) else None


@callback
def threshold_mistake(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    quantity: Quantity,
    edge: str,
    *,
    signed: bool | None = None,
) -> tuple[str, dict[str, str]] | None:
    """Return what is wrong with one threshold, as `async_mistake` does for all.

    Another one that is wrong already does not keep anybody from mending this one.
    """
    rule = rule_of(data)
    band, taken = rule.bands[quantity], _taken(rule, quantity)
    if band.off >= band.on:
        return "thresholds_crossed", {}
    if band.off > band.on - taken:
        return "thresholds_too_near", {"power": f"{taken:g}"}
    alone = replace(band, off=inf) if edge == "on" else replace(band, on=-inf)
    if entity_id := unreachable_of(hass, data, quantity, alone, signed=signed):
        return "threshold_unreachable", {"sensor": entity_id}
    return None


def only_pressed(load: EquipmentStatus) -> bool:
    """Whether a load runs until a button is pressed again: no rule could stop it."""
    typology = load.typology
    return load.equipment.continuous and typology is not None and typology.presses


def _taken(rule: Rule, quantity: Quantity) -> float:
    """Return what the load takes of a quantity once it is on: it is no longer surplus then."""
    return rule.nominal_power if quantity is Quantity.SURPLUS else 0.0


def _mistake(rule: Rule, load: EquipmentStatus) -> str | None:
    continuous = load.equipment.continuous
    if rule.dependency is not None and rule.dependency.equipment_id == rule.equipment_id:
        return "depends_on_itself"
    for quantity, band in rule.bands.items():
        if band.off >= band.on or band.off > band.on - _taken(rule, quantity):
            return f"{quantity}_thresholds"
    if rule.max_on is not None and rule.max_on < rule.min_on:
        return "times_crossed"
    if rule.max_on_per_day is not None and rule.max_on_per_day < rule.min_on:
        return "times_crossed"
    looks = rule.inputs or rule.hours or rule.months or rule.dependency
    timed = not continuous and (rule.ready_by is not None or rule.meet_wished_end)
    return None if looks or timed else "no_condition"
