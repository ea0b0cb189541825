"""Which equipments an automation is about: chosen by itself, its home, its place or its label."""

from collections.abc import Iterable
from typing import Any

from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
import voluptuous as vol

from ..const import DOMAIN
from ..core.model import Equipment, EquipmentId, HomeId
from ..devices.identifiers import equipment_of, home_of, hub_identifier
from ..engine.ground.status import EquipmentStatus
from ..hub import ElfeConfigEntry

_REGISTRY_EVENTS = (
    ar.EVENT_AREA_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    fr.EVENT_FLOOR_REGISTRY_UPDATED,
    lr.EVENT_LABEL_REGISTRY_UPDATED,
)
_PLACES = (ATTR_ENTITY_ID, ATTR_DEVICE_ID, ATTR_AREA_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID)

type Key = tuple[str, EquipmentId | HomeId | None]
"""Entry, and equipment, or home, or all of it."""


class Selection:
    """The equipments of a target; all of them if there is none."""

    def __init__(self, hass: HomeAssistant, target: dict[str, Any] | None) -> None:
        """Look nothing up yet."""
        self._hass = hass
        self._target = TargetSelection(target or {})
        # Home Assistant 2026.10 has no exceptions to a target yet.
        self._except: TargetSelection | None = getattr(self._target, "exclude", None)
        self._keys: tuple[frozenset[Key], frozenset[Key]] | None = None

    @property
    def everything(self) -> bool:
        """Whether no target was given."""
        return not self._target.has_any_target

    @callback
    def async_follow(self) -> CALLBACK_TYPE:
        """Keep what was looked up until a registry changes; return what ends that."""
        if self.everything:
            return lambda: None
        unfollow = [
            self._hass.bus.async_listen(event, self._outdated) for event in _REGISTRY_EVENTS
        ]

        @callback
        def end() -> None:
            for each in unfollow:
                each()

        return end

    @callback
    def _outdated(self, _: Event[Any]) -> None:
        self._keys = None

    @callback
    def holds(self, entry_id: str, equipment: Equipment) -> bool:
        """Return whether an equipment is meant."""
        if self.everything:
            return True
        if self._keys is None:
            excluded = frozenset() if self._except is None else self._look_up(self._except)
            self._keys = self._look_up(self._target), excluded
        chosen, excluded = self._keys
        keys = ((entry_id, equipment.id), (entry_id, equipment.home), (entry_id, None))
        return excluded.isdisjoint(keys) and not chosen.isdisjoint(keys)

    @callback
    def statuses(self) -> list[EquipmentStatus]:
        """Return what is known of the equipments meant, in the entries that are loaded."""
        self._keys = None
        entries: Iterable[ElfeConfigEntry] = self._hass.config_entries.async_loaded_entries(DOMAIN)
        return [
            status
            for entry in entries
            for status in entry.runtime_data.engine.statuses.values()
            if self.holds(entry.entry_id, status.equipment)
        ]

    def _look_up(self, target: TargetSelection) -> frozenset[Key]:
        found = async_extract_referenced_entity_ids(self._hass, target, primary_entities_only=False)
        entities, devices = er.async_get(self._hass), dr.async_get(self._hass)
        ids = found.referenced_devices | target.device_ids
        for entity_id in found.referenced | found.indirectly_referenced:
            registered = entities.async_get(entity_id)
            if registered is not None and registered.platform == DOMAIN and registered.device_id:
                ids.add(registered.device_id)
        keys = (_key_of(self._hass, devices.async_get(device_id)) for device_id in ids)
        return frozenset(key for key in keys if key is not None)


def validate_target(hass: HomeAssistant, target: dict[str, Any]) -> None:
    """Refuse what is known to be no equipment, home or entry of ours.

    What is not known is let through: one machine that left the tables does not disable an
    automation about ten.
    """
    devices, entities = dr.async_get(hass), er.async_get(hass)
    for device_id in target.get(ATTR_DEVICE_ID, ()):
        device = devices.async_get(device_id)
        if device is not None and _key_of(hass, device) is None:
            name = device.name_by_user or device.name
            raise vol.Invalid(
                f"Device {name} ({device_id}) is not an equipment of ELFE Commande",
                path=["target", ATTR_DEVICE_ID],
            )
    for entity_id in target.get(ATTR_ENTITY_ID, ()):
        registered = entities.async_get(entity_id)
        if registered is not None and registered.platform != DOMAIN:
            raise vol.Invalid(
                f"Entity {entity_id} is not of ELFE Commande", path=["target", ATTR_ENTITY_ID]
            )


def require_target(target: dict[str, Any]) -> dict[str, Any]:
    """Refuse a target that names nothing."""
    if not any(target.get(place) for place in _PLACES):
        raise vol.Invalid("at least one entity, device, area, floor or label is needed")
    return target


def _key_of(hass: HomeAssistant, device: dr.AnyDeviceEntry | None) -> Key | None:
    if device is None:
        return None
    entry = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        return None
    entry_id = entry.entry_id
    if (equipment_id := equipment_of(entry_id, device.identifiers)) is not None:
        return entry_id, equipment_id
    if hub_identifier(entry_id) in device.identifiers:
        return entry_id, None
    home = home_of(entry_id, device.identifiers)
    return None if home is None else (entry_id, home)
