"""Connecting, losing the server, and how much is asked of it."""

import asyncio
from collections.abc import Callable
import ssl
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.engine.ground.ports import (
    StorageCredentialsError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)
from custom_components.elfe_commande.storage.postgres import (
    CertificateRefusedError,
    PostgresSettings,
    PostgresStorage,
    TlsMode,
    check,
    list_homes,
)
from demo.database import PlanRow, insert_plans, pulse
from demo.parts import PostgresServer, TlsFront
from demo.parts.postgres import ADMINISTRATOR

from ..fixtures_parts import Database, fresh_database, prepare
from .rows import BUSY, SLOT, Rows, settings_for, step

ONE = EquipmentId(1)
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'commande' AND datname = $1"


class Counted:
    """Every statement of a storage."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def watch(self, connection: Any) -> None:
        connection.add_query_logger(lambda record: self.statements.append(record.query))


@pytest.mark.defect("D-12")
@pytest.mark.defect("D-16")
async def test_statements_per_cycle(rows: Rows, database: Database) -> None:
    counted = Counted()
    storage = PostgresStorage(settings_for(database), opened=counted.watch)
    await storage.open()

    await rows.equipment(50)
    await rows.device("S1", 50, kind=711, usage=71, hardware="G001")

    async def cycle(slot: int, *numbers: int) -> int:
        counted.statements.clear()
        await storage.read_inventory()
        await storage.read_plans(slot)
        await storage.read_states([EquipmentId(n) for n in numbers])
        reads = len(counted.statements)
        await storage.write([step(n, ems_order=True) for n in numbers])
        assert len(counted.statements) == reads + bool(numbers)
        return reads

    # Marks of rows, rows, marks of devices, devices, choice of plans.
    assert await cycle(SLOT) == 5
    assert await cycle(SLOT) == 3
    for number in range(1, 41):
        await rows.equipment(number)
        await rows.device(f"D{number}", number)
        await insert_plans(rows.connection, [PlanRow(number, SLOT, pulse(number))])
    # The plans besides, and fresh states.
    assert await cycle(SLOT, *range(1, 41)) == 7
    # Only what was written is read.
    assert await cycle(SLOT, *range(1, 41)) == 5
    assert await cycle(SLOT, *range(1, 41)) == 4
    await insert_plans(rows.connection, [PlanRow(1, SLOT, (2,) * 96)])
    assert await cycle(SLOT) == 5
    for numbers in ([1], range(1, 41)):
        counted.statements.clear()
        assert len(await storage.read_equipments([EquipmentId(n) for n in numbers])) == len(numbers)
        assert len(counted.statements) == 2
    counted.statements.clear()
    await storage.write_constraints(ONE, Constraints(SLOT, 3600, 50))
    assert len(counted.statements) == 1
    await storage.close()


async def test_no_more_than_three_connections(
    rows: Rows, database: Database, ems_database: Database
) -> None:
    await rows.equipment(1)
    alone = PostgresStorage(settings_for(database))
    await asyncio.gather(
        alone.read_inventory(),
        alone.read_plans(SLOT),
        *(alone.read_states([ONE]) for _ in range(20)),
    )
    assert await rows.connection.fetchval(CONNECTIONS, database.name) == 3
    await alone.close()
    apart = PostgresStorage(
        settings_for(database, ems_database=ems_database.name, ems_table="result")
    )
    await asyncio.gather(
        *(apart.read_plans(SLOT) for _ in range(9)), *(apart.read_states([ONE]) for _ in range(9))
    )
    assert await rows.connection.fetchval(CONNECTIONS, database.name) == 2
    assert await rows.connection.fetchval(CONNECTIONS, ems_database.name) == 1
    await apart.close()
    await asyncio.sleep(0.1)
    assert await rows.connection.fetchval(CONNECTIONS, database.name) == 0


@pytest.mark.defect("D-15")
@pytest.mark.parametrize("password", ['it\'s "quoted"', " a b ", "é\\=x&host=y", "p@ss:/%20?#"])
async def test_any_password(database: Database, password: str) -> None:
    quoted = password.replace("'", "''")
    await database.server.administer(
        "CREATE ROLE odd LOGIN IN ROLE commande", f"ALTER ROLE odd PASSWORD '{quoted}'"
    )
    settings = settings_for(database, username="odd", password=password)
    try:
        assert (await check(settings)).usable
        assert password not in repr(settings)
        wrong = password + "x"
        with pytest.raises(StorageCredentialsError) as caught:
            await check(settings_for(database, username="odd", password=wrong))
        assert password not in str(caught.value)
    finally:
        await database.server.administer("DROP ROLE odd")


async def test_who_and_where_is_wrong(database: Database) -> None:
    for wrong in (
        settings_for(database, password="wrong"),
        settings_for(database, username="nobody"),
    ):
        with pytest.raises(StorageCredentialsError):
            await PostgresStorage(wrong).open()
    with pytest.raises(StorageSchemaError):
        await check(settings_for(database, database="nowhere"))
    with pytest.raises(StorageUnreachableError):
        await check(settings_for(database, port=1))
    with pytest.raises(StorageUnreachableError, match="name is not known"):
        await PostgresStorage(settings_for(database, host="db..lan")).open()
    with pytest.raises(StorageSchemaError):
        await list_homes(settings_for(database, schema="nowhere"))
    silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(StorageUnreachableError):
        await list_homes(settings_for(database, port=port, connect_timeout=0.3))
    silent.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 'x"; DROP TABLE result; --'},
        {"schema": "Majuscule"},
        {"schema": ""},
        {"ems_table": "a.b.c"},
        {"ems_table": "x result"},
        {"ems_table": "result\n"},
        {"tls": TlsMode.REQUIRE},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not an identifier|SSL context"):
        PostgresSettings("h", "d", "u", "p", **wrong)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def test_encryption(postgres_server: PostgresServer, database: Database, rows: Rows) -> None:
    await rows.equipment(1)
    async with TlsFront(postgres_server) as front:
        verified = front.access().ssl
        for tls, context in ((TlsMode.REQUIRE, _unverified()), (TlsMode.VERIFY_FULL, verified)):
            settings = settings_for(database, port=front.port, tls=tls, ssl_context=context)
            storage = PostgresStorage(settings)
            assert set((await storage.read_inventory()).equipments) == {1}
            await storage.close()
        unknown = ssl.create_default_context()
        settings = settings_for(
            database, port=front.port, tls=TlsMode.VERIFY_FULL, ssl_context=unknown
        )
        with pytest.raises(CertificateRefusedError, match="self-signed certificate"):
            await check(settings)
        with pytest.raises(StorageRefusedError) as caught:
            await check(settings_for(database, port=front.port))
        assert not isinstance(caught.value, StorageCredentialsError)
    plain = settings_for(database, tls=TlsMode.REQUIRE, ssl_context=_unverified())
    with pytest.raises(StorageUnreachableError):
        await check(plain)


def _calls(storage: PostgresStorage) -> list[Callable[[], Any]]:
    return [
        storage.read_inventory,
        lambda: storage.read_plans(SLOT),
        lambda: storage.read_states([ONE]),
        lambda: storage.write([step(1, ems_order=True)]),
        lambda: storage.read_equipments([ONE]),
        lambda: storage.write_constraints(ONE, Constraints(SLOT)),
        storage.list_homes,
        storage.open,
    ]


async def _every_call(storage: PostgresStorage) -> None:
    for call in _calls(storage):
        await call()


async def _no_call(storage: PostgresStorage) -> None:
    for call in _calls(storage):
        with pytest.raises(StorageUnreachableError):
            await call()


@pytest.mark.parametrize("end", ["crash", "stop"])
async def test_server_killed_and_started_again(own_postgres: PostgresServer, end: str) -> None:
    database = await fresh_database(own_postgres)
    connection = await database.owner.connect()
    await Rows(connection).equipment(1)
    await connection.close()
    storage = PostgresStorage(settings_for(database))
    await _every_call(storage)
    first = await storage.read_inventory()
    await getattr(own_postgres, end)()
    await _no_call(storage)
    await own_postgres.start()
    await _every_call(storage)
    again = await storage.read_inventory()
    assert again.equipments[ONE].name == first.equipments[ONE].name
    await storage.close()


async def test_server_absent_at_first(own_postgres: PostgresServer) -> None:
    database = await fresh_database(own_postgres)
    await own_postgres.stop()
    storage = PostgresStorage(settings_for(database))
    await storage.close()
    await _no_call(storage)
    await own_postgres.start()
    assert (await storage.read_inventory()).equipments == {}
    await storage.close()


async def test_connection_lost_in_the_middle(
    rows: Rows, storage: PostgresStorage, database: Database
) -> None:
    await rows.equipment(1)
    await storage.read_inventory()
    async with rows.connection.transaction():
        await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 21")
        writing = asyncio.create_task(storage.write([step(1, ems_order=True)]))
        await asyncio.sleep(0.2)
        await database.server.disconnect()
        with pytest.raises(StorageUnreachableError):
            await writing
    assert set(await storage.write([step(1, ems_order=True)])) == {1}


async def test_after_one_connection_was_lost_none_of_the_others_is_used(
    rows: Rows, database: Database
) -> None:
    """What cut it may have cut them all, and an idle one learns it too late."""
    opened: list[Any] = []
    storage = PostgresStorage(settings_for(database), opened=opened.append)
    looking = await database.server.access(ADMINISTRATOR).connect()
    activity = "SELECT pid FROM pg_stat_activity WHERE pid = ANY($1)"
    await rows.equipment(1)
    await asyncio.gather(*(storage.read_inventory() for _ in range(4)))
    assert len(opened) > 1
    before = [connection.get_server_pid() for connection in opened]
    async with rows.connection.transaction():
        await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 21")
        writing = asyncio.create_task(storage.write([step(1, ems_order=True)]))
        waiting = f"{activity} AND wait_event_type = 'Lock'"
        async with asyncio.timeout(10):
            while not (pid := await looking.fetchval(waiting, before)):
                await asyncio.sleep(0.01)
        await looking.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(StorageUnreachableError):
            await writing
    assert set(await storage.write([step(1, ems_order=True)])) == {1}
    await asyncio.gather(*(storage.read_inventory() for _ in range(4)))

    async with asyncio.timeout(10):
        while await looking.fetch(activity, before):
            await asyncio.sleep(0.01)
    await looking.close()
    await storage.close()


async def test_frozen_server(own_postgres: PostgresServer) -> None:
    database = await fresh_database(own_postgres)
    storage = PostgresStorage(settings_for(database, command_timeout=BUSY, connect_timeout=BUSY))
    await _every_call(storage)
    own_postgres.pause()
    loop = asyncio.get_running_loop()
    before = loop.time()
    with pytest.raises(StorageUnreachableError):
        await storage.read_inventory()
    with pytest.raises(StorageUnreachableError):
        await storage.read_plans(SLOT)
    # Each is asked twice, and connects anew in between.
    assert loop.time() - before < 8 * BUSY + 4
    own_postgres.resume()
    await _every_call(storage)
    own_postgres.pause()
    before = loop.time()
    await storage.close()
    assert loop.time() - before < 4
    own_postgres.resume()


async def test_older_server(socket_enabled: None) -> None:
    async with PostgresServer(version=16) as server:
        await prepare(server)
        database = await fresh_database(server)
        connection = await database.owner.connect()
        rows = Rows(connection)
        await rows.equipment(1)
        await rows.device("D1", 1)
        await insert_plans(connection, [PlanRow(1, SLOT, pulse(1))])
        await connection.close()
        storage = PostgresStorage(settings_for(database))
        await _every_call(storage)
        assert len((await storage.read_plans(SLOT)).plans) == 1
        await storage.close()
