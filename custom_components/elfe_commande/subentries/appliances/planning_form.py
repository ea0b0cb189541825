"""What the planner goes by, in the form of how an appliance is used."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final

from homeassistant.const import UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TimeSelector,
)
import voluptuous as vol

from ...planning.home.habits import Habits
from .keys import (
    CONF_CONTINUOUS,
    CONF_DAILY,
    CONF_DAILY_BY,
    CONF_EQUIPMENT_TYPE,
    CONF_FROM,
    CONF_HIGHEST_PRICE,
    CONF_IN_ONE_PIECE,
    CONF_LATE,
    CONF_MINIMUM_RUN,
    CONF_MOST_STARTS,
    CONF_NOMINAL_POWER,
    CONF_READY_BY,
    CONF_UNTIL,
    SECTION_PLANNING,
)

_MINUTE: Final = 60
_IN_MINUTES: Final = (CONF_DAILY, CONF_MINIMUM_RUN)
_AS_GIVEN: Final = (
    CONF_DAILY_BY,
    CONF_FROM,
    CONF_UNTIL,
    CONF_IN_ONE_PIECE,
    CONF_MOST_STARTS,
    CONF_HIGHEST_PRICE,
    CONF_LATE,
)
_WATER_HEATER: Final = "water_heater"
"""Warm when it is wanted rather than long before."""


def daily_field(known: Mapping[str, Any]) -> dict[vol.Marker, Any]:
    """Return the field of how long an appliance has to be on each day."""
    return {_open(CONF_DAILY, _minutes(known, CONF_DAILY)): _number(0, 1440, UnitOfTime.MINUTES)}


def planning_section(known: Mapping[str, Any], *, continuous: bool) -> dict[vol.Marker, section]:
    """Return the section, closed, filled with what is known.

    `continuous`: the appliance is switched at any time, and may share its time of the day out.
    """
    fields: dict[vol.Marker, Any] = {
        _open(CONF_FROM, known.get(CONF_FROM)): TimeSelector(),
        _open(CONF_UNTIL, known.get(CONF_UNTIL)): TimeSelector(),
        _open(CONF_HIGHEST_PRICE, known.get(CONF_HIGHEST_PRICE)): NumberSelector(
            NumberSelectorConfig(min=-10, max=100, step="any", mode=NumberSelectorMode.BOX)
        ),
        vol.Required(CONF_LATE, default=_late(known)): BooleanSelector(),
    }
    if continuous:
        fields = {
            _open(CONF_DAILY_BY, known.get(CONF_DAILY_BY)): TimeSelector(),
            **fields,
            vol.Required(CONF_IN_ONE_PIECE, default=known.get(CONF_IN_ONE_PIECE, False)): (
                BooleanSelector()
            ),
            _open(CONF_MINIMUM_RUN, _minutes(known, CONF_MINIMUM_RUN)): _number(
                0, 1440, UnitOfTime.MINUTES
            ),
            _open(CONF_MOST_STARTS, known.get(CONF_MOST_STARTS)): _number(0, 96),
        }
    inner = vol.Schema(fields)
    # The frontend takes the section's default for its whole content.
    given = {
        str(marker): value
        for marker in fields
        if isinstance(marker.description, dict)
        and (value := marker.description.get("suggested_value")) is not None
    }
    return {
        vol.Optional(SECTION_PLANNING, default=lambda: {**inner({}), **given}): section(
            inner, {"collapsed": True}
        )
    }


def planning_given(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form says of it, as the subentry keeps it."""
    given = {**user_input, **(user_input.get(SECTION_PLANNING) or {})}
    found = {key: given[key] for key in _AS_GIVEN if given.get(key) not in {None, ""}}
    found |= {key: given[key] * _MINUTE for key in _IN_MINUTES if given.get(key)}
    if not found.get(CONF_MOST_STARTS):
        found.pop(CONF_MOST_STARTS, None)
    return found


def habits_of(data: Mapping[str, Any]) -> Habits:
    """Return how the appliance of a subentry is used, as the planner goes by it."""
    continuous = bool(data.get(CONF_CONTINUOUS))
    ready_by = data.get(CONF_DAILY_BY if continuous else CONF_READY_BY)
    begin, end = data.get(CONF_FROM), data.get(CONF_UNTIL)
    hours = None
    if begin or end:
        hours = time.fromisoformat(begin or "00:00:00"), time.fromisoformat(end or "00:00:00")
    return Habits(
        power=data.get(CONF_NOMINAL_POWER),
        daily=_minutes(data, CONF_DAILY),
        ready_by=time.fromisoformat(ready_by) if ready_by else None,
        hours=hours,
        splittable=continuous and not data.get(CONF_IN_ONE_PIECE),
        minimum_run=_minutes(data, CONF_MINIMUM_RUN) or 0.0,
        most_starts=data.get(CONF_MOST_STARTS),
        highest_price=data.get(CONF_HIGHEST_PRICE),
        late=_late(data),
    )


def _late(known: Mapping[str, Any]) -> bool:
    return bool(known.get(CONF_LATE, known.get(CONF_EQUIPMENT_TYPE) == _WATER_HEATER))


def _minutes(known: Mapping[str, Any], key: str) -> float | None:
    seconds = known.get(key)
    return None if seconds is None else seconds / _MINUTE


def _open(key: str, value: Any) -> vol.Optional:
    """Return the marker of a field that may be left empty."""
    return vol.Optional(key, description={"suggested_value": value})


def _number(low: float, high: float, unit: str = "") -> vol.All[int]:
    box = NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
    if unit:
        box["unit_of_measurement"] = unit
    return vol.All(NumberSelector(box), vol.Coerce(int))
