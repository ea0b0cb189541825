"""Smart meters that speak SML: from the bytes of a line to what is worth showing."""

from .frames import FrameReader
from .guard import EnergyGuard
from .meter import Meter
from .obis import DEFAULT_FILTER, ObisError, normalize
from .reader import LineReader, PortSettings
from .sml_settings import MeterSettings, MeterTiming
from .telegrams import Register, Telegram

__all__ = [
    "DEFAULT_FILTER",
    "EnergyGuard",
    "FrameReader",
    "LineReader",
    "Meter",
    "MeterSettings",
    "MeterTiming",
    "ObisError",
    "PortSettings",
    "Register",
    "Telegram",
    "normalize",
]
