"""Typology 140: a relay measures and switches, a sensor reads the room."""

from ..core.model import CommandState, Usage
from .base import switched

TYPOLOGY = switched(
    140,
    "relay_and_sensor",
    usage=Usage.MEASURE_AND_SWITCH,
    standby=CommandState.WAITING,
)
