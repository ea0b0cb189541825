"""A home with a solar roof that needs no server."""

from .gadgets import MAINS, ROOF
from .home import HOME, GridConnection, solar_home
from .living import SolarLife
from .roof import Roof

__all__ = ["HOME", "MAINS", "ROOF", "GridConnection", "Roof", "SolarLife", "solar_home"]
