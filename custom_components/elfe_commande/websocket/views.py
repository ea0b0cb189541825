"""Who looks at what: only what changed is sent, at most twice a second over one connection."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection, messages
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.json import json_bytes, json_fragment
from homeassistant.util.hass_dict import HassKey

from ..actions.permissions import READ_PLAN, is_allowed
from ..const import DOMAIN
from ..core.model import EquipmentId
from ..core.plan import SLOT
from ..hub import ElfeConfigEntry
from ..record.rows import SlotRow
from .overview import about_away
from .pictures import Board, Picture, about_past, board_of

PAUSE: Final = 0.5
"""Seconds between two pushes over one connection."""
_PER_TURN: Final = 50
"""Appliances pictured in one turn of the event loop."""
_MOST_ROWS: Final = 200_000

PACES: Final[HassKey[dict[ActiveConnection, Pace]]] = HassKey(f"{DOMAIN}_paces")


@dataclass(frozen=True, slots=True)
class Selection:
    """What somebody wants to see; nothing given means all that they may."""

    config_entry_id: str | None = None
    home: str | None = None
    entity_ids: frozenset[str] = frozenset()

    def shows(self, picture: Picture) -> bool:
        """Return whether an appliance is among it."""
        if self.home is not None and picture.home != self.home:
            return False
        return not self.entity_ids or not self.entity_ids.isdisjoint(picture.entity_ids)


class Pace:
    """One connection: its views push together."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have pushed nothing yet."""
        self.views: set[View] = set()
        self._loop = loop
        self._due: set[View] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._pushing: asyncio.Task[None] | None = None
        self._free_at = float("-inf")

    @callback
    def push_soon(self, view: View) -> None:
        """Have a view pushed, as soon as it may."""
        self._due.add(view)
        if self._timer is None and self._pushing is None:
            self._timer = self._loop.call_at(max(self._free_at, self._loop.time()), self._push)

    @callback
    def leave(self, view: View) -> None:
        """Push a view no longer."""
        self.views.discard(view)
        self._due.discard(view)
        if self.views:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pushing is not None:
            self._pushing.cancel()

    @callback
    def _push(self) -> None:
        self._timer = None
        self._pushing = self._loop.create_task(self._async_push(), name="elfe push")

    async def _async_push(self) -> None:
        self._free_at = self._loop.time() + PAUSE
        due, self._due = self._due, set()
        try:
            for view in due:
                await view.async_push()
        finally:
            self._pushing = None
            for view in tuple(self._due):
                self.push_soon(view)


@dataclass(eq=False)
class View:
    """One subscription."""

    hass: HomeAssistant
    connection: ActiveConnection
    message_id: int
    selection: Selection
    hours_back: float
    _sent: dict[str, Picture] = field(default_factory=dict)
    _due: dict[Board, dict[EquipmentId, None]] = field(default_factory=dict)
    _past: dict[str, list[SlotRow]] = field(default_factory=dict)
    _boards: dict[Board, Callable[[], None]] = field(default_factory=dict)
    _ends: list[Callable[[], None]] = field(default_factory=list)
    _opening: bool = False
    _again: bool = False
    """While it was shown, something came or went."""
    _closed: bool = False
    _healthy: bool = True
    """Nothing new is known of the entries themselves."""

    # -- its life

    async def async_open(self) -> None:
        """Send all there is, then what changes."""
        paces = self.hass.data.setdefault(PACES, {})
        if self.connection not in paces:
            paces[self.connection] = Pace(self.hass.loop)
        self._pace = paces[self.connection]
        self._pace.views.add(self)
        self._ends.append(
            async_dispatcher_connect(self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed)
        )
        await self._async_show()

    @callback
    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        self._unwatch()
        for end in self._ends:
            end()
        self._ends.clear()
        self._pace.leave(self)
        if not self._pace.views:
            self.hass.data[PACES].pop(self.connection, None)

    async def _async_show(self) -> None:
        """Follow the entries that are loaded now, and send all of them; again if they change."""
        if self._opening:
            self._again = True
            return
        self._opening = True
        try:
            self._again = True
            while self._again and not self._closed:
                self._again = False
                await self._async_show_once()
        finally:
            self._opening = False
            if self._closed:
                self._unwatch()
        if self._due and not self._closed:
            self._pace.push_soon(self)

    def _unwatch(self) -> None:
        for unwatch in self._boards.values():
            unwatch()
        self._boards.clear()

    async def _async_show_once(self) -> None:
        self._unwatch()
        self._due.clear()
        self._past.clear()
        entries: list[ElfeConfigEntry] = self.hass.config_entries.async_loaded_entries(DOMAIN)
        for entry in entries:
            if self.selection.config_entry_id in (None, entry.entry_id):
                board = board_of(self.hass, entry.runtime_data)
                self._boards[board] = board.watch(self._changed, self._over)
        sent: dict[str, Picture] = {}
        bodies: list[Any] = []
        for board in tuple(self._boards):
            bodies += await self._async_picture(board, sent)
        self._sent = sent
        if self._closed or self._again:
            return
        now = [board.hub.engine.clock.now() for board in self._boards]
        self._send(
            {
                "type": "all",
                "now": max(now, default=None),
                "slot": SLOT,
                **self._of_entries(),
                "equipments": bodies,
            }
        )

    async def _async_picture(self, board: Board, sent: dict[str, Picture]) -> list[Any]:
        """Return all that is shown of one entry, with its past."""
        shown: dict[EquipmentId, Picture] = {}
        for number, equipment_id in enumerate(tuple(board.hub.engine.statuses), 1):
            if (picture := self._seen(board, equipment_id)) is not None:
                shown[equipment_id] = picture
            if not number % _PER_TURN:
                await asyncio.sleep(0)
        past = await self._async_past(board, shown)
        bodies: list[Any] = []
        for number, (equipment_id, picture) in enumerate(shown.items(), 1):
            sent[board.key(equipment_id)] = picture
            bodies.append(_joined(picture, past.get(equipment_id, ())))
            if not number % _PER_TURN:
                await asyncio.sleep(0)
        return bodies

    async def _async_past(
        self, board: Board, ids: Collection[EquipmentId]
    ) -> dict[EquipmentId, list[SlotRow]]:
        if not ids or not self.hours_back:
            return {}
        end = board.hub.engine.clock.now()
        start = end - self.hours_back * 3600
        rows = await board.hub.archive.async_read(SlotRow, ids, start, end, _MOST_ROWS)
        past: dict[EquipmentId, list[SlotRow]] = {}
        for row in rows:
            past.setdefault(row.equipment_id, []).append(row)
        return past

    # -- what changes

    @callback
    def _changed(self, board: Board, ids: Collection[EquipmentId]) -> None:
        if not ids:
            self._healthy = False
        self._due.setdefault(board, {}).update(dict.fromkeys(ids))
        if not self._opening:
            self._pace.push_soon(self)

    @callback
    def _over(self, board: Board, row: SlotRow) -> None:
        if self.hours_back:
            self._past.setdefault(board.key(row.equipment_id), []).append(row)
            self._changed(board, (row.equipment_id,))

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Show everything anew once an entry was loaded, or left; else tell how it is with it."""
        if entry.domain != DOMAIN:
            return
        loaded = entry.state is ConfigEntryState.LOADED
        known = next((b for b in self._boards if b.hub.entry.entry_id == entry.entry_id), None)
        if known is None and not loaded:
            self._healthy = False
            self._pace.push_soon(self)
            return
        if known is not None and loaded and known.hub is entry.runtime_data:
            return
        _ = self.hass.async_create_task(self._async_show(), "elfe view", eager_start=False)

    def _seen(self, board: Board, equipment_id: EquipmentId) -> Picture | None:
        """Return an appliance if it is wanted, and this user may see it now."""
        picture = board.picture(equipment_id)
        if picture is None or not self.selection.shows(picture):
            return None
        allowed = is_allowed(self.connection.user, READ_PLAN, picture.entity_ids)
        return picture if allowed else None

    async def async_push(self) -> None:
        """Send what changed since the last time."""
        if self._opening:
            return
        due, self._due = self._due, {}
        past, self._past = self._past, {}
        sent = self._sent
        bodies: list[Any] = []
        removed: list[str] = []
        changed = [(board, each) for board, ids in due.items() for each in ids]
        for number, (board, equipment_id) in enumerate(changed, 1):
            key = board.key(equipment_id)
            picture = self._seen(board, equipment_id)
            if picture is None:
                if sent.pop(key, None) is not None:
                    removed.append(key)
            elif sent.get(key) is not picture or key in past:
                sent[key] = picture
                bodies.append(_joined(picture, past.get(key)))
            if not number % _PER_TURN:
                await asyncio.sleep(0)
        if self._closed or sent is not self._sent:
            # It was shown anew meanwhile.
            return
        event: dict[str, Any] = {"type": "change", "equipments": bodies, "removed": removed}
        if not self._healthy:
            self._healthy = True
            event |= self._of_entries()
        if bodies or removed or "health" in event:
            self._send(event)

    def _of_entries(self) -> dict[str, Any]:
        """Return the health of the entries that are shown, and what is the matter with others."""
        health = {board.hub.entry.entry_id: board.health() for board in self._boards}
        selected = self.selection.config_entry_id
        away = {
            entry_id: told
            for entry_id, told in about_away(self.hass, health).items()
            if selected in (None, entry_id)
        }
        return {"health": health, "away": away}

    def _send(self, event: dict[str, Any]) -> None:
        self.connection.send_message(
            messages.construct_event_message(self.message_id, json_bytes(event))
        )


def _joined(picture: Picture, rows: Iterable[SlotRow] | None) -> json_fragment:
    """Return a picture with rows of its past; without any, it is as it was."""
    if rows is None:
        return json_fragment(picture.body)
    past = json_bytes([about_past(row) for row in rows])
    return json_fragment(b"".join((picture.body[:-1], b',"past":', past, b"}")))
