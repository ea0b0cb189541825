"""What the subentry of a plan source holds."""

from collections.abc import Mapping
from typing import Any, Final

from ...core.model import EquipmentId
from ...sources.plans import PLAN_SOURCES, FieldKind, PlanSource

SUBENTRY_PLAN_SOURCE: Final = "plan_source"

CONF_SOURCE: Final = "source"
"""Name of the source: a key of `PLAN_SOURCES`."""
CONF_SETTINGS: Final = "settings"
"""Its own fields."""
CONF_LOADS: Final = "loads"
"""The appliances that follow it: a mapping each, with the key below and the source's fields."""
CONF_EQUIPMENT: Final = "equipment"
"""Number of an appliance; its name in the form, which shows what it holds."""

type Data = Mapping[str, Any]


def source_of(data: Data) -> PlanSource:
    """Return what reads the answers; raises `KeyError` for a source that is not there."""
    return PLAN_SOURCES[data[CONF_SOURCE]]


def loads_of(data: Data) -> dict[EquipmentId, Data]:
    """Return the fields of each appliance that follows the source."""
    return {EquipmentId(load[CONF_EQUIPMENT]): load for load in data.get(CONF_LOADS, ())}


def calendars_of(data: Data) -> tuple[str, ...]:
    """Return the calendar entities that the source reads."""
    source = PLAN_SOURCES.get(data[CONF_SOURCE])
    if source is None:
        return ()
    keys = (field.key for field in source.fields if field.kind is FieldKind.CALENDAR)
    return tuple(str(data[CONF_SETTINGS][key]) for key in keys if data[CONF_SETTINGS].get(key))
