"""The wall screens of the homes as a web page, which can be touched."""

from .plate import PAGES, Plate
from .server import ScreenServer

__all__ = ["PAGES", "Plate", "ScreenServer"]
