"""What would become of an appliance: asked before somebody presses. Nothing is changed by it."""

from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
import voluptuous as vol

from ..actions.permissions import READ_PLAN, entities_of, is_allowed
from ..const import DOMAIN
from ..core.foresight import NEXT_PLAN, NO_PLAN, OPEN, Asked, Foreseen
from ..core.model import EquipmentId, Mode
from ..core.plan import SLOT, to_text
from ..core.wish import Intent
from ..describe import words_for
from ..devices.capacity import can_force_off
from ..devices.identifiers import equipment_of
from ..engine.ground.owner import SHADOW
from ..engine.ground.status import EquipmentStatus
from ..entities.answers import refusal
from ..entities.sentences import plan_words, run_under_way
from ..hub import ElfeConfigEntry, Hub
from ..planning.result import Reason
from ..subentries.planner.telling import about_load
from ..subentries.planner.unit import PlannerUnit

MODES: Final = {
    "piloted": Intent.TO_PILOTED,
    "automatic": Intent.TO_PILOTED,
    "manual": Intent.TO_MANUAL,
    "forced_on": Intent.FORCED_ON,
    "forced_off": Intent.FORCED_OFF,
}
"""Words for a mode: those of what is shown, and those of `set_mode`."""
PLANNER: Final = "planner"
NOT_PLANNED: Final = "not_planned"
_TOO_LATE: Final = frozenset({Reason.WINDOW_SHORT, Reason.WINDOW_OVER})


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/plan/simulate",
        vol.Required("entity_id"): cv.entity_id,
        vol.Exclusive("mode", "wish"): vol.In(MODES),
        vol.Exclusive("start_now", "wish"): vol.Boolean(),
        vol.Optional("wished_end"): vol.All(vol.Coerce(int), vol.Range(min=0)),
    }
)
@websocket_api.async_response
async def ws_simulate(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell what our own chain would do; of a plan made elsewhere, that it decides later."""
    hub, status = _appliance_of(hass, connection, msg["entity_id"])
    asked = Asked(
        Intent.START if msg.get("start_now") else MODES.get(msg.get("mode", "")),
        msg.get("wished_end"),
    )
    _require_possible(status, asked)
    now, engine = hub.engine.clock.now(), hub.engine
    run = run_under_way(status, now)
    found = engine.foresee(status.equipment.id, asked, run)
    notes = [{"key": key, "text": _text(hass, status, key)} for key in found.notes]
    if hub.shadow:
        notes.insert(0, {"key": SHADOW, "text": _text(hass, status, SHADOW)})
    if (planner := _planner_for(hub, status, asked)) is not None:
        notes = [note for note in notes if note["key"] not in (NEXT_PLAN, NO_PLAN)]
        notes.append(await _as_planned(hass, planner, status, asked, found))
    connection.send_result(
        msg["id"],
        {
            "now": now,
            "start": found.start,
            "slots": found.slots,
            "ready_at": found.ready_at,
            "late": found.late,
            "notes": notes,
        },
    )


@callback
def _appliance_of(
    hass: HomeAssistant, connection: ActiveConnection, entity_id: str
) -> tuple[Hub, EquipmentStatus]:
    """Return the appliance that an entity of ours is of, if the user may read it."""
    hub = _hub_of(hass, entity_id)
    found = None if hub is None else _equipment_of(hass, hub, entity_id)
    key = None if hub is None else f"{hub.entry.entry_id}_{found}"
    readable = [] if key is None else entities_of(hass, READ_PLAN, key)
    if not is_allowed(connection.user, READ_PLAN, readable):
        raise Unauthorized(entity_id=entity_id)
    status = None if hub is None or found is None else hub.engine.statuses.get(found)
    if hub is None or status is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_an_equipment",
            translation_placeholders={"target": entity_id},
        )
    return hub, status


def _hub_of(hass: HomeAssistant, entity_id: str) -> Hub | None:
    known = er.async_get(hass).async_get(entity_id)
    entries: list[ElfeConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    owner = None if known is None else known.config_entry_id
    return next((each.runtime_data for each in entries if each.entry_id == owner), None)


def _equipment_of(hass: HomeAssistant, hub: Hub, entity_id: str) -> EquipmentId | None:
    known = er.async_get(hass).async_get(entity_id)
    if known is None or known.device_id is None:
        return None
    device = dr.async_get(hass).async_get(known.device_id)
    return None if device is None else equipment_of(hub.entry.entry_id, device.identifiers)


def _require_possible(status: EquipmentStatus, asked: Asked) -> None:
    """Refuse what the wish itself would be refused for."""
    equipment = status.equipment
    who = {"equipment": equipment.name}
    if not equipment.driven:
        in_error = equipment.state.mode in (Mode.MANUAL, Mode.PILOTED)
        raise refusal("communication_error" if in_error else "mode_not_driven", who)
    if not status.supported:
        raise refusal("unsupported_typology", who)
    forced = asked.intent in (Intent.FORCED_ON, Intent.FORCED_OFF)
    if forced and not can_force_off(status):
        raise refusal("act_not_supported", who)
    if asked.wished_end is not None and equipment.constraints.wished_end is None:
        raise refusal("no_such_constraint", who)


def _planner_for(hub: Hub, status: EquipmentStatus, asked: Asked) -> PlannerUnit | None:
    """Return the planner that would plan it anew, if one of ours would."""
    unit = next(iter(hub.subentries.units(PlannerUnit)), None)
    left_to_it = asked.intent is Intent.TO_PILOTED or (
        asked.intent is None and asked.wished_end is not None and status.equipment.piloted
    )
    return unit if unit is not None and left_to_it and unit.plans(status.equipment.id) else None


async def _as_planned(
    hass: HomeAssistant,
    planner: PlannerUnit,
    status: EquipmentStatus,
    asked: Asked,
    found: Foreseen,
) -> dict[str, str]:
    """Have the planner say when it would run; return what it says of it."""
    equipment = status.equipment
    answer = await planner.async_what_if(equipment.id, asked.wished_end, only_look=True)
    made = None if answer is None else answer[1]
    if made is None:
        return {"key": NOT_PLANNED, "text": _text(hass, status, NOT_PLANNED)}
    need = next(each for each in made.needs if each.equipment.id == equipment.id)
    plan = made.plan.of(equipment.id) if need.load is not None else None
    if plan is not None:
        slots = len(found.slots)
        end = made.plan.start + made.plan.slots * SLOT
        known = max(0, min(slots, (end - found.start) // SLOT))
        text = to_text(plan.decisions(found.start, slots))
        found.slots = text[:known] + OPEN * (slots - known)
        found.ready_at = None
        if plan.runs and not equipment.continuous:
            found.ready_at = plan.runs[-1].end
            if duration := equipment.constraints.cycle_duration:
                found.ready_at = plan.runs[0].start + duration
        wished = need.equipment.constraints.wished_end
        over = bool(wished and found.ready_at is not None and found.ready_at > wished)
        found.late = over or plan.reason in _TOO_LATE
    return {"key": PLANNER, "text": about_load(hass, need, plan)["text"]}


@callback
def _text(hass: HomeAssistant, status: EquipmentStatus, key: str) -> str:
    """Return what a note says."""
    text = words_for(hass)("common", f"foresight_{key}")
    said = text.format(plan=plan_words(hass, status.plan)) if "{" in text else text
    return said[:1].upper() + said[1:]
