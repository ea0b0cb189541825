"""ELFE's coordination database, in PostgreSQL."""

from .config_check import CheckReport, check, list_homes
from .errors import StepsRefusedError
from .postgres_settings import CONTINUOUS_TYPES, PostgresSettings, TlsMode
from .storage import PostgresStorage

__all__ = [
    "CONTINUOUS_TYPES",
    "CheckReport",
    "PostgresSettings",
    "PostgresStorage",
    "StepsRefusedError",
    "TlsMode",
    "check",
    "list_homes",
]
