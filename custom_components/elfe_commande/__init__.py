"""Make a 24-hour energy plan really happen on people's appliances."""

from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady, IntegrationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .adapters.disk import HomeAssistantDisk
from .assembly import async_create_hub
from .const import DOMAIN, PLATFORMS
from .core.failing import failing
from .details import detail_text
from .engine.ground.telling import Telling
from .frontend import async_setup_frontend
from .hub import ElfeConfigEntry, Hub, configuration_of
from .repairs import async_clear_issues
from .services import async_setup_services
from .subentries.keeper import content_of
from .subentries.renames import async_follow_renames
from .websocket.commands import async_setup_websocket

_FAILURES: Final[HassKey[Telling]] = HassKey(f"{DOMAIN}_failures")

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Begin what goes on whether or not an entry is loaded: actions, cards, names of entities."""
    async_setup_services(hass)
    async_setup_websocket(hass)
    await async_setup_frontend(hass)
    async_follow_renames(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ElfeConfigEntry) -> bool:
    """Open the database, show what is known, and begin the numbered start."""
    hub: Hub | None = None
    before = _content_of(entry)
    try:
        hub = entry.runtime_data = await async_create_hub(hass, entry)
        await hub.async_start()
        entry.async_on_unload(entry.add_update_listener(_async_updated))
        if _content_of(entry) != before:
            # While nobody was told of it; platforms add nothing to a subentry that is gone.
            await _async_updated(hass, entry)
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except BaseException as error:
        if hub is not None:
            await _async_close(hass, entry)
        if isinstance(error, IntegrationError) or not isinstance(error, Exception):
            raise
        _failures(hass).note(f"{entry.title} could not be set up and is tried again", error)
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="setup_failed",
            translation_placeholders={"detail": detail_text(hass, failing(error))},
        ) from error
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ElfeConfigEntry) -> bool:
    """Stop the engine; orders under way stay claimed on disk."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_close()
    return unloaded


async def _async_close(hass: HomeAssistant, entry: ElfeConfigEntry) -> None:
    """Close what a set-up that failed has opened, platforms first."""
    try:
        loaded = {
            each.domain for each in async_get_platforms(hass, DOMAIN) if each.config_entry is entry
        }
        await hass.config_entries.async_unload_platforms(entry, loaded)
    finally:
        await entry.runtime_data.async_close()


def _failures(hass: HomeAssistant) -> Telling:
    return hass.data.setdefault(_FAILURES, Telling())


async def async_remove_entry(hass: HomeAssistant, entry: ElfeConfigEntry) -> None:
    """Delete what was remembered on disk, and the repairs that asked for a person."""
    await async_clear_issues(hass, entry)
    await HomeAssistantDisk(hass, entry.entry_id).remove()


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: ElfeConfigEntry, device_entry: dr.AnyDeviceEntry
) -> bool:
    """Let people remove devices of equipments and homes that are gone, as the tables say."""
    loaded = entry.state is ConfigEntryState.LOADED
    return loaded and entry.runtime_data.roster.is_stale(device_entry)


def _content_of(entry: ElfeConfigEntry) -> tuple[object, ...]:
    """Return all that people can change of an entry."""
    subentries = {key: content_of(subentry) for key, subentry in entry.subentries.items()}
    return (configuration_of(entry), subentries)


async def _async_updated(hass: HomeAssistant, entry: ElfeConfigEntry) -> None:
    """Reload with the new data and options; a subentry changes without disturbing the others."""
    hub = entry.runtime_data
    if hub.is_configured_as(entry):
        await hub.async_apply_subentries()
    else:
        hass.config_entries.async_schedule_reload(entry.entry_id)
