"""What a person may send of a plan source: how it is, not where."""

from typing import Any, Final

from ...configuration.redaction import Redactor, at, given, number, word
from ...sources.plans import PLAN_SOURCES, FieldKind, Reading
from .source_settings import CONF_EQUIPMENT, CONF_LOADS, CONF_SETTINGS, CONF_SOURCE, Data
from .unit import PlanSourceUnit

_MISFITS: Final = word("plan_load_missing", "plan_load_misfit")


def describe_source(unit: PlanSourceUnit, redactor: Redactor) -> dict[str, Any]:
    """Return what a source is asked, by whom it is followed, and what it said last."""
    data = unit.subentry.data
    kinds = {field.key: field.kind for field in (*unit.source.fields, *unit.source.load_fields)}

    def shown(values: Data) -> dict[str, Any]:
        return {
            key: _shown(redactor, kinds[key], value)
            for key, value in values.items()
            if key in kinds
        }

    return {
        "source": word(*PLAN_SOURCES)(data[CONF_SOURCE]),
        "settings": shown(data[CONF_SETTINGS]),
        "loads": [
            {CONF_EQUIPMENT: number(load[CONF_EQUIPMENT])} | shown(load)
            for load in data.get(CONF_LOADS, ())
        ],
        "stored": unit.stored,
        "reading": None if unit.reading is None else _reading(unit.reading),
    }


def _shown(redactor: Redactor, kind: FieldKind, value: Any) -> Any:
    match kind:
        case FieldKind.NUMBER:
            return number(value)
        case FieldKind.CALENDAR:
            return redactor.entity(value)
        case FieldKind.WORDS:
            return len(value) if isinstance(value, list) else given(value)
        case FieldKind.ADDRESS | FieldKind.TEXT:
            return given(value)


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "finding": reading.finding.value,
        "made_at": at(reading.made_at),
        "until": at(reading.until),
        "plans": [
            {
                "equipment_id": int(plan.equipment_id),
                "first_valid": at(plan.first_valid),
                "decisions": "".join(str(decision) for decision in plan.decisions),
                "withdrawn": plan.withdrawn,
            }
            for plan in reading.plans
        ],
        "misfits": [
            {"key": _MISFITS(each.key), "equipment_id": number(each.equipment_id)}
            for each in reading.misfits
        ],
    }
