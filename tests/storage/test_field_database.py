"""Databases as people met them in the field: each case right, by its number."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.engine.ground.ports import (
    StorageReadOnlyError,
    StorageUnreachableError,
)
from custom_components.elfe_commande.storage.postgres import PostgresStorage, check
from demo.database import RESULT, PlanRow, insert_plans, pad, pulse
from demo.parts import PostgresServer

from ..faults.proxy import Proxy
from ..fixtures_parts import Database
from .pooler import is_there, pooler
from .rows import BUSY, SLOT, Rows, settings_for, step

ONE = EquipmentId(1)
BEYOND = 2_153_571_144


@pytest.fixture
async def read_only(database: Database) -> AsyncIterator[None]:
    """Let the role read only, as a standby would."""
    await database.server.administer("ALTER ROLE commande SET default_transaction_read_only = on")
    yield
    await database.server.administer("ALTER ROLE commande RESET default_transaction_read_only")


@pytest.mark.usefixtures("read_only")
async def test_t2_59_the_check_names_a_server_that_only_reads(database: Database) -> None:
    report = await check(settings_for(database))
    assert report.read_only == f"{database.server.host}:{database.server.port}"
    assert not report.usable


async def test_t2_59_and_no_other(database: Database) -> None:
    report = await check(settings_for(database))
    assert report.read_only is None
    assert report.usable


@pytest.mark.usefixtures("read_only")
async def test_t2_59_it_is_read_and_takes_nothing(rows: Rows, database: Database) -> None:
    await rows.equipment(1)
    await insert_plans(rows.connection, [PlanRow(1, SLOT, pulse(1))])
    storage = PostgresStorage(settings_for(database))
    await storage.open()
    for _ in range(2):
        with pytest.raises(StorageReadOnlyError, match="read-only"):
            await storage.write([step(1, ems_order=True)])
        with pytest.raises(StorageReadOnlyError):
            await storage.write_constraints(ONE, Constraints(SLOT))
        assert set((await storage.read_inventory()).equipments) == {1}
        assert len((await storage.read_plans(SLOT)).plans) == 1
    await storage.close()


CHANGES = {
    "a column grows": f"ALTER TABLE {RESULT} ALTER COLUMN first_valid_timestamp TYPE bigint",
    "another grows": f"ALTER TABLE {RESULT} ALTER COLUMN machine_id TYPE bigint",
    "all decisions shrink": f"ALTER TABLE {RESULT} "
    + ", ".join(f"ALTER COLUMN decisions_{n} TYPE smallint" for n in range(96)),
    "one comes": f"ALTER TABLE {RESULT} ADD COLUMN remarque text",
    "the rows": "ALTER TABLE bdd_coordination_schema.equipement_pilote_ou_mesure"
    " ALTER COLUMN timestamp_derniere_programmation TYPE bigint",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_t2_60_a_table_altered_meanwhile_is_read_as_if_nothing_was(
    rows: Rows, database: Database, change: str
) -> None:
    await rows.equipment(1)
    await insert_plans(rows.connection, [PlanRow(1, SLOT, pulse(1))])
    storage = PostgresStorage(settings_for(database))
    for _ in range(2):
        before = await storage.read_plans(SLOT)
        assert set((await storage.read_inventory()).equipments) == {1}
    # The connection that wrote before knows the table as it was.
    fresh = await database.owner.connect()
    await fresh.execute(CHANGES[change])
    await insert_plans(fresh, [PlanRow(1, SLOT, pulse(2))])
    await fresh.close()
    after = await storage.read_plans(SLOT)
    assert set((await storage.read_inventory()).equipments) == {1}
    assert set(await storage.write([step(1, ems_order=True)])) == {1}
    assert [plan.decisions for plan in before.plans] == [bytes(pulse(1))]
    assert [plan.decisions for plan in after.plans] == [bytes(pulse(2))]
    await storage.close()


class _Forgetful:
    """A firewall: what it forgot gets no answer any more, and no word that it is gone."""

    def __init__(self, server: PostgresServer) -> None:
        self._target = server.host, server.port
        self._flows: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[Any]] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def forget(self) -> None:
        for flow in self._flows:
            flow.clear()

    @property
    def flows(self) -> int:
        return len(self._flows)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            self._tasks.append(task)
        known = asyncio.Event()
        known.set()
        self._flows.append(known)
        inner, outer = await asyncio.open_connection(*self._target)
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pump(reader, outer, known), self._pump(inner, writer, known))

    @staticmethod
    async def _pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, known: asyncio.Event
    ) -> None:
        while data := await reader.read(65_536):
            await known.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.mark.parametrize("call", ["read_inventory", "read_plans", "read_states", "plan_mark"])
async def test_t2_61_a_connection_that_a_firewall_forgot_is_replaced_at_once(
    rows: Rows, database: Database, call: str
) -> None:
    """Given up after its time; asked once more, on a new one; no other of them is trusted."""
    await rows.equipment(1)
    await insert_plans(rows.connection, [PlanRow(1, SLOT, pulse(1))])
    wall = _Forgetful(database.server)
    await wall.open()
    storage = PostgresStorage(settings_for(database, port=wall.port, command_timeout=BUSY))
    calls: dict[str, Any] = {
        "read_inventory": storage.read_inventory,
        "read_plans": lambda: storage.read_plans(SLOT),
        "read_states": lambda: storage.read_states([ONE]),
        "plan_mark": storage.plan_mark,
    }
    await asyncio.gather(*(calls[name]() for name in calls))
    before, flows = await calls[call](), wall.flows
    wall.forget()
    assert await calls[call]() == before
    assert wall.flows > flows
    assert set(await storage.write([step(1, ems_order=True)])) == {1}
    await storage.close()
    await wall.close()


async def test_t2_61_a_server_that_never_answers_is_asked_twice_and_no_more(
    rows: Rows, database: Database
) -> None:
    await rows.equipment(1)
    wall = _Forgetful(database.server)
    await wall.open()
    settings = settings_for(database, port=wall.port, command_timeout=BUSY, connect_timeout=BUSY)
    storage = PostgresStorage(settings)
    await storage.read_inventory()
    wall.forget()
    await wall.close()
    with pytest.raises(StorageUnreachableError):
        await storage.read_inventory()
    await storage.close()


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, BEYOND, 2**62])
async def test_t2_62_rows_beyond_two_billion_are_read_and_followed(
    owner: asyncpg.Connection, storage: PostgresStorage, number: int
) -> None:
    await owner.execute(f"ALTER TABLE {RESULT} ALTER COLUMN id TYPE bigint")
    await insert_plans(owner, [PlanRow(3, SLOT, pulse(1)), PlanRow(4, SLOT, pad([2]))])
    await owner.execute(f"UPDATE {RESULT} SET id = $1 WHERE machine_id = 3", number)
    read = {plan.equipment_id: plan for plan in (await storage.read_plans(SLOT)).plans}
    assert (read[EquipmentId(3)].row_id, read[EquipmentId(3)].decisions) == (
        number,
        bytes(pulse(1)),
    )
    assert read[EquipmentId(4)].decision(SLOT) is True
    assert await storage.plan_mark() == number


async def test_t2_62_so_may_equipments_be(storage: PostgresStorage) -> None:
    """Nobody has such an id here; asked for one, the database does not refuse the question."""
    number = EquipmentId(BEYOND)
    assert await storage.read_states([number]) == {}
    assert await storage.read_equipments([number]) == {}
    assert await storage.write([step(number, ems_order=True)]) == {}


async def test_the_mark_changes_with_each_row_and_with_a_table_made_anew(
    owner: asyncpg.Connection, storage: PostgresStorage
) -> None:
    marks = [await storage.plan_mark()]
    await insert_plans(owner, [PlanRow(1, SLOT, pulse(1))])
    marks.append(await storage.plan_mark())
    await insert_plans(owner, [PlanRow(1, SLOT, pulse(1)), PlanRow(2, SLOT, pulse(1))])
    marks.append(await storage.plan_mark())
    await owner.execute(f"TRUNCATE {RESULT} RESTART IDENTITY")
    marks.append(await storage.plan_mark())
    assert marks == [0, 1, 3, 0]


def test_plans_of_another_table_have_another_source(database: Database) -> None:
    names = {
        PostgresStorage(settings_for(database, **change)).plan_source
        for change in ({}, {"ems_table": "result"}, {"ems_database": "autre"}, {"port": 1})
    }
    assert len(names) == 4
    assert not any(database.access.password in name for name in names)


@pytest.mark.skipif(not is_there(), reason="PgBouncer is not installed")
class TestPooler:
    """A pooler in transaction mode: no statement is known where the next question comes to."""

    async def test_everything_works_through_it(self, rows: Rows, database: Database) -> None:
        for number in range(1, 9):
            await rows.equipment(number)
        await insert_plans(rows.connection, [PlanRow(n, SLOT, pulse(1)) for n in range(1, 9)])
        async with pooler(database.server) as port:
            settings = settings_for(database, port=port)
            assert (await check(settings)).usable
            storage = PostgresStorage(settings)
            await storage.open()
            for turn in range(5):
                read, plans, *_ = await asyncio.gather(
                    storage.read_inventory(),
                    storage.read_plans(SLOT),
                    *(storage.read_states([EquipmentId(n)]) for n in range(1, 9)),
                )
                assert (len(read.equipments), len(plans.plans)) == (8, 8)
                steps = [step(n, ems_order=bool(turn % 2)) for n in range(1, 9)]
                assert len(await storage.write(steps)) == 8
                await insert_plans(rows.connection, [PlanRow(1, SLOT, pulse(turn))])
            await storage.close()

    async def test_it_leaves_no_setting_in_a_session_of_others(
        self, rows: Rows, database: Database
    ) -> None:
        await rows.equipment(1)
        async with pooler(database.server) as port:
            storage = PostgresStorage(settings_for(database, port=port))
            await asyncio.gather(*(storage.read_states([ONE]) for _ in range(9)))
            found = await asyncpg.connect(
                host="127.0.0.1",
                port=port,
                user="commande",
                password=database.access.password,
                database=database.name,
                statement_cache_size=0,
            )
            for _ in range(8):
                assert await found.fetchval("SHOW statement_timeout") == "0"
            await found.close()
            await storage.close()

    async def test_one_that_takes_the_place_of_the_server_is_noticed(
        self, rows: Rows, database: Database
    ) -> None:
        await rows.equipment(1)
        server = database.server
        async with pooler(server) as port, Proxy(server.host, server.port) as way:
            storage = PostgresStorage(settings_for(database, port=way.port))
            await storage.read_inventory()
            way.server_at = ("127.0.0.1", port)
            way.reset()
            for _ in range(6):
                with suppress(StorageUnreachableError):
                    await storage.read_inventory()
                    await storage.read_states([ONE])
            with suppress(StorageUnreachableError):
                await storage.read_inventory()
            for _ in range(6):
                assert set(await storage.read_states([ONE])) == {1}
            await storage.close()
