"""The plans of a slot: rows are chosen narrowly, and only new ones are read whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...core.model import EquipmentId
from ...core.pace import paced
from ...core.plan import DAY, DayPlan
from ...engine.ground.ports import PlansRead, Problem
from ..postgres import statements
from .assemble import Row
from .connection import Connection
from .schema import Schema
from .statements import WORD

_TO_BYTES: Final = bytes.maketrans(b"01", b"\0\1")


@dataclass(frozen=True, slots=True)
class _Known:
    row: Row
    """Id, machine, first valid, version of the row: of a row updated, or an id used again."""
    plan: DayPlan | None
    problems: tuple[Problem, ...]


class PlanReader:
    """Reads plans; remembers the rows of the last read, which an EMS hardly ever changes."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._known: dict[int, _Known] = {}

    async def read(self, connection: Connection, schema: Schema, slot: int) -> PlansRead:
        """Read the plans in force in the slot and those of the next one."""
        columns = await connection.fetchrow(statements.plan_rows(schema), slot)
        known, new = await self._sorted([column or () for column in columns or ((),) * 4])
        if new:
            await self._read_new(connection, schema, new, known)
        self._known = known
        plans = tuple([entry.plan for entry in known.values() if entry.plan is not None])
        problems = [problem for entry in known.values() for problem in entry.problems]
        return PlansRead(plans, tuple(problems))

    async def _sorted(
        self, columns: Sequence[Sequence[Any]]
    ) -> tuple[dict[int, _Known], dict[int, Row]]:
        """Return what is known of the chosen rows, and the rows that are not.

        The columns are those of `statements.plan_rows`.
        """
        old = self._known
        known: dict[int, _Known] = {}
        new: dict[int, Row] = {}
        async for row in paced(zip(*columns, strict=True)):
            entry = old.get(row[0])
            if entry is not None and row[3] is not None and entry.row == row:
                known[row[0]] = entry
            else:
                new[row[0]] = row
        return known, new

    async def _read_new(
        self,
        connection: Connection,
        schema: Schema,
        new: dict[int, Row],
        known: dict[int, _Known],
    ) -> None:
        odd: list[int] = []
        rows = await connection.fetch(statements.packed_decisions(schema), list(new))
        async for number, all_or_ed, *words in paced(rows):
            if all_or_ed not in (0, 1):
                odd.append(number)
                continue
            row = new[number]
            plan = DayPlan(EquipmentId(row[1]), row[2], _unpacked(words), number)
            known[number] = _Known(row, plan, ())
        if odd:
            for number, *values in await connection.fetch(statements.plain_decisions(schema), odd):
                known[number] = _judge(new[number], values)


def _unpacked(words: Collection[int]) -> bytes:
    packed = 0
    for word in words:
        packed = packed << WORD | word
    return f"{packed:0{DAY}b}".encode().translate(_TO_BYTES)


def _judge(row: Row, values: Sequence[int | None]) -> _Known:
    """Return the plan of a row with values that are not expected: any but 0 means on."""
    number, machine, first_valid, _ = row
    shown = {"id": str(machine), "row": str(number)}
    equipment_id = EquipmentId(machine)
    if None in values:
        return _Known(row, None, (Problem("malformed_plan", str(number), shown, equipment_id),))
    decisions = bytes(value != 0 for value in values)
    strange = sorted({str(value) for value in values if value not in (0, 1)})
    shown["values"] = ", ".join(strange[:5])
    problem = Problem("unexpected_decision", str(number), shown, equipment_id)
    return _Known(row, DayPlan(equipment_id, first_valid, decisions, number), (problem,))
