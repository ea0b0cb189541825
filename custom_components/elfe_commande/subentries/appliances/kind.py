"""An appliance of a home without a server, as a type of subentry."""

from typing import Any, Final

from ...const import SUBENTRY_EQUIPMENT
from ..kind import Kind
from .definition import claims_of, entities_of
from .flow import EquipmentFlow
from .keys import CONF_HOME

KIND: Final = Kind[Any, Any](
    subentry_type=SUBENTRY_EQUIPMENT,
    flow=EquipmentFlow,
    entities_named=entities_of,
    claims=claims_of,
    homes_named=lambda data: (data.get(CONF_HOME, ""),),
    local_only=True,
)
