"""The order of the chain of decision, and the rules that always hold."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.elfe_commande.core.decision import (
    Act,
    Snapshot,
    Source,
    can_still_finish,
    decide,
)
from custom_components.elfe_commande.core.model import ControlState, Mode
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan

from .snapshots import ONE, day, snapshot, told


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
        assert told(found) == (Source.USER, "switched_on_by_hand", Act.RECORD_STARTED)

    @pytest.mark.parametrize(
        ("reported_on", "expected"),
        [
            (True, (Source.USER, "switched_on_by_hand", None)),
            (None, (Source.USER, "switched_on_by_hand", None)),
            (False, (Source.USER, "forced_off", Act.FORCED_OFF)),
        ],
    )
    def test_what_was_switched_on_by_hand_may_be_off_again(
        self, reported_on: bool | None, expected: tuple[Source, str, Act | None]
    ) -> None:
        found = decide(snapshot(mode=Mode.MANUAL, overruled=True, reported_on=reported_on))
        assert told(found) == expected

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
        overruled=st.booleans(),
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
        # A load kept off that somebody switched on is noted as that, and not ordered.
        assert found.act in (None, Act.KEEP_OFF, Act.RECORD_STARTED, Act.FORCED_OFF)
        if given_.reported_on:
            assert found.act in (None, Act.RECORD_STARTED)
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
