"""The planner goes on reading an entity that is renamed."""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, Event, callback
from homeassistant.helpers import entity_registry as er

from ...hub import Hub
from .planner_settings import entities_read, renamed


@callback
def async_follow_renames(hub: Hub, subentry: ConfigSubentry) -> CALLBACK_TYPE:
    """Keep the names of a planner's entities right; returns what ends that."""

    @callback
    def changed(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] != "update" or "old_entity_id" not in data:
            return
        old, new = data["old_entity_id"], data["entity_id"]
        if old in entities_read(subentry.data):
            hub.hass.config_entries.async_update_subentry(
                hub.entry, subentry, data=renamed(subentry.data, old, new)
            )

    return hub.hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, changed)
