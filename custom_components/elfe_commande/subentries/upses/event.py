"""What happens to a UPS."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback

from ...sources.ups.vocabulary.events import UpsEvent
from .unit import UpsUnit
from .ups_entity import UpsEntity

EVENT = EventEntityDescription(
    key="event", translation_key="ups_event", event_types=[event.value for event in UpsEvent]
)


class UpsEventEntity(UpsEntity, EventEntity):
    """Tells of each of the 21 events."""

    @property
    @override
    def available(self) -> bool:
        """Return true: that the UPS is not heard is an event too."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what happens."""
        self.async_on_remove(self._unit.watch_events(self._handle))

    @callback
    def _handle(self, event: UpsEvent) -> None:
        self._trigger_event(event.value)
        self.async_write_ha_state()


def entities(unit: UpsUnit) -> list[UpsEventEntity]:
    """Return the event of a UPS."""
    return [UpsEventEntity(unit, EVENT)]
