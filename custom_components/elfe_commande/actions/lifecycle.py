"""Actions about the engine as a whole: how it stands, and start it anew."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import DOMAIN
from ..core.lifecycle import NotRunningError
from ..describe import about_engine
from ..entities.answers import not_running
from ..hub import ElfeConfigEntry
from .permissions import ENTRY, READ_ENTRY
from .targets import ATTR_CONFIG_ENTRY_ID, async_hub_of

LIFECYCLE_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})


async def async_get_status(call: ServiceCall) -> ServiceResponse:
    """Tell how an engine stands and how it got there."""
    hub = await async_hub_of(call, READ_ENTRY)
    return about_engine(call.hass, hub.engine)


async def async_restart(call: ServiceCall) -> ServiceResponse:
    """Start an engine anew; refused unless it runs. Administrators only."""
    hub = await async_hub_of(call, ENTRY)
    entry: ElfeConfigEntry = hub.entry
    try:
        await hub.async_restart()
    except NotRunningError as error:
        raise not_running(error) from error
    if entry.state is not ConfigEntryState.LOADED:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="restart_failed",
            translation_placeholders={"detail": entry.reason or entry.state.value},
        )
    return about_engine(call.hass, entry.runtime_data.engine) if call.return_response else None
