"""A storage as the role `commande`, and rows to read with it."""

from collections.abc import AsyncIterator

import pytest

from custom_components.elfe_commande.storage.postgres import PostgresStorage

from ..fixtures_parts import Database
from .rows import Rows, settings_for


@pytest.fixture
async def rows(database: Database) -> AsyncIterator[Rows]:
    """Rows of a v6.3 database."""
    connection = await database.owner.connect()
    yield Rows(connection)
    await connection.close()


@pytest.fixture
async def storage(database: Database) -> AsyncIterator[PostgresStorage]:
    """A storage with the privileges of `commande`."""
    found = PostgresStorage(settings_for(database))
    await found.open()
    yield found
    await found.close()
