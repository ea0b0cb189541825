"""What is needed to reach the coordination database and the EMS's plans."""

from dataclasses import dataclass, field
from enum import StrEnum
import re
import ssl
from typing import Final
import uuid

from ...core.appliances import CONTINUOUS_TYPES
from ...core.model import EquipmentTypeId, HomeId
from ...core.safe_states import SafeStates

_IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]*")
_PUBLIC: Final = "public"


class TlsMode(StrEnum):
    """How the connection is encrypted, in PostgreSQL's own words."""

    DISABLE = "disable"
    REQUIRE = "require"
    """Encrypted, whoever answers."""
    VERIFY_FULL = "verify-full"
    """Encrypted, and the server's certificate is for its host name."""


def is_identifier(name: str) -> bool:
    """Return whether a schema, table or column may have this name."""
    return _IDENTIFIER.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """One server, one or two databases, and which homes are served.

    `ssl_context` is made by the caller, because making one reads files; it is needed unless
    `tls` is `disable`. `ValueError` when it is absent or a name is not an identifier.
    """

    host: str
    database: str
    username: str
    password: str = field(repr=False)
    port: int = 5432
    tls: TlsMode = TlsMode.DISABLE
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)
    schema: str = "bdd_coordination_schema"
    ems_database: str = ""
    """Empty: the coordination database."""
    ems_table: str = "bdd_coordination_schema.result"
    """`schema.table`, or a table of the schema `public`."""
    homes: frozenset[HomeId] = frozenset()
    """Empty: all."""
    continuous_types: frozenset[EquipmentTypeId] = CONTINUOUS_TYPES
    safe_states: SafeStates = field(default_factory=SafeStates, hash=False)
    only_reads: bool = False
    """Nothing is ever written: no privilege is needed for it, and the server refuses it."""
    connect_timeout: float = 10.0
    """Seconds."""
    command_timeout: float = 15.0
    """Seconds a statement may take, the wait for a row's lock included."""
    instance: str = field(default_factory=lambda: uuid.uuid4().hex[:8], repr=False, compare=False)
    """What tells our connections from those of another installation."""

    def __post_init__(self) -> None:
        """Refuse what would be unsafe to put in a statement or to connect with."""
        if self.tls is not TlsMode.DISABLE and self.ssl_context is None:
            raise ValueError(f"an SSL context is needed for {self.tls}")
        for name in (self.schema, *self.plan_table):
            if not is_identifier(name):
                raise ValueError(f"not an identifier: {name!r}")

    @property
    def plan_database(self) -> str:
        """Return the database that holds the plans."""
        return self.ems_database or self.database

    @property
    def plan_table(self) -> tuple[str, str]:
        """Return schema and name of the table of plans."""
        schema, dot, table = self.ems_table.partition(".")
        return (schema, table) if dot else (_PUBLIC, schema)
