"""Who changed an entity, and which of what it shows is old."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context, CoreState, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started
from homeassistant.loader import IntegrationNotLoaded, async_get_loaded_integration

from ..core.actuators import OwnChanges, Reading
from ..core.news import Known, Word
from .entity_target import Target

PUSHED: Final = 60.0
"""Seconds in which a device that reports by itself may still say what was before a change."""
POLLED: Final = 120.0
"""The same where it is polled at home, and has been changed since it was last asked."""
REMOTE: Final = 300.0
"""The same of a service elsewhere, or of what nobody knows."""
_LAGS: Final[Mapping[str | None, float]] = {"local_push": PUSHED, "local_polling": POLLED}
SETTLING: Final = 60.0
"""Seconds after which what is shown of an entity that came back, or was restored, is its own."""
NAMED: Final = 5.0
"""Seconds in which Home Assistant names who called an entity with each state of it."""
_CONTEXTS_KEPT: Final = 16

NO_STATE: Final = (STATE_UNAVAILABLE, STATE_UNKNOWN)
HELPERS: Final = (INPUT_BOOLEAN, "input_number", "input_select")
"""There is nothing behind them."""


class Look(NamedTuple):
    """What becomes of a state: whether it is told, and whose doing it is."""

    told: bool = True
    hand: dict[str, Any] | None = None
    strayed: bool = False
    """The device changed by itself, or somebody did at the device: a person has to say which."""


@dataclass(slots=True)
class _Held:
    """A state that is not believed yet, until it had the time to become true."""

    target: Target
    entity_id: str
    timer: asyncio.TimerHandle
    changed: bool


class EntityHands:
    """Remembers what entities were ordered, to know what others did to them.

    A change is somebody's if its context says so. Where it says nothing, it is the device's own:
    the late effect of an order, an old state that is polled once more, or a hand at the device. An
    old state is held back; one that stays counts in the end.
    """

    def __init__(self, hass: HomeAssistant, late: Callable[[Target, Look], None]) -> None:
        """Know of no order; `late` is called with what was held back and stayed."""
        self._hass = hass
        self._late = late
        self._known: dict[str, Known] = {}
        self._contexts: dict[str, deque[str]] = {}
        self._last: dict[str, str] = {}
        self._held: dict[str, _Held] = {}
        self._settled_at: dict[str, float] = {}
        self._started_at = float("-inf")
        if hass.state is not CoreState.running:
            # What is there already may have been restored.
            self._started_at = float("inf")
        self._forget_start = async_at_started(hass, self._started)

    @callback
    def _started(self, hass: HomeAssistant) -> None:
        if self._started_at > 0:
            self._started_at = hass.loop.time()

    @callback
    def close(self) -> None:
        """Hold nothing back any more."""
        self._forget_start()
        for topic in tuple(self._held):
            self._let_go(topic)

    @callback
    def ordered(self, target: Target, *, on: bool) -> Context:
        """Take note of an order; return the context to give it under."""
        context = Context()
        kept = self._contexts.setdefault(target.topic, deque(maxlen=_CONTEXTS_KEPT))
        kept.append(context.id)
        self._of(target).note(on, self._hass.loop.time())
        self._let_go(target.topic)
        return context

    @callback
    def look(self, target: Target, entity_id: str, old: State | None, new: State | None) -> Look:
        """Return what becomes of a state of an entity that follows another, or repeats it."""
        if new is None or new.state in NO_STATE:
            self._let_go(target.topic)
            return Look()
        if target.presses:
            return self._pressed(target, old, new)
        chosen = target.chosen(entity_id, new)
        if chosen is None:
            return Look()
        now = self._hass.loop.time()
        before = target.chosen(entity_id, old)
        if old is None or old.state in NO_STATE or before is None:
            # What comes back after having been away was changed by nobody.
            self._let_go(target.topic)
            self._settled_at[target.topic] = now + SETTLING
            return Look()
        return self._switched(target, new, chosen, changed=before != chosen)

    def _switched(self, target: Target, new: State, chosen: Reading, *, changed: bool) -> Look:
        known, now, lag = self._of(target), self._hass.loop.time(), self._lag(target)
        topic = target.topic
        ours = self._is_ours(topic, new.context)
        # Whoever changed it last is named for a while with all that the entity says.
        named = new.context.id == self._last.get(topic) and now - known.at <= NAMED
        somebody = not ours and not named and _is_somebody(new.context)
        word = known.judge(chosen, now, certain=somebody, lag=lag)
        if word is Word.OLD:
            self._hold(target, new.entity_id, known.at + lag, changed=changed)
            return Look(told=False)
        self._let_go(topic)
        if not changed or ours or (word is Word.KNOWN and not somebody):
            return Look()
        if somebody:
            known.note(chosen, now)
            self._last[topic] = new.context.id
            return Look(hand=_hand(new.context, chosen))
        known.forget()
        if now < max(self._settled_at.get(topic, 0.0), self._started_at + SETTLING):
            return Look()
        return _of_nobody(target, new.context, chosen)

    def _pressed(self, target: Target, old: State | None, new: State) -> Look:
        """Return whose press it is; a button that was never pressed is unknown."""
        gone = old is None or old.state in (STATE_UNAVAILABLE, new.state)
        if gone or self._is_ours(target.topic, new.context):
            return Look()
        known, now = self._of(target), self._hass.loop.time()
        echo = now - known.at <= PUSHED and not _is_somebody(new.context)
        return Look() if echo else Look(hand=_hand(new.context, chosen=True))

    def _lag(self, target: Target) -> float:
        return max(map(self.lag_of, target.entity_ids))

    def lag_of(self, entity_id: str) -> float:
        """Return how long, in seconds, an entity may show what was before a change."""
        if entity_id.partition(".")[0] in HELPERS:
            return 0.0
        entry = er.async_get(self._hass).async_get(entity_id)
        if entry is None:
            return REMOTE
        try:
            integration = async_get_loaded_integration(self._hass, entry.platform)
        except IntegrationNotLoaded:
            return REMOTE
        return _LAGS.get(integration.iot_class, REMOTE)

    def is_restored(self, target: Target, age: float) -> bool:
        """Whether what helpers show, said `age` seconds ago, is what a start brought back.

        It was stored now and then: after a kill it is older than what was done last.
        """
        helpers = all(each.partition(".")[0] in HELPERS for each in target.entity_ids)
        return helpers and self._hass.loop.time() - age <= self._started_at

    def _of(self, target: Target) -> Known:
        return self._known.setdefault(target.topic, Known())

    def _is_ours(self, topic: str, context: Context) -> bool:
        kept = self._contexts.get(topic, ())
        return context.id in kept or context.parent_id in kept

    # -- what is held back

    def _hold(self, target: Target, entity_id: str, until: float, *, changed: bool) -> None:
        held = self._held.get(target.topic)
        if held is not None:
            held.changed, held.entity_id = held.changed or changed, entity_id
            return
        timer = self._hass.loop.call_at(until, self._release, target.topic)
        self._held[target.topic] = _Held(target, entity_id, timer, changed)

    def _let_go(self, topic: str) -> None:
        if (held := self._held.pop(topic, None)) is not None:
            held.timer.cancel()

    @callback
    def _release(self, topic: str) -> None:
        """Believe a state that stayed: somebody was at the device."""
        held = self._held.pop(topic)
        state = self._hass.states.get(held.entity_id)
        chosen = held.target.chosen(held.entity_id, state)
        if state is None or chosen is None:
            return
        self._of(held.target).forget()
        look = _of_nobody(held.target, state.context, chosen) if held.changed else Look()
        self._late(held.target, look)


def _of_nobody(target: Target, context: Context, chosen: Reading) -> Look:
    """Return whose doing a change is of which nobody knows who made it."""
    own = OwnChanges.PEOPLE if target.actuator is None else target.actuator.own
    if own is OwnChanges.PEOPLE:
        return Look(hand=_hand(context, chosen))
    return Look(strayed=own is OwnChanges.ASK)


def _is_somebody(context: Context) -> bool:
    return context.user_id is not None or context.parent_id is not None


def _hand(context: Context, chosen: Reading) -> dict[str, Any]:
    """Return who it was; `on` is `None` where they chose neither what is on nor what is off."""
    on = chosen if isinstance(chosen, bool) else None
    return {"on": on, "user": context.user_id, "automation": context.parent_id is not None}
