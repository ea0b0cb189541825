"""A few connections to one database, opened when needed and again after a failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import asyncpg

from ...engine.ground.ports import StorageError, StorageUnreachableError
from .errors import FAILURES, STRANGE_SESSION, ConnectionLostError, translate
from .postgres_settings import PostgresSettings

type PoolConnection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
type Connection = asyncpg.Connection[asyncpg.Record] | PoolConnection
type Pool = asyncpg.Pool[asyncpg.Record]

APPLICATION: Final = "elfe_commande"
_ONLY_READS: Final = "_shadow"
_RELEASE_TIMEOUT: Final = 2.0
_IDLE_LIFETIME: Final = 1200.0
_KEEP_ALIVE: Final = 60
_BACKEND: Final = "SELECT pg_backend_pid()"
_TYPES: Final = "SELECT $1::int[], $2::int8[], $3::bool[], $4::text[]"


def connect_arguments(settings: PostgresSettings, database: str) -> dict[str, Any]:
    """Return the keyword arguments of a connection.

    Always an explicit `ssl`: the library's own default reads files in the event loop.
    """
    return {
        "host": settings.host,
        "port": settings.port,
        "user": settings.username,
        "password": settings.password,
        "database": database,
        "ssl": settings.ssl_context or False,
        "timeout": settings.connect_timeout,
        "command_timeout": settings.command_timeout,
        "server_settings": {"application_name": f"{_name(settings)} {settings.instance}"},
    }


def _name(settings: PostgresSettings) -> str:
    """Return what our sessions are called; those that drive homes count none that only look."""
    return f"{APPLICATION}{_ONLY_READS}" if settings.only_reads else APPLICATION


@asynccontextmanager
async def connect(settings: PostgresSettings, database: str) -> AsyncIterator[Connection]:
    """Open one connection for a moment; raises a `StorageError`.

    Nothing is prepared on it: it may lead to a pooler.
    """
    arguments = connect_arguments(settings, database) | {"statement_cache_size": 0}
    try:
        connection = await asyncpg.connect(**arguments)
    except FAILURES as error:
        raise translate(error) from error
    try:
        yield connection
    except FAILURES as error:
        raise translate(error) from error
    finally:
        with suppress(*FAILURES):
            await connection.close(timeout=_RELEASE_TIMEOUT)


class Database:
    """At most `size` connections to one database; none before the first use."""

    def __init__(
        self,
        settings: PostgresSettings,
        name: str,
        size: int,
        opened: Callable[[Connection], None] | None = None,
    ) -> None:
        """Prepare; `opened` is called with every new connection."""
        self._settings = settings
        self._name = name
        self._size = size
        self._opened = opened
        self._pool: Pool | None = None
        self._pooled = False
        """Between us and the server is a pooler, which may lend us another session each time."""
        self._retiring: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._trusted: set[int] = set()
        """Server processes of connections that no failure has made doubtful."""

    async def close(self) -> None:
        """Close every connection, at once those that are still busy after a moment."""
        pool, self._pool = self._pool, None
        if self._retiring is not None:
            await self._retiring
        if pool is not None:
            await _retire(pool)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; raises a `StorageError`, also for failures in the body."""
        try:
            pool = await self._open()
            connection = await self._borrow(pool)
        except FAILURES as error:
            raise self._told(error) from error
        except StorageUnreachableError:
            self._trusted.clear()
            raise
        try:
            yield connection
        except FAILURES as error:
            failure = self._told(error)
            if type(failure) is StorageUnreachableError:
                failure = ConnectionLostError(str(failure))
            if isinstance(error, STRANGE_SESSION) and pool is self._pool:
                # A pooler took the place of the server: look again before the next question.
                self._pool = None
                self._retiring = asyncio.create_task(_retire(pool), name="elfe pool")
            raise failure from error
        finally:
            # A connection that cannot be given back in time is closed by the pool.
            with suppress(*FAILURES):
                await pool.release(connection, timeout=_RELEASE_TIMEOUT)

    async def _borrow(self, pool: Pool) -> PoolConnection:
        """Return a connection that was opened since the last failure."""
        while True:
            connection = await pool.acquire(timeout=self._settings.connect_timeout)
            if connection.get_server_pid() in self._trusted:
                return connection
            connection.terminate()
            await pool.release(connection, timeout=_RELEASE_TIMEOUT)

    def _told(self, error: BaseException) -> StorageError:
        """Return what a failure is to the engine; after a lost connection, trust no other.

        What cut it has perhaps cut them all, and one that is idle learns it too late.
        """
        failure = translate(error)
        if isinstance(failure, StorageUnreachableError):
            self._trusted.clear()
        return failure

    async def _open(self) -> Pool:
        async with self._opening:
            if self._pool is None:
                self._pooled = await self._meets_pooler()
                # What one session prepared, another one does not know.
                arguments = connect_arguments(self._settings, self._name)
                if self._pooled:
                    arguments["statement_cache_size"] = 0
                pool = asyncpg.create_pool(
                    **arguments,
                    # Over a quarter-hour, so that each cycle finds connections and statements.
                    max_inactive_connection_lifetime=_IDLE_LIFETIME,
                    max_cached_statement_lifetime=0,
                    min_size=0,
                    max_size=self._size,
                    init=self._prepare,
                    reset=_keep,
                )
                _ = await pool
                self._pool = pool
            return self._pool

    async def _meets_pooler(self) -> bool:
        """Return whether who answers is not the process of the server that serves us."""
        async with connect(self._settings, self._name) as connection:
            return bool(await connection.fetchval(_BACKEND) != connection.get_server_pid())

    async def _prepare(self, connection: Connection) -> None:
        if not self._pooled:
            await self._set_up(connection)
        self._trusted.add(connection.get_server_pid())
        if self._opened is not None:
            self._opened(connection)

    async def _set_up(self, connection: Connection) -> None:
        # The server gives up too: a write that we reported as failed must not happen later.
        # It also keeps idle connections alive through routers. Compiling statements takes
        # longer than running ours.
        limit = int(self._settings.command_timeout * 1000)
        await connection.execute(
            f"SET statement_timeout = {limit}; SET tcp_keepalives_idle = {_KEEP_ALIVE}; SET jit = off"
        )
        if self._settings.only_reads:
            # Of a session of our own: one that a pooler lends is somebody else's next.
            await connection.execute("SET default_transaction_read_only = on")
        # The driver asks for these types once per connection: now, not in the middle of a cycle.
        await connection.prepare(_TYPES)


async def _retire(pool: Pool) -> None:
    """Close a pool once what is asked on it is answered, or a moment later."""
    try:
        await asyncio.wait_for(pool.close(), _RELEASE_TIMEOUT)
    except FAILURES:
        pool.terminate()


async def _keep(_connection: Connection) -> None:
    """Give a connection back as it is: no statement of ours changes its session."""
