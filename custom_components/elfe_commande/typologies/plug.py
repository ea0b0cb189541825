"""Typology 120: one plug or relay measures and switches."""

from ..core.model import CommandState, Usage
from .base import switched

TYPOLOGY = switched(120, "plug", usage=Usage.MEASURE_AND_SWITCH, standby=CommandState.STANDBY)
