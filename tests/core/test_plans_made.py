"""A plan knows nothing of what happened after it was made; what it will really start."""

import pytest

from custom_components.elfe_commande.core.decision import Act, Decision, Source, decide
from custom_components.elfe_commande.core.model import Equipment, EquipmentId
from custom_components.elfe_commande.core.plan import DAY, READ_BEFORE, SLOT, DayPlan, PlanBook
from custom_components.elfe_commande.core.planned import coming_runs, coming_start

from .snapshots import ONE, SLOT0, day, snapshot, told

WAITING = Decision(Source.EMS, "waiting", on=False)
# The EMS is launched 30 s before a quarter-hour and plans from the one after it on.
COMPUTED = SLOT0 - SLOT - 30


def washer(programmed: int) -> Equipment:
    return snapshot(programmed=programmed).equipment


def test_a_row_is_as_old_as_what_the_ems_read() -> None:
    assert day(0).made_at == COMPUTED == SLOT0 - READ_BEFORE
    assert DayPlan(ONE, SLOT0, bytes(DAY), 1, SLOT0 - 7).made_at == SLOT0 - 7


@pytest.mark.parametrize(
    ("programmed", "started"),
    [
        # Before the EMS read, in its last half minute, in between, and in the slot itself.
        (COMPUTED - 1, True),
        (COMPUTED, False),
        (COMPUTED + 29, False),
        (COMPUTED + 68, False),
        (SLOT0 - 1, False),
        (SLOT0 + 2, False),
    ],
)
def test_handed_over_again_after_the_plan_was_computed_it_waits(
    programmed: int, started: bool
) -> None:
    """As recorded: handed over 67 s after the EMS had read, started by that plan 14 min later."""
    found = decide(snapshot(plan=day(0), programmed=programmed))
    expected = (
        (Source.EMS, "planned", Act.START)
        if started
        else (Source.DEFAULT, "programmed_after_plan", Act.KEEP_OFF)
    )
    assert told(found) == expected


def test_a_plan_given_by_hand_is_as_old_as_the_gift() -> None:
    """Set at ten for the afternoon; handed over again at eleven, it waits for another."""
    given = DayPlan(ONE, SLOT0, bytes([1] * DAY), 1, SLOT0 - 3 * 3600)
    assert decide(snapshot(plan=given, programmed=SLOT0 - 4 * 3600)).act is Act.START
    assert decide(snapshot(plan=given, programmed=SLOT0 - 2 * 3600)).act is Act.KEEP_OFF


class TestNextStart:
    """Only what will really happen."""

    def start(self, equipment: Equipment, *plans: DayPlan, of: Decision = WAITING) -> int | None:
        return coming_start(equipment, of, plans, SLOT0)

    def test_the_row_of_the_next_slot_counts_from_there_on(self) -> None:
        """The plan in force wants it in an hour; the next row, read already, in two."""
        now, coming = day(4), day(7, first=SLOT0 + SLOT)
        assert self.start(washer(0), now, coming) == SLOT0 + 8 * SLOT

    def test_what_is_in_force_counts_until_then(self) -> None:
        assert self.start(washer(0), day(0), day(3, first=SLOT0 + SLOT)) == SLOT0

    def test_programmed_after_the_plan_it_will_not_start(self) -> None:
        assert self.start(washer(COMPUTED + 5), day(4)) is None

    def test_but_by_the_next_row_if_that_knows(self) -> None:
        coming = day(2, first=SLOT0 + SLOT)
        assert self.start(washer(COMPUTED + 5), day(4), coming) == coming.first_valid + 2 * SLOT
        assert self.start(washer(coming.made_at), day(4), coming) is None

    def test_what_is_caught_up_starts_now(self) -> None:
        caught = Decision(Source.EMS, "caught_up", on=True, act=Act.START, pulse=SLOT0 - SLOT)
        assert self.start(washer(0), day(5), of=caught) == SLOT0

    def test_no_plan_no_start(self) -> None:
        assert self.start(washer(0)) is None
        assert self.start(washer(0), day()) is None

    def test_the_runs_of_both_rows_are_one_where_they_meet(self) -> None:
        tank = snapshot(continuous=True).equipment
        now, coming = day(0, 1, 2, 9), day(0, 1, first=SLOT0 + SLOT)
        assert coming_runs(tank, (now, coming)) == [(SLOT0, SLOT0 + 3 * SLOT)]


class TestBook:
    """What was just read, and days of other lengths."""

    def test_what_is_read_no_longer_is_forgotten(self) -> None:
        book = PlanBook([day(1), day(2, first=SLOT0 + SLOT)])
        assert book.keep(ONE, {SLOT0 + SLOT})
        assert book.in_force(ONE, SLOT0) is None
        assert not book.keep(ONE, {SLOT0 + SLOT})
        assert book.keep(ONE, ())
        assert book.planned == []
        assert not book.keep(EquipmentId(7), ())

    @pytest.mark.parametrize("slots", [92, 96, 100])
    def test_a_day_is_as_long_as_it_is(self, slots: int) -> None:
        plan = DayPlan(ONE, SLOT0, bytes([*[0] * (slots - 1), 1]), 1)
        book = PlanBook([plan])
        last = SLOT0 + (slots - 1) * SLOT
        assert plan.decision(last) is True
        assert plan.runs() == [(last, last + SLOT)]
        assert plan.last_pulse(SLOT0, last) == last
        assert book.in_force(ONE, last) is plan
        assert book.in_force(ONE, last + SLOT) is None
        book.prune(last)
        assert book.planned == [ONE]
        book.prune(last + SLOT)
        assert book.planned == []

    def test_ahead_are_what_is_in_force_and_what_comes(self) -> None:
        plans = [day(1, first=SLOT0 + n * SLOT) for n in (-2, 0, 1, 3)]
        assert PlanBook(plans).ahead(ONE, SLOT0) == tuple(plans[1:])
        assert PlanBook(plans[2:]).ahead(ONE, SLOT0) == tuple(plans[2:])
        assert PlanBook([]).ahead(ONE, SLOT0) == ()
