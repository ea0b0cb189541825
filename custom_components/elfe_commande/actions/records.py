"""The action that tells what happened, as far back as it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.target import TargetSelection
import voluptuous as vol

from ..const import DOMAIN
from ..core.model import EquipmentId
from ..describe import iso
from ..entities.kept import ABOUT, as_csv
from ..hub import Hub
from ..record.rows import HUB, KINDS, EventRow, Row
from .periods import PERIOD, period_of
from .permissions import READ_PLAN, async_is_limited, async_require_admin
from .targets import ATTR_CONFIG_ENTRY_ID, ATTR_EQUIPMENT_ID, TARGET, async_targets_of, hubs_of

ATTR_KINDS: Final = "kinds"
ATTR_FORMAT: Final = "format"
ATTR_LIMIT: Final = "limit"

JSON: Final = "json"
CSV: Final = "csv"
MOST: Final = 20_000
"""Rows of each kind in one answer: it is made in the event loop."""

GET_RECORD_SCHEMA: Final = vol.Schema(
    {
        **TARGET,
        **PERIOD,
        vol.Optional(ATTR_KINDS, default=list(KINDS)): vol.All(
            cv.ensure_list, vol.Unique(), [vol.In(KINDS)]
        ),
        vol.Optional(ATTR_FORMAT, default=JSON): vol.In((JSON, CSV)),
        vol.Optional(ATTR_LIMIT, default=2_000): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=MOST)
        ),
    }
)


@dataclass(slots=True)
class _Found:
    """What was found of one kind, with the names of the loads."""

    rows: list[tuple[Hub, Row]] = field(default_factory=list)
    more: bool = False


async def async_get_record(call: ServiceCall) -> ServiceResponse:
    """Tell what was planned, decided, ordered, confirmed and drawn, by whom and why."""
    asked = await _asked(call)
    start, end = period_of(call, asked)
    for hub in asked:
        if hub.archive.keeper is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_record",
                translation_placeholders={"entry": hub.entry.title},
            )
    found: dict[str, _Found] = {}
    for kind in call.data[ATTR_KINDS]:
        found[kind] = await _read(
            asked, kind, start.timestamp(), end.timestamp(), call.data[ATTR_LIMIT]
        )
    if await async_is_limited(call):
        _hide_users(found.get("events"))
    answer: dict[str, Any] = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "kept_since": _kept_since(asked),
        "more": [kind for kind, each in found.items() if each.more],
    }
    if call.data[ATTR_FORMAT] == CSV:
        tables = {
            kind: as_csv(kind, ((_name(hub, row), row) for hub, row in each.rows))
            for kind, each in found.items()
        }
        return answer | {"csv": tables}
    return answer | {"equipments": _by_load(asked, found)}


async def _asked(call: ServiceCall) -> dict[Hub, list[EquipmentId] | None]:
    """Return whose record is wanted, `None` for all of an entry: for administrators."""
    if TargetSelection(call.data).has_any_target or call.data.get(ATTR_EQUIPMENT_ID):
        asked: dict[Hub, list[EquipmentId] | None] = {}
        for target in await async_targets_of(call, READ_PLAN):
            ids = asked.setdefault(target.hub, [])
            if ids is not None:
                ids.append(target.equipment_id)
        return asked
    await async_require_admin(call)
    return dict.fromkeys(hubs_of(call, call.data.get(ATTR_CONFIG_ENTRY_ID)))


async def _read(
    asked: dict[Hub, list[EquipmentId] | None], kind: str, start: float, end: float, limit: int
) -> _Found:
    found = _Found()
    for hub, ids in asked.items():
        left = limit - len(found.rows)
        rows = await hub.archive.async_read(KINDS[kind], ids, start, end, left + 1)
        found.more = found.more or len(rows) > left
        found.rows.extend((hub, row) for row in rows[:left])
    return found


def _by_load(
    asked: dict[Hub, list[EquipmentId] | None], found: dict[str, _Found]
) -> list[dict[str, Any]]:
    loads: dict[tuple[str, int], dict[str, Any]] = {}

    def load(hub: Hub, equipment_id: EquipmentId) -> dict[str, Any]:
        key = hub.entry.entry_id, int(equipment_id)
        if key not in loads:
            loads[key] = {
                "equipment_id": int(equipment_id),
                "name": _name_of(hub, equipment_id),
                "config_entry_id": hub.entry.entry_id,
                **{kind: [] for kind in found},
            }
        return loads[key]

    for hub, ids in asked.items():
        for equipment_id in ids or ():
            load(hub, equipment_id)
    for kind, each in found.items():
        for hub, row in each.rows:
            load(hub, row.equipment_id)[kind].append(ABOUT[kind](row))
    return list(loads.values())


def _hide_users(events: _Found | None) -> None:
    """Leave out who of the people it was: accounts are the administrators' business."""
    if events is not None:
        events.rows = [
            (hub, row._replace(user_id=None) if isinstance(row, EventRow) else row)
            for hub, row in events.rows
        ]


def _kept_since(hubs: Iterable[Hub]) -> str | None:
    """Return since when all of them keep what happens, as it was last looked at."""
    sizes = [hub.archive.keeper.size for hub in hubs if hub.archive.keeper is not None]
    return iso(max((s.since for s in sizes if s is not None and s.since), default=None))


def _name(hub: Hub, row: Row) -> str:
    return _name_of(hub, row.equipment_id)


def _name_of(hub: Hub, equipment_id: EquipmentId) -> str:
    """Return what a load is called; one that is gone by its number, the engine as its entry."""
    if equipment_id == HUB:
        return hub.entry.title
    status = hub.engine.statuses.get(equipment_id)
    return str(equipment_id) if status is None else status.equipment.name
