"""One panel of an entry: what its buttons say becomes wishes, what loads do lights its LEDs."""

import asyncio
from datetime import datetime
from typing import Final, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    State,
    callback,
    split_entity_id,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER, SUBENTRY_EQUIPMENT
from ...core.failing import failing
from ...core.lifecycle import Code
from ...core.relay_mode import RelayMode, intent_of
from ...core.wish import Origin, Wish
from ...devices.capacity import can_force_off
from ...entities.asking import async_wish
from ...hub import Hub
from ...interfaces.panel import STARTING, Panel, Picture, Position
from ..claims import claimed
from ..unit import Unit
from .panel_settings import CONF_DISPLAY, CONF_DISPLAY_ACTION, wirings

_AWAY: Final = (STATE_UNAVAILABLE, STATE_UNKNOWN)


class PanelUnit(Unit):
    """A panel while it is started."""

    def __init__(self, hub: Hub, subentry: ConfigSubentry) -> None:
        """Prepare; nothing is listened to yet."""
        self.hub = hub
        self.subentry_id = subentry.subentry_id
        self.title = subentry.title
        self.picture: Picture = STARTING
        self.pressed: tuple[int, datetime] | None = None
        """The last press: its position, from 1, and when."""
        self._timing = hub.engine.timing
        self._panel = Panel(self._timing.panel_wait)
        self._wirings = wirings(subentry.data)
        self._leds: dict[str, int] = {}
        """Where each is, from 0: one that is at several positions shows the first."""
        for index, wiring in enumerate(self._wirings):
            if wiring is not None and wiring.led:
                self._leds.setdefault(wiring.led, index)
        self._display: str | None = subentry.data.get(CONF_DISPLAY)
        self._action: str | None = subentry.data.get(CONF_DISPLAY_ACTION)
        self._failing: set[str] = set()
        """What does not show, until it does again: entities, and the action."""
        self._timer: asyncio.TimerHandle | None = None
        self._unwatch: list[CALLBACK_TYPE] = []
        self._watchers: list[CALLBACK_TYPE] = []

    # ------------------------------------------------------------------------------- its life

    @override
    async def async_start(self) -> None:
        """Follow buttons, loads, and the panel's own entities."""
        coordinator = self.hub.coordinator
        for wiring in filter(None, self._wirings):
            self._unwatch.append(coordinator.watch_equipment(wiring.equipment_id, self._show))
        self._unwatch.append(coordinator.watch_hub(self._engine_changed))
        buttons = [w.button for w in self._wirings if w is not None and w.button]
        for led in self._leds:
            if not self._is_mine(led):
                LOGGER.warning(
                    "%s leaves %s alone: an appliance or another panel has it", self.title, led
                )
        shown = [*self._leds, self._display] if self._display else [*self._leds]
        hass = self.hub.hass
        self._unwatch.append(async_track_state_change_event(hass, buttons, self._button_changed))
        self._unwatch.append(async_track_state_change_event(hass, shown, self._shown_changed))
        self._show(anew=True)

    @override
    async def async_stop(self) -> None:
        """Carry out what was pressed, if that may still be, and follow nothing any more."""
        while self._unwatch:
            self._unwatch.pop()()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.hub.engine.lifecycle.running:
            await self._carry_out()

    @callback
    def watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when picture or last press change."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    # ---------------------------------------------------------------------------------- presses

    @callback
    def _button_changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or not is_press(old, new) or self._drives(new.entity_id):
            return
        for index, wiring in enumerate(self._wirings):
            if wiring is not None and wiring.button == new.entity_id:
                self._press(index)

    @callback
    def _press(self, index: int) -> None:
        loop = self.hub.hass.loop
        self.pressed = (index + 1, dt_util.utcnow())
        position = self._position(index)
        if self.hub.engine.lifecycle.code > Code.RUNNING or position is None:
            LOGGER.info("%s: button %s does nothing now", self.title, index + 1)
        elif self._panel.press(index, position, loop.time()):
            self._schedule()
        self._show()

    @callback
    def _schedule(self) -> None:
        """Carry everything out together, after the last press."""
        if self._timer is not None:
            self._timer.cancel()
        due = self._panel.due_at()
        self._timer = None if due is None else self.hub.hass.loop.call_at(due, self._due)

    @callback
    def _due(self) -> None:
        self._timer = None
        lifecycle = self.hub.engine.lifecycle
        if lifecycle.running:
            _ = self.hub.entry.async_create_task(
                self.hub.hass, self._carry_out(), f"{DOMAIN} panel {self.title}"
            )
        elif lifecycle.code > Code.RUNNING:
            self._panel.take({})
            self._show()

    async def _carry_out(self) -> None:
        """Wish what was chosen, all at once; a refusal shows what is."""
        positions = {i: p for i in range(len(self._wirings)) if (p := self._position(i))}
        changes = self._panel.take(positions)
        self._show()
        await asyncio.gather(*(self._wish(index, mode) for index, mode in changes.items()))
        self._show()

    async def _wish(self, index: int, mode: RelayMode) -> None:
        wiring = self._wirings[index]
        if wiring is None:
            return
        wish = Wish(wiring.equipment_id, intent_of(mode), Origin.PANEL, advance_end=True)
        try:
            await async_wish(self.hub.engine, wish)
        except HomeAssistantError as error:
            LOGGER.info("%s: equipment %s: %s", self.title, wiring.equipment_id, error)

    @callback
    def _engine_changed(self) -> None:
        """Once the engine runs, carry out what was pressed before, unless that was long ago."""
        pressed_at = self._panel.pressed_at
        if self.hub.engine.lifecycle.running and pressed_at is not None and self._timer is None:
            age = self.hub.hass.loop.time() - pressed_at
            if age > self._timing.request_lifetime:
                self._panel.take({})
            else:
                self._due()
        self._show()

    # ------------------------------------------------------------------------------ what it shows

    def _position(self, index: int) -> Position | None:
        """Return what is known of the load at a position, `None` without one."""
        wiring = self._wirings[index]
        status = None if wiring is None else self.hub.engine.statuses.get(wiring.equipment_id)
        if status is None:
            return None
        return Position(status.relay_mode, status.running, can_force_off(status))

    @callback
    def _show(self, *, anew: bool = False) -> None:
        """Show what changed; everything with `anew`."""
        before, self.picture = self.picture, self._picture()
        if anew or before.text != self.picture.text:
            self._show_text()
        for led in self._leds:
            self._light(led)
        self.hub.coordinator.telling.tell_all(self._watchers)

    def _picture(self) -> Picture:
        if self.hub.engine.lifecycle.code < Code.RUNNING and not self._panel.chosen:
            return STARTING
        return self._panel.picture([self._position(i) for i in range(len(self._wirings))])

    @callback
    def _shown_changed(self, event: Event[EventStateChangedData]) -> None:
        """Show again what came back, or what somebody else changed."""
        new = event.data["new_state"]
        if new is None or new.state == STATE_UNAVAILABLE:
            return
        if new.entity_id == self._display:
            old = event.data["old_state"]
            if old is None or old.state in _AWAY:
                self._show_text()
            return
        self._light(new.entity_id)

    def _light(self, entity_id: str) -> None:
        """Light a LED or put it out, if it is there, not so already, and nobody else's."""
        state, on = self.hub.hass.states.get(entity_id), self.picture.leds[self._leds[entity_id]]
        wanted = STATE_ON if on else STATE_OFF
        if state is None or state.state in (wanted, STATE_UNAVAILABLE):
            return
        if not self._is_mine(entity_id):
            return
        domain = split_entity_id(entity_id)[0]
        self._call(domain, SERVICE_TURN_ON if on else SERVICE_TURN_OFF, {ATTR_ENTITY_ID: entity_id})

    def _is_mine(self, led: str) -> bool:
        """Whether nothing else switches it: the flow refuses that, what was stored before may say it."""
        owner = claimed(self.hub.hass).get(led)
        return owner is not None and owner.subentry_id == self.subentry_id

    def _drives(self, entity_id: str) -> bool:
        """Whether it drives an appliance: what the engine does there is no press."""
        owner = claimed(self.hub.hass).get(entity_id)
        return owner is not None and owner.subentry_type == SUBENTRY_EQUIPMENT

    def _show_text(self) -> None:
        text = self.picture.text
        if self._display:
            state = self.hub.hass.states.get(self._display)
            if state is not None and state.state != STATE_UNAVAILABLE:
                domain = split_entity_id(self._display)[0]
                self._call(domain, "set_value", {ATTR_ENTITY_ID: self._display, "value": text})
        if self._action:
            domain, _, action = self._action.partition(".")
            self._call(domain, action, {"text": text})

    def _call(self, domain: str, action: str, data: dict[str, str]) -> None:
        """Call an action of the panel's own integration; nobody waits for it."""
        try:
            self.hub.require_acting()
        except ServiceValidationError:
            return
        _ = self.hub.entry.async_create_task(
            self.hub.hass, self._async_call(domain, action, data), f"{DOMAIN} panel {action}"
        )

    async def _async_call(self, domain: str, action: str, data: dict[str, str]) -> None:
        """Call it, whatever it raises; a panel out of order is told once, until all is shown.

        One that does not return is broken off: it would draw over what is shown since.
        """
        called = data.get(ATTR_ENTITY_ID, f"{domain}.{action}")
        try:
            async with asyncio.timeout(self._timing.panel_answer):
                await self.hub.hass.services.async_call(domain, action, data, blocking=True)
        except Exception as error:  # noqa: BLE001
            if not self._failing:
                LOGGER.warning("%s does not show (%s): %s", self.title, called, failing(error))
            self._failing.add(called)
        else:
            self._failing.discard(called)


def is_press(old: State, new: State) -> bool:
    """Return whether a button's entity went from one state to the other because of a press."""
    if old.state == STATE_UNAVAILABLE or new.state in _AWAY:
        return False
    domain = split_entity_id(new.entity_id)[0]
    if domain == "binary_sensor":
        return new.state == STATE_ON and old.state == STATE_OFF
    if domain == "event" and "release" in str(new.attributes.get("event_type", "")):
        return False
    # The state of events and buttons is the time of the last one.
    return old.state != new.state
