"""What became of an order, and what is written about it."""

from dataclasses import dataclass, fields
from enum import StrEnum

from .model import CommandState, Constraints, ControlState, EquipmentId, Mode


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
NO_WISHES = Constraints()


@dataclass(frozen=True, slots=True)
class Settles:
    """What is over once a step is in the database, or once a guard refused it.

    `claim` names a press, `wish` a person's wish; `start`: a start that nothing confirmed.
    """

    claim: str | None = None
    wish: str | None = None
    start: bool = False


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
    programmed_at: int | None = None
    """When the row was last programmed, if only a row that nobody programmed since is written."""
    settles: Settles = Settles()
    wishes: Constraints = NO_WISHES
    """Other wishes, written instead of columns of the row."""
    not_after: int | None = None
    """Nothing is written where the row was programmed later than this (unix seconds)."""

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.writes) or self.wishes != NO_WISHES

    def replaces(self, earlier: Step) -> bool:
        """Whether nothing is lost of the step just before this one when only this is written."""
        kept = (self.equipment_id, self.expected_mode, self.from_disabled)
        return (
            kept == (earlier.equipment_id, earlier.expected_mode, earlier.from_disabled)
            # Otherwise the earlier one is what holds this one back.
            and (self.expected_mode is None or earlier.writes.mode in (None, self.expected_mode))
            and earlier.settles in (Settles(), self.settles)
            and _covers(self.writes, earlier.writes)
            and _covers(self.wishes, earlier.wishes)
        )


def _covers(later: Writes | Constraints, earlier: Writes | Constraints) -> bool:
    """Whether all that the earlier one changes is changed by the later one."""
    return all(
        getattr(earlier, each.name) is each.default or getattr(later, each.name) is not each.default
        for each in fields(earlier)
    )


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
