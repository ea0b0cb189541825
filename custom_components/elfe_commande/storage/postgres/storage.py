"""ELFE's coordination database as the engine's storage."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import override

from ...core.model import Constraints, EquipmentId, HomeId, Inventory, State
from ...core.outcome import Step
from ...engine.ground.ports import InventoryRead, PlansRead, Storage, StorageSchemaError
from ..postgres import statements
from .assemble import Row, state_of
from .config_check import read_homes
from .connection import Connection, Database
from .discovery import discover
from .errors import ConnectionLostError
from .inventory import InventoryReader, TypesChangedError
from .plans import PlanReader
from .postgres_settings import PostgresSettings
from .schema import Schema
from .writes import write_steps, write_wishes

# At most 4 connections in all: one is left for the advisory locks of several instances.
_ALONE = 3
_WITH_PLANS_ELSEWHERE = 2


class PostgresStorage(Storage):
    """Reads and writes the tables of the reference; connects when needed, and again.

    No method needs `open` to have succeeded: each opens what is not open yet. Needs
    SELECT, and UPDATE on the columns of an equipment's state and of people's wishes.
    """

    def __init__(
        self, settings: PostgresSettings, opened: Callable[[Connection], None] | None = None
    ) -> None:
        """Prepare; `opened` is called with every new connection (to log its statements)."""
        self.settings = settings
        shared = settings.plan_database == settings.database
        size = _ALONE if shared else _WITH_PLANS_ELSEWHERE
        self._coordination = Database(settings, settings.database, size, opened)
        self._plans = (
            self._coordination if shared else Database(settings, settings.plan_database, 1, opened)
        )
        self._schema: Schema | None = None
        self._discovering = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._reading_plans = asyncio.Lock()
        homes: list[str] | None = [*sorted(settings.homes)] or None
        self._inventory = InventoryReader(homes, settings.continuous_types, settings.safe_states)
        self._plan_reader = PlanReader()

    @override
    async def open(self) -> None:
        self._schema = None
        await self._discovered()

    @override
    async def ping(self) -> None:
        for database in dict.fromkeys((self._coordination, self._plans)):
            async with database.connection() as connection:
                await connection.execute("SELECT 1")

    @override
    async def close(self) -> None:
        await self._coordination.close()
        if self._plans is not self._coordination:
            await self._plans.close()

    @override
    async def read_inventory(self) -> InventoryRead:
        async def read(schema: Schema) -> InventoryRead:
            # On two connections at the same time: the database has more than one processor.
            mark = asyncio.create_task(self._read_mark(schema))
            try:
                async with self._coordination.connection() as connection:
                    return await self._inventory.read(connection, schema, mark)
            finally:
                mark.cancel()
                await asyncio.gather(mark, return_exceptions=True)

        async with self._reading:
            try:
                return await self._read(read)
            except TypesChangedError:
                self._schema = None
                return await self._read(read)

    async def _read_mark(self, schema: Schema) -> Row:
        """Return the mark by which a change of devices is seen, empty if there is none."""
        question = statements.fingerprint(schema)
        if question is None:
            return ()
        async with self._coordination.connection() as connection:
            return tuple(await connection.fetchrow(question) or ())

    @override
    async def read_plans(self, slot: int) -> PlansRead:
        async def read(schema: Schema) -> PlansRead:
            async with self._plans.connection() as connection:
                return await self._plan_reader.read(connection, schema, slot)

        async with self._reading_plans:
            return await self._read(read)

    @property
    @override
    def plan_source(self) -> str:
        settings = self.settings
        table = ".".join(settings.plan_table)
        return f"{settings.host}:{settings.port}/{settings.plan_database}/{table}"

    @override
    async def plan_mark(self) -> int:
        async def read(schema: Schema) -> int:
            async with self._plans.connection() as connection:
                return await connection.fetchval(statements.newest_plan(schema)) or 0

        return await self._read(read)

    @override
    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        async def read(schema: Schema) -> dict[EquipmentId, State]:
            async with self._coordination.connection() as connection:
                rows = await connection.fetch(statements.states(schema), list(ids))
            return {EquipmentId(row[0]): state_of(row, 1) for row in rows}

        return await self._read(read) if ids else {}

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        """Write the steps, each whole or not at all, in one statement.

        `StepsRefusedError`, a `StorageDataError`, when constraints refused some: it names
        them and carries the states of the others, which are written. `ValueError` for two
        steps about one equipment.
        """

        async def write(schema: Schema) -> dict[EquipmentId, State]:
            async with self._coordination.connection() as connection:
                return await write_steps(connection, schema, steps)

        if len({step.equipment_id for step in steps}) != len(steps):
            raise ValueError("two steps about one equipment")
        return await self._with_schema(write) if steps else {}

    @override
    async def read_equipments(self, ids: Collection[EquipmentId]) -> Inventory:
        async def read(schema: Schema) -> Inventory:
            async with self._coordination.connection() as connection:
                return await self._inventory.read_some(connection, schema, ids)

        if not ids:
            return {}
        async with self._reading:
            return await self._read(read)

    @override
    async def write_constraints(
        self, equipment_id: EquipmentId, wishes: Constraints, not_after: int | None = None
    ) -> bool:
        async def write(schema: Schema) -> bool:
            async with self._coordination.connection() as connection:
                return await write_wishes(connection, schema, equipment_id, wishes, not_after)

        return await self._with_schema(write)

    async def list_homes(self) -> list[HomeId]:
        """Return every home of the database, those not served included, sorted."""

        async def read(schema: Schema) -> list[HomeId]:
            async with self._coordination.connection() as connection:
                return await read_homes(connection, schema.settings.schema)

        return await self._with_schema(read)

    async def _read[T](self, operation: Callable[[Schema], Awaitable[T]]) -> T:
        """Read; once more, on a new connection, if the one there was turns out to be lost."""
        try:
            return await self._with_schema(operation)
        except ConnectionLostError:
            return await self._with_schema(operation)

    async def _with_schema[T](self, operation: Callable[[Schema], Awaitable[T]]) -> T:
        """Run with the schema; once more, discovered anew, if it turns out to have changed."""
        schema = await self._discovered()
        try:
            return await operation(schema)
        except StorageSchemaError:
            if self._schema is schema:
                self._schema = None
            return await operation(await self._discovered())

    async def _discovered(self) -> Schema:
        async with self._discovering:
            if self._schema is None:
                self._schema = await discover(self.settings, self._coordination, self._plans)
            return self._schema
