"""Typology 190: a relay wired in reverse, the load runs while it is off."""

from ..core.model import CommandState, Usage
from .base import switched

TYPOLOGY = switched(
    190,
    "inverted_relay",
    usage=Usage.MEASURE_AND_SWITCH,
    standby=CommandState.STANDBY,
    inverted=True,
)
