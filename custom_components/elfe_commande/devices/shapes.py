"""What decides which device and which entities an equipment has."""

from enum import Enum
from typing import NamedTuple

from ..core.model import EquipmentTypeId, HomeId, Mode, TypologyId
from ..engine.ground.status import EquipmentStatus


class Kind(Enum):
    """How much of an equipment is shown."""

    DRIVEN = "driven"
    MEASURED = "measured"
    """Never ordered: nothing to switch."""
    REMOVED = "removed"
    """Uninstalled: no device."""


class Shape(NamedTuple):
    """What decides which device and which entities an equipment has."""

    name: str
    home: HomeId
    type_id: EquipmentTypeId
    typology_id: TypologyId
    kind: Kind
    wishes: tuple[bool, bool, bool]
    """Whether it has a wished end, a cycle duration and a charge left."""
    measured: bool
    """Whether it has a meter of its own."""


def kind_of(status: EquipmentStatus) -> Kind:
    """Return how much of an equipment is shown, by its stored mode."""
    match status.equipment.state.mode:
        case Mode.REMOVED:
            return Kind.REMOVED
        case Mode.NOT_PILOTED:
            return Kind.MEASURED
        case _:
            return Kind.DRIVEN


def shape_of(status: EquipmentStatus) -> Shape:
    """Return the shape of an equipment."""
    equipment = status.equipment
    has = equipment.constraints
    return Shape(
        equipment.name,
        equipment.home,
        equipment.type_id,
        equipment.typology_id,
        kind_of(status),
        (
            has.wished_end is not None,
            has.cycle_duration is not None,
            has.charge_left is not None,
        ),
        status.meter is not None,
    )
