"""Fires what the logbook tells: who did what to an equipment, and why.

Repetitions are left out: a load kept off all night is not told of each quarter-hour.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..core.decision import Act
from ..core.model import EquipmentId
from ..core.outcome import Outcome
from ..core.wish import Origin
from ..describe import about_equipment, about_mode, about_order
from ..engine.events import Event, InventoryChanged, ModeChanged, OrderEnded
from ..engine.status import EquipmentStatus

EVENT_ORDER_ENDED: Final = f"{DOMAIN}_order_ended"
EVENT_MODE_CHANGED: Final = f"{DOMAIN}_mode_changed"
EVENT_UNCLEAN_STOP: Final = f"{DOMAIN}_unclean_stop"

_TOLD_BY_MODE = frozenset({Act.TO_MANUAL, Act.TO_PILOTED})
"""Where they succeed the change of mode tells of them."""


class Chronicle:
    """Writes the story of one entry's equipments."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        statuses: Mapping[EquipmentId, EquipmentStatus],
    ) -> None:
        """Begin with an empty page."""
        self._hass = hass
        self._entry_id = entry_id
        self._statuses = statuses
        self._last: dict[EquipmentId, tuple[Act, Outcome, str]] = {}

    @callback
    def handle(self, event: Event) -> None:
        """Tell of an event if it is new."""
        match event:
            case OrderEnded() if self._is_new(event):
                self._fire(EVENT_ORDER_ENDED, event, about_order(event))
            case ModeChanged():
                self._fire(EVENT_MODE_CHANGED, event, about_mode(event))
            case InventoryChanged(_, removed):
                for equipment_id in removed:
                    self._last.pop(equipment_id, None)

    @callback
    def tell_of_unclean_stop(self, entry: ConfigEntry) -> None:
        """Tell that the run before ended without a word."""
        entity_id = er.async_get(self._hass).async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{entry.entry_id}_lifecycle"
        )
        values = {"name": entry.title, "entity_id": entity_id, "config_entry_id": entry.entry_id}
        self._hass.bus.async_fire(EVENT_UNCLEAN_STOP, values)

    def _is_new(self, event: OrderEnded) -> bool:
        result = event.result
        if result.will_retry:
            return False
        this = (event.act, result.outcome, result.reason)
        repeated = self._last.get(event.equipment_id) == this
        self._last[event.equipment_id] = this
        if repeated and event.origin in {Origin.EMS, Origin.RULE}:
            return False
        if result.outcome is Outcome.ACKNOWLEDGED:
            return event.act is not Act.KEEP_OFF and event.act not in _TOLD_BY_MODE
        return result.outcome is not Outcome.SKIPPED or event.act is not Act.KEEP_OFF

    def _fire(
        self, event_type: str, event: OrderEnded | ModeChanged, values: dict[str, Any]
    ) -> None:
        status = self._statuses.get(event.equipment_id)
        if status is not None:
            self._hass.bus.async_fire(
                event_type,
                about_equipment(self._hass, self._entry_id, status.equipment) | values,
                context=Context(user_id=event.user_id),
            )
