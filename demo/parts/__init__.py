"""Real servers run as child processes: PostgreSQL and an MQTT broker."""

from .broker import Broker
from .postgres import Access, PostgresServer
from .tls import TlsFront

__all__ = ["Access", "Broker", "PostgresServer", "TlsFront"]
