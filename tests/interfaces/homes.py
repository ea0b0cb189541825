"""The screens' usual layout, and things to show on it."""

from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    ControlState,
    DeviceId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.screens import Layout, Page, PageKind, Screen

_PAGES: tuple[tuple[int, PageKind, int, tuple[int, ...]], ...] = (
    (2, PageKind.MACHINE, 12, (111,)),
    (3, PageKind.MACHINE, 13, (112,)),
    (4, PageKind.MACHINE, 14, (113,)),
    (5, PageKind.CAR, 15, (221,)),
    (6, PageKind.SIMPLE, 16, (131,)),
    (7, PageKind.SIMPLE, 17, (151, 155)),
)
LAYOUT = Layout(
    {
        number: Page(number, tuple(map(EquipmentTypeId, types)), kind, light)
        for number, kind, light, types in _PAGES
    }
)
SCREEN = Screen(DeviceId("9"), "g0001", HomeId("R001"), "hasp/g0001/command/jsonl")


def equipment(
    type_id: int,
    mode: int = Mode.MANUAL,
    *,
    end: int | None = None,
    cycle: int | None = None,
    charge: int | None = None,
) -> Equipment:
    return Equipment(
        EquipmentId(1),
        TypologyId(120),
        EquipmentTypeId(type_id),
        "appliance",
        HomeId("R001"),
        State(mode, ControlState.OFF, CommandState.STANDBY, ems_order=False),
        constraints=Constraints(end, cycle, charge),
    )
