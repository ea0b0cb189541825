"""Reads rows again just before an order: all that is asked in one moment in one statement."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from ...core.model import EquipmentId, State
from ...core.pace import paced
from ...core.timing import Timing
from ..ground.ports import Storage


class FreshReader:
    """Knows how old each row is, and reads those that are too old together."""

    def __init__(
        self,
        storage: Storage,
        timing: Timing,
        *,
        stored: Callable[[EquipmentId, State], None],
        gone: Callable[[EquipmentId], None],
        revision: Callable[[EquipmentId], int | None],
    ) -> None:
        """Call `stored` with each state read, `gone` for a row that is no longer there.

        `revision` counts what was stored of an equipment: a state read before the last write
        says nothing new.
        """
        self._storage = storage
        self._timing = timing
        self._stored = stored
        self._gone = gone
        self._revision = revision
        self.companions: Callable[[], Iterable[EquipmentId]] = tuple
        """Equipments that will be asked for soon: they are read along."""
        self._read_at: dict[EquipmentId, float] = {}
        self._read_along: set[EquipmentId] = set()
        self._hurry = asyncio.Event()
        self._batch: tuple[set[EquipmentId], asyncio.Task[None]] | None = None

    def note(self, ids: frozenset[EquipmentId] | set[EquipmentId]) -> None:
        """Take note that these rows were read just now."""
        now = asyncio.get_running_loop().time()
        self._read_at.update(dict.fromkeys(ids, now))
        self._read_along.difference_update(ids)

    async def ensure(
        self,
        equipment_id: EquipmentId,
        *,
        anew: bool = False,
        patient: bool = False,
        urgent: bool = False,
    ) -> None:
        """Have a row that is fresh, or read `anew` however fresh; raises `StorageError`.

        Rows that were read along stay fresh for longer to whoever is `patient`: the rest of a
        long cycle is then one read, not one every two seconds. What is `urgent` waits for no
        others to be read with.
        """
        now = asyncio.get_running_loop().time()
        lasts = self._timing.fresh_for
        if patient and equipment_id in self._read_along:
            lasts = self._timing.batch_fresh_for
        known = now - self._read_at.get(equipment_id, -1e9) <= lasts
        if known and not anew:
            return
        if self._batch is None:
            wanted: set[EquipmentId] = set()
            self._batch = (wanted, asyncio.create_task(self._read(wanted)))
        ids, reading = self._batch
        ids.add(equipment_id)
        if urgent:
            self._hurry.set()
        await asyncio.shield(reading)

    async def _read(self, ids: set[EquipmentId]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.read_window):
                await self._hurry.wait()
        self._hurry.clear()
        self._batch = None
        along = set(self.companions()) - ids
        ids |= along
        revisions = {equipment_id: self._revision(equipment_id) for equipment_id in ids}
        states = await self._storage.read_states(ids)
        self.note(ids)
        self._read_along |= along
        async for equipment_id in paced(ids):
            state = states.get(equipment_id)
            if state is None:
                self._gone(equipment_id)
            elif self._revision(equipment_id) == revisions[equipment_id]:
                self._stored(equipment_id, state)
