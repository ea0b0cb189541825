"""A smart meter, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .flow import MeterFlow
from .meter_entities import entities_of
from .meter_settings import SUBENTRY_METER
from .unit import MeterUnit

KIND: Final = Kind[Hub, MeterUnit](SUBENTRY_METER, MeterFlow, MeterUnit, entities_of)
