"""What loads go back to by themselves when their orders are not renewed, as people declared it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import EquipmentId, EquipmentTypeId


@dataclass(frozen=True, slots=True)
class SafeStates:
    """On or off by type, and by number for loads that are not like the others of their type."""

    types: Mapping[EquipmentTypeId, bool] = field(default_factory=dict)
    equipments: Mapping[EquipmentId, bool] = field(default_factory=dict)

    def of(self, equipment_id: EquipmentId, type_id: EquipmentTypeId) -> bool | None:
        """Return whether a load shall be on, `None` where nobody declared anything."""
        return self.equipments.get(equipment_id, self.types.get(type_id))
