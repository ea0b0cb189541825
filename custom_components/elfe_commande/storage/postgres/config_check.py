"""The check that a config flow makes, and what it offers to choose from."""

from dataclasses import dataclass

from ...core.model import HomeId
from .connection import Connection, connect
from .discovery import read_coordination
from .postgres_settings import PostgresSettings
from .schema import EQUIPMENT, missing_columns, missing_privileges, read_tables


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a database offers.

    `missing` names tables and columns (`table` or `table.column`), `missing_privileges` what
    must be granted (`SELECT table`, `UPDATE table.column`, `USAGE schema`).
    """

    server_version: str
    missing: tuple[str, ...] = ()
    missing_privileges: tuple[str, ...] = ()
    read_only: str | None = None
    """The server that takes no writes, `host:port`: a standby, or a role that may only read."""
    homes: tuple[HomeId, ...] = ()
    """Every home, sorted; only when nothing is missing."""

    @property
    def usable(self) -> bool:
        """Return whether nothing is missing, and writes are taken."""
        return not (self.missing or self.missing_privileges or self.read_only)


async def check(settings: PostgresSettings) -> CheckReport:
    """Connect and look for every table, column and privilege that is needed.

    `StorageUnreachableError`, `StorageCredentialsError` or `StorageRefusedError` when it
    cannot connect, `StorageSchemaError` when a database of that name is not there.
    """
    async with connect(settings, settings.database) as connection:
        version = ".".join(str(n) for n in connection.get_server_version()[:2])
        tables, details = await read_coordination(connection, settings)
        only_reads = await connection.fetchval("SHOW transaction_read_only") == "on"
        only_reads = only_reads and not settings.only_reads
    async with connect(settings, settings.plan_database) as connection:
        plan = await read_tables(connection, *settings.plan_table)
    missing = missing_columns(tables, plan, settings.plan_table[1])
    privileges = missing_privileges(settings, tables, plan, details)
    if missing or privileges or only_reads:
        server = f"{settings.host}:{settings.port}" if only_reads else None
        return CheckReport(version, missing, privileges, server)
    return CheckReport(version, homes=tuple(await list_homes(settings)))


async def list_homes(settings: PostgresSettings) -> list[HomeId]:
    """Return every home of the database, sorted; raises a `StorageError`."""
    async with connect(settings, settings.database) as connection:
        return await read_homes(connection, settings.schema)


async def read_homes(connection: Connection, schema: str) -> list[HomeId]:
    """Return every home of the database, sorted."""
    rows = await connection.fetch(
        f'SELECT DISTINCT utilisateur FROM "{schema}"."{EQUIPMENT}"'  # noqa: S608 - the schema is a checked identifier
        " WHERE utilisateur IS NOT NULL ORDER BY utilisateur"
    )
    return [HomeId(row[0]) for row in rows]
