"""Outcomes and wishes written in guarded statements; a refused step does not cost the others."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from ...core.model import Constraints, EquipmentId, State
from ...core.outcome import Step
from ...engine.ground.ports import StorageDataError
from ..postgres import statements
from .assemble import state_of
from .connection import Connection
from .errors import StepsRefusedError, translate
from .schema import Schema


async def write_steps(
    connection: Connection, schema: Schema, steps: Sequence[Step]
) -> dict[EquipmentId, State]:
    """Write the steps; returns the states after those that no guard refused.

    `StepsRefusedError` when constraints refused some: by then all others are written.
    """
    try:
        return await _write(connection, schema, steps)
    except asyncpg.PostgresError as error:
        if not isinstance(translate(error), StorageDataError):
            raise
    written: dict[EquipmentId, State] = {}
    failed: dict[EquipmentId, StorageDataError] = {}
    # One transaction: should the connection be lost now, none of them is written.
    async with connection.transaction():
        await _split(connection, schema, steps, written, failed)
    raise StepsRefusedError(written, failed)


async def write_wishes(
    connection: Connection,
    schema: Schema,
    equipment_id: EquipmentId,
    wishes: Constraints,
    not_after: int | None,
) -> bool:
    """Write the wishes that are not `None`; whether they were, all of them."""
    values = (wishes.wished_end, wishes.cycle_duration, wishes.charge_left)
    if all(value is None for value in values):
        return False
    whole = (None if value is None else int(value) for value in values)
    statement = statements.write_constraints(schema)
    return bool(await connection.fetchval(statement, equipment_id, *whole, not_after))


async def _split(
    connection: Connection,
    schema: Schema,
    steps: Sequence[Step],
    written: dict[EquipmentId, State],
    failed: dict[EquipmentId, StorageDataError],
) -> None:
    try:
        async with connection.transaction():
            written |= await _write(connection, schema, steps)
    except asyncpg.PostgresError as error:
        reason = translate(error)
        if not isinstance(reason, StorageDataError):
            raise
        if len(steps) == 1:
            failed[steps[0].equipment_id] = reason
            return
        middle = len(steps) // 2
        await _split(connection, schema, steps[:middle], written, failed)
        await _split(connection, schema, steps[middle:], written, failed)


async def _write(
    connection: Connection, schema: Schema, steps: Sequence[Step]
) -> dict[EquipmentId, State]:
    rows = await connection.fetch(statements.write(schema), *_arrays(steps))
    return {EquipmentId(row[0]): state_of(row, 1) for row in rows}


def _arrays(steps: Sequence[Step]) -> list[list[Any]]:
    # By id, so that two writers take the locks of rows in the same order.
    rows = [
        (
            step.equipment_id,
            step.writes.mode,
            step.writes.control,
            step.writes.command,
            step.writes.ems_order,
            step.writes.programmed,
            step.writes.started,
            int(step.at),
            step.expected_mode,
            step.from_disabled,
            step.not_after,
            step.programmed_at,
        )
        for step in sorted(steps, key=lambda step: step.equipment_id)
    ]
    return [list(column) for column in zip(*rows, strict=True)]
