"""What a person may send of a surplus rule: what it asks for, and what it says now."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.const import CONF_ENTITY_ID
from homeassistant.helpers import config_validation as cv

from ...configuration.redaction import Redactor
from ...core.rules import OFF_CONDITION, ON_CONDITION, REGULATOR, Quantity
from .unit import RuleUnit

_INPUTS = (*(str(quantity) for quantity in Quantity), REGULATOR)


def entities_read(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entities that a rule of this subentry reads, those of its conditions too."""
    yield from (str(data[name]) for name in _INPUTS if data.get(name))
    for key in (ON_CONDITION, OFF_CONDITION):
        yield from _asked(data.get(key))


def _asked(condition: Any) -> Iterator[str]:
    """Yield the entities that conditions ask, as deep as they stand in one another."""
    if isinstance(condition, Mapping):
        yield from map(str, cv.ensure_list(condition.get(CONF_ENTITY_ID)))
        condition = condition.values()
    elif not isinstance(condition, list | tuple):
        return
    for each in condition:
        yield from _asked(each)


def describe_rule(unit: RuleUnit, redactor: Redactor) -> dict[str, Any]:
    """Return the rule, its inputs, and its last verdict; its conditions are people's own."""
    data, status = unit.subentry.data, unit.status
    verdict = None if status is None else status.verdict
    return {
        "rule": redactor.plain(unit.rule),
        "inputs": {name: redactor.entity(data.get(name)) for name in _INPUTS},
        "works": status is not None,
        "verdict": None
        if verdict is None
        else {
            "on": verdict.evaluation.on,
            "reason": redactor.reason(verdict.evaluation.reason),
            "decision": redactor.plain(verdict.decision),
            "in_charge": verdict.in_charge,
            "moves": verdict.moves,
            "silent": [name for name in verdict.silent if name in _INPUTS],
        },
    }
