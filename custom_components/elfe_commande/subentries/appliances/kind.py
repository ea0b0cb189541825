"""An appliance of a home without a server, as a type of subentry."""

from typing import Any, Final

from ...const import SUBENTRY_EQUIPMENT
from ..kind import Kind
from .flow import EquipmentFlow

KIND: Final = Kind[Any, Any](SUBENTRY_EQUIPMENT, EquipmentFlow, local_only=True)
