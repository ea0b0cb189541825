"""How a role connects to a database."""

from dataclasses import dataclass
import ssl
from typing import Any

import asyncpg

DATABASE_ERRORS = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What comes of a database that refuses or is gone; the last, when it has only just gone."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to connect as one role to one database."""

    host: str
    port: int
    user: str
    password: str
    database: str
    ssl: ssl.SSLContext | bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the keyword arguments of `asyncpg.connect` and `asyncpg.create_pool`."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "ssl": self.ssl,
        }

    async def connect(self) -> asyncpg.Connection:
        """Open one connection."""
        return await asyncpg.connect(**self.parameters)


def password(user: str) -> str:
    """Return the password of a role."""
    return f"{user}-secret"
