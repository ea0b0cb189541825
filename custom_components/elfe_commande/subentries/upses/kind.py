"""A UPS, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .diagnostics import describe_ups
from .flow import UpsFlow
from .unit import UpsUnit
from .ups_entities import entities_of
from .ups_settings import CONF_HOMES, SECTION_SHEDDING, SUBENTRY_UPS

KIND: Final = Kind[Hub, UpsUnit](
    subentry_type=SUBENTRY_UPS,
    flow=UpsFlow,
    make=UpsUnit,
    entities=entities_of,
    diagnose=describe_ups,
    homes_named=lambda data: data.get(SECTION_SHEDDING, {}).get(CONF_HOMES, ()),
)
