"""How many entities an entry may enable, and what happens to the ones too many."""

from collections.abc import Iterable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity import Entity

from ..const import DOMAIN, MAX_ENTITIES
from ..core.decision import Act
from ..core.model import Mode
from ..engine.ground.status import EquipmentStatus
from ..repairs import learn_more_url
from .shapes import Kind, kind_of

ISSUE = "too_many_entities"

HUB_ENTITIES = (
    ("binary_sensor", "device_connection"),
    ("binary_sensor", "ems_connection"),
    ("binary_sensor", "ready"),
    ("binary_sensor", "shadow"),
    ("button", "run_cycle"),
    ("sensor", "lifecycle"),
    ("sensor", "newest_plan"),
    ("sensor", "last_cycle"),
    ("sensor", "driven_homes"),
)
"""Platform and key of what the hub's device has; without a server it has one less."""
READ_ONLY_ENTITIES = 5
"""Enabled by default per equipment: decision, reason, next start, running, connected."""
NAMED_ENTITIES = 1
"""Besides, what bears its name: the mode, or where there is none the activity."""
MEASURED_ENTITIES = 2
"""Besides, where it is measured: power, energy."""
SCREEN_ENTITIES = 2
"""Per screen: connection, touch."""


def entity_count(statuses: Iterable[EquipmentStatus], *, compact: bool, screens: int = 0) -> int:
    """Return how many entities equipments, their homes, screens and hub enable by default."""
    count = len(HUB_ENTITIES)
    homes = set()
    for status in statuses:
        count += _count(status, compact=compact)
        if status.equipment.state.mode != Mode.REMOVED:
            homes.add(status.equipment.home)
    # A home has a calendar.
    return count if compact else count + len(homes) + SCREEN_ENTITIES * screens


def _count(status: EquipmentStatus, *, compact: bool) -> int:
    mode = status.equipment.state.mode
    if mode == Mode.REMOVED:
        return 0
    switch = 0 if mode == Mode.NOT_PILOTED else 1
    if compact:
        return switch
    measured = 0 if status.meter is None else MEASURED_ENTITIES
    return switch + NAMED_ENTITIES + READ_ONLY_ENTITIES + measured


def has_mode(status: EquipmentStatus) -> bool:
    """Return whether a load has a mode: it is driven, and switched instead of pressed."""
    return kind_of(status) is Kind.DRIVEN and can_force_off(status)


def can_force_off(status: EquipmentStatus) -> bool:
    """Return whether the typology switches the load, instead of pressing buttons."""
    typology = status.typology
    return typology is not None and Act.FORCED_OFF in typology.scenarios


class Capacity:
    """Home Assistant's limit on the enabled entities of one entry.

    It would drop what is beyond with one line in the log; here a repair issue says so first.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, *, compact: bool) -> None:
        """Tell nobody yet; see `check`."""
        self._hass = hass
        self._entry = entry
        self._compact = compact
        self._registry = er.async_get(hass)
        self._expected = 0

    @callback
    def check(self, statuses: Iterable[EquipmentStatus], *, screens: int = 0) -> bool:
        """Return whether everything fits, and raise or withdraw the issue."""
        expected = entity_count(statuses, compact=self._compact, screens=screens)
        if expected > MAX_ENTITIES:
            expected -= self._count_disabled_by_people()
        self._expected = expected
        if expected > MAX_ENTITIES:
            self._raise_issue()
            return False
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
        return True

    @callback
    def admit[E: Entity](self, platform: str, entities: list[E]) -> list[E]:
        """Return the entities that still fit: those known already, disabled, or within the limit."""
        enabled = self._registry.entities.get_enabled_count_for_config_entry_id(
            self._entry.entry_id
        )
        room = MAX_ENTITIES - enabled - self._count_hub_entities_to_come()
        if len(entities) <= room:
            return entities
        admitted: list[E] = []
        for entity in entities:
            if entity.entity_registry_enabled_default and not self._registry.async_get_entity_id(
                platform, DOMAIN, entity.unique_id or ""
            ):
                room -= 1
                if room < 0:
                    continue
            admitted.append(entity)
        if len(admitted) < len(entities):
            # People may have enabled more than is enabled by default.
            self._expected = max(self._expected, MAX_ENTITIES + len(entities) - len(admitted))
            self._raise_issue()
        return admitted

    def _count_disabled_by_people(self) -> int:
        return sum(
            entry.disabled_by is er.RegistryEntryDisabler.USER
            for entry in er.async_entries_for_config_entry(self._registry, self._entry.entry_id)
        )

    def _count_hub_entities_to_come(self) -> int:
        return sum(
            self._registry.async_get_entity_id(platform, DOMAIN, f"{self._entry.entry_id}_{key}")
            is None
            for platform, key in HUB_ENTITIES
        )

    @property
    def _issue_id(self) -> str:
        return f"{self._entry.entry_id}_{ISSUE}"

    @callback
    def _raise_issue(self) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            learn_more_url=learn_more_url(ISSUE),
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE,
            translation_placeholders={
                "entry": self._entry.title,
                "count": str(self._expected),
                "limit": str(MAX_ENTITIES),
            },
        )
