"""Disk and database in memory: a kill, or an outage, may come between a question and its answer."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
import json
from typing import Any, Final, override

from custom_components.elfe_commande.core.appliances import CONTINUOUS_TYPES
from custom_components.elfe_commande.core.model import (
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.outcome import Step
from custom_components.elfe_commande.engine.ground.ports import (
    InventoryRead,
    PlansRead,
    Storage,
    StorageUnreachableError,
)
from custom_components.elfe_commande.storage.local import Definition, LocalStorage
from demo.engine_host import MemoryDisk, MemoryDocument, MemoryLog
from demo.territory import PILOTED, Equipment as Described

from .leaps import BEGIN

LAG: Final = 0.005
"""Seconds that a message, a statement or a save takes, one way."""


class _Document(MemoryDocument):
    """Saved a moment after it is asked for: a kill may come in between."""

    @override
    async def save(self, data: dict[str, Any]) -> None:
        text = _as_json(data)
        await asyncio.sleep(LAG)
        self.saves += 1
        self.text = text


class _Log(MemoryLog):
    @override
    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        added = [_as_json(row) for row in rows]
        await asyncio.sleep(LAG)
        self.rows += added

    @override
    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        left = [_as_json(row) for row in rows]
        await asyncio.sleep(LAG)
        self.rows = left


class PocketDisk(MemoryDisk):
    """Documents that are saved a moment after that is asked for."""

    @override
    def document(self, name: str) -> MemoryDocument:
        return self.documents.setdefault(name, _Document())

    @override
    def log(self, name: str) -> MemoryLog:
        return self.logs.setdefault(name, _Log())

    def found(self) -> PocketDisk:
        """Return what is on it now, for the next engine: the last one writes to it no more."""
        disk = PocketDisk()
        for name, document in self.documents.items():
            disk.document(name).text = document.text
        for name, log in self.logs.items():
            disk.log(name).rows = list(log.rows)
        return disk


def _as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data)


class Tables:
    """The database: as the one of a local home, and reached over a network."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        """Hold these appliances."""
        self.rows = LocalStorage(_Document(), definitions)
        self.up = True


class Session(Storage):
    """What one engine has of the database."""

    def __init__(self, tables: Tables) -> None:
        """Reach it until the engine is dead."""
        self._tables = tables
        self.alive = True

    async def _ask[T](self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask; where the database goes away before the answer is there, it may have done it."""
        await asyncio.sleep(LAG)
        if not self.alive:
            raise asyncio.CancelledError
        self._require_up()
        answer = await question()
        await asyncio.sleep(LAG)
        self._require_up()
        return answer

    def _require_up(self) -> None:
        if not self._tables.up:
            raise StorageUnreachableError("no route to host")

    @override
    async def open(self) -> None:
        await self.ping()

    @override
    async def close(self) -> None:
        pass

    @override
    async def ping(self) -> None:
        await self._ask(self._tables.rows.ping)

    @override
    async def read_inventory(self) -> InventoryRead:
        return await self._ask(self._tables.rows.read_inventory)

    @override
    async def read_plans(self, slot: int) -> PlansRead:
        return await self._ask(lambda: self._tables.rows.read_plans(slot))

    @override
    async def plan_mark(self) -> int:
        return await self._ask(self._tables.rows.plan_mark)

    @override
    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        return await self._ask(lambda: self._tables.rows.read_states(ids))

    @override
    async def read_equipments(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, Equipment]:
        return await self._ask(lambda: self._tables.rows.read_equipments(ids))

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        return await self._ask(lambda: self._tables.rows.write(steps))

    @override
    async def write_constraints(
        self, equipment_id: EquipmentId, wishes: Constraints, not_after: int | None = None
    ) -> bool:
        return await self._ask(
            lambda: self._tables.rows.write_constraints(equipment_id, wishes, not_after)
        )


def equipment_of(each: Described) -> Equipment:
    """Return an appliance as the engine knows it, programmed an hour ago."""
    piloted = each.mode == PILOTED
    once = each.type not in CONTINUOUS_TYPES
    return Equipment(
        id=EquipmentId(each.id),
        typology_id=TypologyId(each.typology),
        type_id=EquipmentTypeId(each.type),
        name=each.name,
        home=HomeId(each.home),
        state=State(
            each.mode,
            25 if piloted else 15,
            11 if piloted else 13,
            ems_order=False,
            last_programmed=BEGIN - 3600,
        ),
        continuous=not once,
        devices=tuple(
            Device(
                DeviceId(d.id),
                DeviceTypeId(d.type),
                d.usage,
                d.topics.control,
                d.topics.command,
                d.topics.lwt,
                d.hardware or d.id,
            )
            for d in sorted(each.devices, key=lambda d: d.id)
        ),
        constraints=Constraints(
            wished_end=BEGIN + int(each.hours_ahead * 3600) if once else None,
            cycle_duration=each.cycle if once else None,
        ),
    )
