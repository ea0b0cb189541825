"""A smart meter to play with: writes SML, on a line of its own."""

from .line import SerialLine, SocketLine
from .writer import Entry, Unit, kermit, octets_of, telegram

__all__ = ["Entry", "SerialLine", "SocketLine", "Unit", "kermit", "octets_of", "telegram"]
