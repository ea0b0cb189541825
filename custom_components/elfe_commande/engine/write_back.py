"""Writes outcomes back: those of each 50 ms in one guarded statement, in order.

What the database cannot take now is kept and tried again; meanwhile the engine behaves as if
it were written.
"""

import asyncio
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
import logging

from ..core.model import EquipmentId, State
from ..core.outcome import Step, Writes
from ..core.pace import WAKES_PER_TURN, Pace
from ..core.timing import Timing
from ..core.wish import Origin
from .ports import Storage, StorageDataError, StorageError
from .telling import Telling

_LOGGER = logging.getLogger(__name__)


class Fate(StrEnum):
    """What became of a step."""

    WRITTEN = "written"
    GUARDED = "guarded"
    """A guard held: the row changed meanwhile, nothing was written."""
    DEFERRED = "deferred"
    """The database is out of reach; the step is kept."""
    REJECTED = "rejected"
    """The database refused it for good; nothing was written."""


type Author = tuple[Origin, str | None]
"""Where a write comes from, and Home Assistant's id of the user if there is one."""


@dataclass(slots=True, eq=False)
class _Entry:
    step: Step
    fate: asyncio.Future[Fate]
    by: Author
    urgent: bool = False
    written: Callable[[], None] | None = None


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
    """The one way states are written."""

    def __init__(
        self,
        storage: Storage,
        timing: Timing,
        stored: Callable[[EquipmentId, State, Author], None],
        reachable: Callable[[StorageError | None], None],
        telling: Telling | None = None,
    ) -> None:
        """Call `stored` with each state read back, `reachable` with how the database is."""
        self._storage = storage
        self._timing = timing
        self._stored = stored
        self._reachable = reachable
        self._telling = telling or Telling()
        self._queue: list[_Entry] = []
        self._deferred: set[EquipmentId] = set()
        self._writer: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._lock = asyncio.Lock()

    @property
    def pending(self) -> Set[EquipmentId]:
        """Equipments with an outcome that waits for the database to come back."""
        return self._deferred

    async def submit(
        self,
        step: Step,
        by: Author,
        *,
        urgent: bool = False,
        written: Callable[[], None] | None = None,
    ) -> Fate:
        """Write a step with those of the same moment; `urgent` ones do not wait for others.

        Returns once it is written, refused or deferred. `written` is called when it is in
        the database, or refused by a guard, however late.
        """
        if step.writes == Writes():
            if written is not None:
                self._telling.tell(written)
            return Fate.WRITTEN
        fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        entry = _Entry(step, fate, by, urgent, written)
        self._queue.append(entry)
        if urgent:
            self._hurry.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._run(), name="elfe write-back")
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
            _LOGGER.warning("%d outcomes could not be written: %s", len(self._queue), error)

    async def _run(self) -> None:
        try:
            while self._queue:
                try:
                    async with asyncio.timeout(self._timing.write_window):
                        await self._hurry.wait()
                except TimeoutError:
                    pass
                self._hurry.clear()
                try:
                    await self._flush()
                except StorageError:
                    await asyncio.sleep(self._timing.write_retry)
        finally:
            self._writer = None

    async def _flush(self) -> None:
        """Write what is queued now, at most one step per equipment at a time.

        What is queued meanwhile waits for the next window: otherwise the first answers of a
        cycle would be followed by a statement each.
        """
        async with self._lock:
            due = list(self._queue)
            while due:
                batch: dict[EquipmentId, _Entry] = {}
                for entry in due:
                    batch.setdefault(entry.step.equipment_id, entry)
                written = set(map(id, batch.values()))
                due = [entry for entry in due if id(entry) not in written]
                await self._write(list(batch.values()))

    async def _write(self, entries: list[_Entry]) -> None:
        try:
            states = await self._storage.write([entry.step for entry in entries])
        except StorageDataError as error:
            # Refused for good: keeping these steps would hold up all that follow.
            _LOGGER.error("The database rejected outcomes: %s", error)  # noqa: TRY400
            await self._settle(entries, error.written, Fate.REJECTED)
            return
        except StorageError as error:
            self._reachable(error)
            self._deferred.update(entry.step.equipment_id for entry in self._queue)
            for entry in self._queue:
                if not entry.fate.done():
                    entry.fate.set_result(Fate.DEFERRED)
            raise
        except Exception as error:  # noqa: BLE001
            await self._write_apart(entries, error)
            return
        self._reachable(None)
        await self._settle(entries, states, Fate.GUARDED)

    async def _write_apart(self, entries: list[_Entry], error: Exception) -> None:
        """Drop a step that cannot be written by a mistake of ours, and write the others."""
        if len(entries) > 1:
            for entry in entries:
                await self._write([entry])
            return
        number = entries[0].step.equipment_id
        self._telling.note(f"An outcome of equipment {number} cannot be written", error)
        await self._settle(entries, {}, Fate.REJECTED)

    async def _settle(
        self, entries: list[_Entry], states: Mapping[EquipmentId, State], otherwise: Fate
    ) -> None:
        done = set(map(id, entries))
        self._queue = [entry for entry in self._queue if id(entry) not in done]
        if self._deferred:
            self._deferred = {entry.step.equipment_id for entry in self._queue}
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

    def _settle_one(
        self, entry: _Entry, states: Mapping[EquipmentId, State], otherwise: Fate
    ) -> None:
        """Settle the fate of a step, then tell of it: whoever is told may raise."""
        state = states.get(entry.step.equipment_id)
        if not entry.fate.done():
            entry.fate.set_result(otherwise if state is None else Fate.WRITTEN)
        if state is not None:
            self._telling.tell(self._stored, entry.step.equipment_id, state, entry.by)
        if entry.written is not None:
            self._telling.tell(entry.written)
