"""A UPS, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .flow import UpsFlow
from .unit import UpsUnit
from .ups_entities import entities_of
from .ups_settings import SUBENTRY_UPS

KIND: Final = Kind[Hub, UpsUnit](SUBENTRY_UPS, UpsFlow, UpsUnit, entities_of)
