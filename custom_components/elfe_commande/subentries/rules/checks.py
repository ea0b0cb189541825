"""What is wrong with a rule that a person describes, before anything is made of it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ...core.rules import OFF_CONDITION, ON_CONDITION, Quantity, Rule
from ...engine.status import EquipmentStatus
from .conditions import async_check_conditions
from .rule_settings import CONF_BEGIN, CONF_END, rule_of


async def async_mistake(
    hass: HomeAssistant, data: Mapping[str, Any], load: EquipmentStatus
) -> tuple[str, dict[str, str]] | None:
    """Return the key of what is wrong and what fills its text, `None` if nothing is."""
    for key in (ON_CONDITION, OFF_CONDITION):
        try:
            await async_check_conditions(hass, data.get(key, []))
        except (vol.Invalid, HomeAssistantError) as error:
            return "invalid_condition", {"detail": str(error)}
    if bool(data.get(CONF_BEGIN)) != bool(data.get(CONF_END)):
        return "hours_incomplete", {}
    mistake = _mistake(rule_of(data), load)
    return None if mistake is None else (mistake, {})


def _mistake(rule: Rule, load: EquipmentStatus) -> str | None:
    continuous = load.equipment.continuous
    typology = load.typology
    if continuous and typology is not None and typology.presses:
        return "cannot_switch"
    if rule.dependency is not None and rule.dependency.equipment_id == rule.equipment_id:
        return "depends_on_itself"
    for quantity, band in rule.bands.items():
        # What the load takes is no longer surplus once it is on.
        taken = rule.nominal_power if quantity is Quantity.SURPLUS else 0.0
        if band.off >= band.on or band.off > band.on - taken:
            return f"{quantity}_thresholds"
    if rule.max_on is not None and rule.max_on < rule.min_on:
        return "times_crossed"
    if rule.max_on_per_day is not None and rule.max_on_per_day < rule.min_on:
        return "times_crossed"
    looks = rule.inputs or rule.hours or rule.months or rule.dependency
    timed = not continuous and (rule.ready_by is not None or rule.meet_wished_end)
    return None if looks or timed else "no_condition"
