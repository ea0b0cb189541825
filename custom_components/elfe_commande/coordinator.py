"""Hands each change the engine tells of to the entities of that equipment, and to no others.

The engine keeps its own time and pushes, so this is not a polling `DataUpdateCoordinator`:
with thousands of equipments its all-listeners wake-up would block the loop.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from itertools import batched

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .core.model import EquipmentId
from .core.timing import Timing
from .engine.engine import Engine
from .engine.ground.events import (
    BrokerChanged,
    ConnectionChanged,
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    LifecycleChanged,
    LoadDrifted,
    ModeChanged,
    OrderEnded,
    OwnershipChanged,
    PlanReceived,
    PortalUpdated,
    PowerMeasured,
    ProblemsChanged,
    ScreenEvent,
    ScreensChanged,
)
from .engine.ground.telling import Telling, name_of

WRITES_PER_TURN = 25
"""State writes between two lulls of the traffic: what listens to them works in later turns."""
_SHORT = 0.005
"""Seconds of writing after which the next round need not wait: of work, which no scale of the
waits makes longer or shorter."""
_REST = 9.0
"""Pause after a longer round, in times of what it worked: orders go before pictures of them."""
_LOOKS = 20
"""How often is looked whether the orders of a cycle are out, over the longest rest."""

type EquipmentEvent = OrderEnded | ModeChanged | LoadDrifted


class ElfeCoordinator:
    """The entities' side of one engine."""

    def __init__(self, hass: HomeAssistant, engine: Engine, timing: Timing) -> None:
        """Listen to nothing yet; the hub connects `handle` to the engine."""
        self.hass = hass
        self.engine = engine
        self._longest_rest = timing.states_rest
        self.telling = Telling(_name)
        """The one guard of all that follow this entry: whoever raises is logged once."""
        self._equipment_watchers: dict[EquipmentId, list[CALLBACK_TYPE]] = {}
        self._event_watchers: dict[EquipmentId, list[Callable[[EquipmentEvent], None]]] = {}
        self._hub_watchers: list[CALLBACK_TYPE] = []
        self._screen_watchers: list[CALLBACK_TYPE] = []
        self._inventory_watchers: list[Callable[[frozenset[EquipmentId]], None]] = []
        self._removal_watchers: list[Callable[[frozenset[EquipmentId]], None]] = []
        self._listeners: list[Callable[[Event], None]] = []
        self._due: dict[CALLBACK_TYPE, None] = {}
        self._writing: asyncio.Task[None] | None = None
        self._rest_until = float("-inf")

    @callback
    def watch_equipment(self, equipment_id: EquipmentId, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` after each change of what is shown of this equipment."""
        return _enlist(self._equipment_watchers.setdefault(equipment_id, []), changed)

    @callback
    def watch_equipment_events(
        self, equipment_id: EquipmentId, happened: Callable[[EquipmentEvent], None]
    ) -> CALLBACK_TYPE:
        """Call `happened` for each order's end, mode change and drift of this equipment."""
        return _enlist(self._event_watchers.setdefault(equipment_id, []), happened)

    @callback
    def watch_hub(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` after each change of the lifecycle, a connection, plan or cycle."""
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
            self.telling.tell(added, frozenset(self.engine.statuses))
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
    def write_soon(self, write: CALLBACK_TYPE, *, at_once: bool = False) -> None:
        """Call `write` once with the next states that are written, or before them `at_once`."""
        self._wake((write,), at_once=at_once)

    @callback
    def handle(self, event: Event) -> None:
        """Take one event of the engine."""
        match event:
            case EquipmentChanged(ids, at_once):
                for equipment_id in ids:
                    self._wake(self._equipment_watchers.get(equipment_id, ()), at_once=at_once)
            case OrderEnded() | ModeChanged() | LoadDrifted():
                self.telling.tell_all(self._event_watchers.get(event.equipment_id, ()), event)
            case InventoryChanged(added, removed):
                self._tell_of_inventory(added, removed)
            case (
                CycleEnded()
                | LifecycleChanged()
                | ConnectionChanged()
                | BrokerChanged()
                | OwnershipChanged()
                | ProblemsChanged()
                | PlanReceived()
            ):
                self._wake(self._hub_watchers)
            case ScreensChanged() | ScreenEvent():
                self._wake(self._screen_watchers)
            case PortalUpdated() | PowerMeasured():
                pass
        self.telling.tell_all(self._listeners, event)

    @callback
    def _tell_of_inventory(
        self, added: frozenset[EquipmentId], removed: frozenset[EquipmentId]
    ) -> None:
        if added:
            self.telling.tell_all(self._inventory_watchers, added)
        if removed:
            self.telling.tell_all(self._removal_watchers, removed)

    @callback
    def _wake(self, watchers: Iterable[CALLBACK_TYPE], *, at_once: bool = False) -> None:
        if at_once:
            for changed in watchers:
                self._due.pop(changed, None)
                self.hass.loop.call_soon(self.telling.tell, changed)
            return
        self._due.update(dict.fromkeys(watchers))
        if self._due and self._writing is None:
            self._writing = self.hass.async_create_task(self._write(), "elfe states")

    @property
    def settled(self) -> bool:
        """Whether every entity shows what is known."""
        return self._writing is None

    async def _write(self) -> None:
        """Write states until none is due: a few at a time, and after what waits to be read.

        In a cycle most loads change several times: the longer the last round took, the longer
        is the pause in which changes add up.
        """
        loop = self.hass.loop
        try:
            while self._due:
                await self._rest()
                due, self._due = self._due, {}
                worked = 0.0
                for some in batched(due, WRITES_PER_TURN, strict=False):
                    await self.engine.traffic.lull()
                    began = loop.time()
                    self.telling.tell_all(some)
                    worked += loop.time() - began
                if worked > _SHORT:
                    self._rest_until = loop.time() + min(self._longest_rest, _REST * worked)
        finally:
            self._writing = None

    async def _rest(self) -> None:
        """Let the orders of a cycle go first, and changes add up; not for long."""
        loop = self.hass.loop
        await asyncio.sleep(self._rest_until - loop.time())
        for _ in range(_LOOKS):
            if not self.engine.busy:
                break
            await asyncio.sleep(self._longest_rest / _LOOKS)


def _name(watcher: Callable[..., object]) -> str:
    """Return what a watcher is called in the log; an entity has an id that people know."""
    entity_id = getattr(getattr(watcher, "__self__", None), "entity_id", None)
    name = name_of(watcher)
    return name if entity_id is None else f"{entity_id} ({name})"


def _enlist[T](watchers: list[T], watcher: T) -> CALLBACK_TYPE:
    watchers.append(watcher)
    # Not a closure: there is one per entity.
    return partial(_strike, watchers, watcher)


def _strike[T](watchers: list[T], watcher: T) -> None:
    if watcher in watchers:
        watchers.remove(watcher)
