"""Every equipment and screen; read whole and rebuilt only where something changed."""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ...core.model import Equipment, EquipmentId, EquipmentTypeId, Inventory
from ...core.pace import paced
from ...core.safe_states import SafeStates
from ...core.screens import Screen
from ...engine.ground.ports import InventoryRead, Problem
from ..postgres import statements
from .assemble import Row, assemble
from .connection import Connection
from .schema import Schema
from .screens import ScreenFinder

type _Devices = Mapping[int | None, tuple[Row, ...]]
"""Rows of devices by equipment; those of the screens are under `None`."""


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
    devices: _Devices


@dataclass(frozen=True, slots=True)
class _Screens:
    """The screens made of rows, and what is wrong with these."""

    rows: tuple[Row, ...] = ()
    screens: tuple[Screen, ...] = ()
    problems: tuple[Problem, ...] = ()


class TypesChangedError(Exception):
    """The types of devices changed: the schema must be discovered again."""


class InventoryReader:
    """Reads the inventory; remembers rows to tell what changed. One read at a time."""

    def __init__(
        self,
        homes: list[str] | None,
        continuous: frozenset[EquipmentTypeId],
        safe_states: SafeStates,
    ) -> None:
        """Serve these homes, all when `None`."""
        self._homes = homes
        self._continuous = continuous
        self._safe_states = safe_states
        self._known: dict[int, _Known] = {}
        self._marks: dict[int, int | None] = {}
        self._devices: _Devices = {}
        self._topology: _Topology | None = None
        self._screens = _Screens()

    async def read(
        self, connection: Connection, schema: Schema, marking: Awaitable[Row]
    ) -> InventoryRead:
        """Read all; an unchanged equipment or tuple of screens is the same object as before.

        `marking` gives the answer to `statements.fingerprint`, empty if there is none.
        `TypesChangedError` when the schema is older than the types of devices.
        """
        marks, rows = await self._read_rows(connection, schema)
        devices = await self._read_devices(connection, schema, marking)
        known = self._known
        if self._devices is not devices:
            # Equipments whose rows are as before may have other devices.
            rows = {number: known[number].row for number in marks if number in known} | rows
        async for number, row in paced(rows.items()):
            known[number] = self._entry(row, devices.get(number, ()))
        self._devices = devices
        self._marks = marks
        self._known = known = {number: known[number] for number in marks}
        screens = self._screens = await self._find_screens(devices.get(None, ()))
        problems = [problem for entry in known.values() for problem in entry.problems]
        return InventoryRead(
            {
                equipment.id: equipment
                for entry in known.values()
                if (equipment := entry.equipment) is not None
            },
            (*problems, *screens.problems),
            screens.screens,
        )

    async def _read_rows(
        self, connection: Connection, schema: Schema
    ) -> tuple[dict[int, int | None], dict[int, Row]]:
        """Return every equipment's mark, by id in order, and the rows of which it is another.

        A row that is gone by the time it is read has no mark.
        """
        question = statements.equipment_marks(schema)
        if question is None:
            rows = await connection.fetch(statements.equipments(schema), self._homes)
            return {row[0]: None for row in rows}, {row[0]: row for row in rows}
        found = await connection.fetchrow(question, self._homes)
        ids, hashes = found if found is not None and found[0] else ((), ())
        old = self._marks
        changed = [n for n, mark in zip(ids, hashes, strict=True) if old.get(n) != mark]
        if len(changed) > len(ids) // 2:
            rows = await connection.fetch(statements.equipments(schema), self._homes)
        elif changed:
            some = statements.equipments(schema, some=True)
            rows = await connection.fetch(some, self._homes, changed)
        else:
            rows = []
        read = {row[0]: row for row in rows}
        gone = {number for number in changed if number not in read}
        marks = {n: mark for n, mark in zip(ids, hashes, strict=True) if n not in gone}
        return marks, {number: row for number, row in read.items() if number in marks}

    async def read_some(
        self, connection: Connection, schema: Schema, ids: Collection[EquipmentId]
    ) -> Inventory:
        """Read these equipments in two statements; `read` then gives the same objects."""
        numbers = list(ids)
        rows = await connection.fetch(
            statements.equipments(schema, some=True), self._homes, numbers
        )
        found = await connection.fetch(statements.devices(schema, some=True), self._homes, numbers)
        known = {} if self._topology is None else self._topology.devices
        devices = await _grouped(found, known)
        inventory: Inventory = {}
        for row in rows:
            self._known[row[0]] = entry = self._entry(row, devices.get(row[0], ()))
            # It is that of another row: one that is put back as it was is read again.
            self._marks.pop(row[0], None)
            if entry.equipment is not None:
                inventory[entry.equipment.id] = entry.equipment
        return inventory

    def _entry(self, row: Row, wiring: tuple[Row, ...]) -> _Known:
        """Return what was known of an equipment, made anew if a row changed."""
        old = self._known.get(row[0])
        if old is not None and old.devices is wiring and old.row == row:
            return old
        equipment, problems = assemble(row, wiring, self._continuous)
        if equipment is not None:
            safe_on = self._safe_states.of(equipment.id, equipment.type_id)
            equipment = equipment if safe_on is None else replace(equipment, safe_on=safe_on)
        if old is not None and old.equipment == equipment:
            equipment = old.equipment
        return _Known(row, wiring, equipment, problems)

    async def _find_screens(self, rows: tuple[Row, ...]) -> _Screens:
        old = self._screens
        if rows is old.rows:
            return old
        finder = ScreenFinder()
        async for row in paced(rows):
            finder.add(row)
        screens = tuple(finder.screens)
        kept = old.screens if old.screens == screens else screens
        return _Screens(rows, kept, tuple(finder.problems))

    async def _read_devices(
        self, connection: Connection, schema: Schema, marking: Awaitable[Row]
    ) -> _Devices:
        old = self._topology
        # Before the devices: a change in between is then seen at the next read.
        if mark := await marking:
            if old is not None and old.mark == mark and old.schema is schema:
                return old.devices
            if old is not None and old.schema is schema and old.mark[0] != mark[0]:
                raise TypesChangedError
        rows = await connection.fetch(statements.devices(schema), self._homes)
        devices = await _grouped(rows, {} if old is None else old.devices)
        self._topology = _Topology(schema, mark, devices)
        return devices


async def _grouped(rows: Sequence[Row], old: _Devices) -> _Devices:
    """Return the rows by equipment; the old group, itself, where nothing changed."""
    groups: dict[int | None, list[Row]] = {}
    async for row in paced(rows):
        groups.setdefault(row[0], []).append(row)
    grouped: dict[int | None, tuple[Row, ...]] = {}
    async for number, group in paced(groups.items()):
        new = tuple(group)
        before = old.get(number)
        grouped[number] = before if before is not None and before == new else new
    return grouped
