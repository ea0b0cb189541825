"""Databases that are lent to one test after the other: copying one takes longer than most tests.

What comes back is emptied and filled again as it was made. One whose tables, columns, rights or
sequences a test changed is dropped, and so is one that cannot be restored.
"""

from dataclasses import dataclass, field
from io import BytesIO
import itertools

from demo.parts import DATABASE_ERRORS, PostgresServer
from demo.parts.postgres import ADMINISTRATOR

_numbers = itertools.count(1)

_OURS = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"

SHAPE = f"""
SELECT md5(coalesce(string_agg(line, E'\n' ORDER BY line), '')) FROM (
    SELECT concat_ws(' ', 'schema', nspname, nspacl) AS line
    FROM pg_namespace WHERE nspname {_OURS} AND nspname NOT LIKE 'pg_%'
    UNION ALL
    SELECT concat_ws(' ', 'relation', c.oid, relname, relkind, relowner, relacl, reloptions,
                     relhastriggers, relrowsecurity)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname {_OURS}
    UNION ALL
    SELECT concat_ws(' ', 'column', attrelid, attnum, attname, atttypid, atttypmod, attnotnull,
                     attacl, pg_get_expr(adbin, adrelid))
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
    LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
    WHERE nspname {_OURS} AND attnum > 0
    UNION ALL
    SELECT concat_ws(' ', 'constraint', oid, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace IN (SELECT oid FROM pg_namespace WHERE nspname {_OURS})
    UNION ALL
    SELECT concat_ws(' ', 'trigger', oid, tgname, tgenabled) FROM pg_trigger
    UNION ALL
    SELECT concat_ws(' ', 'function', p.oid, proname, proacl, prosrc)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname {_OURS}
    UNION ALL
    SELECT concat_ws(' ', 'type', t.oid, typname, typacl)
    FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname {_OURS}
    UNION ALL
    SELECT concat_ws(' ', 'setting', setrole, setconfig) FROM pg_db_role_setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    UNION ALL
    SELECT concat_ws(' ', 'database', datacl, datconnlimit, datallowconn)
    FROM pg_database WHERE datname = current_database()
) AS lines
"""
"""One line per thing that no test of rows changes."""

TABLES = f"""
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname {_OURS} ORDER BY 1
"""
SEQUENCES = """
SELECT string_agg(format('SELECT setval(%L, %s, %L)', format('%I.%I', schemaname, sequencename),
                         coalesce(last_value, start_value), last_value IS NOT NULL), ';')
FROM pg_sequences
"""
"""What sets all of them back."""
EXCLUSIVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Original:
    """What a template holds: its shape, the rows of its tables, what sets its sequences back."""

    shape: str
    rows: dict[str, bytes]
    sequences: str


@dataclass(slots=True)
class Lender:
    """Lends copies of one template of a server."""

    server: PostgresServer
    template: str
    original: Original | None = None
    free: list[str] = field(default_factory=list)

    async def lend(self) -> str:
        """Return the name of a database as the template is."""
        if self.free:
            return self.free.pop()
        name = f"{self.template}_copy_{next(_numbers)}"
        await self.server.create_database(name, template=self.template)
        if self.original is None:
            self.original = await self._look(name)
        return name

    async def take_back(self, name: str) -> None:
        """Make it as it was, or drop it."""
        if await self._restored(name):
            self.free.append(name)
        else:
            await self.server.drop_database(name)

    async def _look(self, name: str) -> Original:
        connection = await self.server.access(ADMINISTRATOR, name).connect()
        try:
            rows = {}
            for (table,) in await connection.fetch(TABLES):
                content = BytesIO()
                query = f"SELECT * FROM {table}"
                copied = await connection.copy_from_query(query, output=content, format="binary")
                rows[table] = b"" if copied == "COPY 0" else content.getvalue()
            sequences = await connection.fetchval(SEQUENCES) or ""
            return Original(await connection.fetchval(SHAPE), rows, sequences)
        finally:
            await connection.close()

    async def _restored(self, name: str) -> bool:
        original = self.original
        if original is None:
            return False
        try:
            connection = await self.server.access(ADMINISTRATOR, name).connect()
        except DATABASE_ERRORS:
            return False
        try:
            await connection.execute(EXCLUSIVE)
            if await connection.fetchval(SHAPE) != original.shape:
                return False
            # Neither foreign keys nor triggers look at what is put back.
            await connection.execute("SET session_replication_role = replica")
            await connection.execute(";".join(f"DELETE FROM {table}" for table in original.rows))
            for table, content in original.rows.items():
                if content:
                    schema, _, bare = table.partition(".")
                    await connection.copy_to_table(
                        bare, schema_name=schema, source=BytesIO(content), format="binary"
                    )
            await connection.execute(original.sequences)
        except DATABASE_ERRORS:
            return False
        finally:
            await connection.close()
        return True
