"""Create the coordination database in a server, with what each role may do."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from .schema import CURVES, SCHEMA, Level, curves_ddl, ddl, result_ddl, tables

RESULT = f"{SCHEMA}.result"

type Row = Mapping[str, Any]


async def load_schema(
    connection: asyncpg.Connection,
    level: Level = Level.V6,
    *,
    schema: str = SCHEMA,
    result_table: str | None = RESULT,
) -> None:
    """Create schema, tables, reference rows and grants; the connection is the owner's.

    `commande` may SELECT and UPDATE, and only SELECT the plan; `ems` may SELECT, and INSERT plans.
    `result_table` None leaves the plan table to `load_result` in a database of its own.
    """
    async with connection.transaction():
        await connection.execute(ddl(level, schema))
        await connection.execute(
            f'GRANT USAGE ON SCHEMA "{schema}" TO commande, ems;'
            f'GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA "{schema}" TO commande;'
            f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO ems;'
        )
        if result_table:
            await load_result(connection, result_table)


async def load_result(connection: asyncpg.Connection, table: str = "public.result") -> None:
    """Create the tables the EMS writes, in the coordination database or in one of its own."""
    schema = table.partition(".")[0]
    curves = ", ".join(f"{schema}.{name}" for name in CURVES)
    await connection.execute(
        result_ddl(table) + f"GRANT USAGE ON SCHEMA {schema} TO commande, ems;"
        f"GRANT SELECT ON {table} TO commande; GRANT SELECT, INSERT ON {table} TO ems;"
        f"GRANT USAGE ON SEQUENCE {table}_id_seq TO ems;"
        + curves_ddl(table)
        + f"GRANT SELECT, INSERT, UPDATE, DELETE ON {curves} TO ems;"
    )


async def insert_rows(
    connection: asyncpg.Connection,
    rows: Mapping[str, Sequence[Row]],
    *,
    schema: str = SCHEMA,
    ignore_unknown: bool = False,
) -> None:
    """Insert rows per table, references first; numbers become text where the column is text.

    `ignore_unknown` drops the tables and columns this level of the schema does not have, and gives the
    homes of a v7 level their row in `utilisateur`.
    """
    columns = await _columns(connection, schema)
    order = [name for name in tables(Level.V6) if name in rows]
    unknown = [name for name in rows if name not in columns]
    if unknown and not ignore_unknown:
        raise ValueError(f"no such tables: {unknown}")
    order += [name for name in rows if name not in order]
    async with connection.transaction():
        if "utilisateur" in columns:
            await _insert_homes(connection, schema, rows)
        given = [name for name in order if name in columns and rows[name]]
        for name in given:
            await _insert(
                connection, f'"{schema}"."{name}"', columns[name], rows[name], ignore_unknown
            )
        numbered = [name for name in given if columns[name].get("id") == "integer"]
        await connection.execute(";".join(_advance(schema, name) for name in numbered))


async def _columns(connection: asyncpg.Connection, schema: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in await connection.fetch(
        # Not from the information schema, whose types of its own a connection has to learn first.
        "SELECT relname::text, attname::text, format_type(atttypid, NULL) FROM pg_attribute"
        " JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = $1 AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped"
        " ORDER BY relname, attnum",
        schema,
    ):
        found.setdefault(table, {})[column] = kind
    return found


async def _insert(
    connection: asyncpg.Connection,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Row],
    ignore_unknown: bool,
) -> None:
    names = [name for name in rows[0] if name in columns]
    unknown = [name for name in rows[0] if name not in columns]
    if unknown and not ignore_unknown:
        raise ValueError(f"no such columns in {table}: {unknown}")
    places = ", ".join(f"${index}" for index in range(1, len(names) + 1))
    await connection.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})",  # noqa: S608
        [tuple(_fit(row[name], columns[name]) for name in names) for row in rows],
    )


async def _insert_homes(
    connection: asyncpg.Connection, schema: str, rows: Mapping[str, Sequence[Row]]
) -> None:
    homes = {row["utilisateur"] for table in rows.values() for row in table if "utilisateur" in row}
    await connection.executemany(
        f'INSERT INTO "{schema}".utilisateur (id) VALUES ($1) ON CONFLICT DO NOTHING',  # noqa: S608
        [(home,) for home in sorted(homes)],
    )


def _advance(schema: str, table: str) -> str:
    """Return what has the numbers of a table go on behind its rows."""
    name = f'"{schema}"."{table}"'
    return (
        f"SELECT setval(sequence, greatest((SELECT max(id) FROM {name}), 1))"  # noqa: S608
        f" FROM pg_get_serial_sequence('{schema}.{table}', 'id') AS sequence"
        " WHERE sequence IS NOT NULL"
    )


def _fit(value: Any, kind: str) -> Any:
    return str(value) if kind == "text" and value is not None else value
