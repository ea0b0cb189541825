"""The commands; `docs/websocket.md` has their shapes."""

from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from ..const import DOMAIN
from ..core.model import EquipmentId
from ..devices.identifiers import equipment_of
from ..entities.kept import about_happening
from ..hub import ElfeConfigEntry, Hub
from ..record.rows import EventRow
from .overview import about_away, about_entry, async_shown
from .shadow import ws_shadow_report
from .views import Selection, View
from .what_if import ws_simulate

LONGEST_PAST: Final = 48
"""Hours."""
MOST: Final = 200
"""Rows of the record in one answer."""
_LOOKED_AT: Final = 20_000
"""Rows of the record that are read at a time for one answer."""
_FIRST_LOOK: Final = 3600.0
"""Seconds that are looked at first; then four times as many."""


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands, which exist whether or not an entry is loaded."""
    for command in (ws_overview, ws_subscribe, ws_simulate, ws_record, ws_shadow_report):
        websocket_api.async_register_command(hass, command)


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/overview"})
@websocket_api.async_response
async def ws_overview(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell which entries, homes, appliances and other devices there are for this user."""
    await async_shown(hass)
    hubs = _hubs(hass)
    away = about_away(hass, {hub.entry.entry_id for hub in hubs})
    entries = [about_entry(hass, connection.user, hub) for hub in hubs]
    connection.send_result(msg["id"], {"entries": entries, "away": away})


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/plan/subscribe",
        vol.Optional("config_entry_id"): str,
        vol.Optional("home"): str,
        vol.Optional("entity_ids"): [cv.entity_id],
        vol.Optional("hours_back", default=6): vol.All(
            vol.Coerce(float), vol.Range(min=0, max=LONGEST_PAST)
        ),
    }
)
@websocket_api.async_response
async def ws_subscribe(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send all that is shown, then what changes."""
    selection = Selection(
        msg.get("config_entry_id"), msg.get("home"), frozenset(msg.get("entity_ids", ()))
    )
    view = View(hass, connection, msg["id"], selection, msg["hours_back"])
    connection.subscriptions[msg["id"]] = view.close
    connection.send_result(msg["id"])
    await view.async_open()


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/record/list",
        vol.Required("config_entry_id"): str,
        vol.Optional("device_id"): str,
        vol.Required("from"): vol.Coerce(float),
        vol.Required("to"): vol.Coerce(float),
        vol.Optional("before"): vol.Coerce(float),
        vol.Optional("limit", default=MOST): vol.All(vol.Coerce(int), vol.Range(min=1, max=MOST)),
    }
)
@websocket_api.require_admin
@websocket_api.async_response
async def ws_record(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell what happened, the newest first; `before` the oldest that is known goes on."""
    entry_id, limit = msg["config_entry_id"], msg["limit"]
    hub = next((each for each in _hubs(hass) if each.entry.entry_id == entry_id), None)
    ids: list[EquipmentId] | None = None
    if "device_id" in msg:
        device = dr.async_get(hass).async_get(msg["device_id"])
        found = None if device is None else equipment_of(entry_id, device.identifiers)
        ids = [] if found is None else [found]
    if hub is None or ids == []:
        connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "Nothing of ours")
        return
    rows = await _newest(hub, ids, msg["from"], min(msg["to"], msg.get("before", msg["to"])), limit)
    statuses = hub.engine.statuses
    connection.send_result(
        msg["id"],
        {
            "rows": [
                about_happening(row)
                | {
                    "time": row.at,
                    "equipment_id": int(row.equipment_id),
                    "name": statuses[row.equipment_id].equipment.name
                    if row.equipment_id in statuses
                    else None,
                }
                for row in rows[:limit]
            ],
            "more": len(rows) > limit,
        },
    )


async def _newest(
    hub: Hub, ids: list[EquipmentId] | None, start: float, end: float, limit: int
) -> list[EventRow]:
    """Return the newest rows within a time, one more than wanted if there are more."""
    rows: list[EventRow] = []
    width = _FIRST_LOOK
    while end > start and len(rows) <= limit:
        begin = max(start, end - width)
        found = await hub.archive.async_read(EventRow, ids, begin, end, _LOOKED_AT)
        rows += sorted(found, key=lambda row: row.at, reverse=True)
        end, width = begin, width * 4
    return rows[: limit + 1]


@callback
def _hubs(hass: HomeAssistant) -> list[Hub]:
    entries: list[ElfeConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry.runtime_data for entry in entries]
