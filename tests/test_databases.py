"""Databases go from one test to the next as if each were fresh."""

import asyncpg
import pytest

from demo.database import Level
from demo.parts import DATABASE_ERRORS, PostgresServer
from demo.parts.postgres import OWNER

from .databases import SEQUENCES, TABLES, Lender
from .fixtures_parts import TEMPLATES

EQUIPMENT = """
INSERT INTO equipement_pilote_ou_mesure
VALUES (7, 7, 130, 'n', '', 111, 30, 25, 11, false, 0, 0, 'R1')
"""


@pytest.fixture
def lender(postgres_server: PostgresServer, socket_enabled: None) -> Lender:
    return Lender(postgres_server, TEMPLATES[Level.V6])


async def opened(lender: Lender, name: str) -> asyncpg.Connection:
    connection = await lender.server.access(OWNER, name).connect()
    await connection.execute("SET search_path = bdd_coordination_schema")
    return connection


async def content(lender: Lender, name: str) -> dict[str, object]:
    connection = await opened(lender, name)
    try:
        found: dict[str, object] = {
            table: sorted(map(repr, await connection.fetch(f"SELECT * FROM {table}")))
            for (table,) in await connection.fetch(TABLES)
        }
        found["sequences"] = sorted(map(repr, await connection.fetch(SEQUENCES)))
        return found
    finally:
        await connection.close()


async def changed_by(lender: Lender, name: str, statement: str) -> None:
    connection = await opened(lender, name)
    await connection.execute(statement)
    await connection.close()


async def test_rows_are_put_back(lender: Lender) -> None:
    name = await lender.lend()
    try:
        before = await content(lender, name)
        # Types are there from the start, equipments are not.
        assert any(len(rows) > 1 for table, rows in before.items() if table != "sequences")
        await changed_by(lender, name, EQUIPMENT)
        types = next(table for table, rows in before.items() if rows and table != "sequences")
        await changed_by(lender, name, f"TRUNCATE {types} CASCADE")
        assert await content(lender, name) != before

        await lender.take_back(name)

        assert await lender.lend() == name
        assert await content(lender, name) == before
    finally:
        await lender.server.drop_database(name)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE equipement_pilote_ou_mesure ADD COLUMN more integer",
        "ALTER TABLE equipement_pilote_ou_mesure DROP COLUMN description",
        "ALTER TABLE equipement_pilote_ou_mesure ALTER COLUMN id SET DEFAULT 3",
        "CREATE TABLE more (id integer)",
        "DROP TABLE equipement_pilote_machine_generique_cycle CASCADE",
        "REVOKE ALL ON equipement_pilote_ou_mesure FROM PUBLIC, CURRENT_USER",
        "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA more",
    ],
)
async def test_what_changed_shape_is_not_lent_again(lender: Lender, statement: str) -> None:
    name = await lender.lend()
    await changed_by(lender, name, statement)

    await lender.take_back(name)

    assert lender.free == []
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await opened(lender, name)


async def test_who_still_uses_it_is_sent_away(lender: Lender) -> None:
    name = await lender.lend()
    connection = await opened(lender, name)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(EQUIPMENT)

    await lender.take_back(name)

    try:
        assert lender.free == [name]
        with pytest.raises(DATABASE_ERRORS):
            await connection.fetchval("SELECT 1")
    finally:
        connection.terminate()
        await lender.server.drop_database(name)
