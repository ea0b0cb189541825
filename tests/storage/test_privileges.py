"""What docs/privileges.md and the README grant suffices, and is no more than that."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
import re
from typing import Any

import asyncpg
import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.storage.postgres import PostgresStorage, check
from custom_components.elfe_commande.storage.postgres.discovery import read_coordination
from custom_components.elfe_commande.storage.postgres.schema import CYCLE, REQUIRED, WRITES
from demo.database import SCHEMA, PlanRow, insert_plans, pulse
from demo.parts.postgres import ADMINISTRATOR
from tests.fixtures_parts import Database

from .rows import SLOT, Rows, settings_for, step

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privileges.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROLE, SECRET = "narrow", "choose your own"
TABLES = f"SELECT tablename FROM pg_tables WHERE schemaname = '{SCHEMA}'"

ONE = EquipmentId(1)


def blocks(page: str) -> list[str]:
    return re.findall(r"```sql\n(.*?)```", page, re.DOTALL)


def fitted(block: str, database: Database, absent: set[str]) -> list[str]:
    """Return the statements of a block for this role and database, without tables that are not there."""
    text = re.sub(r"--[^\n]*|\\connect[^\n]*", "", block)
    for word, ours in (
        ("commande", ROLE),
        ("bdd_coordination", database.name),
        ("sortie_ems", database.name),
    ):
        text = re.sub(rf"\b{word}\b", ours, text)
    for table in absent:
        text = re.sub(rf"(?m)^\s*{table},\n", "", text)
    statements = [statement.strip() for statement in text.split(";")]
    return [s for s in statements if s and not any(re.search(rf"\b{t}\b", s) for t in absent)]


async def grant(database: Database, *texts: str) -> None:
    """Run blocks as the administrator, in one session."""
    connection = await database.server.access(ADMINISTRATOR, database.name).connect()
    try:
        there = {row[0] for row in await connection.fetch(TABLES)}
        named = set(re.findall(r"\bequipement_[a-z0-9_]+\b", " ".join(texts)))
        named = {name for name in named if not name.endswith("_id")}
        for text in texts:
            for statement in fitted(text, database, named - there if there else set()):
                await connection.execute(statement)
    finally:
        await connection.close()


async def forget(database: Database) -> None:
    await database.server.administer(f'DROP OWNED BY "{ROLE}"', database=database.name)


def as_role(database: Database, **changes: Any) -> dict[str, Any]:
    return {"username": ROLE, "password": SECRET} | changes


@pytest.fixture
async def narrow(database: Database) -> AsyncIterator[Database]:
    """A database in which the role may do what the page says."""
    await grant(database, *blocks(PAGE)[:2])
    yield database
    await forget(database)
    await database.server.administer(f'DROP ROLE "{ROLE}"')


@pytest.fixture
async def hand(narrow: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody who learned the role's password."""
    parameters = narrow.access.parameters | {"user": ROLE, "password": SECRET}
    connection = await asyncpg.connect(**parameters)
    yield connection
    await connection.close()


async def fill(rows: Rows) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1)
    await rows.device("S1", 1, kind=711, usage=71, hardware="G001")
    await rows.machine(1, number=7, end=SLOT, cycle=3, duration=5400)
    await rows.equipment(2, kind=221)
    await rows.device("D2", 2, kind=411)
    await rows.vehicle(2, number=8, end=SLOT, charge=40)
    await insert_plans(rows.connection, [PlanRow(1, SLOT, pulse(1))])


async def test_the_role_opens_reads_and_writes(narrow: Database, rows: Rows) -> None:
    await fill(rows)
    settings = settings_for(narrow, **as_role(narrow))
    assert (await check(settings)).usable
    storage = PostgresStorage(settings)
    await storage.open()

    found = await storage.read_inventory()
    assert set(found.equipments) == {1, 2}
    assert [screen.plate for screen in found.screens] == ["g001"]
    assert [problem.key for problem in found.problems] == ["unheard_device"]
    assert found.equipments[ONE].constraints == Constraints(SLOT, 5400, None)
    assert len((await storage.read_plans(SLOT)).plans) == 1
    assert set(await storage.read_states([ONE])) == {1}
    assert set(await storage.read_equipments([ONE])) == {1}

    written = await storage.write([step(1, ems_order=True, started=True, programmed=True)])
    assert written[ONE].ems_order is True
    for number, wished in ((1, Constraints(SLOT + 900, 3600)), (2, Constraints(SLOT, None, 60))):
        assert await storage.write_constraints(EquipmentId(number), wished)
    await storage.close()


async def test_the_later_level_of_the_schema(database_v7: Database) -> None:
    await grant(database_v7, *blocks(PAGE)[:2])
    try:
        assert (await check(settings_for(database_v7, **as_role(database_v7)))).usable
    finally:
        await forget(database_v7)
        await database_v7.server.administer(f'DROP ROLE "{ROLE}"')


async def test_the_short_version(database: Database) -> None:
    await database.server.administer(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{SECRET}'")
    short = next(block for block in blocks(README) if "GRANT" in block)
    try:
        await grant(database, short)
        assert (await check(settings_for(database, **as_role(database)))).usable
    finally:
        await forget(database)
        await database.server.administer(f'DROP ROLE "{ROLE}"')


async def test_plans_in_a_database_of_their_own(narrow: Database, ems_database: Database) -> None:
    [block] = [block for block in blocks(PAGE) if "sortie_ems" in block]
    settings = settings_for(
        narrow, ems_database=ems_database.name, ems_table="public.result", **as_role(narrow)
    )
    assert (await check(settings)).missing_privileges
    await grant(ems_database, block)
    try:
        assert (await check(settings)).usable
    finally:
        await forget(ems_database)


# ------------------------------------------------------------------------------- no more


async def allowed(database: Database, privilege: str, table: str) -> set[str]:
    """Return the columns of a table on which the role has a privilege."""
    connection = await database.owner.connect()
    try:
        rows = await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
            " AND NOT attisdropped AND has_column_privilege($2, attrelid, attnum, $3)",
            f"{SCHEMA}.{table}",
            ROLE,
            privilege,
        )
    finally:
        await connection.close()
    return {row[0] for row in rows}


async def test_only_what_is_needed_is_granted(narrow: Database, rows: Rows) -> None:
    tables = [row[0] for row in await rows.connection.fetch(TABLES)]
    _, details = await read_coordination(rows.connection, settings_for(narrow))
    needed = {*REQUIRED, CYCLE, "result", *(detail.table for detail in details)}
    assert len(needed) < len(tables)

    readable = {table for table in tables if await allowed(narrow, "SELECT", table)}
    assert readable == needed
    writable: Mapping[str, set[str]] = {
        table: columns for table in tables if (columns := await allowed(narrow, "UPDATE", table))
    }
    assert writable == {table: set(columns) for table, columns in WRITES.items()}
    for table in tables:
        assert not await allowed(narrow, "INSERT", table)
        assert not await allowed(narrow, "REFERENCES", table)


PILOT = f"{SCHEMA}.equipement_pilote_ou_mesure"


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO {PILOT} SELECT * FROM {PILOT}",
        f"DELETE FROM {PILOT}",
        f"TRUNCATE {PILOT}",
        f"UPDATE {PILOT} SET utilisateur = 'R002'",
        f"UPDATE {PILOT} SET nom_humain = ''",
        f"UPDATE {SCHEMA}.equipement_domotique SET utilisateur_affecte = false",
        f"UPDATE {SCHEMA}.equipement_domotique_shellyplugs_shellycloud_v1 SET topic_mqtt_lwt = 'a'",
        f"INSERT INTO {SCHEMA}.result SELECT * FROM {SCHEMA}.result",
        f"UPDATE {SCHEMA}.result SET decisions_0 = 1",
        f"DELETE FROM {SCHEMA}.result",
        f"SELECT * FROM {SCHEMA}.equipement_mesure_compteur_electrique",
        f"SELECT nextval('{PILOT}_id_seq')",
        f"ALTER TABLE {PILOT} ADD note text",
        f"ALTER TABLE {PILOT} DISABLE TRIGGER ALL",
        f"CREATE INDEX ON {PILOT} (id)",
        f"DROP TABLE {PILOT}",
        f"CREATE TABLE {SCHEMA}.more (id integer)",
        f"CREATE FUNCTION {SCHEMA}.more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE public.more (id integer)",
        "CREATE TEMPORARY TABLE more (id integer)",
        "CREATE SCHEMA more",
        "CREATE ROLE more",
        "SET ROLE coordination",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT rolpassword FROM pg_authid",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER SYSTEM SET work_mem = '1GB'",
    ],
)
async def test_the_role_cannot_do_more(hand: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await hand.execute(statement)


async def test_instances_can_keep_an_order_among_themselves(hand: asyncpg.Connection) -> None:
    assert await hand.fetchval("SELECT pg_try_advisory_lock(7, 1)")
