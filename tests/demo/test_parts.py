"""The servers the demo and the tests stand on."""

import asyncio

import asyncpg
import pytest

from demo.database import RESULT, PlanRow, insert_plans, insert_rows, pulse
from demo.parts import DATABASE_ERRORS, Broker, PostgresServer, TlsFront
from tests.fixtures_parts import Database

PILOT = "bdd_coordination_schema.equipement_pilote_ou_mesure"


async def test_commande_may_select_and_update_only(database: Database) -> None:
    connection = await database.access.connect()
    try:
        await connection.execute(f"UPDATE {PILOT} SET ems_consigne_marche = true")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"DELETE FROM {PILOT}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await insert_plans(connection, [PlanRow(1, 900, pulse(0))])
        assert await connection.fetchval(f"SELECT count(*) FROM {RESULT}") == 0
    finally:
        await connection.close()


async def test_ems_writes_plans(database: Database) -> None:
    connection = await database.ems.connect()
    try:
        await insert_plans(connection, [PlanRow(7, 1800, pulse(95), 111)])
        row = await connection.fetchrow(f"SELECT * FROM {RESULT}")
    finally:
        await connection.close()
    assert row is not None
    assert tuple(row)[:5] == (1, 1800, 7, 0, 111)
    assert tuple(row)[5:] == pulse(95)


async def test_levels_differ(database: Database, database_v7: Database) -> None:
    query = (
        "SELECT table_name || '.' || column_name || ' ' || data_type"
        " FROM information_schema.columns WHERE table_schema = 'bdd_coordination_schema'"
    )
    columns = []
    for each in (database, database_v7):
        connection = await each.access.connect()
        columns.append({row[0] for row in await connection.fetch(query)})
        await connection.close()
    old, new = columns
    assert "equipement_domotique.equipement_domotique_specifique_id integer" in old
    assert "equipement_domotique.equipement_domotique_specifique_id text" in new
    assert any(column.startswith("equipement_pilote_machine_generique_cycle.") for column in old)
    assert not any(
        column.startswith("equipement_pilote_machine_generique_cycle.") for column in new
    )
    assert "utilisateur.id text" in new


async def test_ems_database_of_its_own(ems_database: Database) -> None:
    connection = await ems_database.access.connect()
    assert await connection.fetchval("SELECT count(*) FROM public.result") == 0
    await connection.close()


async def test_unknown_columns_are_refused(owner: asyncpg.Connection) -> None:
    with pytest.raises(ValueError, match="no such columns"):
        await insert_rows(owner, {"chauffage_asservi_modele_thermique": [{"id": 1, "colour": 2}]})
    with pytest.raises(ValueError, match="no such tables"):
        await insert_rows(owner, {"nothing": []})


async def test_postgres_survives_a_crash(own_postgres: PostgresServer) -> None:
    port = own_postgres.port
    await own_postgres.administer("CREATE TABLE kept AS SELECT 1 AS one")
    connection = await own_postgres.access("postgres").connect()
    await own_postgres.crash()
    with pytest.raises(DATABASE_ERRORS):
        await connection.fetchval("SELECT 1")
    assert not own_postgres.running
    await own_postgres.start()
    assert own_postgres.port == port
    connection = await own_postgres.access("postgres").connect()
    assert await connection.fetchval("SELECT one FROM kept") == 1
    own_postgres.pause()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(query := _ask(connection)), 0.2)
    own_postgres.resume()
    assert await query == 2
    await connection.close()


def _ask(connection: asyncpg.Connection) -> asyncio.Task[int]:
    return asyncio.create_task(connection.fetchval("SELECT 2"))


async def test_connections_can_be_cut(database: Database) -> None:
    connection = await database.access.connect()
    await database.server.disconnect()
    with pytest.raises(DATABASE_ERRORS):
        await connection.fetchval("SELECT 1")


async def test_wrong_password(database: Database) -> None:
    parameters = database.access.parameters | {"password": "no"}
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(**parameters)


async def test_tls(database: Database) -> None:
    async with TlsFront(database.server) as front:
        access = front.access(database=database.name)
        connection = await access.connect()
        assert await connection.fetchval(f"SELECT count(*) FROM {PILOT}") == 0
        await connection.close()
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await asyncpg.connect(**(access.parameters | {"ssl": False}))


async def test_broker_keeps_its_port(own_broker: Broker) -> None:
    port = own_broker.port
    await own_broker.kill()
    assert not own_broker.running
    await own_broker.start()
    assert own_broker.port == port
    await own_broker.restart()
    assert own_broker.running
