"""The report of shadow mode, over the WebSocket."""

from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..actions.shadow_reports import MOST, USUAL, about_shadow_report
from ..const import DOMAIN
from ..hub import ElfeConfigEntry


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/shadow/report",
        vol.Required("config_entry_id"): str,
        vol.Required("from"): vol.Coerce(float),
        vol.Required("to"): vol.Coerce(float),
        vol.Optional("limit", default=USUAL): vol.All(vol.Coerce(int), vol.Range(min=1, max=MOST)),
    }
)
@websocket_api.require_admin
@websocket_api.async_response
async def ws_shadow_report(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell where we and whoever drives the loads differ."""
    entries: list[ElfeConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    entry = next((each for each in entries if each.entry_id == msg["config_entry_id"]), None)
    if entry is None:
        connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "Nothing of ours")
        return
    hub = entry.runtime_data
    report = await hub.shadow_book.report(msg["from"], msg["to"])
    about = about_shadow_report(hub, report, msg["limit"], lambda at: at)
    connection.send_result(msg["id"], about)
