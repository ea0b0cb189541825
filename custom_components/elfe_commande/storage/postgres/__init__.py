"""ELFE's coordination database, in PostgreSQL."""

from .config_check import CheckReport, check, list_homes
from .errors import CertificateNameError, CertificateRefusedError, StepsRefusedError
from .ownership import PostgresOwnership
from .postgres_settings import PostgresSettings, TlsMode
from .storage import PostgresStorage

__all__ = [
    "CertificateNameError",
    "CertificateRefusedError",
    "CheckReport",
    "PostgresOwnership",
    "PostgresSettings",
    "PostgresStorage",
    "StepsRefusedError",
    "TlsMode",
    "check",
    "list_homes",
]
