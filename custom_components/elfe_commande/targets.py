"""Which equipments an action is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    service,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from .const import DOMAIN
from .core.model import EquipmentId
from .devices import equipment_of
from .entity import refusal
from .hub import ElfeConfigEntry, Hub

ATTR_CONFIG_ENTRY_ID = "config_entry_id"
ATTR_EQUIPMENT_ID = "equipment_id"

TARGET: VolDictType = {
    **cv.ENTITY_SERVICE_FIELDS,
    vol.Optional(ATTR_EQUIPMENT_ID): vol.All(cv.ensure_list, [cv.positive_int]),
    vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
}


@dataclass(frozen=True, slots=True)
class Target:
    """One equipment of one entry."""

    hub: Hub
    equipment_id: EquipmentId

    def describe(self) -> dict[str, Any]:
        """Return what an answer says of it first."""
        equipment = self.hub.engine.statuses[self.equipment_id].equipment
        return {"equipment_id": int(self.equipment_id), "name": equipment.name}


def targets_of(call: ServiceCall) -> list[Target]:
    """Return the equipments that an action is about, each once, in the order found."""
    found: dict[tuple[str, EquipmentId], Target] = {}
    for entry, equipment_id in (*_targets_by_id(call), *_targets_by_reference(call)):
        if entry.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="entry_not_loaded",
                translation_placeholders={"entry": entry.title},
            )
        hub = entry.runtime_data
        if equipment_id not in hub.engine.statuses:
            raise refusal("unknown_equipment", {"equipment": str(equipment_id)})
        found[entry.entry_id, equipment_id] = Target(hub, equipment_id)
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_equipment")
    return list(found.values())


def _targets_by_id(call: ServiceCall) -> Iterable[tuple[ElfeConfigEntry, EquipmentId]]:
    """Yield the equipments given by their id in the database."""
    ids = call.data.get(ATTR_EQUIPMENT_ID, [])
    if not ids:
        return
    entry_id = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if entry_id is not None:
        entries = [service.async_get_config_entry(call.hass, DOMAIN, entry_id)]
    else:
        entries = call.hass.config_entries.async_loaded_entries(DOMAIN)
    for equipment_id in map(EquipmentId, ids):
        owners = [e for e in entries if equipment_id in e.runtime_data.engine.statuses]
        if not owners:
            raise refusal("unknown_equipment", {"equipment": str(equipment_id)})
        if len(owners) > 1:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="ambiguous_equipment",
                translation_placeholders={"equipment": str(equipment_id)},
            )
        yield owners[0], equipment_id


def _targets_by_reference(call: ServiceCall) -> Iterable[tuple[ElfeConfigEntry, EquipmentId]]:
    """Yield the equipments whose device or entity is targeted, or is in a targeted place.

    What is named itself has to be an equipment; what merely shares an area or a label does not.
    """
    hass = call.hass
    selection = TargetSelection(call.data)
    if not selection.has_any_target:
        return
    selected = async_extract_referenced_entity_ids(hass, selection, primary_entities_only=False)
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for device_id in selected.referenced_devices | selection.device_ids:
        target = _equipment_of_device(hass, devices.async_get(device_id))
        if target is not None:
            yield target
        elif device_id in selection.device_ids:
            raise _no_equipment(device_id)
    for entity_id in sorted(selected.referenced | selected.indirectly_referenced):
        registered = entities.async_get(entity_id)
        target = None
        if registered is not None and registered.platform == DOMAIN and registered.device_id:
            target = _equipment_of_device(hass, devices.async_get(registered.device_id))
        if target is not None:
            yield target
        elif entity_id in selected.referenced:
            raise _no_equipment(entity_id)


def _equipment_of_device(
    hass: HomeAssistant, device: dr.AnyDeviceEntry | None
) -> tuple[ElfeConfigEntry, EquipmentId] | None:
    if device is None:
        return None
    entry: ElfeConfigEntry | None = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        return None
    equipment_id = equipment_of(entry.entry_id, device.identifiers)
    return None if equipment_id is None else (entry, equipment_id)


def _no_equipment(target: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_an_equipment",
        translation_placeholders={"target": target},
    )
