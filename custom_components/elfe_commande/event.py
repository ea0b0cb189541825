"""What happens: each order's end and change of mode, with who and why; touches of screens."""

from typing import Any, override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity, EventEntityDescription
from homeassistant.core import Context, callback
from homeassistant.helpers.entity import EntityDescription

from .coordinator import EquipmentEvent
from .core.gesture import ScreenTouched
from .core.model import DeviceId, EquipmentId
from .core.outcome import Outcome
from .core.wish import UNATTENDED
from .describe import about_drift, about_mode, about_order, attributes
from .devices.capacity import has_mode
from .engine.ground.events import LoadDrifted, OrderEnded
from .engine.ground.status import EquipmentStatus
from .entities.base import EquipmentEntity, ScreenEntity
from .entities.platform import Platform
from .hub import Hub

PARALLEL_UPDATES = 0

MODE_CHANGED = "mode_changed"
DRIFTED = "drifted"

ACTIVITY = EventEntityDescription(
    key="activity",
    translation_key="activity",
    event_types=[*(outcome.value for outcome in Outcome), MODE_CHANGED, DRIFTED],
)
DESCRIPTIONS = (ACTIVITY,)

OTHER = "other"
"""A screen's own firmware names what is done to its objects; it may know more names."""
TOUCH = EventEntityDescription(
    key="touch",
    translation_key="touch",
    event_types=["down", "up", "short", "long", "hold", "release", "changed", OTHER],
)


class ActivityEvent(EquipmentEntity, EventEntity):
    """Tells of the equipment's orders and modes, of each, in their order.

    The logbook tells the same in words, and would have a line of it besides. It is enabled by
    default where nothing else bears the appliance's name.
    """

    _to_tell: tuple[EquipmentEvent, ...] = ()

    def __init__(self, hub: Hub, equipment_id: EquipmentId, description: EntityDescription) -> None:
        """Belong to the appliance's device."""
        super().__init__(hub, equipment_id, description)
        self._attr_entity_registry_enabled_default = not has_mode(self._status)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what happens to the equipment; nothing else of it is shown."""
        self.async_on_remove(
            self._hub.coordinator.watch_equipment_events(self._equipment_id, self._handle)
        )

    @callback
    def _handle(self, event: EquipmentEvent) -> None:
        self._to_tell += (event,)
        # In a cycle there are thousands, and orders go first; what people did shows at once.
        attended = not isinstance(event, LoadDrifted) and event.origin not in UNATTENDED
        self._hub.coordinator.write_soon(self._write, at_once=attended)

    @callback
    def _write(self) -> None:
        events, self._to_tell = self._to_tell, ()
        for event in events:
            # One that cannot be told takes none of those after it along.
            self._hub.coordinator.telling.tell(self._tell, event)

    @callback
    def _tell(self, event: EquipmentEvent) -> None:
        if not isinstance(event, LoadDrifted) and event.user_id is not None:
            self.async_set_context(Context(user_id=event.user_id))
        if isinstance(event, OrderEnded):
            about = _beside_outcome(event, self._engine.statuses.get(event.equipment_id))
            self._trigger_event(event.result.outcome.value, about)
        elif isinstance(event, LoadDrifted):
            self._trigger_event(DRIFTED, about_drift(event))
        else:
            told = about_mode(event)
            del told["user_id"]
            self._trigger_event(MODE_CHANGED, told)
        self.async_write_ha_state()


class TouchEvent(ScreenEntity, EventEntity):
    """Tells of what people do on a wall screen."""

    def __init__(self, hub: Hub, screen_id: DeviceId) -> None:
        """Belong to the screen's device."""
        super().__init__(hub, screen_id, TOUCH)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the screen."""
        self.async_on_remove(self._hub.roster.screens.watch_touches(self._screen_id, self._handle))

    @callback
    def _handle(self, touched: ScreenTouched) -> None:
        kind = touched.event if touched.event in self.event_types else OTHER
        self._trigger_event(
            kind,
            attributes(
                page=touched.page,
                object=touched.item,
                event=touched.event,
                value=touched.value,
                text=touched.text,
            ),
        )
        self.async_write_ha_state()


def _beside_outcome(event: OrderEnded, status: EquipmentStatus | None) -> dict[str, Any]:
    """Return what the type of the event does not say; that more follows only where it does."""
    told = about_order(event, status)
    return attributes(
        **{key: told[key] for key in ("origin", "source", "act", "reason", "latency", "tries")},
        will_retry=told["will_retry"] or None,
    )


async_setup_entry = Platform(
    domain=PLATFORM, descriptions=DESCRIPTIONS, make=ActivityEvent, of_screen=TouchEvent
).async_set_up
