"""What a person may send of the planner: its settings, how it is, what it planned."""

from typing import Any

from ...configuration.redaction import Redactor, at
from .planner_settings import (
    CONF_COLOUR,
    CONF_ENTITY,
    CONF_EXPORT_ENTITY,
    CONF_FORECASTS,
    CONF_NEXT_COLOUR,
    CONF_PRICES,
)
from .unit import PlannerUnit


def describe_planner(unit: PlannerUnit, redactor: Redactor) -> dict[str, Any]:
    """Return what the planner goes by and its last plan; prices are people's own."""
    data, planned = unit.subentry.data, unit.planned
    return {
        "prices": str(data[CONF_PRICES]),
        "entities": {
            key: redactor.entity(data.get(key))
            for key in (CONF_ENTITY, CONF_EXPORT_ENTITY, CONF_COLOUR, CONF_NEXT_COLOUR)
        },
        "forecasts": len(data.get(CONF_FORECASTS) or ()),
        "findings": [str(each) for each in unit.findings],
        "plan": None
        if planned is None
        else {
            "made_at": at(planned.made_at),
            "base_load": str(planned.seen.base),
            "known_until": at(planned.seen.known_until),
            "guessed_from": at(planned.seen.guessed_from),
            "complete": planned.plan.complete,
            "tried": planned.plan.tried,
            "loads": [
                {
                    "equipment_id": int(need.equipment.id),
                    "unplanned": None if need.unplanned is None else str(need.unplanned),
                }
                for need in planned.needs
            ],
            "runs": [
                {
                    "equipment_id": int(load.equipment_id),
                    "reason": str(load.reason),
                    "missing": load.missing,
                    "runs": [[at(run.start), at(run.end)] for run in load.runs],
                }
                for load in planned.plan.loads
            ],
        },
    }
