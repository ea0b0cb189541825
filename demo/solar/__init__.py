"""A home with a solar roof that needs no server."""

from .home import HOME, GridConnection, solar_home
from .roof import Roof

__all__ = ["HOME", "GridConnection", "Roof", "solar_home"]
