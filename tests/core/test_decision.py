"""The chain of decision: each link, and who goes before whom."""

from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.elfe_commande.core.decision import (
    Act,
    Decision,
    Snapshot,
    Source,
    can_still_finish,
    decide,
)
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
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan

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
            (SLOT0 - SLOT - 1, Act.START),
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


class TestWhoGoesFirst:
    """The order of the links."""

    def test_nothing_goes_before_the_lifecycle(self) -> None:
        for mode in (*Mode, 99):
            found = decide(snapshot(ready=False, mode=mode, plan=day(0), drawing=True))
            assert told(found) == (Source.LIFECYCLE, "not_running", None)

    @pytest.mark.defect("D-30")
    @pytest.mark.parametrize(
        ("mode", "reason"),
        [
            (1, "measured_only"),
            (10, "installing"),
            (70, "disabled"),
            (80, "removed"),
            (0, "unknown_mode"),
            (31, "unknown_mode"),
        ],
    )
    @pytest.mark.parametrize("continuous", [False, True])
    def test_other_modes_get_no_order_from_anyone(
        self, mode: int, reason: str, continuous: bool
    ) -> None:
        found = decide(
            snapshot(mode=mode, plan=day(0), continuous=continuous, drawing=True, forced_off=True)
        )
        assert told(found) == (Source.DEFAULT, reason, None)

    @pytest.mark.defect("D-36")
    @pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.PILOTED])
    def test_a_communication_error_gets_no_order(self, mode: Mode) -> None:
        found = decide(
            snapshot(
                mode=mode, control=ControlState.COMMUNICATION_ERROR, plan=day(0), forced_off=True
            )
        )
        assert told(found) == (Source.DEFAULT, "communication_error", None)

    def test_an_unknown_control_state_is_driven(self) -> None:
        assert decide(snapshot(control=ControlState.UNKNOWN, plan=day(0))).act is Act.START

    @pytest.mark.defect("D-40")
    def test_a_typology_without_scenario_gets_no_order(self) -> None:
        found = decide(snapshot(supported=False, plan=day(0)))
        assert told(found) == (Source.DEFAULT, "unsupported", None)

    def test_in_manual_the_person_decided_already(self) -> None:
        found = decide(snapshot(mode=Mode.MANUAL, plan=day(0), drawing=True))
        assert told(found) == (Source.USER, "manual", None)

    def test_a_forced_off_is_kept_alive(self) -> None:
        found = decide(snapshot(mode=Mode.MANUAL, forced_off=True, reported_on=False))
        assert told(found) == (Source.USER, "forced_off", Act.KEEP_OFF)
        assert decide(snapshot(mode=Mode.MANUAL, forced_off=True)).act is Act.KEEP_OFF

    def test_until_a_person_switches_it_on(self) -> None:
        found = decide(snapshot(mode=Mode.MANUAL, forced_off=True, reported_on=True))
        assert told(found) == (Source.USER, "switched_on_by_hand", None)

    def test_a_forced_off_of_before_says_nothing_once_piloted(self) -> None:
        assert decide(snapshot(plan=day(0), forced_off=True)).act is Act.START


@given(
    st.builds(
        snapshot,
        mode=st.sampled_from((*Mode, 0, 99)),
        control=st.sampled_from((*ControlState, 0, 99)),
        programmed=st.integers(0, 2**31 - 1),
        continuous=st.booleans(),
        end=st.none() | st.integers(0, 2**31 - 1),
        cycle=st.none() | st.integers(1, 2**31 - 1),
        ready=st.booleans(),
        slot=st.integers(0, 2_400_000).map(lambda n: n * SLOT),
        plan=st.none()
        | st.builds(
            DayPlan,
            st.just(ONE),
            st.integers(0, 2_400_000).map(lambda n: n * SLOT),
            st.binary(min_size=DAY, max_size=DAY),
        ),
        supported=st.booleans(),
        presses=st.booleans(),
        drawing=st.none() | st.booleans(),
        reported_on=st.none() | st.booleans(),
        forced_off=st.booleans(),
        unconfirmed_start=st.booleans(),
        last_slot=st.none() | st.integers(0, 2_400_000).map(lambda n: n * SLOT),
        last_on=st.none() | st.booleans(),
    )
)
def test_whatever_happens_the_rules_that_protect_hold(given_: Snapshot) -> None:
    found = decide(given_)
    equipment = given_.equipment
    if not given_.ready or not equipment.driven or not given_.supported:
        assert found.act is None
    if equipment.state.mode == Mode.MANUAL:
        assert found.act in (None, Act.KEEP_OFF)
    if given_.presses and equipment.piloted:
        assert found.act not in (Act.KEEP_OFF, Act.OFF)
    if given_.drawing and not equipment.continuous and equipment.piloted:
        assert found.act in (None, Act.RECORD_STARTED)
    if found.act in (Act.START, Act.ON):
        plan = given_.plan
        assert plan is not None
        assert plan.index(given_.slot) is not None
    assert found == decide(replace(given_))


def test_a_load_without_a_wished_end_is_never_late() -> None:
    equipment = snapshot().equipment
    assert can_still_finish(equipment, 1e12)
