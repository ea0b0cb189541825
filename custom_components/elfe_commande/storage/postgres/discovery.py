"""Discovery of the schema that statements are written from."""

from ...engine.ground.ports import StoragePrivilegesError, StorageSchemaError
from .connection import Connection, Database
from .postgres_settings import PostgresSettings
from .schema import (
    DEVICE_TYPE,
    REQUIRED,
    Detail,
    Schema,
    Tables,
    find_details,
    missing_columns,
    missing_privileges,
    read_device_types,
    read_tables,
)

HASHES_ROWS = 14
"""The first version that does."""
"""The major version from which the server hashes whole rows."""


async def discover(settings: PostgresSettings, coordination: Database, plans: Database) -> Schema:
    """Read the schema; `StorageSchemaError` or `StoragePrivilegesError` name what is missing."""
    async with coordination.connection() as connection:
        version = connection.get_server_version().major
        tables, details = await read_coordination(connection, settings)
    async with plans.connection() as connection:
        plan = await read_tables(connection, *settings.plan_table)
    if missing := missing_columns(tables, plan, settings.plan_table[1]):
        raise StorageSchemaError(f"missing in the database: {', '.join(missing)}", missing)
    if privileges := missing_privileges(settings, tables, plan, details):
        raise StoragePrivilegesError(privileges)
    columns = plan[settings.plan_table[1]]
    return Schema(settings, tables, columns, details, hashes_rows=version >= HASHES_ROWS)


async def read_coordination(
    connection: Connection, settings: PostgresSettings
) -> tuple[Tables, tuple[Detail, ...]]:
    """Read the columns of the coordination schema, and which tables hold topics."""
    tables = await read_tables(connection, settings.schema)
    columns = tables.get(DEVICE_TYPE, {})
    wanted = [columns.get(name) for name in REQUIRED[DEVICE_TYPE]]
    # What is missing is reported by name, together with all the rest.
    if not all(c is not None and c.readable and c.usable_schema for c in wanted):
        return tables, ()
    return tables, find_details(tables, await read_device_types(connection, settings.schema))
