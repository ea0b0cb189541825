"""Entities of Home Assistant as devices of the engine; `drivers/entity.py` says what is said."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
import json
import logging
from typing import Any, Final, override

from homeassistant.components.button import DOMAIN as BUTTON
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_ENTITY_ID,
    ATTR_UNIT_OF_MEASUREMENT,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfPower,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util.unit_conversion import PowerConverter
import voluptuous as vol

from ..core.entity_topics import entity_of, topic_of
from ..engine.ports import Arrival, Handler, Messenger, MessengerError, Unsubscribe

_LOGGER = logging.getLogger(__name__)

ECHO: Final = 60.0
"""Seconds in which a device may still report what we ordered, under a context of its own."""
CROSSING: Final = 10.0
"""Seconds in which the report of an order may still cross the next one."""
_ORDERS_KEPT: Final = 16

_NO_STATE: Final = (STATE_UNAVAILABLE, STATE_UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Ordered:
    context_id: str
    on: bool
    at: float


class EntityMessenger(Messenger):
    """Calls an entity's own service for an order, and says what becomes of its state."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to nothing yet."""
        self._hass = hass
        self._handlers: dict[str, list[Handler]] = {}
        self._ordered: dict[str, deque[_Ordered]] = {}
        self._stops: set[CALLBACK_TYPE] = set()

    @callback
    def close(self) -> None:
        """Let no handler be called again."""
        self._handlers.clear()
        for stop in tuple(self._stops):
            stop()

    @property
    @override
    def connected(self) -> bool:
        return True

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        return lambda: None

    # -- what entities say

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        """Hear these entities; what each says now is said at once."""
        entity_ids = [entity_id for topic in topics if (entity_id := entity_of(topic)) is not None]
        tracks = (
            async_track_state_change_event(self._hass, entity_ids, self._changed),
            async_track_state_report_event(self._hass, entity_ids, self._reported),
        )

        @callback
        def stop() -> None:
            self._stops.discard(stop)
            for end in tracks:
                end()
            for entity_id in entity_ids:
                if handler in (handlers := self._handlers.get(entity_id, [])):
                    handlers.remove(handler)

        self._stops.add(stop)
        for entity_id in entity_ids:
            self._handlers.setdefault(entity_id, []).append(handler)
            state = self._hass.states.get(entity_id)
            handler(self._arrival(entity_id, _told(state)))
        return stop

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        entity_id = event.data["entity_id"]
        old, new = event.data["old_state"], event.data["new_state"]
        told = _told(new)
        if (hand := self._hand(entity_id, old, new)) is not None:
            told["hand"] = hand
        self._tell(entity_id, told)

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        self._tell(event.data["entity_id"], _told(event.data["new_state"]))

    @callback
    def _tell(self, entity_id: str, told: Mapping[str, Any]) -> None:
        for handler in tuple(self._handlers.get(entity_id, ())):
            handler(self._arrival(entity_id, told))

    def _arrival(self, entity_id: str, told: Mapping[str, Any]) -> Arrival:
        payload = json.dumps(told).encode()
        return Arrival(topic_of(entity_id), payload, retained=False, at=self._hass.loop.time())

    def _hand(self, entity_id: str, old: State | None, new: State | None) -> dict[str, Any] | None:
        """Return who changed an entity between two states, `None` if we did or it is no change.

        What comes back after having been away was changed by nobody.
        """
        if old is None or new is None or old.state == new.state or new.state in _NO_STATE:
            return None
        if entity_id.partition(".")[0] == BUTTON:
            # A button that was never pressed is unknown.
            on, news = True, old.state != STATE_UNAVAILABLE
        else:
            on, news = new.state == STATE_ON, {old.state, new.state} == {STATE_ON, STATE_OFF}
        if not news or self._is_ours(entity_id, new.context, on=on):
            return None
        return {
            "on": on,
            "user": new.context.user_id,
            "automation": new.context.parent_id is not None,
        }

    def _is_ours(self, entity_id: str, context: Context, *, on: bool) -> bool:
        """Whether a change is ours: by its context, or as the late echo of an order.

        A device that takes its time reports under a context that nobody knows.
        """
        ordered: Sequence[_Ordered] = self._ordered.get(entity_id, ())
        if any(o.context_id in (context.id, context.parent_id) for o in ordered):
            return True
        if context.user_id is not None or context.parent_id is not None:
            return False
        now = self._hass.loop.time()
        return any(
            o.on is on and now - o.at <= (ECHO if o is ordered[-1] else CROSSING) for o in ordered
        )

    # -- what is ordered

    @override
    async def publish(self, topic: str, payload: str) -> None:
        """Begin to call the entity's service; an entity that cannot be used answers at once."""
        entity_id = entity_of(topic)
        if entity_id is None:
            raise MessengerError(f"not an entity: {topic}")
        order = json.loads(payload)
        state = self._hass.states.get(entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            self._answer(entity_id, order["request"], reason="device_unavailable")
            return
        context = Context()
        kept = self._ordered.setdefault(entity_id, deque(maxlen=_ORDERS_KEPT))
        kept.append(_Ordered(context.id, order["on"], self._hass.loop.time()))
        _ = self._hass.async_create_task(
            self._call(entity_id, order["on"], order["request"], context), f"order {entity_id}"
        )

    async def _call(self, entity_id: str, on: bool, request: str, context: Context) -> None:
        domain = entity_id.partition(".")[0]
        service = "press" if domain == BUTTON else (SERVICE_TURN_ON if on else SERVICE_TURN_OFF)
        try:
            await self._hass.services.async_call(
                domain, service, {ATTR_ENTITY_ID: entity_id}, blocking=True, context=context
            )
        except (HomeAssistantError, vol.Invalid) as error:
            _LOGGER.warning("%s refused an order: %s", entity_id, error)
            self._answer(entity_id, request, reason="refused", detail=str(error))
        except Exception:
            # A mistake of that integration: nobody knows how far it got.
            _LOGGER.exception("%s failed while it was ordered", entity_id)
        else:
            self._answer(entity_id, request)

    @callback
    def _answer(
        self, entity_id: str, request: str, *, reason: str | None = None, detail: str = ""
    ) -> None:
        """Say how the call ended, with the state that the entity has now."""
        answer = {"request": request, "ok": reason is None, "reason": reason, "detail": detail}
        self._tell(entity_id, _told(self._hass.states.get(entity_id)) | {"answer": answer})


def _told(state: State | None) -> dict[str, Any]:
    """Return what an entity says, its power in watts."""
    if state is None or state.state == STATE_UNAVAILABLE:
        return {"available": False}
    told: dict[str, Any] = {
        "available": True,
        "state": state.state,
        "assumed": bool(state.attributes.get(ATTR_ASSUMED_STATE)),
        "last_reported": state.last_reported_timestamp,
    }
    if state.domain == SENSOR:
        told["power"] = watts_of(state)
    return told


def watts_of(state: State) -> float | None:
    """Return the power that a sensor shows, `None` if it is none."""
    try:
        value = float(state.state)
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return PowerConverter.convert(value, unit, UnitOfPower.WATT)
    except HomeAssistantError, ValueError:
        return None
