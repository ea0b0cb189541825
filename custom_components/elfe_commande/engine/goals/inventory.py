"""Keeps the statuses in step with the rows: what appeared, what changed, what went."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ...core.lifecycle import Code
from ...core.model import Equipment, EquipmentId
from ...core.screens import Screen
from ..ground.events import InventoryChanged, ProblemsChanged
from ..ground.ground import Ground
from ..ground.ports import Problem
from ..ground.problems import log_new
from ..ground.status import EquipmentStatus
from ..ground.store import ELSEWHERE, Author
from ..orders.acks import Acks
from ..orders.executor import Executor
from ..rows.rows import Rows


@dataclass(slots=True)
class InventoryKeeper:
    """Reads every row. `problems` are those of the last read."""

    ground: Ground
    rows: Rows
    executor: Executor
    acks: Acks
    problems: tuple[Problem, ...] = ()
    screens: tuple[Screen, ...] = ()
    """Wall screens of the last read."""
    take_screens: Callable[[tuple[Screen, ...]], None] = lambda _: None
    """Called with the screens when they changed."""
    regroup: Callable[[], None] = lambda: None
    """Called when equipments came, went, or changed their home."""
    was_read: Callable[[], None] = lambda: None
    """Called each time that every row was read."""

    async def read(self) -> None:
        """Read every row, and take over what changed since; raises `StorageError`."""
        ground, statuses = self.ground, self.ground.store.statuses
        began = asyncio.get_running_loop().time()
        revisions = {i: status.revision for i, status in statuses.items()}
        read = await self.rows.storage.read_inventory()
        self.rows.fresh.note(set(read.equipments))
        equipments = {**read.equipments, **self.rows.with_wishes(read.equipments, began)}
        added: list[EquipmentId] = []
        rewire: list[EquipmentStatus] = []
        differing = [
            (known, equipment)
            for equipment_id, equipment in equipments.items()
            if (known := statuses.get(equipment_id)) is None or known.equipment is not equipment
        ]
        for status, equipment in differing:
            equipment_id = equipment.id
            if status is None:
                statuses[equipment_id] = new = EquipmentStatus(equipment)
                added.append(equipment_id)
                rewire.append(new)
            else:
                if status.equipment.devices != equipment.devices:
                    rewire.append(status)
                newer = status.revision != revisions.get(equipment_id)
                waits = equipment_id in self.rows.write_back.pending
                self._adopt(status, equipment, keep_state=newer or waits)
        removed = frozenset(statuses.keys() - equipments.keys())
        for equipment_id in removed:
            self.executor.cancel(equipment_id)
            self.acks.unwire(equipment_id)
            del statuses[equipment_id]
        if added or removed:
            self.regroup()
            ground.notify(InventoryChanged(frozenset(added), removed))
        if read.screens != self.screens:
            self.screens = read.screens
            self.take_screens(read.screens)
        if read.problems != self.problems:
            log_new(read.problems, self.problems)
            self.problems = read.problems
            ground.notify(ProblemsChanged())
        if rewire and ground.lifecycle.code >= Code.CONNECTED:
            await self.acks.wire(rewire)
        self.was_read()

    async def read_one(self, equipment_id: EquipmentId, by: Author) -> bool:
        """Read one row anew; its changes are by `by`. Raises `StorageError`.

        Whether its mode is another than the one that was last ordered for.
        """
        revision = self.ground.store.revision
        while True:
            began, known = asyncio.get_running_loop().time(), revision(equipment_id)
            read = await self.rows.storage.read_equipments([equipment_id])
            # What was written meanwhile may be newer than what was read.
            if revision(equipment_id) == known:
                break
        status = self.ground.store.statuses.get(equipment_id)
        kept = self.rows.as_kept(read.values())
        equipment = (kept | self.rows.with_wishes(kept, began)).get(equipment_id)
        if status is None or equipment is None:
            return False
        rewire = status.equipment.devices != equipment.devices
        other_mode = equipment.state.mode != status.settled_mode
        self._adopt(status, equipment, by, keep_state=False)
        if rewire:
            await self.acks.wire([status])
        return other_mode

    def _adopt(
        self,
        status: EquipmentStatus,
        equipment: Equipment,
        by: Author = ELSEWHERE,
        *,
        keep_state: bool,
    ) -> None:
        """Take a row over; keep our state if it was written meanwhile, or waits to be written."""
        known = status.equipment
        state = known.state if keep_state else equipment.state
        adopted = equipment if state == equipment.state else equipment.with_state(state)
        status.equipment = adopted.with_state(known.state)
        self.ground.store.take(equipment.id, state, by)
        status.equipment = adopted
        if adopted.home != known.home:
            self.regroup()
        if adopted != known:
            self.ground.store.changed(equipment.id)
