"""Why a load is as it is: one sentence, in Home Assistant's language."""

from typing import Final, cast

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.decision import Act, Source
from ..core.model import CommandState, ControlState, Mode
from ..core.plan import DayPlan, Owner, slot_start
from ..core.wish import Origin
from ..describe import words_for
from ..engine.ground.status import EquipmentStatus

LONGEST: Final = 255
"""Characters of a state."""
SENTENCE: Final = cast("SensorDeviceClass", f"{DOMAIN}__sentence")
"""Device class of sensors whose state is a sentence; sensors may have classes of their own.

The logbook has no lines of a sensor with a class that it does not know to be words. What happened
has a line that says why, and the sentence of the sensor would be a second one.
"""
DECISION: Final = cast("SensorDeviceClass", f"{DOMAIN}__decision")
"""Device class of what is decided: what it leads to has a line, and this would be another."""
_REASONS: Final = "sensor.decision.state_attributes.reason.state"


@callback
def sentence_of(hass: HomeAssistant, status: EquipmentStatus, now: float) -> str | None:
    """Return why a load is as it is at a unix time, `None` while nothing is decided for it."""
    decision = status.decision
    if decision is None:
        return None
    told = _of_people(hass, status, now)
    if told is None and decision.source is Source.EMS:
        told = _of_plan(hass, status, slot_start(now))
    return told or reason_text(hass, decision.reason)


@callback
def reason_text(hass: HomeAssistant, reason: str) -> str:
    """Return the text of a reason that has no times in it."""
    return words_for(hass)("entity", f"{_REASONS}.{reason}")[:LONGEST]


@callback
def plan_words(hass: HomeAssistant, plan: DayPlan | None) -> str:
    """Return whose plan it is, as it is said within a sentence."""
    return owner_words(hass, None if plan is None else plan.owner)


@callback
def owner_words(hass: HomeAssistant, owner: Owner | None) -> str:
    """Return whose plan it is, by its owner."""
    return words_for(hass)("common", "plan" if owner is None else f"plan_of_{owner}")


def run_under_way(status: EquipmentStatus, now: float) -> tuple[int, int | None] | None:
    """Return when a one-shot load was started and will about be done (unix seconds), if it runs.

    The row tells: started, and not programmed since. Where nobody knows how long it takes, and
    once its time is over, only its own power says that it still runs.
    """
    equipment, state = status.equipment, status.equipment.state
    if equipment.continuous or status.mode != Mode.MANUAL:
        return None
    if state.control != ControlState.ON or state.command != CommandState.ON:
        return None
    if state.last_start <= state.last_programmed:
        return None
    duration = equipment.constraints.cycle_duration
    end = None if not duration else state.last_start + duration
    if end is not None and now < end:
        return state.last_start, end
    return (state.last_start, None) if status.power is not None and status.running else None


def _of_people(hass: HomeAssistant, status: EquipmentStatus, now: float) -> str | None:
    """Return what is said of a load in manual mode."""
    decision = status.decision
    if decision is None or decision.source is not Source.USER or decision.reason != "manual":
        return None
    if (run := run_under_way(status, now)) is not None:
        start, end = run
        by = _starter(hass, status)
        key = "why_started" + ("" if by is None else "_by") + ("_open" if end is None else "")
        return _said(hass, key, by=by or "", start=_clock(start), end=_clock(end or 0))
    return _said(hass, "why_forced_on" if status.forced_on else "why_manual")


def _starter(hass: HomeAssistant, status: EquipmentStatus) -> str | None:
    """Return what started a load, `None` if a person did, or if nobody knows any more."""
    if status.last_act is None and status.plan is not None:
        # Before a restart: the plan wanted it in that quarter-hour.
        begun = slot_start(status.equipment.state.last_start)
        return plan_words(hass, status.plan) if status.plan.decision(begun) else None
    if status.last_act is not Act.START:
        return None
    if status.last_origin is Origin.EMS:
        return plan_words(hass, status.plan)
    return words_for(hass)("common", "its_rule") if status.last_origin is Origin.RULE else None


def _of_plan(hass: HomeAssistant, status: EquipmentStatus, slot: int) -> str | None:
    """Return what is said of a load that its plan drives."""
    decision, plan = status.decision, status.plan
    if decision is None or plan is None:
        return None
    words = {"plan": plan_words(hass, plan)}
    start = status.next_start
    if decision.reason == "waiting" or (decision.reason == "planned" and not decision.on):
        one = "waiting" if decision.reason == "waiting" else "off"
        if start is None or start <= slot:
            return _said(hass, f"why_{one}_open", **words)
        return _said(hass, f"why_{one}", start=_clock(start), **words)
    if decision.reason == "planned" and status.equipment.continuous:
        end = next((end for begin, end in plan.runs() if begin <= slot < end), None)
        return None if end is None else _said(hass, "why_on", end=_clock(end), **words)
    return _said(hass, "why_planned", **words) if decision.reason == "planned" else None


def _said(hass: HomeAssistant, key: str, **words: str) -> str:
    text = words_for(hass)("common", key).format(**words)
    return (text[:1].upper() + text[1:])[:LONGEST]


def _clock(at: float) -> str:
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).strftime("%H:%M")
