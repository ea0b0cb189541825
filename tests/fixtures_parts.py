"""Fixtures: a real PostgreSQL and a real broker, one of each per test process.

List `tests.fixtures_parts` in the `pytest_plugins` of `tests/conftest.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
import itertools
from typing import Any

import asyncpg
import pytest

from demo.appliances import Fleet
from demo.database import Level, load_result, load_schema
from demo.parts import Access, Broker, PostgresServer
from demo.parts.postgres import COMMANDE, EMS, OWNER
from tests.databases import Lender

TEMPLATES = {Level.V6: "template_v6", Level.V7: "template_v7"}
EMS_TEMPLATE = "template_ems"
SMALL = {"shared_buffers": "16MB"}
"""All of it is looked through when a database is made or dropped, which tests do often."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """A fresh coordination database, the plan table in it, and how each role connects."""

    server: PostgresServer
    name: str

    @property
    def access(self) -> Access:
        return self.server.access(COMMANDE, self.name)

    @property
    def owner(self) -> Access:
        return self.server.access(OWNER, self.name)

    @property
    def ems(self) -> Access:
        return self.server.access(EMS, self.name)


@pytest.fixture(scope="session")
def prepared_postgres(
    sockets_allowed: Callable[[], AbstractContextManager[None]],
) -> Iterator[PostgresServer]:
    """A stopped server with the templates that tests copy: what every other begins with."""
    server = PostgresServer(settings=SMALL)
    with sockets_allowed():
        _run(prepare(server))
    _run(server.stop())
    yield server
    _run(server.close())


@pytest.fixture(scope="session")
def postgres_server(
    prepared_postgres: PostgresServer,
    sockets_allowed: Callable[[], AbstractContextManager[None]],
) -> Iterator[PostgresServer]:
    """A server for the whole session; do not crash it, start one of your own for that."""
    # Counted while a database was empty, rows would mislead its planner in the next test.
    server = PostgresServer(settings=SMALL | {"autovacuum": "off"}, seed=prepared_postgres)
    with sockets_allowed():
        _run(server.start())
    yield server
    _run(server.close())


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A broker for the whole session; retained messages stay between tests: use topics of your own."""
    server = Broker()
    _run(server.start())
    yield server
    _run(server.close())


@pytest.fixture(scope="session")
def lenders(postgres_server: PostgresServer) -> dict[str, Lender]:
    """Who lends databases, by the name of the template they are made from."""
    names = (*TEMPLATES.values(), EMS_TEMPLATE)
    return {name: Lender(postgres_server, name) for name in names}


@pytest.fixture
async def database(lenders: dict[str, Lender], socket_enabled: None) -> AsyncIterator[Database]:
    """A fresh database at the v6.3 level."""
    async with _lent(lenders[TEMPLATES[Level.V6]]) as found:
        yield found


@pytest.fixture
async def database_v7(lenders: dict[str, Lender], socket_enabled: None) -> AsyncIterator[Database]:
    """A fresh database at the v7 level."""
    async with _lent(lenders[TEMPLATES[Level.V7]]) as found:
        yield found


@pytest.fixture
async def ems_database(lenders: dict[str, Lender], socket_enabled: None) -> AsyncIterator[Database]:
    """A fresh database of the EMS's own, with `public.result` only."""
    async with _lent(lenders[EMS_TEMPLATE]) as found:
        yield found


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do everything in `database`."""
    connection = await database.owner.connect()
    yield connection
    await connection.close()


@pytest.fixture
async def own_broker(socket_enabled: None) -> AsyncIterator[Broker]:
    """A broker of the test's own, to stop, kill and restart."""
    async with Broker() as found:
        yield found


@pytest.fixture
async def own_postgres(
    prepared_postgres: PostgresServer, socket_enabled: None
) -> AsyncIterator[PostgresServer]:
    """A server of the test's own, prepared like the session's, to crash and restart."""
    async with PostgresServer(settings=SMALL, seed=prepared_postgres) as server:
        yield server


@pytest.fixture
async def fleet(broker: Broker, socket_enabled: None) -> AsyncIterator[Fleet]:
    """An empty fleet on the session's broker; answers come 20 times faster than real ones."""
    async with Fleet(broker.host, broker.port, scale=0.05) as found:
        yield found


async def fresh_database(server: PostgresServer, level: Level = Level.V6) -> Database:
    """Copy the template of a level; drop it with `server.drop_database(found.name)`."""
    name = f"fresh_{next(_numbers)}"
    await server.create_database(name, template=TEMPLATES[level])
    return Database(server, name)


@asynccontextmanager
async def _lent(lender: Lender) -> AsyncIterator[Database]:
    name = await lender.lend()
    yield Database(lender.server, name)
    await lender.take_back(name)


async def prepare(server: PostgresServer) -> None:
    """Start a server and make the templates that tests copy."""
    await server.start()
    for level, name in TEMPLATES.items():
        access = await server.create_database(name)
        connection = await access.connect()
        await load_schema(connection, level)
        await connection.close()
    access = await server.create_database(EMS_TEMPLATE)
    connection = await access.connect()
    await load_result(connection)
    await connection.close()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run in a loop of its own, without becoming the thread's current loop."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(work)
