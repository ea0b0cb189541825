"""Every equipment in two statements, rebuilt only where something changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...core.model import Equipment, EquipmentTypeId, Inventory
from ...engine.ports import InventoryRead, Problem
from . import statements
from .assemble import Row, assemble
from .connection import Connection
from .schema import Schema

CHUNK: Final = 250
"""Rows between two yields to the event loop."""


@dataclass(frozen=True, slots=True)
class _Known:
    row: Row
    devices: tuple[Row, ...]
    equipment: Equipment | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Topology:
    """The devices of every equipment, and the mark by which a change is seen."""

    schema: Schema
    mark: Row
    devices: dict[int, tuple[Row, ...]]


class TypesChangedError(Exception):
    """The types of devices changed: the schema must be discovered again."""


class InventoryReader:
    """Reads the inventory; remembers rows to tell what changed. One read at a time."""

    def __init__(self, homes: list[str] | None, continuous: frozenset[EquipmentTypeId]) -> None:
        """Serve these homes, all when `None`."""
        self._homes = homes
        self._continuous = continuous
        self._known: dict[int, _Known] = {}
        self._topology: _Topology | None = None

    async def read(self, connection: Connection, schema: Schema) -> InventoryRead:
        """Read all; an unchanged equipment is the same object as before.

        `TypesChangedError` when the schema is older than the types of devices.
        """
        rows = await connection.fetch(statements.equipments(schema), self._homes)
        devices = await self._read_devices(connection, schema)
        known: dict[int, _Known] = {}
        inventory: Inventory = {}
        problems: list[Problem] = []
        for index, row in enumerate(rows):
            if index % CHUNK == CHUNK - 1:
                await asyncio.sleep(0)
            number = row[0]
            wiring = devices.get(number, ())
            entry = self._known.get(number)
            if entry is None or entry.devices is not wiring or entry.row != row:
                entry = self._build(row, wiring, entry)
            known[number] = entry
            if entry.equipment is not None:
                inventory[entry.equipment.id] = entry.equipment
            if entry.problems:
                problems += entry.problems
        self._known = known
        return InventoryRead(inventory, tuple(problems))

    def _build(self, row: Row, wiring: tuple[Row, ...], old: _Known | None) -> _Known:
        equipment, problems = assemble(row, wiring, self._continuous)
        if old is not None and old.equipment == equipment:
            equipment = old.equipment
        return _Known(row, wiring, equipment, problems)

    async def _read_devices(
        self, connection: Connection, schema: Schema
    ) -> dict[int, tuple[Row, ...]]:
        question = statements.fingerprint(schema)
        mark: Row = ()
        old = self._topology
        if question is not None:
            # Before the devices: a change in between is then seen at the next read.
            mark = tuple(await connection.fetchrow(question) or ())
            if old is not None and old.mark == mark and old.schema is schema:
                return old.devices
            if old is not None and old.schema is schema and old.mark[0] != mark[0]:
                raise TypesChangedError
        rows = await connection.fetch(statements.devices(schema), self._homes)
        devices = await _grouped(rows, {} if old is None else old.devices)
        self._topology = _Topology(schema, mark, devices)
        return devices


async def _grouped(
    rows: Sequence[Row], old: dict[int, tuple[Row, ...]]
) -> dict[int, tuple[Row, ...]]:
    """Return the rows by equipment; the old group, itself, where nothing changed."""
    groups: dict[int, list[Row]] = {}
    for index, row in enumerate(rows):
        if index % CHUNK == CHUNK - 1:
            await asyncio.sleep(0)
        groups.setdefault(row[0], []).append(row)
    grouped: dict[int, tuple[Row, ...]] = {}
    for index, (number, group) in enumerate(groups.items()):
        if index % CHUNK == CHUNK - 1:
            await asyncio.sleep(0)
        new = tuple(group)
        before = old.get(number)
        grouped[number] = before if before is not None and before == new else new
    return grouped
