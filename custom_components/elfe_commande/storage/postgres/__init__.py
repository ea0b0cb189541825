"""ELFE's coordination database, in PostgreSQL."""

from .config_check import CheckReport, check, list_homes
from .errors import StepsRefusedError
from .postgres_settings import PostgresSettings, TlsMode
from .storage import PostgresStorage

__all__ = [
    "CheckReport",
    "PostgresSettings",
    "PostgresStorage",
    "StepsRefusedError",
    "TlsMode",
    "check",
    "list_homes",
]
