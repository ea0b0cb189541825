"""Looks whether database and broker are there and hear us; asks a person about what is away long."""

import asyncio
from typing import Final

from .ground.background import begin, within
from .ground.ports import Messenger, Problem, StorageError, StorageUnreachableError
from .rooms import Rooms

BROKER: Final = "broker_lost", "broker"
TOPICS: Final = "topics_not_granted", "broker"
DATABASE: Final = "database_lost", "database"


class Lookout:
    """Asks the database once a minute: in a quiet quarter-hour nobody else does."""

    def __init__(self, rooms: Rooms) -> None:
        """Look at nothing yet."""
        self._rooms = rooms
        self._ground = rooms.ground
        self._rows = rooms.rows
        self._messenger: Messenger = rooms.world.messenger
        self._lost_at: dict[tuple[str, str], float] = {}
        """Since when each is away, by the loop's time."""
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on, until stopped."""
        self._looking = begin(self._run(), "lookout")

    async def stop(self) -> None:
        """Look no longer."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking], timeout=self._ground.timing.stop_allowance)
            self._looking = None

    def broker_changed(self, connected: bool) -> None:
        """Count from the moment at which the broker is lost; all is well once it is back."""
        self._note(BROKER, lost=not connected)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._ground.timing.connection_look)
            with self._ground.telling.noted("Nobody looked whether database and broker are there"):
                await self.look()

    async def look(self) -> None:
        """Look at both once."""
        self._note(BROKER, lost=not self._messenger.connected)
        await self._ask()
        error = self._rows.storage_error
        # What the database refuses is a repair of its own, at once; so is one that only reads.
        away = type(error) is StorageUnreachableError
        if ("disk_unwritable", "disk") in self._ground.problems:
            # A home without a server: its database is the disk, which has a repair too.
            away = False
        self._note(DATABASE, lost=away, detail=str(error))
        if self._messenger.connected:
            await self._listen_again()

    async def _listen_again(self) -> None:
        """Have the broker asked for what it did not grant, and go on with whoever waited for it."""
        if await self._rooms.acks.listen_again():
            self._rooms.executor.look_again()
        await self._rooms.surfaces.listen_again()
        devices, screens = self._rooms.acks.ungranted, self._rooms.surfaces.ungranted
        # An appliance that is not driven is worse than a screen that does nothing.
        topic, count = min(devices or screens, default=""), len(devices | screens)
        self._note(TOPICS, lost=bool(topic), count=str(count), topic=topic)

    async def _ask(self) -> None:
        """Ask the database whether it is there, and take note of the answer."""
        timing, rows = self._ground.timing, self._rows
        try:
            await within(
                timing.part_limit, rows.storage.ping(), "ping", allowance=timing.stop_allowance
            )
        except StorageError as error:
            rows.reachable(error)
        except TimeoutError:
            rows.reachable(StorageUnreachableError("no answer in time"))
        else:
            # That it answers does not say that it takes or gives everything again.
            if type(rows.storage_error) is StorageUnreachableError:
                rows.reachable(of_plans=True)

    def _note(self, what: tuple[str, str], *, lost: bool, **placeholders: str) -> None:
        """Take note of whether something is away, and ask a person once it is for long."""
        problems = self._ground.problems
        if not lost:
            self._lost_at.pop(what, None)
            problems.settle(*what)
            return
        now = asyncio.get_running_loop().time()
        since = self._lost_at.setdefault(what, now)
        problem = Problem(*what, placeholders)
        if now - since >= self._ground.timing.outage_told and problem not in list(problems):
            problems.report(problem)
