"""Writes outcomes back: those of each 50 ms in one guarded statement, in order.

What the database cannot take now is on disk before anybody is told that it is kept, and is tried
again; meanwhile the engine behaves as if it were written.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
import logging

from ...core.model import EquipmentId, State
from ...core.outcome import NO_WISHES, Step
from ...core.pace import WAKES_PER_TURN, Pace
from ...core.timing import Timing
from ..ground.background import begin
from ..ground.owner import Owner
from ..ground.ports import Storage, StorageDataError, StorageError, StoragePrivilegesError
from ..ground.store import Author
from ..ground.telling import Telling
from .outbox import Entry, Fate, Outbox

_LOGGER = logging.getLogger(__name__)

type _States = Mapping[EquipmentId, State | None]
"""Of the loads written; `None` where only a wish about it was."""


def applied(state: State, step: Step) -> State:
    """Return the state that the step makes of this one, guards aside."""
    writes = step.writes
    return State(
        mode=state.mode if writes.mode is None else writes.mode,
        control=state.control if writes.control is None else writes.control,
        command=state.command if writes.command is None else writes.command,
        ems_order=state.ems_order if writes.ems_order is None else writes.ems_order,
        last_start=step.at if writes.started else state.last_start,
        last_programmed=step.at if writes.programmed else state.last_programmed,
    )


class WriteBack:
    """The one way to the database of what the engine writes."""

    def __init__(
        self,
        storage: Storage,
        timing: Timing,
        outbox: Outbox,
        *,
        stored: Callable[[EquipmentId, State, Author], None],
        settled: Callable[[Step], None],
        reachable: Callable[[StorageError | None], None],
        tried: Callable[[], None] = lambda: None,
        telling: Telling | None = None,
        owner: Owner | None = None,
    ) -> None:
        """Call `stored` with each state read back, `reachable` with how the database is.

        `settled` is called with each step once it is in the database, or refused, however late;
        `tried` when what was kept may have been written, or may not. Without an `owner` every
        load is ours to write about.
        """
        self._storage = storage
        self._timing = timing
        self._outbox = outbox
        self._stored = stored
        self._settled = settled
        self._reachable = reachable
        self._tried = tried
        self._telling = telling or Telling()
        self._owner = owner
        self._queue: dict[Entry, None] = {}
        self._deferred: dict[EquipmentId, Entry] = {}
        """The last step of each load that waits for the database to come back."""
        self._away = False
        self._writer: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._lock = asyncio.Lock()

    @property
    def pending(self) -> Set[EquipmentId]:
        """Equipments with an outcome that waits for the database to come back."""
        return self._deferred.keys()

    @property
    def full(self) -> bool:
        """Whether the disk takes no further outcome."""
        return self._outbox.full

    def kept(self) -> Iterator[Step]:
        """Iterate over what waits for the database to come back, the oldest first."""
        return (entry.step for entry in self._queue if entry.deferred)

    async def load(self) -> None:
        """Take over what a run before could not write; `drain` or `resume` tries it."""
        for entry in await self._outbox.load():
            self._queue[entry] = None
            self._deferred[entry.step.equipment_id] = entry

    def resume(self) -> None:
        """Write what is queued in the background."""
        if self._queue and self._writer is None:
            self._writer = asyncio.create_task(self._run(), name="elfe write-back")

    def heard(self, *, away: bool) -> None:
        """Take note of how the database is, as somebody else found it."""
        before, self._away = self._away, away
        if before and not away:
            self._hurry.set()
        elif away and not before:
            _ = self._begin_deferring()

    async def submit(
        self, step: Step, by: Author, *, urgent: bool = False, programmed: int = 0
    ) -> Fate:
        """Write a step with those of the same moment; `urgent` ones do not wait for others.

        Returns once it is written, refused or deferred; at once while the database is known to
        be away. `programmed` is when the row was programmed last, as far as is known: whoever
        programs it after that and after the act, has the last word over a step that was deferred.
        """
        if not step:
            self._telling.tell(self._settled, step)
            return Fate.WRITTEN
        fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        self._queue[Entry(step, by, fate, urgent, programmed)] = None
        if self._away:
            _ = self._begin_deferring()
        elif urgent:
            self._hurry.set()
        self.resume()
        # Whoever is cancelled here gives up waiting: the step is written all the same.
        return await fate

    async def drain(self) -> None:
        """Try to write what is kept, before the rows are read anew; raises `StorageError`."""
        if self._queue:
            await self._flush()

    async def close(self) -> None:
        """Write what can be, once, and stop."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])
            self._writer = None
        try:
            await self.drain()
        except StorageError as error:
            noted = sum(1 for entry in self._queue if entry.number)
            lost = len(self._queue) - noted
            _LOGGER.warning("%d outcomes are kept, and %d are lost: %s", noted, lost, error)
        await self._outbox.keep()

    async def _run(self) -> None:
        try:
            while self._queue:
                try:
                    wait = self._timing.write_retry if self._away else self._timing.write_window
                    async with asyncio.timeout(wait):
                        await self._hurry.wait()
                except TimeoutError:
                    pass
                self._hurry.clear()
                with suppress(StorageError):
                    await self._flush()
        finally:
            self._writer = None

    async def _flush(self) -> None:
        """Write what is queued now, at most one step per equipment at a time.

        What is queued meanwhile waits for the next window: otherwise the first answers of a
        cycle would be followed by a statement each.
        """
        async with self._lock:
            due = list(self._queue)
            try:
                while due:
                    batch: dict[EquipmentId, Entry] = {}
                    for entry in due:
                        batch.setdefault(entry.step.equipment_id, entry)
                    written = set(batch.values())
                    due = [entry for entry in due if entry not in written]
                    await self._write([e for e in batch.values() if e.step.wishes == NO_WISHES])
                    for entry in batch.values():
                        if entry.step.wishes != NO_WISHES:
                            await self._write([entry])
            finally:
                self._telling.tell(self._tried)

    async def _write(self, entries: list[Entry]) -> None:
        """Write steps of different loads, or one wish."""
        if not entries:
            return
        if self._owner is not None:
            # It is known then whose the loads are.
            await self._owner.prove()
        lost = [entry for entry in entries if self._is_lost(entry.step)]
        if lost:
            await self._settle(lost, {}, Fate.GUARDED)
            entries = [entry for entry in entries if entry not in lost]
            if not entries:
                return
        try:
            states = await self._store(entries)
        except StorageDataError as error:
            # Refused for good: keeping these steps would hold up all that follow.
            if entries[0].step.writes or entries[0].deferred:
                _LOGGER.error("The database rejected outcomes: %s", error)  # noqa: TRY400
            await self._settle(entries, error.written, Fate.REJECTED)
            return
        except StorageError as error:
            if isinstance(error, StoragePrivilegesError) and entries[0].step.wishes != NO_WISHES:
                # Outcomes have tables of their own: they are not to wait for it.
                _LOGGER.error("The database takes no such wish: %s", error)  # noqa: TRY400
                await self._settle(entries, {}, Fate.REJECTED)
                return
            self._away = True
            self._reachable(error)
            await asyncio.shield(self._begin_deferring())
            raise
        except Exception as error:  # noqa: BLE001
            await self._write_apart(entries, error)
            return
        self._away = False
        self._reachable(None)
        await self._settle(entries, states, Fate.GUARDED)

    def _is_lost(self, step: Step) -> bool:
        """Whether somebody else drives a load by now: it is theirs to write about."""
        pressed = step.settles.claim is not None and step.not_after is not None
        if pressed or step.programmed_at is not None or step.writes.programmed:
            # Of a press only who made it knows; a person's word counts whoever drives the load.
            # Guards of their own let nothing newer be undone.
            return False
        return self._owner is not None and self._owner.has_lost(step.equipment_id)

    async def _store(self, entries: list[Entry]) -> _States:
        step = entries[0].step
        if step.wishes == NO_WISHES:
            return await self._storage.write([entry.step for entry in entries])
        number = step.equipment_id
        done = await self._storage.write_constraints(number, step.wishes, step.not_after)
        return {number: None} if done else {}

    async def _write_apart(self, entries: list[Entry], error: Exception) -> None:
        """Drop a step that cannot be written by a mistake of ours, and write the others."""
        if len(entries) > 1:
            for entry in entries:
                await self._write([entry])
            return
        number = entries[0].step.equipment_id
        self._telling.note(f"An outcome of equipment {number} cannot be written", error)
        await self._settle(entries, {}, Fate.REJECTED)

    def _begin_deferring(self) -> asyncio.Task[None]:
        """Defer what is queued, to the end: whoever gives up waiting is not the only one."""
        return begin(self._defer(), "outbox")

    async def _defer(self) -> None:
        """Keep on disk what is queued and not kept yet, and tell that it is deferred."""
        coming = [entry for entry in self._queue if not entry.deferred]
        for entry in coming:
            step = entry.step
            entry.deferred = True
            if step.not_after is None:
                entry.step = replace(step, not_after=max(step.at, entry.programmed))
            before = self._deferred.get(step.equipment_id)
            self._deferred[step.equipment_id] = entry
            if before is not None and before.fate.done() and step.replaces(before.step):
                self._queue.pop(before, None)
                self._outbox.drop([before])
        await self._outbox.keep(coming)
        for entry in coming:
            if not entry.fate.done():
                entry.fate.set_result(Fate.DEFERRED if entry.number else Fate.UNNOTED)
        # Of a wish that nothing can keep, whoever made it is told that it was refused.
        lost = [entry for entry in coming if not entry.number and entry.step.wishes != NO_WISHES]
        if lost:
            self._let_go(lost)
            self._outbox.drop(lost)

    async def _settle(self, entries: list[Entry], states: _States, otherwise: Fate) -> None:
        self._let_go(entries)
        over = [entry for entry in entries if entry.deferred]
        self._outbox.drop(over)
        pace = Pace(WAKES_PER_TURN)
        # Whoever waits for it first; each makes its load be decided anew.
        left = iter(sorted(entries, key=lambda entry: not entry.urgent))
        try:
            for entry in left:
                self._settle_one(entry, states, otherwise)
                await pace.turn()
        finally:
            # All of it is in the database, also when this is the end.
            for entry in left:
                self._settle_one(entry, states, otherwise)
        # Before anything newer of these loads is written.
        if over:
            await self._outbox.keep()

    def _let_go(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._queue.pop(entry, None)
            if self._deferred.get(entry.step.equipment_id) is entry:
                del self._deferred[entry.step.equipment_id]

    def _settle_one(self, entry: Entry, states: _States, otherwise: Fate) -> None:
        """Settle the fate of a step, then tell of it: whoever is told may raise."""
        number = entry.step.equipment_id
        if not entry.fate.done():
            entry.fate.set_result(Fate.WRITTEN if number in states else otherwise)
        # First the wish that it ends: whoever decides anew knows that it was reached.
        self._telling.tell(self._settled, entry.step)
        # While something newer of the load waits, it is as if that were written: not as before it.
        if (state := states.get(number)) is not None and number not in self._deferred:
            self._telling.tell(self._stored, number, state, entry.by)
