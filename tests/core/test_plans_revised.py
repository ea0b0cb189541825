"""Plans that are changed, or made late: what they say last is what is followed."""

from custom_components.elfe_commande.core.decision import Act, Source, decide
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, PlanBook

from .snapshots import ONE, SLOT0, day, snapshot, told


class TestInPlace:
    """The EMS updates a row instead of adding one."""

    def test_other_decisions_in_the_same_row_replace_those_before(self) -> None:
        first = DayPlan(ONE, SLOT0, bytes(DAY), 5)
        revised = DayPlan(ONE, SLOT0, bytes([1] * DAY), 5)
        book = PlanBook([first])

        assert book.update([revised]) == {ONE}
        assert book.in_force(ONE, SLOT0) is revised

    def test_what_was_just_read_wins_whatever_its_number(self) -> None:
        """The numbers of another table, or of one that was emptied, begin anew."""
        book = PlanBook([DayPlan(ONE, SLOT0, bytes(DAY), 5)])
        read = DayPlan(ONE, SLOT0, bytes([1] * DAY), 4)

        assert book.update([read]) == {ONE}
        assert book.in_force(ONE, SLOT0) is read


class TestKnownSince:
    """A plan whose first slots are older than the plan itself, as `set_plan` makes them."""

    @staticmethod
    def late(*wanted: int, known_at: int) -> DayPlan:
        plan = day(*wanted, first=SLOT0 - 10 * SLOT)
        return DayPlan(plan.equipment_id, plan.first_valid, plan.decisions, 1, known_at)

    def test_a_pulse_before_the_programming_is_not_caught_up(self) -> None:
        """After a stop that hid the pulse, too: the person programmed the load after it."""
        found = decide(
            snapshot(
                plan=self.late(7, 20, known_at=SLOT0 - 60),
                last_slot=SLOT0 - 5 * SLOT,
                programmed=SLOT0 - 2 * SLOT,
            )
        )
        assert told(found) == (Source.EMS, "waiting", Act.KEEP_OFF)

    def test_a_pulse_in_the_very_slot_of_the_programming_is_not_caught_up(self) -> None:
        found = decide(
            snapshot(
                plan=self.late(7, known_at=SLOT0 - 60),
                last_slot=SLOT0 - 5 * SLOT,
                programmed=SLOT0 - 3 * SLOT,
            )
        )
        assert found.reason == "waiting"

    def test_a_pulse_after_it_is(self) -> None:
        found = decide(
            snapshot(
                plan=self.late(9, known_at=SLOT0 - 60),
                last_slot=SLOT0 - 5 * SLOT,
                programmed=SLOT0 - 2 * SLOT,
            )
        )
        assert told(found) == (Source.EMS, "caught_up", Act.START)
        assert found.pulse == SLOT0 - SLOT
