"""Which equipments, homes or entry an action is about, and asking all of them at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    service,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..core.model import DeviceId, EquipmentId, HomeId
from ..core.wish import Origin
from ..devices.identifiers import equipment_of, home_of, hub_identifier, screen_of
from ..entities.answers import failure_of_many, refusal
from ..hub import ElfeConfigEntry, Hub
from .permissions import Access, async_require

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

    @property
    def name(self) -> str:
        """What people call it."""
        return self.hub.engine.statuses[self.equipment_id].equipment.name

    def describe(self) -> dict[str, Any]:
        """Return what an answer says of it first."""
        return {"equipment_id": int(self.equipment_id), "name": self.name}


def origin_of_action(call: ServiceCall) -> Origin:
    """Return whether a person or an automation called an action."""
    return Origin.AUTOMATION if call.context.parent_id is not None else Origin.ACTION


async def async_ask_all(
    call: ServiceCall, access: Access, ask: Callable[[Target], Awaitable[dict[str, Any]]]
) -> ServiceResponse:
    """Ask the same of every target, all at once; `ask` returns what became of one.

    What it raises is raised once all were asked, if nobody reads the answer or none was done.
    """
    targets = await async_targets_of(call, access)
    about = [target.describe() for target in targets]
    ends = await asyncio.gather(*map(ask, targets), return_exceptions=True)
    failures: list[tuple[str, HomeAssistantError]] = []
    answers: list[JsonValueType] = []
    for one, end in zip(about, ends, strict=True):
        if isinstance(end, HomeAssistantError):
            failures.append((one["name"], end))
            answers.append(one | _describe_refusal(end))
        elif isinstance(end, BaseException):
            raise end
        else:
            answers.append(one | end)
    if failures and (not call.return_response or len(failures) == len(targets)):
        raise failure_of_many(failures, len(targets))
    return {"equipments": answers} if call.return_response else None


def _describe_refusal(error: HomeAssistantError) -> dict[str, Any]:
    return {"outcome": "refused", "reason": error.translation_key, "message": str(error)}


async def async_targets_of(call: ServiceCall, access: Access) -> list[Target]:
    """Return the equipments that an action is about, each once, in the order found.

    Raises `Unauthorized` where the user has no access to one of them.
    """
    targets = _targets_of(call)
    owners = [f"{target.hub.entry.entry_id}_{target.equipment_id}" for target in targets]
    await async_require(call, access, owners)
    return targets


async def async_hub_of(call: ServiceCall, access: Access) -> Hub:
    """Return the hub of the entry that is meant, the only one if none is named.

    Raises `Unauthorized` where the user has no access to it.
    """
    entry: ElfeConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    await async_require(call, access, [entry.entry_id])
    return entry.runtime_data


def hubs_of(call: ServiceCall, entry_id: str | None) -> list[Hub]:
    """Return the hubs of all loaded entries, or of the one that is named."""
    if entry_id is not None:
        return [service.async_get_config_entry(call.hass, DOMAIN, entry_id).runtime_data]
    return [e.runtime_data for e in call.hass.config_entries.async_loaded_entries(DOMAIN)]


def _targets_of(call: ServiceCall) -> list[Target]:
    found: dict[tuple[str, EquipmentId], Target] = {}
    for entry, equipment_id in (*_targets_by_id(call), *_targets_by_reference(call)):
        hub = _hub_of(entry)
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
    for name, named, owner in _referenced(call):
        equipment_id = None
        if owner is not None:
            entry, device = owner
            equipment_id = equipment_of(entry.entry_id, device.identifiers)
            if equipment_id is not None:
                yield entry, equipment_id
        if equipment_id is None and named:
            raise _no_equipment(name)


async def async_homes_of(call: ServiceCall, access: Access) -> list[tuple[Hub, HomeId | None]]:
    """Return the homes that an action is about, each once; `None` for all homes of an entry.

    Those of all loaded entries, or of the one that is named, if it is about none in particular.
    Raises `Unauthorized` where the user has no access to one of their entries.
    """
    if TargetSelection(call.data).has_any_target:
        homes = _homes_of(call)
    elif call.data.get(ATTR_CONFIG_ENTRY_ID) is not None:
        homes = [(await async_hub_of(call, access), None)]
    else:
        entries: list[ElfeConfigEntry] = call.hass.config_entries.async_loaded_entries(DOMAIN)
        homes = [(entry.runtime_data, None) for entry in entries]
    await async_require(call, access, [hub.entry.entry_id for hub, _ in homes])
    return homes


def _homes_of(call: ServiceCall) -> list[tuple[Hub, HomeId | None]]:
    found: dict[tuple[str, HomeId | None], Hub] = {}
    for name, named, owner in _referenced(call):
        homes: tuple[HomeId | None, ...] = ()
        if owner is not None:
            entry, device = owner
            hub = _hub_of(entry)
            homes = _homes_behind(hub, device)
            found |= {(entry.entry_id, home): hub for home in homes}
        if not homes and named:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="not_a_screen",
                translation_placeholders={"target": name},
            )
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_screen")
    whole = {entry_id for entry_id, home in found if home is None}
    return [
        (hub, home)
        for (entry_id, home), hub in found.items()
        if home is None or entry_id not in whole
    ]


def _homes_behind(hub: Hub, device: dr.AnyDeviceEntry) -> tuple[HomeId | None, ...]:
    """Return the home of a device of ours, `None` in it for all homes of the hub."""
    entry_id, identifiers = hub.entry.entry_id, device.identifiers
    if hub_identifier(entry_id) in identifiers:
        return (None,)
    equipment_id = equipment_of(entry_id, identifiers)
    if (equipment := hub.engine.statuses.get(equipment_id or EquipmentId(-1))) is not None:
        return (equipment.equipment.home,)
    screen_id = screen_of(entry_id, identifiers)
    if (screen := hub.engine.screens.get(screen_id or DeviceId(""))) is not None:
        return (screen.screen.home,)
    home = home_of(entry_id, identifiers)
    return () if home is None or home not in hub.roster.homes else (home,)


def _referenced(
    call: ServiceCall,
) -> Iterable[tuple[str, bool, tuple[ElfeConfigEntry, dr.AnyDeviceEntry] | None]]:
    """Yield what an action references: its id, whether itself was named, its device if ours."""
    hass = call.hass
    selection = TargetSelection(call.data)
    if not selection.has_any_target:
        return
    selected = async_extract_referenced_entity_ids(hass, selection, primary_entities_only=False)
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for device_id in selected.referenced_devices | selection.device_ids:
        owner = _owner(hass, devices.async_get(device_id))
        yield device_id, device_id in selection.device_ids, owner
    for entity_id in sorted(selected.referenced | selected.indirectly_referenced):
        registered = entities.async_get(entity_id)
        owner = None
        if registered is not None and registered.platform == DOMAIN and registered.device_id:
            owner = _owner(hass, devices.async_get(registered.device_id))
        yield entity_id, entity_id in selected.referenced, owner


def _owner(
    hass: HomeAssistant, device: dr.AnyDeviceEntry | None
) -> tuple[ElfeConfigEntry, dr.AnyDeviceEntry] | None:
    """Return a device with its entry, `None` if it is not ours."""
    if device is None:
        return None
    entry: ElfeConfigEntry | None = hass.config_entries.async_get_entry(device.config_entry_id)
    return None if entry is None or entry.domain != DOMAIN else (entry, device)


def _hub_of(entry: ElfeConfigEntry) -> Hub:
    if entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="entry_not_loaded",
            translation_placeholders={"entry": entry.title},
        )
    return entry.runtime_data


def _no_equipment(target: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_an_equipment",
        translation_placeholders={"target": target},
    )
