"""Entities of Home Assistant as devices of the engine; `drivers/entity.py` says what is said."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
import json
from math import inf
from typing import Any, Final, override

from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
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
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import PowerConverter

from ..core.entity_topics import entities_of
from ..engine.ground.ports import Arrival, Handler, Messenger, MessengerError, Unsubscribe
from .entity_hands import EntityHands, Look
from .entity_orders import Ended, EntityOrders
from .entity_proofs import EntityProofs
from .entity_target import Target

_WORDS: Final = {True: "on", False: "off"}
_NEITHER: Final = "neither"


@dataclass(slots=True)
class _Heard:
    """A topic that is listened to."""

    target: Target
    handlers: list[Handler] = field(default_factory=list)
    ends: tuple[CALLBACK_TYPE, ...] = ()


class EntityMessenger(Messenger):
    """Calls entities' own services for an order, and says what becomes of their states."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to nothing yet."""
        self._hass = hass
        self._heard: dict[str, _Heard] = {}
        self._hands = EntityHands(hass, self._late)
        self._proofs = EntityProofs(hass)
        self._orders = EntityOrders(hass, self._ordered)

    @callback
    def close(self) -> None:
        """Let no handler be called again."""
        self._orders.close()
        self._hands.close()
        for heard in self._heard.values():
            for end in heard.ends:
                end()
        self._heard.clear()

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
        wanted = [topic for topic in topics if entities_of(topic)]
        for topic in wanted:
            heard = self._heard.get(topic) or self._listen(topic)
            heard.handlers.append(handler)
            handler(self._arrival(topic, self._told(heard.target), self._age_of(heard.target)))

        @callback
        def stop() -> None:
            for topic in wanted:
                heard = self._heard.get(topic)
                if heard is None or handler not in heard.handlers:
                    continue
                heard.handlers.remove(handler)
                if not heard.handlers:
                    del self._heard[topic]
                    self._orders.let_go(heard.target)
                    for end in heard.ends:
                        end()

        return stop

    def _listen(self, topic: str) -> _Heard:
        target = Target(self._hass, topic)

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            data = event.data
            self._say(target, data["entity_id"], data["old_state"], data["new_state"])

        @callback
        def reported(event: Event[EventStateReportedData]) -> None:
            new = event.data["new_state"]
            self._say(target, event.data["entity_id"], new, new)

        entity_ids = list(target.entity_ids)
        ends = (
            async_track_state_change_event(self._hass, entity_ids, changed),
            async_track_state_report_event(self._hass, entity_ids, reported),
        )
        self._heard[topic] = heard = _Heard(target, ends=ends)
        return heard

    def _say(self, target: Target, entity_id: str, old: State | None, new: State | None) -> None:
        self._late(target, self._hands.look(target, entity_id, old, new))

    @callback
    def _late(self, target: Target, look: Look) -> None:
        """Tell a state, unless it is an old one."""
        if look.hand is not None:
            self._orders.let_go(target)
        if look.told:
            hand = {} if look.hand is None else {"hand": look.hand}
            strayed = {"strayed": True} if look.strayed else {}
            self._tell(target, hand | strayed)

    def _tell(self, target: Target, more: Mapping[str, Any]) -> None:
        heard = self._heard.get(target.topic)
        for handler in () if heard is None else tuple(heard.handlers):
            handler(self._arrival(target.topic, {**self._told(target), **more}))

    def _arrival(self, topic: str, told: Mapping[str, Any], age: float = 0.0) -> Arrival:
        """Return what an entity says as a message of this moment, or `age` seconds old."""
        payload = json.dumps(told).encode()
        return Arrival(topic, payload, retained=False, at=self._hass.loop.time() - age)

    def _age_of(self, target: Target) -> float:
        """Return how many seconds ago a state was last reported; of one that a start brought back, no end."""
        states = map(target.state, target.entity_ids)
        reported = [state.last_reported_timestamp for state in states if state is not None]
        age = max(0.0, dt_util.utcnow().timestamp() - max(reported)) if reported else 0.0
        return inf if self._hands.is_restored(target, age) else age

    def _told(self, target: Target) -> dict[str, Any]:
        """Return what entities say, power in watts."""
        states = [target.state(entity_id) for entity_id in target.entity_ids]
        known = [state for state in states if state and state.state != STATE_UNAVAILABLE]
        if len(known) < len(states):
            return {"available": False}
        said: dict[str, Any] = {
            "available": True,
            "state": self._word(target, known[0]),
            "assumed": any(state.attributes.get(ATTR_ASSUMED_STATE) for state in known),
            "last_reported": max(state.last_reported_timestamp for state in known),
        }
        if known[0].domain == SENSOR:
            said["power"] = watts_of(known[0])
        return said | self._proofs.of(target)

    def _word(self, target: Target, state: State) -> str:
        """Return on or off where the entities are as they are ordered then, else the state."""
        if target.actuator is None or target.presses:
            return state.state
        on = target.actuator.reading(target.look)
        if on is not None:
            return _WORDS[on]
        # One half that is on, or a fan at another speed, is not as it is ordered.
        return _NEITHER if state.state in _WORDS.values() else state.state

    # -- what is ordered

    @override
    async def publish(self, topic: str, payload: str) -> None:
        """Begin to carry out an order; what cannot be used answers at once."""
        if not entities_of(topic):
            raise MessengerError(f"not an entity: {topic}")
        heard = self._heard.get(topic)
        target = Target(self._hass, topic) if heard is None else heard.target
        order = json.loads(payload)

        @callback
        def answer(ended: Ended) -> None:
            """Say how the call ended, with the state that the entity has now."""
            ok, detail = ended.reason is None, ended.detail
            said = {"request": order["request"], "ok": ok, "reason": ended.reason, "detail": detail}
            self._tell(target, {"answer": said})

        self._orders.begin(target, on=order["on"], answer=answer)

    @callback
    def _ordered(self, target: Target, *, on: bool) -> Context:
        self._proofs.ordered(target, on=on)
        return self._hands.ordered(target, on=on)


def watts_of(state: State) -> float | None:
    """Return the power that a sensor shows, `None` if it is none."""
    try:
        value = float(state.state)
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return PowerConverter.convert(value, unit, UnitOfPower.WATT)
    except HomeAssistantError, ValueError:
        return None
