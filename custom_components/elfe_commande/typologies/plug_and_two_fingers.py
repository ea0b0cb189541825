"""Typology 150: a plug measures, one finger presses power, another start."""

from ..core.model import Usage
from .base import pressed

TYPOLOGY = pressed(150, "plug_and_two_fingers", presses=(Usage.PRESS_POWER, Usage.PRESS_START))
