"""A panel of buttons and LEDs, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .diagnostics import describe_panel, entities_used
from .flow import PanelFlow
from .panel_entities import entities_of
from .panel_settings import SUBENTRY_PANEL, switches_of
from .unit import PanelUnit

KIND: Final = Kind[Hub, PanelUnit](
    subentry_type=SUBENTRY_PANEL,
    flow=PanelFlow,
    make=PanelUnit,
    entities=entities_of,
    diagnose=describe_panel,
    entities_named=entities_used,
    claims=switches_of,
)
