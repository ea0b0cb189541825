"""Actions on rules: ask them all now, or ask one what it would do."""

from math import isfinite
from typing import Any

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ...actions.permissions import ENTRY, async_require_entities
from ...actions.targets import ATTR_CONFIG_ENTRY_ID, async_hub_of
from ...const import DOMAIN
from ...core.lifecycle import NotRunningError
from ...core.rules import OFF_CONDITION, ON_CONDITION, REGULATOR, Measurement, Quantity
from ...describe import in_utc, source_name
from ...engine.local.judge import RuleStatus, Verdict
from ...entities.answers import not_running
from ...hub import Hub
from .traces import traced

ATTR_RULE = "rule"
ATTR_INPUTS = "inputs"
ATTR_AT = "at"


def _watts(value: Any) -> float:
    number: float = vol.Coerce(float)(value)
    if not isfinite(number):
        raise vol.Invalid("expected a number")
    return number


_INPUT = {
    **{vol.Optional(str(quantity)): vol.Any(None, _watts) for quantity in Quantity},
    vol.Optional(REGULATOR): vol.Any(None, cv.string),
    vol.Optional(ON_CONDITION): vol.Any(None, cv.boolean),
    vol.Optional(OFF_CONDITION): vol.Any(None, cv.boolean),
}
EVALUATE_RULES_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})
SIMULATE_RULE_SCHEMA = vol.Schema(
    {
        vol.Required(ATTR_RULE): cv.entity_id,
        vol.Optional(ATTR_INPUTS, default=dict): vol.Schema(_INPUT),
        vol.Optional(ATTR_AT): cv.datetime,
    }
)


async def async_evaluate_rules(call: ServiceCall) -> ServiceResponse:
    """Ask every rule of an entry now; one load is moved at most, as each minute."""
    hub = await async_hub_of(call, ENTRY)
    try:
        moved = await hub.engine.surplus.evaluate()
    except NotRunningError as error:
        raise not_running(error) from error
    if not call.return_response:
        return None
    rules: list[JsonValueType] = [
        {**_told(hub, status, status.verdict), "moved": status in moved}
        for status in hub.engine.surplus.rules.values()
        if status.verdict is not None
    ]
    return {"rules": rules}


async def async_simulate_rule(call: ServiceCall) -> ServiceResponse:
    """Tell what a rule would do, and why; nothing is ordered or remembered."""
    hub, status = _rule(call)
    await async_require_entities(call, POLICY_READ, [call.data[ATTR_RULE]])
    now = hub.engine.clock.now()
    at = call.data.get(ATTR_AT)
    moment = now if at is None else in_utc(at).timestamp()
    replaced = {
        name: Measurement(value, moment, "simulated")
        for name, value in call.data[ATTR_INPUTS].items()
    }
    verdict = hub.engine.surplus.verdict(status.id, replaced, moment)
    return _told(hub, status, verdict)


def _rule(call: ServiceCall) -> tuple[Hub, RuleStatus]:
    entity_id = call.data[ATTR_RULE]
    found = er.async_get(call.hass).async_get(entity_id)
    entry = None
    if found is not None and found.platform == DOMAIN and found.config_entry_id is not None:
        entry = call.hass.config_entries.async_get_entry(found.config_entry_id)
    if entry is not None and entry.state is ConfigEntryState.LOADED and found is not None:
        hub: Hub = entry.runtime_data
        status = hub.engine.surplus.rules.get(found.config_subentry_id or "")
        if status is not None:
            return hub, status
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="no_rule",
        translation_placeholders={"entity": entity_id},
    )


def _told(hub: Hub, status: RuleStatus, verdict: Verdict) -> dict[str, JsonValueType]:
    evaluation, decision = verdict.evaluation, verdict.decision
    load = hub.engine.statuses.get(status.rule.equipment_id)
    return {
        "rule": status.title,
        "equipment": None if load is None else load.equipment.name,
        "on": evaluation.on,
        "reason": evaluation.reason,
        "in_charge": verdict.in_charge,
        "would_order": verdict.changes and verdict.moves,
        "decision": {
            "on": decision.on,
            "source": source_name(decision.source, None if load is None else load.plan),
            "reason": decision.reason,
            "act": None if decision.act is None else decision.act.value,
        },
        "trace": traced(evaluation.trace),
    }
