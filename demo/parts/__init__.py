"""Real servers run as child processes: PostgreSQL and an MQTT broker."""

from .access import DATABASE_ERRORS, Access
from .broker import Broker
from .postgres import PostgresServer
from .tls import TlsFront

__all__ = ["DATABASE_ERRORS", "Access", "Broker", "PostgresServer", "TlsFront"]
