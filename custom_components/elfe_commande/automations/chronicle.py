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
from ..core.model import EquipmentId, Mode
from ..core.outcome import Outcome
from ..core.wish import UNATTENDED, Origin
from ..describe import about_drift, about_equipment, about_mode, about_order, about_run
from ..engine.ground.events import Event, InventoryChanged, LoadDrifted, ModeChanged, OrderEnded
from ..engine.ground.status import EquipmentStatus
from ..record.day import Run

EVENT_ORDER_ENDED: Final = f"{DOMAIN}_order_ended"
EVENT_MODE_CHANGED: Final = f"{DOMAIN}_mode_changed"
EVENT_DRIFTED: Final = f"{DOMAIN}_drifted"
EVENT_RUN_FINISHED: Final = f"{DOMAIN}_run_finished"
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
        self._unconfirmed: dict[EquipmentId, Act] = {}
        """What was told to be tried again: its end is news, whatever it is."""

    @callback
    def handle(self, event: Event) -> None:
        """Tell of an event if it is new."""
        match event:
            case OrderEnded() if self._is_new(event):
                self._fire(EVENT_ORDER_ENDED, event, self._about(event))
            case ModeChanged() if _is_told_by_nothing_else(event):
                self._fire(EVENT_MODE_CHANGED, event, about_mode(event))
            case LoadDrifted():
                self._fire(EVENT_DRIFTED, event, about_drift(event))
            case InventoryChanged(_, removed):
                for equipment_id in removed:
                    self._last.pop(equipment_id, None)
                    self._unconfirmed.pop(equipment_id, None)

    def _about(self, event: OrderEnded) -> dict[str, Any]:
        return about_order(event, self._statuses.get(event.equipment_id))

    @callback
    def tell_of_unclean_stop(self, entry: ConfigEntry) -> None:
        """Tell that the run before ended without a word."""
        entity_id = er.async_get(self._hass).async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{entry.entry_id}_lifecycle"
        )
        values = {"name": entry.title, "entity_id": entity_id, "config_entry_id": entry.entry_id}
        self._hass.bus.async_fire(EVENT_UNCLEAN_STOP, values)

    @callback
    def tell_of_run(self, equipment_id: EquipmentId, run: Run) -> None:
        """Tell of a run that is over."""
        if (status := self._statuses.get(equipment_id)) is not None:
            about = about_equipment(self._hass, self._entry_id, status.equipment)
            self._hass.bus.async_fire(EVENT_RUN_FINISHED, about | about_run(run))

    def _is_new(self, event: OrderEnded) -> bool:
        result = event.result
        if result.will_retry:
            if event.origin in UNATTENDED:
                return False
            # Whoever asked was told by an error; the others read that nothing is confirmed.
            self._unconfirmed[event.equipment_id] = event.act
            return True
        this = (event.act, result.outcome, result.reason)
        repeated = self._last.get(event.equipment_id) == this
        self._last[event.equipment_id] = this
        if self._unconfirmed.pop(event.equipment_id, None) is event.act:
            return True
        if repeated and event.origin in {Origin.EMS, Origin.RULE}:
            return False
        if result.outcome is Outcome.ACKNOWLEDGED:
            return event.act is not Act.KEEP_OFF and event.act not in _TOLD_BY_MODE
        return result.outcome is not Outcome.SKIPPED or event.act is not Act.KEEP_OFF

    def _fire(
        self,
        event_type: str,
        event: OrderEnded | ModeChanged | LoadDrifted,
        values: dict[str, Any],
    ) -> None:
        status = self._statuses.get(event.equipment_id)
        if status is not None:
            user_id = None if isinstance(event, LoadDrifted) else event.user_id
            self._hass.bus.async_fire(
                event_type,
                about_equipment(self._hass, self._entry_id, status.equipment) | values,
                context=Context(user_id=user_id),
            )


def _is_told_by_nothing_else(event: ModeChanged) -> bool:
    """Whether a change of mode needs a line of its own.

    What plan or rule started is told by its order. What was asked in Home Assistant between the
    two modes of the switch is told by the switch itself, with the person who turned it.
    """
    if event.origin in {Origin.EMS, Origin.RULE}:
        return event.after != Mode.MANUAL
    here = event.origin in {Origin.DASHBOARD, Origin.ACTION, Origin.AUTOMATION}
    return not (here and {event.before, event.after} == {Mode.MANUAL, Mode.PILOTED})
