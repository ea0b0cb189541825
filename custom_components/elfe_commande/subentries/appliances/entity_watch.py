"""The entities that equipments hang on: followed when renamed, missed when gone."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started

from ...coordinator import ElfeCoordinator
from ...engine.events import CycleEnded, Event as EngineEvent, InventoryChanged
from ...engine.ports import Problem
from .definition import entities_of, equipment_id_of
from .home import LocalHome
from .keys import CONF_DEVICES, CONF_ENTITY, CONF_POWER_SENSOR

ISSUE = "missing_entity"


class EntityWatch:
    """Keeps the subentries of a local home in step with the entities of Home Assistant."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        coordinator: ElfeCoordinator,
        home: LocalHome,
    ) -> None:
        """Watch nothing yet."""
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._engine = coordinator.engine
        self._home = home
        self._missed: dict[str, str] = {}

    @callback
    def async_start(self) -> None:
        """Follow renamed entities from now on, and miss others once all are loaded."""
        hass = self._hass
        for end in (
            hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_changed),
            async_at_started(hass, self._look),
            self._coordinator.watch_all(self._happened),
        ):
            self._entry.async_on_unload(end)

    @callback
    def _happened(self, event: EngineEvent) -> None:
        if isinstance(event, CycleEnded | InventoryChanged):
            self._look(self._hass)

    @callback
    def _registry_changed(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] == "update" and "old_entity_id" in data:
            self._rename(data["old_entity_id"], data["entity_id"])
        elif data["action"] != "update":
            self._look(self._hass)

    @callback
    def _rename(self, old: str, new: str) -> None:
        """Let the equipments that an entity drives or measures know its new name."""
        entries = self._hass.config_entries
        for subentry in self._home.equipments():
            if old in entities_of(subentry.data):
                changed = _renamed(subentry, old, new)
                entries.async_update_subentry(self._entry, subentry, data=changed)

    @callback
    def _look(self, hass: HomeAssistant) -> None:
        """Ask a person about each equipment whose entity is gone, until it is there again."""
        if not hass.is_running:
            return
        registry = er.async_get(hass)
        missed: dict[str, str] = {}
        for subentry in self._home.equipments():
            for entity_id in sorted(entities_of(subentry.data)):
                if hass.states.get(entity_id) is None and not registry.async_get(entity_id):
                    number = str(equipment_id_of(subentry))
                    missed[number] = entity_id
                    placeholders = {"equipment": subentry.title, "entity": entity_id}
                    if self._missed.get(number) != entity_id:
                        problem = Problem(ISSUE, number, placeholders, equipment_id_of(subentry))
                        self._engine.report(problem)
        for number in self._missed.keys() - missed.keys():
            self._engine.settle_problem(ISSUE, number)
        self._missed = missed


def _renamed(subentry: ConfigSubentry, old: str, new: str) -> dict[str, Any]:
    data = dict(subentry.data)
    data[CONF_DEVICES] = [
        {**device, CONF_ENTITY: new} if device.get(CONF_ENTITY) == old else device
        for device in data[CONF_DEVICES]
    ]
    if data.get(CONF_POWER_SENSOR) == old:
        data[CONF_POWER_SENSOR] = new
    return data
