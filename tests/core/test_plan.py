"""Slots, days of decisions, and which plan is in force."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, PlanBook, slot_start

FVT = 1_800_000_000
ONE, TWO = EquipmentId(1), EquipmentId(2)


def day(*wanted: int, first: int = FVT, row: int = 1, equipment: EquipmentId = ONE) -> DayPlan:
    return DayPlan(equipment, first, bytes(i in wanted for i in range(DAY)), row)


@pytest.mark.defect("D-02")
@pytest.mark.parametrize(
    ("moment", "index"),
    [
        (5, 0),
        (899, 0),
        (900, 1),
        (85_950, 95),
        (86_399, 95),
        (86_400, None),
        (-1, None),
        (-895, None),
        (-900, None),
    ],
)
def test_the_index_is_floored_and_bounded(moment: int, index: int | None) -> None:
    assert day().index(slot_start(FVT + moment)) == index


@given(st.integers(-3 * 86_400, 3 * 86_400))
def test_a_decision_exists_exactly_inside_of_the_day(moment: int) -> None:
    plan = day(*range(DAY))
    assert plan.decision(slot_start(FVT + moment)) is (True if 0 <= moment < 86_400 else None)


@given(st.floats(0, 4e9))
def test_a_slot_starts_at_most_a_quarter_hour_ago(now: float) -> None:
    slot = slot_start(now)
    assert slot % SLOT == 0
    assert slot <= now < slot + SLOT


def test_any_value_but_zero_means_on() -> None:
    plan = DayPlan(ONE, FVT, bytes([0, 1, 7]) + bytes(93))
    assert [plan.decision(FVT + i * SLOT) for i in range(3)] == [False, True, True]


def test_the_next_start_is_now_or_later() -> None:
    plan = day(3, 50)
    assert plan.next_start(FVT) == FVT + 3 * SLOT
    assert plan.next_start(FVT + 3 * SLOT) == FVT + 3 * SLOT
    assert plan.next_start(FVT + 4 * SLOT) == FVT + 50 * SLOT
    assert plan.next_start(FVT + 51 * SLOT) is None
    assert plan.next_start(FVT - 10 * SLOT) == FVT + 3 * SLOT


def test_a_missed_pulse_lies_after_the_last_slot_and_not_after_this_one() -> None:
    plan = day(3, 5)
    at = lambda index: FVT + index * SLOT  # noqa: E731
    assert plan.last_pulse(at(2), at(4)) == at(3)
    assert plan.last_pulse(at(3), at(4)) is None
    assert plan.last_pulse(at(4), at(5)) == at(5)
    assert plan.last_pulse(at(2), at(9)) == at(5)
    assert plan.last_pulse(at(-20), at(200)) == at(5)
    assert plan.last_pulse(at(5), at(5)) is None
    assert plan.last_pulse(at(95), at(200)) is None


def test_runs_are_the_wanted_stretches() -> None:
    plan = day(0, 1, 2, 40, 95)
    assert plan.runs() == [
        (FVT, FVT + 3 * SLOT),
        (FVT + 40 * SLOT, FVT + 41 * SLOT),
        (FVT + 95 * SLOT, FVT + 96 * SLOT),
    ]
    assert day().runs() == []


@pytest.mark.parametrize(
    ("before", "hours"), [((2026, 10, 25, 1, 45), 4.75), ((2026, 3, 29, 1, 45), 2.75)]
)
def test_a_change_of_clocks_shifts_no_slot(before: tuple[int, ...], hours: float) -> None:
    """Slots are counted in seconds: a night of 25 or 23 hours has as many, or as few, slots."""
    paris = ZoneInfo("Europe/Paris")
    first = int(datetime(*before[:3], before[3], before[4], tzinfo=paris).timestamp())  # type: ignore[arg-type]
    after = int(datetime(*before[:3], 5, 30, tzinfo=paris).timestamp())  # type: ignore[arg-type]
    assert first % SLOT == 0
    assert (after - first) / 3600 == hours
    assert day(first=first).index(slot_start(after)) == hours * 4


class TestPlanBook:
    """Which of the plans seen is followed."""

    @pytest.mark.defect("D-02")
    def test_the_newest_plan_already_valid_is_in_force(self) -> None:
        older, newer, coming = day(first=FVT - SLOT), day(first=FVT), day(first=FVT + SLOT)
        book = PlanBook([coming, older, newer])
        assert book.in_force(ONE, FVT) is newer
        assert book.in_force(ONE, FVT - SLOT) is older
        assert book.in_force(ONE, FVT + SLOT) is coming
        assert book.in_force(TWO, FVT) is None

    @pytest.mark.defect("D-03")
    def test_a_plan_not_yet_valid_decides_nothing(self) -> None:
        assert PlanBook([day(0, first=FVT + SLOT)]).in_force(ONE, FVT) is None

    def test_a_plan_a_day_old_is_in_force_no_longer(self) -> None:
        book = PlanBook([day(*range(DAY))])
        assert book.in_force(ONE, FVT + 95 * SLOT) is not None
        assert book.in_force(ONE, FVT + 96 * SLOT) is None

    def test_of_two_rows_for_one_slot_the_greatest_id_wins_in_any_order(self) -> None:
        low, high = day(1, row=1), day(2, row=2)
        assert PlanBook([low, high]).in_force(ONE, FVT) is high
        assert PlanBook([high, low]).in_force(ONE, FVT) is high

    def test_only_what_is_new_is_told(self) -> None:
        book = PlanBook([day(1)])
        assert book.update([day(1)]) == set()
        assert book.update([day(1), day(1, equipment=TWO)]) == {TWO}
        assert book.update([day(2, row=2)]) == {ONE}

    def test_pruning_keeps_what_is_in_force_and_to_come(self) -> None:
        book = PlanBook([day(first=FVT - 2 * SLOT), day(first=FVT), day(first=FVT + SLOT)])
        book.update([day(first=FVT - 96 * SLOT, equipment=TWO)])
        book.prune(FVT)
        assert {(p.equipment_id, p.first_valid) for p in book} == {(ONE, FVT), (ONE, FVT + SLOT)}
        assert book.newest(FVT + SLOT) == FVT + SLOT
        assert book.newest(FVT - SLOT) is None
        assert PlanBook().newest(FVT) is None
