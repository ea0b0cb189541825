"""A home with a solar roof that needs no server."""

from .gadgets import FORECAST, MAINS, ROOF
from .home import BASE, HOME, GridConnection, solar_home
from .living import SolarLife
from .roof import Roof

__all__ = [
    "BASE",
    "FORECAST",
    "HOME",
    "MAINS",
    "ROOF",
    "GridConnection",
    "Roof",
    "SolarLife",
    "solar_home",
]
