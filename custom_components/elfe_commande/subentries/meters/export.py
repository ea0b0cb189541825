"""What a meter measured between two dates, out of the recorder."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal, cast

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.recorder.history import state_changes_during_period
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import ATTR_DEVICE_ID, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.recorder import DATA_INSTANCE
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ...actions.permissions import async_require_entities
from ...const import DOMAIN
from ...describe import in_utc
from ...sources.sml.obis import ObisError, normalize
from .descriptions import describe
from .meter_entities import NET_POWER, SURPLUS
from .unit import MeterUnit

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_CODES: Final = "codes"
ATTR_EVERY: Final = "every"
ATTR_PERIOD: Final = "period"

STATES: Final = "states"
PERIODS: Final = (STATES, "5minute", "hour", "day")
MAX_EVERY: Final = 1000

EXPORT_READINGS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
        vol.Required(ATTR_START): cv.datetime,
        vol.Required(ATTR_END): cv.datetime,
        vol.Optional(ATTR_CODES, default=list): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_EVERY, default=1): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=MAX_EVERY)
        ),
        vol.Optional(ATTR_PERIOD, default=STATES): vol.In(PERIODS),
    }
)

type _Point = dict[str, JsonValueType]


async def async_export_readings(call: ServiceCall) -> ServiceResponse:
    """Return every Nth point of the sensors of meters, oldest first."""
    hass = call.hass
    start, end = sorted(map(in_utc, (call.data[ATTR_START], call.data[ATTR_END])))
    units = [_unit_of(hass, device_id) for device_id in call.data[ATTR_DEVICE_ID]]
    keys = {unit: _keys_of(unit, call.data[ATTR_CODES]) for unit in units}
    read = [entity_id for unit in units for entity_id in keys[unit].values()]
    await async_require_entities(call, POLICY_READ, read)
    if DATA_INSTANCE not in hass.data:
        raise _refused("no_recorder")
    period, every = call.data[ATTR_PERIOD], call.data[ATTR_EVERY]
    series: list[JsonValueType] = []
    for unit, (key, entity_id) in ((u, found) for u in units for found in keys[u].items()):
        points = await _points(hass, entity_id, start, end, period)
        state = hass.states.get(entity_id)
        series.append(
            {
                "meter": unit.title,
                "meter_id": unit.meter_id,
                "code": key,
                "entity_id": entity_id,
                "unit": None if state is None else state.attributes.get("unit_of_measurement"),
                "points": cast("list[JsonValueType]", points[::every]),
            }
        )
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "every": every,
        "period": period,
        "series": series,
    }


def _unit_of(hass: HomeAssistant, device_id: str) -> MeterUnit:
    """Return the meter that a device stands for."""
    device = dr.async_get(hass).async_get(device_id)
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        for unit in entry.runtime_data.subentries.units(MeterUnit):
            if device is not None and unit.subentry_id == device.config_subentry_id:
                return cast("MeterUnit", unit)
    name = device_id if device is None else device.name_by_user or device.name or device_id
    raise _refused("not_a_meter", target=name)


def _keys_of(unit: MeterUnit, codes: Iterable[str]) -> dict[str, str]:
    """Return the entities of the codes asked for, of all that is measured if none is."""
    wanted = []
    for text in codes:
        if text in {NET_POWER.key, SURPLUS.key}:
            wanted.append(text)
            continue
        try:
            wanted.append(normalize(text))
        except ObisError as error:
            raise _refused("invalid_code", code=error.code) from error
    if not wanted:
        measured = [code for code, measure in unit.codes.items() if _is_measured(code, measure)]
        found = {key: _entity_id(unit, key) for key in (*measured, NET_POWER.key, SURPLUS.key)}
        return {key: entity_id for key, entity_id in found.items() if entity_id is not None}
    found = {key: _entity_id(unit, key) for key in wanted}
    for key, entity_id in found.items():
        if entity_id is None:
            raise _refused("unknown_code", meter=unit.title, code=key)
    return cast("dict[str, str]", found)


def _is_measured(code: str, measure: str | None) -> bool:
    return describe(code, measure).native_unit_of_measurement is not None


def _entity_id(unit: MeterUnit, key: str) -> str | None:
    unique_id = f"{unit.hub.entry.entry_id}_{unit.subentry_id}_{key}"
    return er.async_get(unit.hub.hass).async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)


async def _points(
    hass: HomeAssistant, entity_id: str, start: datetime, end: datetime, period: str
) -> list[_Point]:
    recorder = hass.data[DATA_INSTANCE]
    if period == STATES:
        states = await recorder.async_add_executor_job(_read_states, hass, entity_id, start, end)
        return [_point(state) for state in states if _is_number(state)]
    return await recorder.async_add_executor_job(
        _read_statistics, hass, entity_id, start, end, period
    )


def _read_states(
    hass: HomeAssistant, entity_id: str, start: datetime, end: datetime
) -> Sequence[State]:
    changes = state_changes_during_period(
        hass, start, end, entity_id, no_attributes=True, include_start_time_state=False
    )
    return changes.get(entity_id, [])


def _read_statistics(
    hass: HomeAssistant, entity_id: str, start: datetime, end: datetime, period: str
) -> list[_Point]:
    """Return the statistics of an entity; counters have a state and a sum, powers a mean."""
    rows = statistics_during_period(
        hass,
        start,
        end,
        {entity_id},
        cast("Literal['5minute', 'hour', 'day']", period),
        None,
        {"mean", "min", "max", "state", "sum"},
    )
    kinds = ("mean", "min", "max", "state", "sum")
    return [
        {"at": dt_util.utc_from_timestamp(row["start"]).isoformat()}
        | {kind: row[kind] for kind in kinds if row.get(kind) is not None}
        for row in cast("list[dict[str, Any]]", rows.get(entity_id, []))
    ]


def _point(state: State) -> _Point:
    return {"at": state.last_updated.isoformat(), "value": float(state.state)}


def _is_number(state: State) -> bool:
    if state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN, ""}:
        return False
    try:
        float(state.state)
    except ValueError:
        return False
    return True


def _refused(key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )
