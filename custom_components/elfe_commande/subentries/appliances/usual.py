"""What is usual for an appliance in a home that plans: what its form is filled with."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry

from ...const import CONF_USUAL_END, SUBENTRY_PLANNER
from ...core.appliances import TYPE_OF
from .keys import CONF_DAILY, CONF_DAILY_BY, CONF_EQUIPMENT_TYPE, CONF_NOMINAL_POWER, CONF_READY_BY

_WATTS: Final[Mapping[str, int]] = {
    "dishwasher": 1200,
    "washing_machine": 1000,
    "tumble_dryer": 1500,
    "water_heater": 2000,
    "heater": 1000,
    "controlled_heater": 1000,
    "electric_car": 3700,
    "electric_bike": 200,
}
"""While it runs; the mean of a programme."""
_DAILY: Final[Mapping[str, int]] = {"water_heater": 4 * 3600}
"""Seconds a day; of a heater only the people who live there know."""


def usual_habits(entry: ConfigEntry, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is usual for an appliance that is added; nothing where nobody plans."""
    planner = next(iter(entry.get_subentries_of_type(SUBENTRY_PLANNER)), None)
    if planner is None:
        return {}
    kind, end = known[CONF_EQUIPMENT_TYPE], planner.data.get(CONF_USUAL_END)
    found = {
        CONF_NOMINAL_POWER: _WATTS.get(kind),
        CONF_DAILY: _DAILY.get(kind),
        CONF_DAILY_BY if TYPE_OF[kind].continuous else CONF_READY_BY: end,
    }
    return {key: value for key, value in found.items() if value is not None}
