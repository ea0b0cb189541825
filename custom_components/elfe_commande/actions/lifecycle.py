"""Actions about the engine as a whole: how it stands, and start it anew."""

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from ..const import DOMAIN
from ..core.lifecycle import NotRunningError
from ..entities.base import not_running
from ..hub import ElfeConfigEntry
from ..standing import standing
from .targets import ATTR_CONFIG_ENTRY_ID

LIFECYCLE_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})


async def async_get_status(call: ServiceCall) -> ServiceResponse:
    """Tell how an engine stands and how it got there."""
    return standing(call.hass, _entry(call).runtime_data.engine)


async def async_restart(call: ServiceCall) -> ServiceResponse:
    """Start an engine anew; refused unless it runs."""
    entry = _entry(call)
    try:
        await entry.runtime_data.async_restart()
    except NotRunningError as error:
        raise not_running(error) from error
    return standing(call.hass, entry.runtime_data.engine) if call.return_response else None


def _entry(call: ServiceCall) -> ElfeConfigEntry:
    """Return the entry that is meant, the only one if none is named."""
    entry: ElfeConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry
