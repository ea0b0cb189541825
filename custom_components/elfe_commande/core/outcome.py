"""What became of an order, and what is written about it."""

from dataclasses import dataclass
from enum import StrEnum

from .model import CommandState, ControlState, EquipmentId, Mode


class Outcome(StrEnum):
    """How an order ended."""

    ACKNOWLEDGED = "acknowledged"
    """The device itself said so."""
    FAILED = "failed"
    """The device said no, or a load that may be ordered again stayed silent."""
    DOUBTFUL = "doubtful"
    """A press without an answer: it may have happened and is not made again."""
    SKIPPED = "skipped"
    """Not sent, for the reason given."""


@dataclass(frozen=True, slots=True)
class Writes:
    """Columns of one equipment to change together; `None` leaves a column alone.

    Source: the decision tables of the reference (MODE, PROG, CMD, CTL, EMS, MARCHE).
    """

    mode: Mode | None = None
    command: CommandState | None = None
    control: ControlState | None = None
    ems_order: bool | None = None
    programmed: bool = False
    """Stamp `timestamp_derniere_programmation` with the time of the act."""
    started: bool = False
    """Stamp `timestamp_derniere_mise_en_marche` with the time of the act."""

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return self != NOTHING


NOTHING = Writes()


@dataclass(frozen=True, slots=True)
class Step:
    """One guarded write: whole or not at all.

    Guards, in the statement itself: no communication error, mode 20 or 30, and the mode in
    `expected_mode` when one is given (an EMS order never undoes a person's choice).
    """

    equipment_id: EquipmentId
    writes: Writes
    at: int
    """Unix seconds of the act, stamped in the time columns."""
    expected_mode: Mode | None = None
    from_disabled: bool = False
    """Mode 70 is let through too: a PLC's panel disables and gives back."""


@dataclass(frozen=True, slots=True)
class Result:
    """An order's end, as it is shown to people.

    `reason` is a key of the translations (`state_attributes.reason`); `latency` is in
    seconds from the first message to the answer.
    """

    outcome: Outcome
    reason: str
    on: bool | None
    at: float
    latency: float | None = None
    tries: int = 0
    written: Writes = NOTHING
    will_retry: bool = False
    """The first try failed and others follow in the background."""
    retry_until: float | None = None
    """The unix time after which no other try begins, where some follow."""
    detail: str = ""
    """Why the device refused, in its own words."""
    unwritten: bool = False
    """The row did not take what follows: it was changed meanwhile, or the database refused."""
    unnoted: bool = False
    """The disk could not take what was wished: a restart knows nothing of it."""
