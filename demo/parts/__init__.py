"""Real servers run as child processes: PostgreSQL and an MQTT broker."""

from .access import Access
from .broker import Broker
from .postgres import PostgresServer
from .tls import TlsFront

__all__ = ["Access", "Broker", "PostgresServer", "TlsFront"]
