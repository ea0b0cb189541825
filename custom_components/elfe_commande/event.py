"""What happens: each order's end and change of mode, with who and why; touches of screens."""

from typing import Any, override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity, EventEntityDescription
from homeassistant.core import Context, callback

from .coordinator import EquipmentEvent
from .core.gesture import ScreenTouched
from .core.model import DeviceId, Mode
from .core.outcome import Outcome
from .core.wish import UNATTENDED
from .engine.events import ModeChanged, OrderEnded
from .entities.base import EquipmentEntity, ScreenEntity, attributes
from .entities.platform import Platform
from .hub import Hub

PARALLEL_UPDATES = 0

MODE_CHANGED = "mode_changed"

ACTIVITY = EventEntityDescription(
    key="activity",
    translation_key="activity",
    event_types=[*(outcome.value for outcome in Outcome), MODE_CHANGED],
)
DESCRIPTIONS = (ACTIVITY,)

OTHER = "other"
"""A screen's own firmware names what is done to its objects; it may know more names."""
TOUCH = EventEntityDescription(
    key="touch",
    translation_key="touch",
    event_types=["down", "up", "short", "long", "hold", "release", "changed", OTHER],
)

MODES = {
    Mode.NOT_PILOTED: "not_piloted",
    Mode.INSTALLING: "installing",
    Mode.MANUAL: "manual",
    Mode.PILOTED: "piloted",
    Mode.DISABLED: "disabled",
    Mode.REMOVED: "removed",
}


class ActivityEvent(EquipmentEntity, EventEntity):
    """Tells of the equipment's orders and modes, of each, in their order."""

    _to_tell: tuple[EquipmentEvent, ...] = ()

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
        self._hub.coordinator.write_soon(self._write, at_once=event.origin not in UNATTENDED)

    @callback
    def _write(self) -> None:
        events, self._to_tell = self._to_tell, ()
        for event in events:
            # One that cannot be told takes none of those after it along.
            self._hub.coordinator.telling.tell(self._tell, event)

    @callback
    def _tell(self, event: EquipmentEvent) -> None:
        if event.user_id is not None:
            self.async_set_context(Context(user_id=event.user_id))
        if isinstance(event, OrderEnded):
            self._trigger_event(event.result.outcome.value, _about_order(event))
        else:
            self._trigger_event(MODE_CHANGED, _about_mode(event))
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


def _about_order(event: OrderEnded) -> dict[str, Any]:
    result = event.result
    return attributes(
        origin=event.origin.value,
        source=event.source.value,
        act=event.act.value,
        reason=result.reason,
        latency=None if result.latency is None else round(result.latency, 3),
        tries=result.tries,
        will_retry=result.will_retry or None,
    )


def _about_mode(event: ModeChanged) -> dict[str, Any]:
    return {
        "origin": event.origin.value,
        "before": _mode(event.before),
        "after": _mode(event.after),
    }


def _mode(mode: int) -> str:
    return next((name for known, name in MODES.items() if known == mode), str(mode))


async_setup_entry = Platform(
    domain=PLATFORM, descriptions=DESCRIPTIONS, make=ActivityEvent, of_screen=TouchEvent
).async_set_up
