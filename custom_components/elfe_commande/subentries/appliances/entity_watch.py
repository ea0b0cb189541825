"""The entities that equipments hang on are missed when they are gone or disabled."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.start import async_at_started

from ...coordinator import ElfeCoordinator
from ...core.actuators import worded
from ...engine.ground.events import CycleEnded, Event as EngineEvent, InventoryChanged
from ...engine.ground.ports import Problem
from .definition import actuator_of_device, entities_of, equipment_id_of
from .home import LocalHome
from .keys import CONF_DEVICES

GONE: Final = "missing_entity"
GONE_VALUE: Final = "value_gone"
_SWITCHED_OFF: Final[Mapping[er.RegistryEntryDisabler, str]] = {
    er.RegistryEntryDisabler.CONFIG_ENTRY: "disabled_integration",
    er.RegistryEntryDisabler.DEVICE: "disabled_device",
}
"""What is to be switched on again where it is more than the entity itself."""
_ENTITY_OFF: Final = "disabled_entity"


class _Lack(NamedTuple):
    """Why an entity cannot be used: the key of a problem, and what its text names."""

    issue: str
    entity: str
    holder: str = ""
    """The device, or the integration, that was disabled; the value that is gone."""


class EntityWatch:
    """Asks a person for the entities that the equipments of a local home cannot do without."""

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
        self._missed: dict[str, _Lack] = {}

    @callback
    def async_start(self) -> None:
        """Miss entities once all are loaded."""
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
        if data["action"] != "update" or "disabled_by" in data["changes"]:
            self._look(self._hass)

    @callback
    def _look(self, hass: HomeAssistant) -> None:
        """Ask a person about each equipment whose entity is gone or disabled, until it is back."""
        if not hass.is_running:
            return
        missed: dict[str, _Lack] = {}
        gone = set(self._missed)
        for subentry in self._home.equipments():
            lacks = map(self._lack, sorted(entities_of(subentry.data)))
            lack = next((each for each in lacks if each is not None), None)
            lack = lack or self._gone_value(subentry)
            number = str(equipment_id_of(subentry))
            before = self._missed.get(number)
            gone.discard(number)
            if before is not None and (lack is None or lack.issue != before.issue):
                self._engine.settle_problem(before.issue, number)
            if lack is None:
                continue
            missed[number] = lack
            if lack != before:
                named = {"equipment": subentry.title, "entity": lack.entity, "holder": lack.holder}
                problem = Problem(lack.issue, number, named, equipment_id_of(subentry))
                self._engine.report(problem)
        for number in gone:
            self._engine.settle_problem(self._missed[number].issue, number)
        self._missed = missed

    def _lack(self, entity_id: str) -> _Lack | None:
        """Return why an entity cannot be used now, `None` if it can or will be back by itself."""
        entry = er.async_get(self._hass).async_get(entity_id)
        if entry is None:
            return None if self._hass.states.get(entity_id) else _Lack(GONE, entity_id)
        if entry.disabled_by is None:
            return None
        return _Lack(
            _SWITCHED_OFF.get(entry.disabled_by, _ENTITY_OFF), entity_id, self._holder(entry)
        )

    def _gone_value(self, subentry: ConfigSubentry) -> _Lack | None:
        """Return which value an entity no longer offers; one that is away says nothing of it."""
        try:
            actuators = map(actuator_of_device, subentry.data[CONF_DEVICES])
            parts = [part for actuator in actuators if actuator for part in actuator.parts]
        except ValueError:
            return None
        for part in parts:
            state = self._hass.states.get(part.entity_id)
            if state is None or state.state == STATE_UNAVAILABLE:
                continue
            for value in (part.on, part.off):
                if value is not None and not part.way.takes(value, state.attributes):
                    return _Lack(GONE_VALUE, part.entity_id, worded(value))
        return None

    def _holder(self, entry: er.RegistryEntry) -> str:
        """Return the name of what was disabled together with an entity."""
        if entry.disabled_by is er.RegistryEntryDisabler.DEVICE and entry.device_id:
            device = dr.async_get(self._hass).async_get(entry.device_id)
            return "" if device is None else device.name_by_user or device.name or ""
        if entry.disabled_by is er.RegistryEntryDisabler.CONFIG_ENTRY and entry.config_entry_id:
            found = self._hass.config_entries.async_get_entry(entry.config_entry_id)
            return entry.platform if found is None else found.title
        return ""
