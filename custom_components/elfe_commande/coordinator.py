"""Hands each change the engine tells of to the entities of that equipment, and to no others.

The engine keeps its own time and pushes, so this is not a polling `DataUpdateCoordinator`:
with thousands of equipments its all-listeners wake-up would block the loop.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .core.model import EquipmentId
from .engine.events import (
    ConnectionChanged,
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    LifecycleChanged,
    ModeChanged,
    OrderEnded,
    PlanReceived,
    PortalUpdated,
    ProblemsChanged,
    ScreenEvent,
    ScreensChanged,
)

if TYPE_CHECKING:
    from .engine.engine import Engine

WRITES_PER_TURN = 100
"""State writes in one turn of the event loop."""
_BUSY_PAUSE = 0.1
"""Seconds from one round of writes to the next, once a round's time saw more than a turn's."""

type EquipmentEvent = OrderEnded | ModeChanged


class ElfeCoordinator:
    """The entities' side of one engine."""

    def __init__(self, hass: HomeAssistant, engine: Engine) -> None:
        """Listen to nothing yet; the hub connects `handle` to the engine."""
        self.hass = hass
        self.engine = engine
        self._equipment_watchers: dict[EquipmentId, list[CALLBACK_TYPE]] = {}
        self._event_watchers: dict[EquipmentId, list[Callable[[EquipmentEvent], None]]] = {}
        self._hub_watchers: list[CALLBACK_TYPE] = []
        self._screen_watchers: list[CALLBACK_TYPE] = []
        self._inventory_watchers: list[Callable[[frozenset[EquipmentId]], None]] = []
        self._removal_watchers: list[Callable[[frozenset[EquipmentId]], None]] = []
        self._listeners: list[Callable[[Event], None]] = []
        self._due: dict[CALLBACK_TYPE, None] = {}
        self._flushing = False
        self._round: Iterator[CALLBACK_TYPE] = iter(())
        self._counted_from = float("-inf")
        self._counted = 0

    @callback
    def watch_equipment(self, equipment_id: EquipmentId, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` after each change of what is shown of this equipment."""
        return _enlist(self._equipment_watchers.setdefault(equipment_id, []), changed)

    @callback
    def watch_equipment_events(
        self, equipment_id: EquipmentId, happened: Callable[[EquipmentEvent], None]
    ) -> CALLBACK_TYPE:
        """Call `happened` for each order's end and mode change of this equipment."""
        return _enlist(self._event_watchers.setdefault(equipment_id, []), happened)

    @callback
    def watch_hub(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` after each change of the lifecycle, the connection or a cycle."""
        return _enlist(self._hub_watchers, changed)

    @callback
    def watch_screens(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when screens came, went, changed or were touched."""
        return _enlist(self._screen_watchers, changed)

    @callback
    def watch_added(self, added: Callable[[frozenset[EquipmentId]], None]) -> CALLBACK_TYPE:
        """Call `added` with the equipments known now, then with each group of new ones."""
        unwatch = _enlist(self._inventory_watchers, added)
        if self.engine.statuses:
            added(frozenset(self.engine.statuses))
        return unwatch

    @callback
    def watch_removed(self, removed: Callable[[frozenset[EquipmentId]], None]) -> CALLBACK_TYPE:
        """Call `removed` with the equipments that left the tables."""
        return _enlist(self._removal_watchers, removed)

    @callback
    def watch_all(self, happened: Callable[[Event], None]) -> CALLBACK_TYPE:
        """Call `happened` with every event of the engine."""
        return _enlist(self._listeners, happened)

    @callback
    def handle(self, event: Event) -> None:
        """Take one event of the engine."""
        match event:
            case EquipmentChanged(ids):
                for equipment_id in ids:
                    self._wake(self._equipment_watchers.get(equipment_id, ()))
            case OrderEnded() | ModeChanged():
                _tell(self._event_watchers.get(event.equipment_id, ()), event)
            case InventoryChanged(added, removed):
                self._tell_of_inventory(added, removed)
            case CycleEnded() | LifecycleChanged() | ConnectionChanged() | ProblemsChanged():
                self._wake(self._hub_watchers)
            case ScreensChanged() | ScreenEvent():
                self._wake(self._screen_watchers)
            case PlanReceived() | PortalUpdated():
                pass
        _tell(self._listeners, event)

    @callback
    def _tell_of_inventory(
        self, added: frozenset[EquipmentId], removed: frozenset[EquipmentId]
    ) -> None:
        if added:
            _tell(self._inventory_watchers, added)
        if removed:
            _tell(self._removal_watchers, removed)

    @callback
    def _wake(self, watchers: Iterable[CALLBACK_TYPE]) -> None:
        self._due.update(dict.fromkeys(watchers))
        if self._due and not self._flushing:
            self._schedule()

    @callback
    def _schedule(self) -> None:
        """Write at once, but in a cycle only after a pause: most loads change again in it."""
        loop = self.hass.loop
        self._flushing = True
        now = loop.time()
        if now >= self._counted_from + _BUSY_PAUSE:
            self._counted_from, self._counted = now, 0
        if self._counted > WRITES_PER_TURN:
            loop.call_at(self._counted_from + _BUSY_PAUSE, self._begin_round)
        else:
            loop.call_soon(self._begin_round)

    @callback
    def _begin_round(self) -> None:
        now = self.hass.loop.time()
        if now >= self._counted_from + _BUSY_PAUSE:
            self._counted_from, self._counted = now, 0
        self._counted += len(self._due)
        self._round, self._due = iter(self._due), {}
        self._flush()

    @callback
    def _flush(self) -> None:
        """Write a chunk of states, and leave the loop to others before the next."""
        written = 0
        ended = False
        try:
            for changed in islice(self._round, WRITES_PER_TURN):
                written += 1
                changed()
            ended = written < WRITES_PER_TURN
        finally:
            # Also when an entity fails: the others are written all the same.
            if ended:
                self._flushing = False
                if self._due:
                    self._schedule()
            else:
                self.hass.loop.call_soon(self._flush)


def _tell[T](watchers: Iterable[Callable[[T], None]], what: T) -> None:
    for watcher in tuple(watchers):
        watcher(what)


def _enlist[T](watchers: list[T], watcher: T) -> CALLBACK_TYPE:
    watchers.append(watcher)
    # Not a closure: there is one per entity.
    return partial(_strike, watchers, watcher)


def _strike[T](watchers: list[T], watcher: T) -> None:
    if watcher in watchers:
        watchers.remove(watcher)
