"""What the client library raises, told in the engine's words; the only place that does it."""

from collections.abc import Mapping
import ssl
from typing import Final

import asyncpg

from ...core.failing import failing
from ...core.model import EquipmentId, State
from ...engine.ground.ports import (
    StorageCredentialsError,
    StorageDataError,
    StorageError,
    StorageReadOnlyError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)


class ConnectionLostError(StorageUnreachableError):
    """A connection that was open did not do what was asked: another one may."""


class StepsRefusedError(StorageDataError):
    """A constraint refused some steps of a write; the others are written.

    `written` holds the states after the steps that were written, `failed` the reason for
    each that was not.
    """

    def __init__(
        self,
        written: Mapping[EquipmentId, State],
        failed: Mapping[EquipmentId, StorageDataError],
    ) -> None:
        """Keep what became of each step."""
        reasons = "; ".join(f"{number}: {error}" for number, error in failed.items())
        super().__init__(f"refused by the database: {reasons}")
        self.written = dict(written)
        self.failed = dict(failed)


class CertificateRefusedError(StorageUnreachableError):
    """The server's certificate cannot be verified; the text says why."""


class CertificateNameError(CertificateRefusedError):
    """The server's certificate is good, but for another host name or address."""


# OpenSSL's numbers for a host name, and for an address, that is not in the certificate.
_OTHER_NAME: Final = frozenset({62, 64})

# First match wins, hence subclasses first.
_BY_CLASS: Final[tuple[tuple[type[BaseException], type[StorageError]], ...]] = (
    (asyncpg.InvalidPasswordError, StorageCredentialsError),
    (asyncpg.InvalidAuthorizationSpecificationError, StorageRefusedError),
    (asyncpg.InsufficientPrivilegeError, StorageRefusedError),
    (asyncpg.UndefinedTableError, StorageSchemaError),
    (asyncpg.UndefinedColumnError, StorageSchemaError),
    (asyncpg.UndefinedFunctionError, StorageSchemaError),
    (asyncpg.DatatypeMismatchError, StorageSchemaError),
    (asyncpg.InvalidSchemaNameError, StorageSchemaError),
    (asyncpg.InvalidCatalogNameError, StorageSchemaError),
    (asyncpg.ReadOnlySQLTransactionError, StorageReadOnlyError),
    (asyncpg.IntegrityConstraintViolationError, StorageDataError),
    (asyncpg.DataError, StorageDataError),
    (asyncpg.InvalidSQLStatementNameError, StorageUnreachableError),
    (asyncpg.DuplicatePreparedStatementError, StorageUnreachableError),
    # All others: by their SQLSTATE.
    (asyncpg.PostgresError, StorageError),
    (asyncpg.InterfaceError, StorageUnreachableError),
    (asyncpg.InternalClientError, StorageUnreachableError),
    (TimeoutError, StorageUnreachableError),
    (OSError, StorageUnreachableError),
    (UnicodeEncodeError, StorageUnreachableError),
)

# Classes of SQLSTATE where another try later may well succeed.
_TRANSIENT: Final = frozenset({"08", "25", "40", "53", "55", "57", "58"})

STRANGE_SESSION: Final = (
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
)
"""What is raised when a session is not the one in which a statement was prepared."""

FAILURES: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    # A host that is no name, as `db..lan`: it is not even looked for.
    UnicodeEncodeError,
)
"""What the client library may raise."""


def translate(error: BaseException) -> StorageError:
    """Return the engine's error for one of `FAILURES`; the text never holds the password."""
    if isinstance(error, ssl.SSLCertVerificationError):
        refused = (
            CertificateNameError if error.verify_code in _OTHER_NAME else CertificateRefusedError
        )
        return refused(error.verify_message)
    kind = next((ours for theirs, ours in _BY_CLASS if isinstance(error, theirs)), StorageError)
    state = getattr(error, "sqlstate", None) or ""
    if kind is StorageError and state[:2] in _TRANSIENT:
        kind = StorageUnreachableError
    return kind(failing(error))
