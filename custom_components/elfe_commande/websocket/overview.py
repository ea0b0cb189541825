"""What there is: entries, their homes and appliances, and the devices of all else, for one user."""

import asyncio
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..actions.permissions import READ_PLAN, entities_of, is_allowed
from ..const import DOMAIN, SUBENTRY_EQUIPMENT
from ..core.lifecycle import Code
from ..describe import about_equipment
from ..devices.identifiers import equipment_of, home_of, hub_identifier, screen_of
from ..hub import Hub

_AWAY: Final[Mapping[ConfigEntryState, str]] = {
    ConfigEntryState.SETUP_RETRY: "retry",
    ConfigEntryState.SETUP_ERROR: "failed",
    ConfigEntryState.MIGRATION_ERROR: "failed",
    ConfigEntryState.FAILED_UNLOAD: "failed",
}
"""How it is with entries that are not loaded; of all others it is a question of time."""
_ADDING: Final = 10.0
"""Seconds that the entities of an entry get to be added."""


async def async_shown(hass: HomeAssistant) -> None:
    """Wait for entries of which entities are being added: in a moment there is more of them."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        changed = asyncio.Event()
        unwatch = entry.async_on_state_change(changed.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(_ADDING):
                while entry.state is ConfigEntryState.SETUP_IN_PROGRESS and _has_hub(entry):
                    await changed.wait()
                    changed.clear()
        unwatch()


def _has_hub(entry: ConfigEntry) -> bool:
    """Whether there is a hub, and not that of a set-up that failed before."""
    hub: Hub | None = getattr(entry, "runtime_data", None)
    return hub is not None and hub.engine.lifecycle.code < Code.STOPPING


@callback
def about_away(hass: HomeAssistant, shown: Container[str]) -> dict[str, dict[str, str]]:
    """Return how it is with each entry that is not among those that are shown, by its id."""
    return {
        entry.entry_id: {
            "title": entry.title,
            "state": "disabled" if entry.disabled_by else _AWAY.get(entry.state, "starting"),
        }
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if entry.entry_id not in shown
    }


@callback
def about_entry(hass: HomeAssistant, user: User, hub: Hub) -> dict[str, Any]:
    """Return what a user may know there is of an entry."""
    entry_id = hub.entry.entry_id
    equipments = []
    for equipment_id, status in hub.engine.statuses.items():
        key = f"{entry_id}_{equipment_id}"
        entity_ids = entities_of(hass, READ_PLAN, key)
        if hub.roster.is_shown(equipment_id) and is_allowed(user, READ_PLAN, entity_ids):
            told = about_equipment(hass, entry_id, status.equipment)
            equipments.append(told | {"id": key, "entity_id": next(iter(entity_ids), None)})
    return {
        "entry_id": entry_id,
        "title": hub.entry.title,
        "shadow": hub.shadow,
        "local": hub.local is not None,
        "homes": sorted({each["home"] for each in equipments}),
        "equipments": equipments,
        "devices": _devices(hass, user, hub),
    }


def _devices(hass: HomeAssistant, user: User, hub: Hub) -> list[dict[str, Any]]:
    """Return the devices that are no appliances', each with what it is."""
    registry, found = er.async_get(hass), []
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), hub.entry.entry_id):
        entities = er.async_entries_for_device(registry, device.id)
        about = _about(hub, device, entities)
        if about is not None and _may_read(user, entities):
            name = device.name_by_user or device.name
            behind = device.via_device_id
            found.append({"device_id": device.id, "name": name, "behind": behind, **about})
    return found


def _about(
    hub: Hub, device: dr.DeviceEntry, entities: Iterable[er.RegistryEntry]
) -> dict[str, Any] | None:
    """Return what a device is, `None` for an appliance and for what is not known."""
    entry, known = hub.entry, device.identifiers
    if hub_identifier(entry.entry_id) in known:
        return {"kind": "hub"}
    if equipment_of(entry.entry_id, known) is not None:
        return None
    if (home := home_of(entry.entry_id, known)) is not None:
        return {"kind": "home", "home": str(home)} if home in hub.roster.homes else None
    if (screen_id := screen_of(entry.entry_id, known)) is not None:
        status = hub.engine.screens.get(screen_id)
        return None if status is None else {"kind": "screen", "home": str(status.screen.home)}
    # Each names its devices as it likes: their entities say whose they are.
    for entity in entities:
        subentry = entry.subentries.get(entity.config_subentry_id or "")
        if subentry is not None:
            kind = subentry.subentry_type
            return None if kind == SUBENTRY_EQUIPMENT else {"kind": kind}
    return None


def _may_read(user: User, entities: Iterable[er.RegistryEntry]) -> bool:
    """Return whether a user may read any of these."""
    permissions = user.permissions
    if user.is_admin or permissions.access_all_entities(POLICY_READ):
        return True
    return any(permissions.check_entity(each.entity_id, POLICY_READ) for each in entities)
