"""An appliance of a home without a server, as a type of subentry."""

from typing import Any, Final

from ...const import SUBENTRY_EQUIPMENT
from ..kind import Kind
from .flow import EquipmentFlow
from .keys import CONF_HOME

KIND: Final = Kind[Any, Any](
    subentry_type=SUBENTRY_EQUIPMENT,
    flow=EquipmentFlow,
    homes_named=lambda data: (data.get(CONF_HOME, ""),),
    local_only=True,
)
