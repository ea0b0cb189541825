"""The report: what was planned, ordered, confirmed and measured of appliances, and why not."""

from datetime import date, datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..core.outcome import Outcome
from ..core.plan import slot_start
from ..core.planned import coming_runs
from ..describe import about_run, activity_word, iso
from ..engine.ground.status import EquipmentStatus
from ..entities.reports import due
from ..planning.readers.moments import day_bounds
from ..record.book import DAYS
from ..record.day import Day, Failure, Planned
from ..record.recorder import Recorder
from .permissions import READ_PLAN
from .targets import TARGET, Target, async_targets_of

ATTR_DAYS: Final = "days"

GET_REPORT_SCHEMA: Final = vol.Schema(
    {
        **TARGET,
        vol.Optional(ATTR_DAYS, default=2): vol.All(vol.Coerce(int), vol.Range(min=1, max=DAYS)),
    }
)


async def async_get_report(call: ServiceCall) -> ServiceResponse:
    """Tell what became of the plans of equipments."""
    targets = await async_targets_of(call, READ_PLAN)
    return {"equipments": [_describe(target, call.data[ATTR_DAYS]) for target in targets]}


def _describe(target: Target, count: int) -> dict[str, Any]:
    hub, equipment_id = target.hub, target.equipment_id
    record = hub.record
    if record is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_report",
            translation_placeholders={"entry": hub.entry.title},
        )
    status, now = hub.engine.statuses[equipment_id], hub.engine.clock.now()
    today = datetime.fromtimestamp(now, dt_util.get_default_time_zone()).date()
    owed = due(hub, record, equipment_id)
    days = record.book.days(equipment_id, today, count)
    return (
        target.describe()
        | _about_now(record, status, now)
        | {
            "due": None if owed is None else _minutes(owed.minutes),
            "due_by": None if owed is None else iso(owed.by),
            "coming": [
                {"start": iso(start), "end": iso(end)}
                for start, end in _coming(status, slot_start(now))
            ],
            "days": [_about_day(hub.hass, record, target, *each, now) for each in days],
        }
    )


def _about_now(record: Recorder, status: EquipmentStatus, now: float) -> dict[str, Any]:
    """Return whether a load is on, and since when it is, or is not."""
    book, equipment_id = record.book, status.equipment.id
    on = book.on_time.since(equipment_id) is not None
    since = book.on_time.since(equipment_id) if on else book.on_time.ended(equipment_id)
    return {
        "on": on,
        "since": iso(since),
        "minutes": None if since is None else _minutes((now - since) / 60),
        "power": status.power,
    }


def _coming(status: EquipmentStatus, slot: int) -> list[tuple[int, int]]:
    """Return the runs that are planned from a quarter-hour on."""
    equipment = status.equipment
    if not (equipment.piloted and equipment.driven):
        return []
    return [run for run in coming_runs(equipment, status.ahead) if run[1] > slot]


def _about_day(  # noqa: PLR0917
    hass: HomeAssistant, record: Recorder, target: Target, day: date, kept: Day, now: float
) -> dict[str, Any]:
    zone = dt_util.get_default_time_zone()
    begin, end = day_bounds(day, zone)
    confirmed, unconfirmed = record.book.minutes(
        target.equipment_id, begin, min(end, now), zone=zone
    )
    return {
        "date": day.isoformat(),
        "planned": {
            "minutes": _minutes(sum(run.end - run.start for run in kept.planned) / 60),
            "runs": [_about_planned(run) for run in kept.planned],
        },
        "ordered": {
            "count": sum(kept.orders.values()),
            **{outcome.value: kept.orders[outcome.value] for outcome in Outcome},
        },
        "on": _minutes(confirmed),
        "unconfirmed": _minutes(unconfirmed),
        "starts": record.book.on_time.starts(target.equipment_id, begin, min(end, now)),
        "energy": None if kept.energy is None else round(kept.energy, 3),
        "runs": [about_run(run) for run in kept.runs],
        "why_not": None if kept.failure is None else _about_failure(hass, kept.failure),
    }


def _about_planned(run: Planned) -> dict[str, Any]:
    return {"start": iso(run.start), "end": iso(run.end), "source": run.source}


def _about_failure(hass: HomeAssistant, failure: Failure) -> dict[str, Any]:
    """Return the last order that was not carried out, in data and in words."""
    words = [activity_word(hass, "act", failure.act), activity_word(hass, "reason", failure.reason)]
    return {
        "at": iso(failure.at),
        "act": failure.act,
        "outcome": failure.outcome,
        "reason": failure.reason,
        "detail": failure.detail or None,
        "will_retry": failure.pending,
        "text": ": ".join(words),
    }


def _minutes(minutes: float) -> float:
    return round(minutes, 1)
