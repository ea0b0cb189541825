"""Typology 130: a plug measures, a finger robot presses start."""

from ..core.model import Usage
from .base import pressed

TYPOLOGY = pressed(130, "plug_and_finger", presses=(Usage.PRESS_START,))
