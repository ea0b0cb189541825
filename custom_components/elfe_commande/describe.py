"""One vocabulary outwards: what entities, events, actions, triggers and the logbook tell.

Everything here is made of what JSON has: words, numbers, and times as ISO texts in UTC.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.decision import Source
from .core.lifecycle import Code, Passage
from .core.model import Constraints, Equipment, HomeId, Mode
from .core.outcome import Outcome, Result, Writes
from .core.plan import SLOT, DayPlan
from .devices.identifiers import equipment_identifier, home_identifier, unique_id_of
from .engine.cycle_report import CycleReport
from .engine.engine import Engine
from .engine.ground.events import LoadDrifted, ModeChanged, OrderEnded, PortalUpdated, ScreenEvent
from .engine.ground.status import EquipmentStatus
from .record.day import Run

PILOT: Final = "pilot"
"""Key of the switch that stands for an appliance."""

ON: Final = "on"
OFF: Final = "off"
NONE: Final = "none"

_FIRST: Final = datetime(2, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9998, 12, 31, tzinfo=UTC)

MODES: Final = {int(mode): mode.name.lower() for mode in Mode}
MODE_NAMES: Final = tuple(MODES.values())


def mode_name(mode: int) -> str:
    """Return the word for a mode, its number if it has none."""
    return MODES.get(mode, str(mode))


# ------------------------------------------------------------------------------ times, numbers


def moment(at: float | None) -> datetime | None:
    """Return a unix time as Home Assistant wants it; none is 0 or `None`."""
    return dt_util.utc_from_timestamp(at) if at else None


def iso(at: float | None) -> str | None:
    """Return a unix time as text; none is 0 or `None`."""
    found = moment(at)
    return None if found is None else found.isoformat()


def clock_text(at: float) -> str:
    """Return a unix time as clocks at home show it, with its date."""
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).strftime("%Y-%m-%d %H:%M")


def in_utc(given: datetime) -> datetime:
    """Return a moment that people give, by the clocks at home unless it says otherwise.

    In the first and the last year of the calendar not every zone has it: the nearest that all have.
    """
    if not _FIRST.year <= given.year <= _LAST.year:
        return _FIRST if given.year < _FIRST.year else _LAST
    return dt_util.as_utc(given)


def rounded(seconds: float | None) -> float | None:
    """Return a duration in seconds, to the millisecond."""
    return None if seconds is None else round(seconds, 3)


def attributes(**values: Any) -> dict[str, Any]:
    """Return the attributes that have a value."""
    return {key: value for key, value in values.items() if value is not None}


# --------------------------------------------------------------------------------- an appliance


@callback
def about_equipment(hass: HomeAssistant, entry_id: str, equipment: Equipment) -> dict[str, Any]:
    """Return what says which appliance it is."""
    device = dr.async_get(hass).async_get_device_by_identifier(
        equipment_identifier(entry_id, equipment.id), entry_id
    )
    return {
        "equipment_id": int(equipment.id),
        "name": equipment.name,
        "home": str(equipment.home),
        "device_id": None if device is None else device.id,
        "entity_id": er.async_get(hass).async_get_entity_id(
            Platform.SWITCH, DOMAIN, unique_id_of(entry_id, equipment.id, PILOT)
        ),
        "config_entry_id": entry_id,
    }


@callback
def device_name(hass: HomeAssistant, entry_id: str, equipment: Equipment) -> str:
    """Return what people call an appliance: as its device is, which tells its home where needed."""
    device = dr.async_get(hass).async_get_device_by_identifier(
        equipment_identifier(entry_id, equipment.id), entry_id
    )
    called = None if device is None else device.name_by_user or device.name
    return called or equipment.name


def decision_of(status: EquipmentStatus) -> str | None:
    """Return what is wanted of the load: on, off, or nothing."""
    decision = status.decision
    if decision is None:
        return None
    if decision.on is None:
        return NONE
    return ON if decision.on else OFF


def source_of(status: EquipmentStatus) -> str | None:
    """Return who decided; where a plan did, whose it is."""
    decision = status.decision
    if decision is None:
        return None
    if decision.reason == "already_running" and status.plan is None:
        # It was found running: nobody's plan did that.
        return Source.DEFAULT.value
    return source_name(decision.source, status.plan)


def source_name(source: Source, plan: DayPlan | None) -> str:
    """Return the word for who decided; where a plan did, whose it is."""
    return plan.owner.value if source is Source.EMS and plan is not None else source.value


def about_decision(status: EquipmentStatus) -> dict[str, Any]:
    """Return what is wanted of the load, who decided and why, and when it starts next."""
    decision = status.decision
    return {
        "decision": decision_of(status),
        "source": source_of(status),
        "reason": None if decision is None else decision.reason,
        "next_start": iso(status.next_start),
    }


def about_plan(plan: DayPlan) -> dict[str, Any]:
    """Return a day: its slots, and the runs that they make."""
    return {
        "start": iso(plan.first_valid),
        "slot_seconds": SLOT,
        "slots": [bool(decision) for decision in plan.decisions],
        "runs": [{"start": iso(start), "end": iso(end)} for start, end in plan.runs()],
    }


def about_constraints(wishes: Constraints) -> dict[str, Any]:
    """Return what people wish of a load: a time, seconds, percent; what there is of it."""
    return attributes(
        wished_end=iso(wishes.wished_end),
        cycle_duration=wishes.cycle_duration,
        charge_left=wishes.charge_left,
    )


# ------------------------------------------------------------------------------------- orders


def about_result(result: Result) -> dict[str, Any]:
    """Return how an order ended."""
    return {
        "outcome": result.outcome.value,
        "reason": result.reason,
        "tries": result.tries,
        "latency": rounded(result.latency),
        "will_retry": result.will_retry,
    }


def about_order(event: OrderEnded, status: EquipmentStatus | None = None) -> dict[str, Any]:
    """Return who ordered what, and how it ended; `status` tells whose plan it was."""
    return {
        "act": event.act.value,
        "origin": event.origin.value,
        "source": source_name(event.source, None if status is None else status.plan),
        "user_id": event.user_id,
        **about_result(event.result),
    }


def about_answer(result: Result) -> dict[str, Any]:
    """Return what became of a wish, as an action answers it."""
    return {
        **about_result(result),
        "ordered": result.on,
        "acknowledged": result.outcome is Outcome.ACKNOWLEDGED,
        "retry_until": iso(result.retry_until),
        "detail": result.detail or None,
        "written": about_writes(result.written),
        "noted": not result.unnoted,
    }


def about_writes(writes: Writes) -> dict[str, Any]:
    """Return the columns that were changed, by the ids of the enumerations."""
    return attributes(
        mode=None if writes.mode is None else int(writes.mode),
        command_state=None if writes.command is None else int(writes.command),
        control_state=None if writes.control is None else int(writes.control),
        ems_order=writes.ems_order,
        programmed=writes.programmed or None,
        started=writes.started or None,
    )


def about_mode(event: ModeChanged) -> dict[str, Any]:
    """Return who changed a mode, and how."""
    return {
        "before": mode_name(event.before),
        "after": mode_name(event.after),
        "origin": event.origin.value,
        "user_id": event.user_id,
    }


def about_drift(event: LoadDrifted) -> dict[str, Any]:
    """Return what the device reports instead of what it was brought to."""
    return {"reported": ON if event.on else OFF}


def about_run(run: Run) -> dict[str, Any]:
    """Return a run that was made: minutes, kWh where they are measured, and whose order it was."""
    return {
        "start": iso(run.start),
        "end": iso(run.end),
        "minutes": round(run.minutes, 1),
        "energy": None if run.energy is None else round(run.energy, 3),
        "source": run.source,
        "confirmed": run.confirmed,
    }


# ----------------------------------------------------------------------------- portal, screens

_COLUMNS: Final[dict[str, Callable[[Equipment], Any]]] = {
    "mode": lambda e: mode_name(e.state.mode),
    "name": lambda e: e.name,
    "home": lambda e: str(e.home),
    "equipment_type": lambda e: int(e.type_id),
    "typology": lambda e: int(e.typology_id),
    "wished_end": lambda e: iso(e.constraints.wished_end),
    "cycle_duration": lambda e: e.constraints.cycle_duration,
    "charge_left": lambda e: e.constraints.charge_left,
}


def about_portal(event: PortalUpdated) -> dict[str, Any]:
    """Return what the portal changed; before and after have what can be told of it."""
    changed = sorted(event.changed)
    told = [name for name in changed if name in _COLUMNS]
    return {
        "changed": changed,
        "before": {name: _COLUMNS[name](event.before) for name in told},
        "after": {name: _COLUMNS[name](event.after) for name in told},
    }


@callback
def about_touch(hass: HomeAssistant, entry_id: str, event: ScreenEvent) -> dict[str, Any]:
    """Return which object of which screen was touched, and how. The device is the home's."""
    touched = event.touched
    home = HomeId(event.screen.home)
    device = dr.async_get(hass).async_get_device_by_identifier(
        home_identifier(entry_id, home), entry_id
    )
    return {
        "plate": touched.plate,
        "home": str(home),
        "device_id": None if device is None else device.id,
        "config_entry_id": entry_id,
        "page": touched.page,
        "object": touched.item,
        "event": touched.event,
        "value": touched.value,
        "text": touched.text,
    }


# ---------------------------------------------------------------------------------- the engine


def about_cycle(report: CycleReport) -> dict[str, Any]:
    """Return what a cycle did: `duration` in seconds, then numbers of appliances."""
    return {
        "at": iso(report.at),
        "duration": rounded(report.duration),
        "equipments": report.equipments,
        "ordered": report.ordered,
        "acknowledged": report.acknowledged,
        "failed": report.failed,
        "skipped": report.skipped,
        "doubtful": report.doubtful,
        "not_ended": report.not_ended,
        "degraded": report.degraded,
    }


def code_name(code: Code) -> str:
    """Return the word for a code that states and options have."""
    return code.name.lower()


@callback
def code_text(hass: HomeAssistant, code: Code) -> str:
    """Return what a code is called in the language of Home Assistant."""
    return words_for(hass)("entity", f"sensor.lifecycle.state.{code_name(code)}")


def about_lifecycle(engine: Engine) -> dict[str, Any]:
    """Return the present code, how long each before it lasted, and the way there."""
    present = engine.lifecycle.history[-1]
    return {
        "code": int(present.code),
        "details": present.details,
        "since": iso(present.at),
        "unclean_stop": engine.unclean_stop,
        "durations": {
            str(code): rounded(seconds) for code, seconds in engine.lifecycle.durations().items()
        },
        "history": [_passage(each) for each in engine.lifecycle.passages()],
    }


@callback
def about_engine(hass: HomeAssistant, engine: Engine) -> dict[str, Any]:
    """Return where an engine stands and how it got there, as the action answers it."""
    present, speed = engine.lifecycle.history[-1], engine.speed
    told = about_lifecycle(engine)
    passages = zip(told["history"], engine.lifecycle.passages(), strict=True)
    return told | {
        "state": code_name(present.code),
        "text": code_text(hass, present.code),
        "history": [each | {"text": code_text(hass, passage.code)} for each, passage in passages],
        "speed": None if speed is None else speed.speed_class.value,
        "round_trip": None if speed is None else round(speed.round_trip, 4),
    }


def _passage(each: Passage) -> dict[str, Any]:
    return {
        "code": int(each.code),
        "state": code_name(each.code),
        "at": iso(each.at),
        "seconds": rounded(each.seconds),
        "details": each.details,
    }


# -------------------------------------------------------------------------------------- words


@callback
def words_for(hass: HomeAssistant) -> Callable[[str, str], str]:
    """Return what finds a text in the language of Home Assistant, given its category and key."""
    language = hass.config.language

    def word(category: str, key: str) -> str:
        texts = async_get_cached_translations(hass, language, category, DOMAIN)
        return texts.get(f"component.{DOMAIN}.{category}.{key}", key.rpartition(".")[2])

    return word


@callback
def number_text(hass: HomeAssistant, value: float, decimals: int) -> str:
    """Return a number as people write it."""
    return f"{value:.{decimals}f}".replace(".", words_for(hass)("common", "decimal_mark"))


def activity_word(hass: HomeAssistant, attribute: str, value: str) -> str:
    """Return the text of an attribute's value of the activity event."""
    return words_for(hass)("entity", f"event.activity.state_attributes.{attribute}.state.{value}")
