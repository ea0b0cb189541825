"""Snapshots for the chain of decision, in few words."""

from typing import Any

from custom_components.elfe_commande.core.decision import Act, Decision, Snapshot, Source
from custom_components.elfe_commande.core.model import (
    Constraints,
    ControlState,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.plan import DAY, DayPlan

SLOT0 = 1_800_000_000
NOW = SLOT0 + 5
ONE = EquipmentId(1)


def day(*wanted: int, first: int = SLOT0) -> DayPlan:
    return DayPlan(ONE, first, bytes(i in wanted for i in range(DAY)), 1)


def snapshot(
    *,
    mode: int = Mode.PILOTED,
    control: int = ControlState.OFF,
    programmed: int = SLOT0 - 3600,
    continuous: bool = False,
    end: int | None = None,
    cycle: int | None = None,
    **more: Any,
) -> Snapshot:
    """Return the snapshot of a waiting piloted load, changed as wanted."""
    equipment = Equipment(
        ONE,
        TypologyId(120),
        EquipmentTypeId(111),
        "Lave-vaisselle",
        HomeId("R001"),
        State(mode, control, 11, False, 0, programmed),
        continuous=continuous,
        constraints=Constraints(end, cycle),
    )
    values: dict[str, Any] = {"now": NOW, "slot": SLOT0, "ready": True}
    return Snapshot(equipment, **(values | more))


def told(decision: Decision) -> tuple[Source, str, Act | None]:
    return decision.source, decision.reason, decision.act
