"""Watches who really drives the loads while we only look, and compares quarter-hour by quarter-hour."""

import asyncio
from collections.abc import Iterable
from functools import partial
import logging
from typing import Final, override

from ..core.model import EquipmentId
from ..core.pace import paced
from ..core.plan import SLOT, slot_start
from ..engine.engine import Engine
from ..engine.ground.background import Background
from ..engine.ground.events import (
    BrokerChanged,
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    OrderEnded,
)
from ..engine.ground.owner import SHADOW
from ..engine.ground.ports import Arrival, Messenger, Sources, Unsubscribe
from ..engine.ground.telling import Telling
from .book import ShadowBook, Sum
from .comparing import Found, Ours, Seen, Watched, Way, compare
from .signs import Signs
from .wire import Ear, ears_of

_LOGGER = logging.getLogger(__name__)

_MOST_SEEN: Final = 1_000
"""Signs that are kept of a load in a quarter-hour: whoever sends more has gone wrong."""
_NEVER: Final = float("inf")


class ShadowWatch(Sources):
    """Hears what is ordered on the broker, and sees what becomes of devices and rows."""

    def __init__(
        self,
        engine: Engine,
        messenger: Messenger,
        book: ShadowBook,
        telling: Telling,
    ) -> None:
        """Hear nothing yet; `engine` is the one that only looks."""
        self._engine = engine
        self._telling = telling
        self._messenger = messenger
        self._book = book
        self._signs = Signs()
        self._loads: dict[EquipmentId, Watched] = {}
        self._ears: dict[str, list[tuple[EquipmentId, Ear]]] = {}
        self._heard: dict[str, Unsubscribe] = {}
        self._wired: dict[EquipmentId, object] = {}
        self._heard_since = _NEVER
        """The unix time since which nothing on the broker was missed."""
        self._judged = 0
        """The quarter-hour that was compared last."""
        self._due: dict[int, asyncio.TimerHandle] = {}
        """Quarter-hours that are over, and are compared once nothing of them can come any more."""
        self._background = Background()
        self._listening = asyncio.Lock()

    # ------------------------------------------------------------------------------- its life

    @override
    async def open(self) -> None:
        """Hear the orders of all loads, and see how each is."""
        await self._listen()
        self._heard_since = self._now() if self._messenger.connected else _NEVER
        self._judged = slot_start(self._now()) - SLOT
        self._look_at(self._engine.statuses)

    @override
    async def close(self) -> None:
        """Hear nothing any more; a quarter-hour that is not over is compared with nothing."""
        while self._due:
            self._due.popitem()[1].cancel()
        while self._heard:
            self._heard.popitem()[1]()
        await self._background.ended(self._engine.timing.stop_allowance)
        self._background.cancel()

    # ---------------------------------------------------------------------------- what happens

    def handle(self, event: Event) -> None:
        """Take one event of the engine."""
        match event:
            case OrderEnded() if event.result.reason == SHADOW:
                load = self._loads.setdefault(event.equipment_id, Watched())
                load.ours.append(Ours(event.act, event.result.at))
            case EquipmentChanged(ids, _):
                self._look_at(ids)
            case InventoryChanged(_, removed):
                for equipment_id in removed:
                    self._loads.pop(equipment_id, None)
                    self._signs.forget(equipment_id)
                self._listen_soon()
            case BrokerChanged(connected):
                self._heard_since = self._now() if connected else _NEVER
            case CycleEnded():
                self._background.begin(self._cycle_ended(), "shadow's look")
            case _:
                pass

    async def _cycle_ended(self) -> None:
        """Look at all loads, whose rows were just read; compare what is over once all is in."""
        engine, now = self._engine, self._now()
        slot, report = slot_start(now), engine.last_cycle
        rows = engine.connected and report is not None and not report.degraded
        async for equipment_id in paced(list(engine.statuses)):
            self._look_at((equipment_id,))
            status = engine.statuses.get(equipment_id)
            if status is not None and equipment_id in self._loads:
                plan = status.plan
                planned = None if plan is None else plan.decision(slot)
                self._loads[equipment_id].planned[slot] = planned
        self._listen_soon()
        if self._judged >= slot - SLOT or slot - SLOT in self._due:
            return
        over = slot + engine.timing.shadow_tolerance
        wait = max(0.0, over - now)
        judge = partial(self._judge_soon, slot - SLOT, rows=rows)
        self._due[slot - SLOT] = asyncio.get_running_loop().call_later(wait, judge)

    def _look_at(self, ids: Iterable[EquipmentId]) -> None:
        """Take note of what is new about loads."""
        now, tolerance = self._now(), self._engine.timing.shadow_tolerance
        for equipment_id in ids:
            if (status := self._engine.statuses.get(equipment_id)) is not None:
                load = self._loads.setdefault(equipment_id, Watched())
                self._signs.note(load, status, now, tolerance)

    def _judge_soon(self, slot: int, *, rows: bool) -> None:
        del self._due[slot]
        self._judged = slot
        self._background.begin(self._judge(slot, rows=rows), "shadow's judgement")

    async def _judge(self, slot: int, *, rows: bool) -> None:
        """Compare a quarter-hour that is over, and keep what came of it."""
        end, tolerance = slot + SLOT, self._engine.timing.shadow_tolerance
        heard = self._heard_since <= slot
        found: list[tuple[EquipmentId, Found]] = []
        async for equipment_id, load in paced(list(self._loads.items())):
            whole = heard and self._hears(equipment_id)
            came = compare(load, slot, end, tolerance, whole=whole, rows=rows)
            found.append((equipment_id, came))
            load.forget(slot - tolerance)
        await self._book.add(Sum.of(slot, found))

    # ------------------------------------------------------------------------------ the broker

    def _listen_soon(self) -> None:
        statuses = self._engine.statuses
        known = {each: status.equipment.devices for each, status in statuses.items()}
        if known != self._wired or not self._heard.keys() >= self._ears.keys():
            self._background.begin(self._listen(), "shadow's ears")

    async def _listen(self) -> None:
        """Hear the topics on which the loads there are now are ordered."""
        async with self._listening:
            statuses = dict(self._engine.statuses)
            ears: dict[str, list[tuple[EquipmentId, Ear]]] = {}
            for equipment_id, status in statuses.items():
                for ear in ears_of(status.equipment):
                    ears.setdefault(ear.topic, []).append((equipment_id, ear))
            self._ears = ears
            self._wired = {each: status.equipment.devices for each, status in statuses.items()}
            for topic in self._heard.keys() - ears.keys():
                self._heard.pop(topic)()
            new = [topic for topic in ears if topic not in self._heard]
            await self._messenger.subscribe_each(new, self._receive, self._granted)

    def _granted(self, topic: str, end: Unsubscribe | Exception) -> None:
        if isinstance(end, Exception):
            _LOGGER.warning("Orders of others on %s are not heard: %s", topic, end)
        else:
            self._heard[topic] = end

    def _receive(self, arrival: Arrival) -> None:
        if not arrival.retained:
            self._telling.tell(self._hear, arrival)

    def _hear(self, arrival: Arrival) -> None:
        now = self._now()
        for equipment_id, ear in self._ears.get(arrival.topic, ()):
            on = ear.order(arrival.payload)
            load = self._loads.get(equipment_id)
            if on is not None and load is not None and len(load.seen) < _MOST_SEEN:
                load.seen.append(Seen(now, on, Way.COMMAND))

    def _hears(self, equipment_id: EquipmentId) -> bool:
        """Whether all topics are heard on which a load is ordered."""
        status = self._engine.statuses.get(equipment_id)
        if status is None:
            return False
        return all(ear.topic in self._heard for ear in ears_of(status.equipment))

    def _now(self) -> float:
        return self._engine.clock.now()
