"""The actions: what people and automations ask of equipments, answered with what was done."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    service,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN
from .core.model import EquipmentId, TypologyId
from .core.outcome import Outcome, Result, Writes
from .core.plan import SLOT, DayPlan
from .core.wish import Intent, Origin, Wish
from .devices import equipment_of
from .entity import async_run_cycle, async_wish, decision_of, refusal
from .hub import ElfeConfigEntry, Hub
from .typologies import TYPOLOGIES

ATTR_CONFIG_ENTRY_ID = "config_entry_id"
ATTR_EQUIPMENT_ID = "equipment_id"
ATTR_FORCE = "force"
ATTR_MODE = "mode"
ATTR_ORDER = "order"
ATTR_TYPOLOGY = "typology"

INIT_MODES = {"manual": Intent.TO_MANUAL, "piloted": Intent.TO_PILOTED}
SET_MODES = {
    "forced_off": Intent.FORCED_OFF,
    "automatic": Intent.TO_PILOTED,
    "forced_on": Intent.TO_MANUAL,
}
TYPOLOGY_IDS = {typology.name: typology_id for typology_id, typology in TYPOLOGIES.items()}


def _typology(value: Any) -> TypologyId:
    """Accept a typology by its name or by its id in the database."""
    if value in TYPOLOGY_IDS:
        return TYPOLOGY_IDS[value]
    if isinstance(value, int | str) and str(value).isdecimal() and int(value) in TYPOLOGIES:
        return TypologyId(int(value))
    raise vol.Invalid(f"expected one of {', '.join(sorted(TYPOLOGY_IDS))}")


TARGET: VolDictType = {
    **cv.ENTITY_SERVICE_FIELDS,
    vol.Optional(ATTR_EQUIPMENT_ID): vol.All(cv.ensure_list, [cv.positive_int]),
    vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
}
RUN_TYPOLOGY_SCHEMA = vol.Schema(
    {
        **TARGET,
        vol.Required(ATTR_ORDER): cv.boolean,
        vol.Optional(ATTR_TYPOLOGY): _typology,
        vol.Optional(ATTR_FORCE, default=False): cv.boolean,
    }
)
INIT_TYPOLOGY_SCHEMA = vol.Schema({**TARGET, vol.Required(ATTR_MODE): vol.In(INIT_MODES)})
SET_MODE_SCHEMA = vol.Schema({**TARGET, vol.Required(ATTR_MODE): vol.In(SET_MODES)})
RUN_CYCLE_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})
GET_PLAN_SCHEMA = vol.Schema(TARGET)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, which exist whether or not an entry is loaded."""
    optional = SupportsResponse.OPTIONAL
    register = partial(hass.services.async_register, DOMAIN)
    register("run_typology", _async_run_typology, RUN_TYPOLOGY_SCHEMA, optional)
    register("init_typology", _async_init_typology, INIT_TYPOLOGY_SCHEMA, optional)
    register("set_mode", _async_set_mode, SET_MODE_SCHEMA, optional)
    register("run_cycle", _async_run_cycle, RUN_CYCLE_SCHEMA, optional)
    register("get_plan", _async_get_plan, GET_PLAN_SCHEMA, SupportsResponse.ONLY)


# ------------------------------------------------------------------------------------ actions


async def _async_run_typology(call: ServiceCall) -> ServiceResponse:
    """Run the start or stop of a typology, the equipment's own or another."""
    return await _async_wish_all(
        call,
        Intent.START if call.data[ATTR_ORDER] else Intent.STOP,
        force=call.data[ATTR_FORCE],
        typology_id=call.data.get(ATTR_TYPOLOGY),
    )


async def _async_init_typology(call: ServiceCall) -> ServiceResponse:
    """Hand equipments over to people or to the plan."""
    return await _async_wish_all(call, INIT_MODES[call.data[ATTR_MODE]])


async def _async_set_mode(call: ServiceCall) -> ServiceResponse:
    """Choose between the plan and a forced state."""
    return await _async_wish_all(call, SET_MODES[call.data[ATTR_MODE]])


async def _async_run_cycle(call: ServiceCall) -> ServiceResponse:
    """Reconsider every equipment now."""
    entry: ElfeConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    report = await async_run_cycle(entry.runtime_data.engine)
    return {
        "at": dt_util.utc_from_timestamp(report.at).isoformat(),
        "duration": round(report.duration, 3),
        "equipments": report.equipments,
        "ordered": report.ordered,
        "acknowledged": report.acknowledged,
        "failed": report.failed,
        "skipped": report.skipped,
        "doubtful": report.doubtful,
        "degraded": report.degraded,
    }


async def _async_get_plan(call: ServiceCall) -> ServiceResponse:
    """Tell what is planned for equipments."""
    return {"equipments": [_describe_plan(target) for target in _targets(call)]}


async def _async_wish_all(
    call: ServiceCall,
    intent: Intent,
    *,
    force: bool = False,
    typology_id: TypologyId | None = None,
) -> ServiceResponse:
    """Have the same wish carried out on every target, all at once.

    The refusal of the only target is raised, as is any when nobody reads the answer.
    """
    targets = _targets(call)
    origin = Origin.AUTOMATION if call.context.parent_id is not None else Origin.ACTION
    ends = await asyncio.gather(
        *(
            async_wish(
                target.hub.engine,
                Wish(
                    target.equipment_id,
                    intent,
                    origin,
                    force=force,
                    typology_id=typology_id,
                    user_id=call.context.user_id,
                ),
            )
            for target in targets
        ),
        return_exceptions=True,
    )
    refusals = [end for end in ends if isinstance(end, BaseException)]
    for error in refusals:
        if (
            not isinstance(error, HomeAssistantError)
            or not call.return_response
            or len(refusals) == len(targets)
        ):
            raise error
    if not call.return_response:
        return None
    return {
        "equipments": [
            target.describe() | _describe_end(end)
            for target, end in zip(targets, ends, strict=True)
        ]
    }


# ------------------------------------------------------------------------------------ targets


@dataclass(frozen=True, slots=True)
class _Target:
    """One equipment of one entry."""

    hub: Hub
    equipment_id: EquipmentId

    def describe(self) -> dict[str, Any]:
        equipment = self.hub.engine.statuses[self.equipment_id].equipment
        return {"equipment_id": int(self.equipment_id), "name": equipment.name}


def _targets(call: ServiceCall) -> list[_Target]:
    """Return the equipments that an action is about, each once, in the order found."""
    found: dict[tuple[str, EquipmentId], _Target] = {}
    for entry, equipment_id in (*_targets_by_id(call), *_targets_by_reference(call)):
        if entry.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="entry_not_loaded",
                translation_placeholders={"entry": entry.title},
            )
        hub = entry.runtime_data
        if equipment_id not in hub.engine.statuses:
            raise refusal("unknown_equipment", {"equipment": str(equipment_id)})
        found[entry.entry_id, equipment_id] = _Target(hub, equipment_id)
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_equipment")
    return list(found.values())


def _targets_by_id(call: ServiceCall) -> Iterable[tuple[ElfeConfigEntry, EquipmentId]]:
    """Yield the equipments given by their id in the database."""
    ids = call.data.get(ATTR_EQUIPMENT_ID, [])
    if not ids:
        return
    entry_id = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if entry_id is not None:
        entries = [service.async_get_config_entry(call.hass, DOMAIN, entry_id)]
    else:
        entries = call.hass.config_entries.async_loaded_entries(DOMAIN)
    for equipment_id in map(EquipmentId, ids):
        owners = [e for e in entries if equipment_id in e.runtime_data.engine.statuses]
        if not owners:
            raise refusal("unknown_equipment", {"equipment": str(equipment_id)})
        if len(owners) > 1:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="ambiguous_equipment",
                translation_placeholders={"equipment": str(equipment_id)},
            )
        yield owners[0], equipment_id


def _targets_by_reference(call: ServiceCall) -> Iterable[tuple[ElfeConfigEntry, EquipmentId]]:
    """Yield the equipments whose device or entity is targeted, or is in a targeted place.

    What is named itself has to be an equipment; what merely shares an area or a label does not.
    """
    hass = call.hass
    selection = TargetSelection(call.data)
    if not selection.has_any_target:
        return
    selected = async_extract_referenced_entity_ids(hass, selection, primary_entities_only=False)
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for device_id in selected.referenced_devices | selection.device_ids:
        target = _equipment_of_device(hass, devices.async_get(device_id))
        if target is not None:
            yield target
        elif device_id in selection.device_ids:
            raise _no_equipment(device_id)
    for entity_id in sorted(selected.referenced | selected.indirectly_referenced):
        registered = entities.async_get(entity_id)
        target = None
        if registered is not None and registered.platform == DOMAIN and registered.device_id:
            target = _equipment_of_device(hass, devices.async_get(registered.device_id))
        if target is not None:
            yield target
        elif entity_id in selected.referenced:
            raise _no_equipment(entity_id)


def _equipment_of_device(
    hass: HomeAssistant, device: dr.AnyDeviceEntry | None
) -> tuple[ElfeConfigEntry, EquipmentId] | None:
    if device is None:
        return None
    entry: ElfeConfigEntry | None = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        return None
    equipment_id = equipment_of(entry.entry_id, device.identifiers)
    return None if equipment_id is None else (entry, equipment_id)


def _no_equipment(target: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_an_equipment",
        translation_placeholders={"target": target},
    )


# ------------------------------------------------------------------------------------ answers


def _describe_end(end: Result | BaseException) -> dict[str, Any]:
    """Return what became of one wish."""
    if isinstance(end, HomeAssistantError):
        return {"outcome": "refused", "reason": end.translation_key, "message": str(end)}
    if isinstance(end, BaseException):
        raise end
    return {
        "outcome": end.outcome.value,
        "reason": end.reason,
        "ordered": end.on,
        "acknowledged": end.outcome is Outcome.ACKNOWLEDGED,
        "latency": None if end.latency is None else round(end.latency, 3),
        "tries": end.tries,
        "will_retry": end.will_retry,
        "written": _describe_writes(end.written),
    }


_WRITTEN: dict[str, Callable[[Writes], Any]] = {
    "mode": lambda w: None if w.mode is None else int(w.mode),
    "command_state": lambda w: None if w.command is None else int(w.command),
    "control_state": lambda w: None if w.control is None else int(w.control),
    "ems_order": lambda w: w.ems_order,
    "programmed": lambda w: w.programmed or None,
    "started": lambda w: w.started or None,
}


def _describe_writes(writes: Writes) -> dict[str, Any]:
    """Return the columns that were written, by their meaning, with the ids of the tables."""
    return {key: value for key, of in _WRITTEN.items() if (value := of(writes)) is not None}


def _describe_plan(target: _Target) -> dict[str, Any]:
    status = target.hub.engine.statuses[target.equipment_id]
    plan = status.plan
    return target.describe() | {
        "decision": decision_of(status),
        "source": None if status.decision is None else status.decision.source.value,
        "reason": None if status.decision is None else status.decision.reason,
        "next_start": _iso(status.next_start),
        "plan": None if plan is None else _describe_day(plan),
    }


def _describe_day(plan: DayPlan) -> dict[str, Any]:
    return {
        "start": _iso(plan.first_valid),
        "slot_seconds": SLOT,
        "slots": [bool(decision) for decision in plan.decisions],
        "runs": [{"start": _iso(start), "end": _iso(end)} for start, end in plan.runs()],
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else dt_util.utc_from_timestamp(at).isoformat()
