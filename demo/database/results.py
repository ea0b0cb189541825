"""Rows of the plan table: what an EMS publishes for one machine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from .load import RESULT

SLOT = 900
SLOTS = 96
COLUMNS = (
    "first_valid_timestamp",
    "machine_id",
    "result_type",
    "machine_type",
    *(f"decisions_{index}" for index in range(SLOTS)),
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The decisions of one machine, quarter by quarter, from `first_valid_timestamp` (unix seconds)."""

    machine_id: int
    first_valid_timestamp: int
    decisions: tuple[int, ...]
    machine_type: int = -1
    result_type: int = 0

    def __post_init__(self) -> None:
        """Check the length."""
        if len(self.decisions) != SLOTS:
            raise ValueError(f"{len(self.decisions)} decisions instead of {SLOTS}")

    @property
    def record(self) -> tuple[int, ...]:
        """Return the values in the order of COLUMNS."""
        return (
            self.first_valid_timestamp,
            self.machine_id,
            self.result_type,
            self.machine_type,
            *self.decisions,
        )


def pad(decisions: Sequence[int], fill: int = 0) -> tuple[int, ...]:
    """Return 96 decisions: the given ones, then `fill`."""
    return (*decisions, *([fill] * (SLOTS - len(decisions))))


def pulse(slot: int | None) -> tuple[int, ...]:
    """Return 96 decisions with a single 1 at `slot`, or none."""
    return tuple(int(index == slot) for index in range(SLOTS))


def quarter(now: float) -> int:
    """Return the start of the quarter-hour that holds `now`, unix seconds."""
    return int(now) // SLOT * SLOT


async def insert_plans(
    connection: asyncpg.Connection, rows: Iterable[PlanRow], table: str = RESULT
) -> None:
    """Append plan rows, as the EMS does; the connection is the owner's or the EMS's."""
    schema, _, name = table.rpartition(".")
    await connection.copy_records_to_table(
        name,
        schema_name=schema or None,
        records=[row.record for row in rows],
        columns=COLUMNS,
    )
