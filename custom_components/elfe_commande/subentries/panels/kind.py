"""A panel of buttons and LEDs, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .flow import PanelFlow
from .panel_entities import entities_of
from .panel_settings import SUBENTRY_PANEL
from .unit import PanelUnit

KIND: Final = Kind[Hub, PanelUnit](SUBENTRY_PANEL, PanelFlow, PanelUnit, entities_of)
