"""Which UPSs an action or an automation is about."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from ...const import DOMAIN
from ...hub import ElfeConfigEntry
from .unit import UpsUnit


class UpsSelection:
    """The UPSs of a target; all of them if there is none."""

    def __init__(self, hass: HomeAssistant, target: dict[str, Any] | None) -> None:
        """Look nothing up yet."""
        self._hass = hass
        self._target = TargetSelection(target or {})
        # Home Assistant 2026.10 has no exceptions to a target yet.
        self._except: TargetSelection | None = getattr(self._target, "exclude", None)

    @callback
    def units(self) -> list[UpsUnit]:
        """Return the UPSs meant, of the entries that are loaded."""
        return [unit for unit in units_of(self._hass) if self.holds(unit)]

    @callback
    def holds(self, unit: UpsUnit) -> bool:
        """Return whether a UPS is meant: itself, an entity of it, or where it is."""
        if not self._target.has_any_target:
            return True
        subentry_id = unit.subentry.subentry_id
        if self._except is not None and subentry_id in self._subentries(self._except):
            return False
        return subentry_id in self._subentries(self._target)

    def _subentries(self, target: TargetSelection) -> Iterable[str | None]:
        found = async_extract_referenced_entity_ids(self._hass, target, primary_entities_only=False)
        devices, entities = dr.async_get(self._hass), er.async_get(self._hass)
        for device_id in found.referenced_devices | target.device_ids:
            if (device := devices.async_get(device_id)) is not None:
                yield device.config_subentry_id
        for entity_id in found.referenced | found.indirectly_referenced:
            if (entity := entities.async_get(entity_id)) is not None:
                yield entity.config_subentry_id


def units_of(hass: HomeAssistant) -> list[UpsUnit]:
    """Return every UPS of the entries that are loaded."""
    entries: list[ElfeConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    return [
        unit
        for entry in entries
        if entry.state is ConfigEntryState.LOADED
        for unit in entry.runtime_data.subentries.units(UpsUnit)
    ]
