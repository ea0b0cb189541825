"""Typology 180: a relay switches, a general meter measures."""

from ..core.model import CommandState, Usage
from .base import switched

TYPOLOGY = switched(180, "relay_and_meter", usage=Usage.SWITCH, standby=CommandState.WAITING)
