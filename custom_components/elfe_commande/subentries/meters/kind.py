"""A smart meter, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .diagnostics import describe_meter
from .flow import MeterFlow
from .meter_entities import entities_of
from .meter_settings import SUBENTRY_METER
from .unit import MeterUnit

KIND: Final = Kind[Hub, MeterUnit](
    subentry_type=SUBENTRY_METER,
    flow=MeterFlow,
    make=MeterUnit,
    entities=entities_of,
    diagnose=describe_meter,
)
