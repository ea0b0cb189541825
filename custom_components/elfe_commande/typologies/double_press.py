"""Typology 160: a plug measures, one finger presses start twice."""

from ..core.model import Usage
from .base import pressed

TYPOLOGY = pressed(160, "double_press", presses=(Usage.PRESS_START, Usage.PRESS_START))
