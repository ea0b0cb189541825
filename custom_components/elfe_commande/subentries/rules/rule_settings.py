"""Keys of a rule's subentry, and the rule that they make."""

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Any, Final

from ...core.model import EquipmentId
from ...core.regulator import CHARGED, RegulatorState
from ...core.rules import (
    OFF_CONDITION,
    ON_CONDITION,
    REGULATOR,
    Band,
    Dependency,
    Need,
    Quantity,
    Rule,
)
from ...core.snapshot import Combination
from ..appliances.keys import CONF_NOMINAL_POWER

SUBENTRY_RULE: Final = "surplus_rule"

CONF_EQUIPMENT: Final = "equipment"
"""Number of the equipment; text in the form, as selectors want it."""
CONF_MEASURES: Final = "measures"
CONF_REGULATOR_STATES: Final = "regulator_states"
CONF_REGULATOR_GRACE: Final = "regulator_grace"
CONF_BEGIN: Final = "begin"
CONF_END: Final = "end"
CONF_MONTHS: Final = "months"
CONF_OTHER: Final = "other_equipment"
CONF_NEED: Final = "need"
CONF_NEED_FOR: Final = "need_for"
CONF_MIN_ON: Final = "min_on"
CONF_MIN_OFF: Final = "min_off"
CONF_MAX_ON: Final = "max_on"
CONF_MAX_ON_PER_DAY: Final = "max_on_per_day"
CONF_MAX_STARTS: Final = "max_starts"
CONF_READY_BY: Final = "ready_by"
CONF_MEET_WISHED_END: Final = "meet_wished_end"
CONF_PRIORITY: Final = "priority"
CONF_COMBINATION: Final = "combination"
CONF_ENABLED: Final = "enabled"

MEASURES_SURPLUS: Final = "surplus"
MEASURES_NET: Final = "net_power"
"""Positive is what is taken from the grid: the surplus is its contrary."""
MEASURES: Final = (MEASURES_SURPLUS, MEASURES_NET)

THRESHOLDS: Final[Mapping[Quantity, tuple[float, float]]] = MappingProxyType(
    {
        Quantity.SOC: (90.0, 80.0),
        Quantity.PRODUCTION: (1000.0, 500.0),
        Quantity.FORECAST: (90.0, 80.0),
    }
)
"""Upper and lower threshold at first; those of the surplus depend on the load."""

DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        CONF_MEASURES: MEASURES_SURPLUS,
        CONF_REGULATOR_STATES: sorted(CHARGED),
        CONF_REGULATOR_GRACE: 60,
        CONF_NEED: Need.IS_ON.value,
        CONF_NEED_FOR: 300,
        CONF_MIN_ON: 300,
        CONF_MIN_OFF: 60,
        CONF_MEET_WISHED_END: True,
        CONF_PRIORITY: 10,
        CONF_COMBINATION: Combination.EMS_FIRST.value,
        "surplus_off": 0,
        **{f"{q}_on": on for q, (on, _) in THRESHOLDS.items()},
        **{f"{q}_off": off for q, (_, off) in THRESHOLDS.items()},
        **{f"{q}_{edge}_delay": 60 for q in Quantity for edge in ("on", "off")},
    }
)

TUNABLE: Final = frozenset(
    {CONF_ENABLED, *(f"{q}_{edge}" for q in Quantity for edge in ("on", "off"))}
)
"""What is changed from a dashboard, and does not make the rule anew."""


def bands_of(data: Mapping[str, Any]) -> dict[Quantity, Band]:
    """Return the thresholds of every quantity that has a sensor."""
    values = {**DEFAULTS, "surplus_on": data.get(CONF_NOMINAL_POWER, 0), **data}
    return {
        quantity: Band(
            on=float(values[f"{quantity}_on"]),
            off=float(values[f"{quantity}_off"]),
            on_delay=float(values[f"{quantity}_on_delay"]),
            off_delay=float(values[f"{quantity}_off_delay"]),
        )
        for quantity in Quantity
        if data.get(quantity)
    }


def rule_of(data: Mapping[str, Any]) -> Rule:
    """Return the rule that a subentry describes."""
    values = {**DEFAULTS, **data}
    begin, end = data.get(CONF_BEGIN), data.get(CONF_END)
    ready_by, other = data.get(CONF_READY_BY), data.get(CONF_OTHER)
    return Rule(
        equipment_id=EquipmentId(int(data[CONF_EQUIPMENT])),
        priority=int(values[CONF_PRIORITY]),
        combination=Combination(values[CONF_COMBINATION]),
        enabled=bool(data.get(CONF_ENABLED, True)),
        nominal_power=float(data.get(CONF_NOMINAL_POWER) or 0),
        bands=MappingProxyType(bands_of(data)),
        regulator=bool(data.get(REGULATOR)),
        regulator_states=frozenset(map(RegulatorState, values[CONF_REGULATOR_STATES])),
        regulator_grace=float(values[CONF_REGULATOR_GRACE]),
        hours=(time.fromisoformat(begin), time.fromisoformat(end)) if begin and end else None,
        months=frozenset(map(int, data.get(CONF_MONTHS, ()))),
        dependency=Dependency(
            EquipmentId(int(other)), Need(values[CONF_NEED]), float(values[CONF_NEED_FOR])
        )
        if other
        else None,
        on_condition=bool(data.get(ON_CONDITION)),
        off_condition=bool(data.get(OFF_CONDITION)),
        min_on=float(values[CONF_MIN_ON]),
        min_off=float(values[CONF_MIN_OFF]),
        max_on=_seconds(data.get(CONF_MAX_ON)),
        max_on_per_day=_seconds(data.get(CONF_MAX_ON_PER_DAY)),
        max_starts=int(data[CONF_MAX_STARTS]) if data.get(CONF_MAX_STARTS) else None,
        ready_by=time.fromisoformat(ready_by) if ready_by else None,
        meet_wished_end=bool(values[CONF_MEET_WISHED_END]),
    )


def _seconds(value: float | None) -> float | None:
    """Return a time that is wanted; none and 0 mean no limit."""
    return float(value) if value else None
