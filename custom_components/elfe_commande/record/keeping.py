"""Writes what is to be kept in one thread, a second's worth at a time, whatever the disk does."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
import logging
from typing import Final

from ..core.failing import failing
from ..core.model import EquipmentId
from ..core.timing import Timing
from ..engine.ground.ports import Problem
from .archive_file import ArchiveFile, DamagedFileError, NewerFileError, Size, StrangeRowError
from .rows import HUB, EventRow, Row

_LOGGER = logging.getLogger(__name__)

MOST_WAITING: Final = 50_000
"""Rows that wait to be written, some 10 MB: then the oldest are lost."""
_AT_ONCE: Final = 10_000
"""Rows in one transaction."""
_STEP: Final = 0.1
"""Which part of the time kept is forgotten at once where there is no room."""
_DAY: Final = 86_400.0
_SUBJECT: Final = "disk"

UNWRITABLE: Final = "record_unwritable"
SET_ASIDE: Final = "record_set_aside"
NEWER: Final = "record_newer"
SHORTENED: Final = "record_shortened"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long rows are kept, and how much room they may take."""

    days: int
    octets: int


@dataclass(frozen=True, slots=True)
class Told:
    """How a person hears what is wrong with the file, and that it is no longer."""

    report: Callable[[Problem], None]
    settle: Callable[[str, str], None]


class Keeper:
    """Never raises: what cannot be kept, or read, is told to a person."""

    def __init__(
        self,
        file: ArchiveFile,
        bounds: Bounds,
        timing: Timing,
        now: Callable[[], float],
        told: Told,
    ) -> None:
        """Open nothing yet; `now` returns the unix time."""
        self.file = file
        self.bounds = bounds
        self.lost = 0
        """Rows that could not be kept, since the start."""
        self.size: Size | None = None
        """As it was when it was last looked at."""
        self._timing = timing
        self._now = now
        self._told = told
        self._rows: deque[Row] = deque()
        self._turn = asyncio.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._thinned = float("-inf")
        self._unsaid = 0
        self._held = False
        self._closed = False
        self._refused = False
        """A later version wrote the file: it is left as it is."""
        self._failing = False

    # -- what comes

    def put(self, rows: Iterable[Row]) -> None:
        """Keep rows, soon."""
        if self._closed or self._refused:
            return
        self._rows.extend(rows)
        if (over := len(self._rows) - MOST_WAITING) > 0:
            if self._held:
                # A backup takes too long: what is written beside it is better than nothing.
                _LOGGER.warning("The record is written again, although a backup is not done")
                self._held = False
            else:
                for _ in range(over):
                    self._rows.popleft()
                self.lost += over
                self._unsaid += over
        self._write_later(self._timing.archive_retry if self._failing else None)

    @property
    def waiting(self) -> int:
        """How many rows are not on disk yet."""
        return len(self._rows)

    def _write_later(self, wait: float | None = None) -> None:
        if self._timer is None and self._writing is None and not self._held:
            wait = self._timing.archive_write if wait is None else wait
            self._timer = asyncio.get_running_loop().call_later(wait, self._write_now)

    def _write_now(self) -> None:
        self._timer = None
        if self._writing is None and not self._held and not self._closed:
            loop = asyncio.get_running_loop()
            self._writing = loop.create_task(self._write(), name="elfe record")

    async def _write(self) -> None:
        try:
            await self._flush()
            if not self._failing and self._elapsed() >= self._timing.archive_thin:
                await self._thin()
        except Exception:
            _LOGGER.exception("What happened cannot be kept; it is tried again")
            self._failing = True
        finally:
            self._writing = None
            if self._rows and not self._closed and not self._refused:
                self._write_later(self._timing.archive_retry if self._failing else None)

    async def _flush(self) -> None:
        """Write what waits; what the disk does not take goes on waiting."""
        async with self._turn:
            while self._rows and not self._refused and await self._write_some():
                pass

    async def _write_some(self) -> bool:
        """Write some of what waits; whether the disk took it."""
        first = self._rows[0]
        rows: list[Row] = list(islice(self._rows, _AT_ONCE))
        count = len(rows)
        if self._unsaid:
            rows.append(EventRow(HUB, self._now(), "lost", after=self._unsaid))
        if await self._try(partial(self._write_rows, rows)) is None:
            return False
        self._unsaid = 0
        # If not, some were lost meanwhile: what is left is written again, over itself.
        if self._rows and self._rows[0] is first:
            for _ in range(count):
                self._rows.popleft()
        return True

    def _write_rows(self, rows: list[Row]) -> int:
        """Write rows, in the thread; one that cannot be kept takes no other along."""
        try:
            return self.file.write(rows)
        except StrangeRowError as error:
            if len(rows) == 1:
                _LOGGER.warning("Something that happened cannot be kept: %s", error)
                return 0
            half = len(rows) // 2
            return self._write_rows(rows[:half]) + self._write_rows(rows[half:])

    async def _try[T](self, work: Callable[[], T]) -> T | None:
        """Return what comes of work in the thread; `None` if it fails, and a person is told."""
        try:
            done = await self._in_thread(work)
        except DamagedFileError as error:
            await self._set_aside(error)
            return None
        except NewerFileError:
            self._refuse()
            return None
        except OSError as error:
            if not self._failing:
                _LOGGER.warning("What happens cannot be kept: %s", error)
                self._told.report(Problem(UNWRITABLE, _SUBJECT, {"detail": failing(error)}))
            self._failing = True
            return None
        if self._failing:
            _LOGGER.info("What happens can be kept again")
            self._told.settle(UNWRITABLE, _SUBJECT)
            self._failing = False
        return done

    async def _set_aside(self, error: DamagedFileError) -> None:
        _LOGGER.error("The record is damaged, set aside and begun anew: %s", error)
        try:
            aside = await self._in_thread(self.file.set_aside)
        except OSError as refused:
            self._failing = True
            self._told.report(Problem(UNWRITABLE, _SUBJECT, {"detail": failing(refused)}))
            return
        self._told.report(Problem(SET_ASIDE, _SUBJECT, {"file": aside.name}))

    def _refuse(self) -> None:
        _LOGGER.error("The record was written by a later version: nothing is added to it")
        self._refused = True
        self._rows.clear()
        self._told.report(Problem(NEWER, _SUBJECT, {"file": self.file.path.name}))

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "elfe_record")
        task = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # What has begun goes on: whoever comes next must not overtake it.
            await asyncio.wait([task])
            raise

    # -- what goes

    def _elapsed(self) -> float:
        return asyncio.get_running_loop().time() - self._thinned

    async def _thin(self) -> None:
        """Forget what is too old, and more where it takes too much room."""
        self._thinned = asyncio.get_running_loop().time()
        before = self._now() - self.bounds.days * _DAY
        await self._thin_before(before)
        shortened = False
        while (size := await self._look()) is not None and size.octets > self.bounds.octets:
            if self._closed or size.since is None:
                return
            oldest = max(before, size.since)
            before = oldest + max(3600.0, (self._now() - oldest) * _STEP)
            if before >= self._now():
                break
            await self._thin_before(before)
            shortened = True
        self._tell_of_room(size, shortened=shortened)

    async def _thin_before(self, before: float) -> None:
        work = partial(self.file.thin, before)
        while not self._closed and not self._held and await self._try(work):
            pass

    async def _look(self) -> Size | None:
        if (size := await self._try(self.file.size)) is not None:
            self.size = size
        return size

    def _tell_of_room(self, size: Size | None, *, shortened: bool) -> None:
        """Tell a person that less is kept than they wanted; until all of it fits again."""
        if size is None or size.since is None:
            return
        kept = (self._now() - size.since) / _DAY
        if shortened:
            about = {
                "days": str(self.bounds.days),
                "kept": str(max(1, round(kept))),
                "megabytes": str(self.bounds.octets // 1_000_000),
            }
            self._told.report(Problem(SHORTENED, _SUBJECT, about))
        elif kept >= self.bounds.days - 1:
            self._told.settle(SHORTENED, _SUBJECT)

    # -- backups

    async def hold(self) -> None:
        """Have all that is known in the file itself, and write nothing until `release`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._held = True
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await self._flush()
        await self._try(self.file.checkpoint)

    def release(self) -> bool:
        """Write again; whether nothing was written since `hold`."""
        held, self._held = self._held, False
        if self._rows:
            self._write_later()
        return held

    # -- questions

    async def read[R: Row](
        self,
        kind: type[R],
        equipment_ids: Iterable[EquipmentId] | None,
        start: float,
        end: float,
        limit: int,
    ) -> list[R]:
        """Return rows as `ArchiveFile.read` does, those that wait included."""
        if self._refused or self._closed:
            return []
        if not self._held:
            await self._flush()
        ids = None if equipment_ids is None else list(equipment_ids)
        rows = await self._try(partial(self.file.read, kind, ids, start, end, limit))
        return rows or []

    async def recall[R: Row](self, kind: type[R], start: float, end: float) -> list[R]:
        """Return what is kept of all loads, nothing if that takes too long."""
        task = asyncio.ensure_future(self.read(kind, None, start, end, MOST_WAITING))
        done, _ = await asyncio.wait([task], timeout=self._timing.archive_open)
        if not done:
            _LOGGER.warning("The record does not answer; the start goes on without it")
            return []
        return task.result()

    async def close(self) -> None:
        """Write what waits, and let go of the file."""
        if self._closed:
            return
        self._held = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await self._flush()
        self._closed = True
        if self._thread is not None:
            await self._in_thread(self.file.close)
            # It has nothing left to do: this takes no time.
            self._thread.shutdown()
