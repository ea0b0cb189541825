"""Follows one engine and keeps the book of its loads, on disk too."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from itertools import islice
from typing import Final

from ..core.model import EquipmentId
from ..core.plan import slot_start
from ..engine.engine import Engine
from ..engine.ground.events import (
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    OrderEnded,
    PowerMeasured,
)
from ..engine.ground.ports import Document
from ..engine.ground.status import EquipmentStatus
from ..engine.ground.telling import Telling
from .book import Book
from .day import Run

DOCUMENT: Final = "record"
_PER_TURN: Final = 100
"""Loads that are looked at in one turn of the event loop."""

type RunEnded = Callable[[EquipmentId, Run], None]


class Recorder:
    """Looks at loads after what happens to them; nobody waits for it."""

    def __init__(
        self,
        engine: Engine,
        document: Document,
        telling: Telling,
        zone: Callable[[], tzinfo],
        soon: Callable[[Callable[[], None]], None],
    ) -> None:
        """Know of nothing before `async_load`.

        `zone` is that of the clocks at home; `soon` calls something once orders have gone first.
        """
        self.book = Book()
        self._engine = engine
        self._document = document
        self._telling = telling
        self._zone = zone
        self._soon = soon
        self._due: dict[EquipmentId, bool] = {}
        """Loads of which there is news, and whether listeners are to hear that they were looked at."""
        self._cycle_due = False
        """All loads are looked at, as a cycle is over."""
        self._watchers: list[RunEnded] = []
        self._listeners: dict[EquipmentId, list[Callable[[], None]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._save_timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------------------- its life

    async def async_load(self) -> None:
        """Take what was kept."""
        self.book.load(await self._document.load() or {})

    async def async_close(self) -> None:
        """Look once more, and keep it."""
        for timer in (self._timer, self._save_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._save_timer = None
        if self._saving is not None:
            await asyncio.gather(self._saving, return_exceptions=True)
        await self._save()

    def watch_runs(self, ended: RunEnded) -> Callable[[], None]:
        """Call `ended` with each run that is over; returns what ends that."""
        self._watchers.append(ended)
        return partial(self._watchers.remove, ended)

    def watch(self, equipment_id: EquipmentId, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` when a load was looked at; returns what ends that."""
        listeners = self._listeners.setdefault(equipment_id, [])
        listeners.append(changed)
        return partial(listeners.remove, changed)

    # ---------------------------------------------------------------------------- what happens

    def handle(self, event: Event) -> None:
        """Take one event of the engine."""
        match event:
            case EquipmentChanged(ids, _):
                self._look_soon(ids)
            case PowerMeasured(equipment_id):
                # What is drawn counts from this moment on; nothing that is shown changes by it.
                self._look_soon((equipment_id,), shown=False)
            case OrderEnded():
                if (status := self._engine.statuses.get(event.equipment_id)) is not None:
                    self.book.ended(event, status, self._now(), self._zone())
                    self._look_soon((event.equipment_id,))
            case CycleEnded():
                self._cycle_due = True
                self._look_soon(self._engine.statuses)
            case InventoryChanged(added, _):
                self._look_soon(added)
            case _:
                pass

    def look(self, status: EquipmentStatus, now: float, shown: bool = True) -> None:
        """Look at one load at once (`now`: unix seconds); `shown`: whoever watches it hears of it."""
        equipment_id = status.equipment.id
        zone = self._zone()
        if self._engine.owner.drives(status.equipment.home):
            self.book.catch_up(status, slot_start(now), zone)
        made = self.book.note(status, now, zone)
        self._due.pop(equipment_id, None)
        if made is not None:
            self._telling.tell_all(self._watchers, equipment_id, made)
            self._save_later()
        if shown or made is not None:
            self._telling.tell_all(self._listeners.get(equipment_id, ()))

    def _look_soon(self, ids: Iterable[EquipmentId], *, shown: bool = True) -> None:
        waits = bool(self._due)
        for equipment_id in ids:
            self._due[equipment_id] = shown or self._due.get(equipment_id, False)
        if self._due and not waits:
            self._soon(self._look_at_some)

    def _look_at_some(self) -> None:
        """Look at a few of the loads of which there is news, and go on with the others later."""
        now = self._now()
        for equipment_id in list(islice(self._due, _PER_TURN)):
            shown = self._due.pop(equipment_id)
            if (status := self._engine.statuses.get(equipment_id)) is not None:
                self._telling.tell(self.look, status, now, shown)
        if self._due:
            self._soon(self._look_at_some)
            return
        if self._cycle_due:
            self._cycle_due = False
            self.book.looked = slot_start(now)
            self._save_later()
        self._wait_for_end(now)

    def _wait_for_end(self, now: float) -> None:
        """Look again when a run that is under way may be over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self.book.next_look(self._engine.statuses)
        if at is not None:
            wait = max(self._engine.timing.record_save, at - now)
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(wait, self._look_soon, self.book.under_way)

    # -- on disk

    def _save_later(self) -> None:
        if self._save_timer is None:
            loop = asyncio.get_running_loop()
            self._save_timer = loop.call_later(self._engine.timing.record_save, self._save_now)

    def _save_now(self) -> None:
        self._save_timer = None
        if self._saving is None or self._saving.done():
            self._saving = asyncio.get_running_loop().create_task(self._save(), name="record")
        else:
            self._save_later()

    async def _save(self) -> None:
        now, loads = self._now(), set(self._engine.statuses)
        if loads:
            # Before the first read nothing is known of who is gone.
            self.book.forget(now, loads, self._zone())
        with suppress(OSError):
            # The disk itself tells a person of it.
            await self._document.save(self.book.dump(now))

    def _now(self) -> float:
        return self._engine.clock.now()
