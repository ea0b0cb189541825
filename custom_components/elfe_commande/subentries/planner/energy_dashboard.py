"""What people told the energy dashboard, and whoever forecasts the panels for it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN, LOGGER
from ...planning.readers.dashboard import Dashboard, read_dashboard

ENERGY: Final = "energy"
_CHANGED: Final = f"{DOMAIN}_energy_dashboard"
_LISTENING: HassKey[bool] = HassKey(f"{DOMAIN}_energy_listener")
FORECAST_SOLAR: Final = "forecast_solar"
# Until then it keyed each value by the end of its period.
_KEYED_BY_START: Final = (2026, 11)


async def async_dashboard(hass: HomeAssistant) -> Dashboard:
    """Return what the energy dashboard knows; nothing where there is none, or it cannot be read."""
    manager = await _async_manager(hass)
    if manager is None:
        return Dashboard(readable=ENERGY not in hass.config.components)
    return read_dashboard(manager.data)


async def async_follow_dashboard(hass: HomeAssistant, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
    """Call `changed` after each change of its preferences; returns what ends that."""
    manager = await _async_manager(hass)
    if manager is not None and not hass.data.get(_LISTENING):
        # Nobody can stop listening there: once is enough for as long as Home Assistant runs.
        hass.data[_LISTENING] = True

        async def told() -> None:
            async_dispatcher_send(hass, _CHANGED)

        manager.async_listen_updates(told)
    return async_dispatcher_connect(hass, _CHANGED, changed)


async def async_forecast_of(
    hass: HomeAssistant, entry_id: str
) -> tuple[Mapping[str, Any], bool] | None:
    """Return the Wh that an entry forecasts, and whether its keys end their period.

    `None` if it forecasts nothing now.
    """
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or ENERGY not in hass.config.components:
        return None
    try:
        from homeassistant.components.energy.websocket_api import async_get_energy_platforms  # noqa: PLC0415

        ask = (await async_get_energy_platforms(hass)).get(entry.domain)
        answer: Any = None if ask is None else await ask(hass, entry_id)
    except Exception as error:  # noqa: BLE001
        # Somebody else's code, and no part of what Home Assistant promises.
        LOGGER.debug("No forecast of %s: %s", entry.domain, error)
        return None
    wh = answer.get("wh_hours") if isinstance(answer, Mapping) else None
    if not isinstance(wh, Mapping) or not wh:
        return None
    by_end = entry.domain == FORECAST_SOLAR and (MAJOR_VERSION, MINOR_VERSION) < _KEYED_BY_START
    return wh, by_end


async def _async_manager(hass: HomeAssistant) -> Any:
    if ENERGY not in hass.config.components:
        return None
    try:
        from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

        return await async_get_manager(hass)
    except Exception as error:  # noqa: BLE001
        LOGGER.debug("The energy dashboard cannot be read: %s", error)
        return None
