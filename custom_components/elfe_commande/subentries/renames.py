"""What a subentry names of Home Assistant is followed when it is renamed, whatever its type."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from .kind import told
from .registry import KINDS


@callback
def async_follow_renames(hass: HomeAssistant) -> None:
    """Keep the entities named by subentries right from now on, whether their entries run or not."""

    @callback
    def changed(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] == "update" and "old_entity_id" in data:
            _rename(hass, data["old_entity_id"], data["entity_id"])

    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, changed)


def _rename(hass: HomeAssistant, old: str, new: str) -> None:
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in tuple(entry.subentries.values()):
            kind = KINDS.get(subentry.subentry_type)
            if kind is not None and old in told(kind.entities_named, subentry):
                hass.config_entries.async_update_subentry(
                    entry, subentry, data=_renamed(subentry.data, old, new)
                )


def _renamed(value: Any, old: str, new: str) -> Any:
    """Return the same with another name wherever the old one stood alone."""
    if isinstance(value, Mapping):
        return {key: _renamed(each, old, new) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(each, old, new) for each in value]
    return new if value == old else value
