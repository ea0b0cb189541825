"""Rows as a home makes them, day after day."""

from collections.abc import Iterator

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.plan import DAY, SLOT
from custom_components.elfe_commande.record.rows import EventRow, PlanRow, Row, RunRow, SlotRow

START = 1_795_000_500
"""The start of a slot, in November 2026."""
LOAD = EquipmentId(7)
_RUN = 8
"""Quarter-hours of a run."""


def slot_row(at: int = START, load: int = LOAD, slots: int = 1, **more: object) -> SlotRow:
    """Return a load that waits for its time."""
    row = SlotRow(
        EquipmentId(load),
        at,
        at + slots * SLOT,
        planned=False,
        owner="ems",
        wanted=False,
        source="ems",
        reason="waiting",
        mode=30,
        ran=0,
        energy=0.0,
    )
    return row._replace(**more)


def order_row(at: float = START, load: int = LOAD, **more: object) -> EventRow:
    """Return an order that was confirmed."""
    row = EventRow(
        EquipmentId(load),
        at,
        "order",
        act="start",
        on=True,
        origin="ems",
        source="ems",
        owner="ems",
        outcome="acknowledged",
        reason="acknowledged",
        tries=1,
        latency=0.123,
    )
    return row._replace(**more)


def day_of(load: int, midnight: int) -> Iterator[Row]:
    """Yield a day of a load that is measured and runs once, for two hours."""
    begin = midnight + (10 + load % 60) * SLOT
    end = begin + _RUN * SLOT
    yield slot_row(midnight, load, (begin - midnight) // SLOT)
    for number in range(_RUN):
        at = begin + number * SLOT
        yield slot_row(
            at, load, planned=True, wanted=True, reason="planned", ran=900, energy=300.0 + number
        )
    yield slot_row(end, load, DAY - (end - midnight) // SLOT)
    yield RunRow(EquipmentId(load), begin, end, False, 2400.0, "ems", "ems", "planned", "ems")
    for number in range(4):
        yield order_row(begin + number, load, user_id="a" * 32 if number == 3 else None)
    for number in range(2):
        yield PlanRow(EquipmentId(load), midnight + number, midnight, "ems", "0" * 40 + "1" * 56)
