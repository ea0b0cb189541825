"""The one table of appliance types: what each is, whoever asks.

Ids are those of the type enumeration of ELFE's database (`equipement_pilote_ou_mesure_type`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .model import EquipmentTypeId


@dataclass(frozen=True, slots=True)
class ApplianceType:
    """One type. `key` is that of the translations (`selector.equipment_type`)."""

    id: EquipmentTypeId
    key: str
    local: bool = False
    """A home without a server may have one: elsewhere it is measured, or made by others."""
    driven: bool = False
    """Territories drive it."""
    continuous: bool = False
    """It follows its plan every quarter-hour, unless the options say otherwise."""
    cycle: bool = False
    """It runs a programme of a known duration."""
    charge: bool = False
    """It has a charge left."""


def _type(number: int, key: str, **traits: bool) -> ApplianceType:
    return ApplianceType(EquipmentTypeId(number), key, **traits)


APPLIANCE_TYPES: Final[Mapping[EquipmentTypeId, ApplianceType]] = MappingProxyType(
    {
        each.id: each
        for each in (
            _type(111, "dishwasher", local=True, driven=True, cycle=True),
            _type(112, "washing_machine", local=True, driven=True, cycle=True),
            _type(113, "tumble_dryer", local=True, driven=True, cycle=True),
            _type(131, "water_heater", local=True, driven=True, continuous=True),
            _type(151, "heater", local=True, driven=True, continuous=True),
            _type(155, "controlled_heater", local=True, driven=True, continuous=True),
            _type(221, "electric_car", local=True, driven=True, charge=True),
            _type(225, "electric_bike", local=True, driven=True, charge=True),
            _type(1, "generic_machine", local=True, cycle=True),
            _type(410, "electricity_meter"),
            _type(515, "electric_forklift", local=True, driven=True, charge=True),
            _type(901, "power_plant"),
            _type(910, "solar_plant"),
            _type(920, "wind_plant"),
        )
    }
)
"""By id, those of most homes first."""

TYPE_OF: Final[Mapping[str, ApplianceType]] = MappingProxyType(
    {each.key: each for each in APPLIANCE_TYPES.values()}
)
"""By key of the translations."""

CONTINUOUS_TYPES: Final = frozenset(i for i, each in APPLIANCE_TYPES.items() if each.continuous)
"""What follows its plan every quarter-hour unless the options say otherwise."""
