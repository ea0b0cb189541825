"""What the client library raises, in the engine's words."""

import asyncpg
from asyncpg import exceptions
import pytest

from custom_components.elfe_commande.engine.ground.ports import (
    StorageCredentialsError,
    StorageDataError,
    StorageError,
    StorageReadOnlyError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)
from custom_components.elfe_commande.storage.postgres.errors import FAILURES, translate


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), StorageUnreachableError),
        (ConnectionResetError("reset"), StorageUnreachableError),
        (UnicodeEncodeError("idna", "db..lan", 3, 4, "label empty"), StorageUnreachableError),
        (asyncpg.InterfaceError("connection is closed"), StorageUnreachableError),
        (exceptions.ConnectionDoesNotExistError("gone"), StorageUnreachableError),
        (exceptions.AdminShutdownError("bye"), StorageUnreachableError),
        (exceptions.CannotConnectNowError("starting"), StorageUnreachableError),
        (exceptions.TooManyConnectionsError("full"), StorageUnreachableError),
        (exceptions.DeadlockDetectedError("deadlock"), StorageUnreachableError),
        (exceptions.ReadOnlySQLTransactionError("standby"), StorageReadOnlyError),
        (exceptions.QueryCanceledError("too long"), StorageUnreachableError),
        (exceptions.InvalidPasswordError("no"), StorageCredentialsError),
        (exceptions.InvalidAuthorizationSpecificationError("no"), StorageRefusedError),
        (exceptions.InsufficientPrivilegeError("no"), StorageRefusedError),
        (exceptions.UndefinedTableError("no"), StorageSchemaError),
        (exceptions.UndefinedColumnError("no"), StorageSchemaError),
        (exceptions.InvalidCatalogNameError("no"), StorageSchemaError),
        (exceptions.CheckViolationError("no"), StorageDataError),
        (exceptions.NumericValueOutOfRangeError("no"), StorageDataError),
        (asyncpg.DataError("no"), StorageDataError),
        (exceptions.PostgresSyntaxError("ours"), StorageError),
    ],
)
def test_errors(error: BaseException, kind: type[StorageError]) -> None:
    assert isinstance(error, FAILURES)
    told = translate(error)
    assert type(told) is kind
    assert str(told)
