"""The links of the chain of decision that follow a plan."""

import pytest

from custom_components.elfe_commande.core.decision import Act, Source, decide
from custom_components.elfe_commande.core.plan import DAY, READ_BEFORE, SLOT

from .snapshots import NOW, SLOT0, day, snapshot, told


class TestOneShot:
    """A load that is started once."""

    def test_a_pulse_now_starts_it(self) -> None:
        found = decide(snapshot(plan=day(0)))
        assert told(found) == (Source.EMS, "planned", Act.START)
        assert (found.on, found.pulse) == (True, SLOT0)

    @pytest.mark.defect("D-01")
    def test_while_it_waits_the_waiting_order_is_repeated(self) -> None:
        assert told(decide(snapshot(plan=day(5)))) == (Source.EMS, "waiting", Act.KEEP_OFF)

    @pytest.mark.defect("D-01")
    def test_also_without_any_plan(self) -> None:
        assert told(decide(snapshot())) == (Source.DEFAULT, "no_plan", Act.KEEP_OFF)

    def test_a_machine_that_is_pressed_has_nothing_to_repeat(self) -> None:
        assert decide(snapshot(plan=day(5), presses=True)).act is None
        assert decide(snapshot(presses=True)).act is None

    @pytest.mark.defect("D-02")
    def test_a_plan_for_the_next_quarter_starts_nothing_now(self) -> None:
        found = decide(snapshot(plan=day(0, first=SLOT0 + SLOT)))
        assert found.act is not Act.START
        assert found.on is False

    def test_a_plan_a_day_old_starts_nothing(self) -> None:
        found = decide(snapshot(plan=day(*range(DAY), first=SLOT0 - DAY * SLOT)))
        assert (found.source, found.act) == (Source.DEFAULT, Act.KEEP_OFF)

    @pytest.mark.defect("D-81")
    @pytest.mark.parametrize(
        ("programmed", "act"),
        [
            (SLOT0 - SLOT - READ_BEFORE - 1, Act.START),
            (SLOT0 - SLOT - READ_BEFORE, Act.KEEP_OFF),
            (SLOT0 - SLOT - 1, Act.KEEP_OFF),
            (SLOT0 - SLOT, Act.KEEP_OFF),
            (SLOT0 - 60, Act.KEEP_OFF),
            (SLOT0, Act.KEEP_OFF),
        ],
    )
    def test_a_plan_older_than_the_programming_is_not_executed(
        self, programmed: int, act: Act
    ) -> None:
        found = decide(snapshot(plan=day(1, first=SLOT0 - SLOT), programmed=programmed))
        assert found.act is act
        if act is Act.KEEP_OFF:
            assert (found.source, found.reason) == (Source.DEFAULT, "programmed_after_plan")

    @pytest.mark.defect("D-11")
    def test_a_missed_pulse_is_caught_up(self) -> None:
        plan = day(1, first=SLOT0 - 3 * SLOT)
        found = decide(snapshot(plan=plan, last_slot=SLOT0 - 3 * SLOT, programmed=SLOT0 - 86_400))
        assert told(found) == (Source.EMS, "caught_up", Act.START)
        assert found.pulse == SLOT0 - 2 * SLOT

    def test_a_pulse_already_processed_is_not_caught_up(self) -> None:
        plan = day(1, first=SLOT0 - 3 * SLOT)
        found = decide(snapshot(plan=plan, last_slot=SLOT0 - 2 * SLOT, programmed=0))
        assert told(found) == (Source.EMS, "waiting", Act.KEEP_OFF)

    def test_nothing_is_caught_up_for_a_load_never_seen_before(self) -> None:
        assert decide(snapshot(plan=day(1, first=SLOT0 - 3 * SLOT), programmed=0)).act is (
            Act.KEEP_OFF
        )

    def test_a_pulse_before_the_programming_is_not_caught_up(self) -> None:
        plan = day(0, first=SLOT0 - 3 * SLOT)
        found = decide(snapshot(plan=plan, last_slot=SLOT0 - 9 * SLOT, programmed=SLOT0 - 2 * SLOT))
        assert found.act is Act.KEEP_OFF

    @pytest.mark.parametrize(
        ("end", "cycle", "reason"),
        [
            (None, 5400, "caught_up"),
            (NOW + 5400, 5400, "caught_up"),
            (NOW + 5399, 5400, "too_late"),
            (NOW - 1, None, "too_late"),
        ],
    )
    def test_it_is_only_caught_up_if_it_can_be_done_in_time(
        self, end: int | None, cycle: int | None, reason: str
    ) -> None:
        plan = day(1, first=SLOT0 - 3 * SLOT)
        found = decide(
            snapshot(plan=plan, last_slot=SLOT0 - 3 * SLOT, programmed=0, end=end, cycle=cycle)
        )
        assert found.reason == reason
        assert found.act is (Act.START if reason == "caught_up" else Act.KEEP_OFF)

    def test_the_pulse_of_now_goes_before_a_missed_one(self) -> None:
        plan = day(1, 3, first=SLOT0 - 3 * SLOT)
        found = decide(snapshot(plan=plan, last_slot=SLOT0 - 3 * SLOT, programmed=0))
        assert (found.reason, found.pulse) == ("planned", SLOT0)

    def test_a_machine_that_draws_power_is_only_recorded(self) -> None:
        for plan in (None, day(), day(0)):
            found = decide(snapshot(plan=plan, drawing=True))
            assert told(found) == (Source.EMS, "already_running", Act.RECORD_STARTED)
        assert decide(snapshot(plan=day(0), drawing=False)).act is Act.START

    def test_after_a_start_without_an_answer_no_off_follows(self) -> None:
        assert decide(snapshot(plan=day(5), unconfirmed_start=True)).act is None
        assert decide(snapshot(unconfirmed_start=True)).act is None
        assert decide(snapshot(plan=day(0), unconfirmed_start=True)).act is Act.START


class TestContinuous:
    """A load that follows its plan."""

    def test_it_follows_the_plan(self) -> None:
        plan = day(0)
        on = decide(snapshot(plan=plan, continuous=True))
        off = decide(snapshot(plan=plan, continuous=True, slot=SLOT0 + SLOT))
        assert told(on) == (Source.EMS, "planned", Act.ON)
        assert told(off) == (Source.EMS, "planned", Act.OFF)

    def test_a_plan_older_than_the_programming_is_followed_all_the_same(self) -> None:
        assert decide(snapshot(plan=day(0), continuous=True, programmed=NOW)).act is Act.ON

    def test_without_a_plan_it_keeps_its_state(self) -> None:
        assert told(decide(snapshot(continuous=True))) == (Source.DEFAULT, "no_plan", None)

    @pytest.mark.defect("D-02", "D-03")
    def test_a_plan_to_come_or_expired_is_no_plan(self) -> None:
        for first in (SLOT0 + SLOT, SLOT0 - DAY * SLOT):
            plan = day(*range(DAY), first=first)
            found = decide(snapshot(plan=plan, continuous=True))
            assert told(found) == (Source.DEFAULT, "no_plan", None)

    def test_power_drawn_changes_nothing(self) -> None:
        assert decide(snapshot(plan=day(), continuous=True, drawing=True)).act is Act.OFF

    @pytest.mark.defect("D-38")
    def test_a_press_is_made_when_the_plan_begins_and_not_again(self) -> None:
        plan = day(0, 1)
        first = decide(snapshot(plan=plan, continuous=True, presses=True, last_on=False))
        again = decide(
            snapshot(plan=plan, continuous=True, presses=True, last_on=True, slot=SLOT0 + SLOT)
        )
        ended = decide(snapshot(plan=plan, continuous=True, presses=True, slot=SLOT0 + 2 * SLOT))
        assert told(first) == (Source.EMS, "planned", Act.ON)
        assert told(again) == (Source.EMS, "already_pressed", None)
        assert told(ended) == (Source.EMS, "press_cannot_stop", None)
