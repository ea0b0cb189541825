"""Follows one engine and keeps what happens, on disk too: nobody waits for it."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Final

from ..core.model import EquipmentId
from ..core.plan import SLOT, slot_start, to_text
from ..engine.engine import Engine
from ..engine.ground.events import (
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
    PlanReceived,
    PowerMeasured,
)
from ..engine.ground.status import EquipmentStatus
from ..engine.ground.telling import Telling
from .happenings import Happenings
from .keeping import Keeper
from .rows import PlanNews, PlanRow, Row, RunRow, SlotRow
from .runs import KEPT, RunLog
from .slots import SlotBook

_PER_TURN: Final = 50
"""Loads that are looked at in one turn of the event loop."""
_ALL: Final = 1_000_000


class Archive:
    """What is known of the past of each load."""

    def __init__(
        self,
        engine: Engine,
        keeper: Keeper | None,
        telling: Telling,
        now: Callable[[], float],
        soon: Callable[[Callable[[], None]], None],
    ) -> None:
        """Know of nothing before `async_open`; without a keeper, of the last day only.

        `now` returns the unix time; `soon` calls something once orders have gone first.
        """
        self.keeper = keeper
        self.log = RunLog()
        self._engine = engine
        self._telling = telling
        self._now = now
        self._soon = soon
        self._slots = SlotBook()
        self._happenings = Happenings()
        self._plans = PlanNews()
        self._heard: list[tuple[Event, float]] = []
        """What happened, and when, of which nothing is kept yet."""
        self._drawn: dict[EquipmentId, float] = {}
        self._due: dict[EquipmentId, bool] = {}
        """Of which there is news, and whether that is more than another power."""
        self._planned: set[EquipmentId] = set()
        self._watchers: dict[EquipmentId, list[Callable[[], None]]] = {}
        self._slot_watchers: list[Callable[[SlotRow], None]] = []
        self._meters: dict[EquipmentId, list[Callable[[], None]]] = {}

    # ------------------------------------------------------------------------------- its life

    async def async_open(self) -> None:
        """Take what was kept, and look at every load."""
        if self.keeper is not None:
            now = self._now()
            self.log.recall(await self.keeper.recall(RunRow, now - KEPT, now))
            slot = slot_start(now)
            for row in await self.keeper.recall(SlotRow, slot, slot + SLOT):
                if row.at == slot:
                    self._slots.recall(row)
        self._look_soon(self._engine.statuses)

    async def async_close(self) -> None:
        """Keep what is known of the quarter-hour under way; nothing is kept afterwards."""
        if self.keeper is None:
            return
        self._take_some()
        now = self._now()
        self._put(*self._slots.under_way(now))
        self._put(*filter(None, (self.log.last(each, now) for each in self._engine.statuses)))
        await self.keeper.close()

    def drawn(self, equipment_id: EquipmentId) -> float:
        """Return the Wh that a load drew since the start, as far as its meter tells."""
        return self._drawn.get(equipment_id, 0.0)

    def watch(self, equipment_id: EquipmentId, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after what is known of a load changed; returns what ends that."""
        return _enlist(self._watchers.setdefault(equipment_id, []), changed)

    def watch_slots(self, over: Callable[[SlotRow], None]) -> Callable[[], None]:
        """Call `over` with each row of quarter-hours that are over; returns what ends that.

        A row that begins as one before did takes its place.
        """
        return _enlist(self._slot_watchers, over)

    def watch_drawn(
        self, equipment_id: EquipmentId, changed: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `changed` after what a load draws, or drew, changed; returns what ends that."""
        return _enlist(self._meters.setdefault(equipment_id, []), changed)

    # ---------------------------------------------------------------------------- what happens

    def handle(self, event: Event) -> None:
        """Take one event of the engine; what follows is done once orders have gone first."""
        match event:
            case EquipmentChanged(ids, _):
                self._look_soon(ids)
            case PowerMeasured(equipment_id):
                self._look_soon((equipment_id,), shown=False)
            case OrderEnded() | ModeChanged() | LoadDrifted():
                self._heard.append((event, self._now()))
                self._look_soon((event.equipment_id,))
            case LifecycleChanged() | ConnectionChanged() | BrokerChanged():
                self._take(event, self._now())
            case PlanReceived(ids):
                self._planned.update(ids)
                self._look_soon(ids)
            case CycleEnded():
                # Of a load to which nothing happens, the quarter-hour is over all the same.
                self._look_soon(self._engine.statuses)
            case InventoryChanged(added, removed):
                self._look_soon(added)
                for each in removed:
                    self._forget(each)
            case _:
                pass

    def _take(self, event: Event, at: float) -> None:
        equipment_id: EquipmentId | None = getattr(event, "equipment_id", None)
        status = None if equipment_id is None else self._engine.statuses.get(equipment_id)
        if (row := self._happenings.row(event, status, at)) is not None:
            self._put(row)
        if isinstance(event, OrderEnded):
            self._slots.ended(event.equipment_id, event.result)
            if self.log.ended(event):
                self._put(*filter(None, (self.log.last(event.equipment_id, at),)))

    def _take_some(self, most: int | None = None) -> None:
        """Take what was heard, or some of it."""
        for event, at in self._heard[:most]:
            self._telling.tell(self._take, event, at)
        del self._heard[:most]

    def _look(self, status: EquipmentStatus, now: float, shown: bool) -> None:
        """Look at one load; `shown`: its watchers hear of it, whatever is found."""
        equipment_id = status.equipment.id
        rows, drawn = self._slots.note(status, now)
        if drawn:
            self._drawn[equipment_id] = self.drawn(equipment_id) + drawn
        self._put(*rows)
        for row in rows:
            self._telling.tell_all(self._slot_watchers, row)
        news = self.log.note(status, now, drawn)
        # Of a run under way it is known each quarter-hour that it lasts.
        run = self.log.last(equipment_id, now) if news or rows else None
        if run is not None and (news or run.going):
            self._put(run)
        if equipment_id in self._planned:
            self._planned.discard(equipment_id)
            self._note_plans(status, now)
        for changed in self._watchers.get(equipment_id, ()) if shown or news else ():
            self._soon(changed)
        for changed in self._meters.get(equipment_id, ()):
            self._soon(changed)

    def _note_plans(self, status: EquipmentStatus, now: float) -> None:
        equipment_id = status.equipment.id
        for plan in self._plans.of(status.ahead, equipment_id, slot_start(now)):
            text = to_text(plan.decisions)
            self._put(PlanRow(equipment_id, int(now), plan.first_valid, plan.owner.value, text))

    def _look_soon(self, ids: Iterable[EquipmentId], *, shown: bool = True) -> None:
        waits = bool(self._due)
        for equipment_id in ids:
            self._due[equipment_id] = shown or self._due.get(equipment_id, False)
        if self._due and not waits:
            self._soon(self._look_at_some)

    def _look_at_some(self) -> None:
        """Look at a few of the loads of which there is news, and go on with the others later."""
        if self._heard:
            self._take_some(_PER_TURN)
            self._soon(self._look_at_some)
            return
        now = self._now()
        for equipment_id in list(islice(self._due, _PER_TURN)):
            shown = self._due.pop(equipment_id)
            if (status := self._engine.statuses.get(equipment_id)) is not None:
                self._telling.tell(self._look, status, now, shown)
        if self._due:
            self._soon(self._look_at_some)

    def _forget(self, equipment_id: EquipmentId) -> None:
        self._due.pop(equipment_id, None)
        self._planned.discard(equipment_id)
        for each in (self._slots, self.log, self._happenings, self._plans):
            each.forget(equipment_id)

    def _put(self, *rows: Row) -> None:
        if self.keeper is not None and rows:
            self.keeper.put(rows)

    # ------------------------------------------------------------------------------- questions

    async def async_read[R: Row](
        self,
        kind: type[R],
        equipment_ids: Iterable[EquipmentId] | None,
        start: float,
        end: float,
        limit: int,
    ) -> list[R]:
        """Return rows of loads within a time, load by load, each oldest first.

        Those that reach into it are within; `None`: of everything there is.
        """
        self._take_some()
        if self.keeper is None:
            return []
        return await self.keeper.read(kind, equipment_ids, start, end, limit)

    async def async_runs(
        self, equipment_ids: Iterable[EquipmentId], start: float, end: float
    ) -> list[RunRow]:
        """Return the runs of loads within a time, those of the last day as they are known now."""
        ids = list(equipment_ids)
        kept = await self.async_read(RunRow, ids, start, end, _ALL)
        known = {each: {int(run.start) for run in self.log.runs(each)} for each in ids}
        return [row for row in kept if row.at not in known[row.equipment_id]]


def _enlist[T](watchers: list[T], watcher: T) -> Callable[[], None]:
    watchers.append(watcher)
    return partial(watchers.remove, watcher)
