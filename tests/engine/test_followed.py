"""What is known of how far a plan was followed, once another engine drove the load meanwhile."""

import pytest

from custom_components.elfe_commande.core.model import (
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.engine.rows.followed import Followed, Processed

BEGIN = 1_800_000_000
SEVEN = EquipmentId(7)
ON, OFF = 15, 25
OURS = Processed(BEGIN, on=True, before=True)
"""Taken for pressed in this run."""


def pump(control: int, last_start: int = 0) -> Equipment:
    """Return a load that runs for some quarter-hours after a press."""
    state = State(Mode.PILOTED, control, 11, ems_order=False, last_start=last_start)
    return Equipment(
        SEVEN, TypologyId(130), EquipmentTypeId(151), "Pump", HomeId("R001"), state, continuous=True
    )


@pytest.mark.parametrize(
    ("seen", "control", "last_start", "after"),
    [
        # Nothing is known of it but what the row says.
        (None, ON, 0, None),
        (None, OFF, BEGIN, OURS),
        (None, OFF, BEGIN - 1, None),
        # It was wanted in this slot, or the one before, and is on: it was pressed.
        (Processed(BEGIN, on=True), ON, 0, OURS),
        (Processed(BEGIN - SLOT, on=True), ON, 0, OURS),
        # It is off, or was wanted long ago, or was not wanted: it is pressed for.
        (Processed(BEGIN, on=True), OFF, 0, Processed(BEGIN, on=False, before=False)),
        (
            Processed(BEGIN - 2 * SLOT, on=True),
            ON,
            0,
            Processed(BEGIN - 2 * SLOT, on=False, before=False),
        ),
        (Processed(BEGIN, on=False), ON, 0, Processed(BEGIN, on=False, before=False)),
    ],
)
def test_whoever_takes_a_load_over_presses_once_in_a_run(
    seen: Processed | None, control: int, last_start: int, after: Processed | None
) -> None:
    followed = Followed({} if seen is None else {SEVEN: seen})
    followed.take_over(pump(control, last_start), BEGIN)
    assert followed.get(SEVEN) == after


def test_what_was_wanted_before_is_that_of_the_slot_before() -> None:
    followed = Followed()
    followed.note(SEVEN, BEGIN, on=True)
    followed.note(SEVEN, BEGIN, on=False)
    assert followed.get(SEVEN) == Processed(BEGIN, on=False, before=None)
    followed.note(SEVEN, BEGIN + SLOT, on=True)
    assert followed.get(SEVEN) == Processed(BEGIN + SLOT, on=True, before=False)
