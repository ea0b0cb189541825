"""The plans of a slot: rows are chosen narrowly, and only new ones are read whole."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.model import EquipmentId
from ...core.plan import DAY, DayPlan
from ...engine.ports import PlansRead, Problem
from . import statements
from .assemble import Row
from .connection import Connection
from .inventory import CHUNK
from .schema import Schema
from .statements import WORD

_TO_BYTES: Final = bytes.maketrans(b"01", b"\0\1")


@dataclass(frozen=True, slots=True)
class _Known:
    version: int | None
    plan: DayPlan | None
    problems: tuple[Problem, ...]


class PlanReader:
    """Reads plans; remembers the rows of the last read, which an EMS hardly ever changes."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._known: dict[int, _Known] = {}

    async def read(self, connection: Connection, schema: Schema, slot: int) -> PlansRead:
        """Read the plans in force in the slot and those of the next one."""
        chosen = await connection.fetch(statements.plan_rows(schema), slot)
        old = self._known
        known: dict[int, _Known] = {}
        new: dict[int, Row] = {}
        for row in chosen:
            entry = old.get(row[0])
            # Without a version the row may have changed; a serial id may have been reused.
            if entry is None or row[3] is None or entry.version != row[3] or _moved(entry, row):
                new[row[0]] = row
            else:
                known[row[0]] = entry
        if new:
            await asyncio.sleep(0)
            await self._read_new(connection, schema, new, known)
        self._known = known
        plans = tuple(entry.plan for entry in known.values() if entry.plan is not None)
        problems = [problem for entry in known.values() for problem in entry.problems]
        return PlansRead(plans, tuple(problems))

    async def _read_new(
        self,
        connection: Connection,
        schema: Schema,
        new: dict[int, Row],
        known: dict[int, _Known],
    ) -> None:
        odd: list[int] = []
        rows = await connection.fetch(statements.packed_decisions(schema), list(new))
        for index, (number, all_or_ed, *words) in enumerate(rows):
            if index % CHUNK == CHUNK - 1:
                await asyncio.sleep(0)
            if all_or_ed not in (0, 1):
                odd.append(number)
                continue
            _, machine, first_valid, version = new[number]
            plan = DayPlan(EquipmentId(machine), first_valid, _unpacked(words), number)
            known[number] = _Known(version, plan, ())
        if odd:
            for number, *values in await connection.fetch(statements.plain_decisions(schema), odd):
                known[number] = _judge(new[number], values)


def _moved(entry: _Known, row: Row) -> bool:
    plan = entry.plan
    return plan is not None and (plan.equipment_id, plan.first_valid) != (row[1], row[2])


def _unpacked(words: Collection[int]) -> bytes:
    packed = 0
    for word in words:
        packed = packed << WORD | word
    return f"{packed:0{DAY}b}".encode().translate(_TO_BYTES)


def _judge(row: Row, values: Sequence[int | None]) -> _Known:
    """Return the plan of a row with values that are not expected: any but 0 means on."""
    number, machine, first_valid, version = row
    shown = {"id": str(machine), "row": str(number)}
    equipment_id = EquipmentId(machine)
    if None in values:
        return _Known(version, None, (Problem("malformed_plan", str(number), shown, equipment_id),))
    decisions = bytes(value != 0 for value in values)
    strange = sorted({str(value) for value in values if value not in (0, 1)})
    shown["values"] = ", ".join(strange[:5])
    problem = Problem("unexpected_decision", str(number), shown, equipment_id)
    return _Known(version, DayPlan(equipment_id, first_valid, decisions, number), (problem,))
