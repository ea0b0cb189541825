"""Who drives which homes, decided by the database: exactly one of those that share it."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
import logging
import time
from typing import override

from ...core.model import HomeId
from ...core.timing import Timing
from ...engine.ground.ports import Document, Ownership, Problem, Standing, StorageError
from .locks import Company, Locks, SharedSessionError
from .postgres_settings import PostgresSettings

_LOGGER = logging.getLogger(__name__)

_DATABASE = "database"


def elapsed() -> float:
    """Return seconds that go on while the process, or the machine, sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class PostgresOwnership(Ownership):
    """Holds locks on a connection of its own, and knows how old the last proof of it is.

    Whoever comes first takes all that is free, and keeps it: nothing moves while its holder
    lives. Without the database, those homes stay ours that nobody else would have taken when it
    was reached last; what was known then is on disk.
    """

    def __init__(self, settings: PostgresSettings, timing: Timing, document: Document) -> None:
        """Prepare; `document` outlives the engine."""
        self.settings = settings
        self._timing = timing
        self._document = document
        self._homes: Callable[[], Collection[HomeId]] = tuple
        self._changed: Callable[[], None] = lambda: None
        self.locks: Locks | None = None
        """What the present session holds."""
        self._proved_at = float("-inf")
        self._dark_at = float("-inf")
        """When the database could not be reached, last time."""
        self._company = Company(any_home=True)
        """Who else was there last time; as long as that was never known, somebody may be."""
        self._pooled = False
        self._strangers_since: float | None = None
        self._wake = asyncio.Event()
        self._concluded: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    @override
    async def open(
        self, homes: Callable[[], Collection[HomeId]], changed: Callable[[], None]
    ) -> None:
        self._homes, self._changed = homes, changed
        remembered = await self._document.load() or {}
        any_home, rivals = remembered.get("any_home", True), remembered.get("homes", ())
        self._company = Company(any_home=bool(any_home), homes=frozenset(rivals))
        await self._attempt()
        self._task = asyncio.create_task(self._run(), name="elfe ownership")

    @override
    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        locks, self.locks = self.locks, None
        self._proved_at = self._dark_at = float("-inf")
        if locks is not None:
            await locks.close(self._timing.stop_allowance)

    @override
    def standing(self, home: HomeId) -> Standing:
        now, lasts = elapsed(), self._timing.owner_proof
        if self.locks is not None and not self.locks.closed and now < self._proved_at + lasts:
            return Standing.OURS if self.locks.holds(home) else Standing.THEIRS
        if now < self._dark_at + lasts and not self._company.wants(home):
            return Standing.OURS
        return Standing.UNKNOWN

    @override
    async def prove(self) -> None:
        if not self._is_known and self._task is not None:
            await self.look()

    async def look(self) -> None:
        """Look now at what is ours; returns once that is known, or cannot be."""
        if self._concluded is None or self._concluded.done():
            self._concluded = asyncio.get_running_loop().create_future()
        self._wake.set()
        # Whoever gives up waiting breaks it off for nobody else.
        await asyncio.wait([self._concluded], timeout=self._timing.owner_proof)

    @property
    @override
    def installations(self) -> int:
        return self._company.others + 1

    @property
    @override
    def problems(self) -> tuple[Problem, ...]:
        found = []
        if self._pooled:
            found.append(Problem("pooler", _DATABASE))
        since = self._strangers_since
        if since is not None and elapsed() >= since + self._timing.stranger_patience:
            count = str(self._company.strangers)
            found.append(Problem("another_controller", _DATABASE, {"count": count}))
        return tuple(found)

    @property
    def _is_known(self) -> bool:
        now, lasts = elapsed(), self._timing.owner_proof
        if self.locks is not None and self.locks.closed:
            return False
        return now < max(self._proved_at, self._dark_at) + lasts

    async def _run(self) -> None:
        """Prove it again and again; at once when the connection is lost or somebody asks."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timing.owner_beat):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._attempt()
            except Exception:
                _LOGGER.exception("It cannot be proved whose the homes are")
                self._drop()

    async def _attempt(self) -> None:
        """Prove what is ours and take what is nobody's; tell of what changed."""
        try:
            # A pooler is there until somebody enters another address, which makes an entry anew.
            if not self._pooled:
                await self._look_and_take()
        except SharedSessionError:
            self._pooled = True
            self._drop()
        except StorageError as error:
            _LOGGER.debug("It cannot be proved whose the homes are: %s", error)
            self._drop()
        finally:
            if self._concluded is not None and not self._concluded.done():
                self._concluded.set_result(None)
        self._changed()

    async def _look_and_take(self) -> None:
        if self.locks is not None and not self.locks.closed:
            try:
                await self._prove_with(self.locks)
            except StorageError:
                # A session that ended says nothing of the database: it is asked anew.
                self._drop()
            else:
                return
        try:
            self.locks = locks = await Locks.open(self.settings, self._timing)
        except StorageError:
            self._dark_at = elapsed()
            raise
        self._dark_at = float("-inf")
        locks.connection.add_termination_listener(lambda _: self._wake.set())
        await self._prove_with(locks)

    async def _prove_with(self, locks: Locks) -> None:
        began = elapsed()
        company = await locks.look()
        if await locks.take(self._homes()):
            # Seen to be held, and by the session that we speak to.
            await locks.look()
        self._proved_at = began
        if not company.strangers:
            self._strangers_since = None
        elif self._strangers_since is None:
            self._strangers_since = began
        before, self._company = self._company, company
        if (before.any_home, before.homes) != (company.any_home, company.homes):
            # A disk that cannot be written tells of it itself.
            rivals = {"any_home": company.any_home, "homes": sorted(company.homes)}
            with suppress(OSError):
                await self._document.save(rivals)

    def _drop(self) -> None:
        locks, self.locks = self.locks, None
        self._proved_at = float("-inf")
        if locks is not None:
            locks.drop()
