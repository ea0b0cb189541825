"""What a rule proposes: thresholds, delays, times, limits, and data that stops coming."""

from datetime import datetime, time
import random

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.regulator import RegulatorState, regulator_state
from custom_components.elfe_commande.core.rule_evaluation import deadline_of
from custom_components.elfe_commande.core.rules import (
    Dependency,
    History,
    Need,
    Other,
    Quantity,
    confirmed,
    granted,
)

from .rule_cases import NOON, PARIS, Life, band, rule, surplus

WATTS = [4308, 4297, 3000, 2999, 1, 0, -1, -2500]


class TestThresholds:
    """On from the upper, off down from the lower."""

    @pytest.mark.parametrize("watts", WATTS)
    def test_a_load_goes_on_from_the_upper_threshold(self, watts: float) -> None:
        assert Life(rule()).see(surplus=watts).ask().on is (
            True if watts >= 3000 else False if watts <= 0 else None
        )

    @pytest.mark.parametrize("watts", WATTS)
    def test_and_goes_off_at_the_lower_one(self, watts: float) -> None:
        life = Life(rule()).see(surplus=3000)
        assert life.step() == (True, "conditions_met")
        assert life.after(60, surplus=watts).ask().on is (watts > 0)

    def test_between_them_it_stays_as_it_is(self) -> None:
        life = Life(rule()).see(surplus=100)
        assert life.step() == (None, "not_enough_surplus")
        life.after(60, surplus=3100).step()
        assert life.after(60, surplus=100).step() == (True, "kept_on")
        assert life.after(60, surplus=0).step() == (False, "not_enough_surplus")
        assert life.after(60, surplus=100).step() == (False, "not_enough_surplus")

    def test_all_conditions_switch_on_and_one_switches_off(self) -> None:
        bands = {**surplus(), **band(Quantity.SOC, 90, 80)}
        life = Life(rule(bands=bands)).see(surplus=4000, soc=89)
        assert life.step() == (None, "battery_too_low")
        assert life.after(60, surplus=4000, soc=90).step()[0] is True
        assert life.after(60, surplus=4000, soc=80).step() == (False, "battery_too_low")

    def test_delays_begin_at_the_threshold(self) -> None:
        life = Life(rule(bands=surplus(on_delay=120, off_delay=90))).see(surplus=3500)
        assert life.step() == (None, "delay")
        assert life.after(60, surplus=2900).step() == (None, "not_enough_surplus")
        life.after(60, surplus=3500)
        assert life.after(119).step() == (None, "delay")
        assert life.after(1).step()[0] is True
        life.after(60, surplus=-10)
        assert life.after(89).step()[0] is True
        assert life.after(1).step()[0] is False

    def test_what_was_just_started_is_reserved(self) -> None:
        assert Life(rule(), reserved=1500).see(surplus=4400).ask().on is None
        assert Life(rule(), reserved=1500).see(surplus=4500).ask().on is True

    def test_a_text_in_place_of_a_number_says_nothing(self) -> None:
        for odd in ("n/a", True, None):
            found = Life(rule()).see(surplus=odd).ask()
            assert (found.on, found.reason) == (None, "input_missing")

    def test_thresholds_can_be_tuned(self) -> None:
        tuned = rule().tuned(Quantity.SURPLUS, on=1000.0)
        assert Life(tuned).see(surplus=1000).ask().on is True
        assert rule().bands[Quantity.SURPLUS].on == 3000


class TestRegulator:
    """The states of a charge regulator, and the grace after them."""

    @pytest.mark.parametrize(
        ("text", "state"),
        [
            ("5", RegulatorState.FLOAT),
            ("5.0", RegulatorState.FLOAT),
            ("Float", RegulatorState.FLOAT),
            (" ABSORPTION ", RegulatorState.ABSORPTION),
            ("repeated_absorption", RegulatorState.ABSORPTION),
            ("Repeated absorption", RegulatorState.ABSORPTION),
            ("4", RegulatorState.ABSORPTION),
            ("3", RegulatorState.BULK),
            ("bulk", RegulatorState.BULK),
            ("Faible puissance", RegulatorState.LOW_POWER),
            ("Défaut", RegulatorState.FAULT),
            ("Off", RegulatorState.OFF),
            ("0", RegulatorState.OFF),
            ("equalize_manual", RegulatorState.EQUALIZE),
            ("On", None),
            ("", None),
            ("50", None),
        ],
    )
    def test_names_are_matched_by_meaning(self, text: str, state: RegulatorState | None) -> None:
        assert regulator_state(text) is state

    def test_one_that_flaps_starts_the_load_once(self) -> None:
        life = Life(rule(regulator=True))
        starts = 0
        for second in range(0, 600, 20):
            life.see(regulator="Float" if second % 40 == 0 else "Bulk")
            before = life.history.on
            life.step()
            starts += life.history.on is True and before is not True
            assert life.history.on is True
            life.now += 20
        assert starts == 1

    def test_the_grace_has_an_end(self) -> None:
        life = Life(rule(regulator=True)).see(regulator="5")
        assert life.step()[0] is True
        assert life.after(59, regulator="3").step()[0] is True
        assert life.after(1).step() == (False, "regulator_state")

    def test_float_alone_is_another_rule(self) -> None:
        only = rule(regulator=True, regulator_states=frozenset({RegulatorState.FLOAT}))
        assert Life(only).see(regulator="4").ask().on is False
        assert Life(only).see(regulator="5").ask().on is True

    def test_the_grace_of_one_rule_is_not_that_of_another(self) -> None:
        long, short = Life(rule(regulator=True, regulator_grace=600)), Life(rule(regulator=True))
        for life in (long, short):
            life.see(regulator="5").step()
            life.after(120, regulator="3")
        assert (long.step()[0], short.step()[0]) == (True, False)


class TestWhen:
    """Hours, months, and other loads."""

    @pytest.mark.parametrize(
        ("begin", "end", "on"),
        [(11, 17, True), (12, 13, True), (11, 12, False), (22, 6, False), (10, 6, True)],
    )
    def test_hours(self, begin: int, end: int, on: bool) -> None:
        assert Life(rule(hours=(time(begin), time(end)))).ask().on is on

    def test_months(self) -> None:
        assert Life(rule(months=frozenset({6, 7}))).ask().on is True
        found = Life(rule(months=frozenset({12, 1, 2}))).ask()
        assert (found.on, found.reason) == (False, "outside_months")

    @pytest.mark.parametrize(
        ("need", "other", "on"),
        [
            (Need.IS_ON, Other(True, NOON - 1), True),
            (Need.IS_ON, Other(False, NOON - 1), False),
            (Need.IS_ON, Other(), None),
            (Need.ON_FOR, Other(True, NOON - 299), False),
            (Need.ON_FOR, Other(True, NOON - 300), True),
            (Need.FINISHED, Other(False, NOON - 60, NOON - 60), True),
            (Need.FINISHED, Other(True, NOON - 60, NOON - 600), False),
            (Need.FINISHED, Other(False, NOON - 60), False),
            (Need.FINISHED, Other(False, NOON - 99_999, NOON - 43_200), False),
        ],
    )
    def test_what_another_load_does(self, need: Need, other: Other, on: bool | None) -> None:
        depends = Dependency(EquipmentId(2), need, 300)
        assert Life(rule(dependency=depends), other=other).ask().on is on

    def test_free_conditions(self) -> None:
        life = Life(rule(on_condition=True, off_condition=True))
        life.see(surplus=4000, on_condition=False, off_condition=False)
        assert life.step() == (None, "condition_not_met")
        assert life.after(60, surplus=4000, on_condition=True).step()[0] is True
        # A condition for going on is no condition for staying on.
        assert life.after(60, surplus=4000, on_condition=False).step()[0] is True
        assert life.after(60, surplus=4000, off_condition=True).step() == (False, "off_condition")
        assert life.after(60, surplus=4000, on_condition=None).step() == (False, "input_missing")

    def test_a_rule_that_looks_at_nothing_does_nothing(self) -> None:
        assert Life(rule(bands={})).ask().reason == "no_condition"


class TestTimes:
    """Minimum and maximum times, and how often."""

    def test_minimum_time_on_is_measured_from_the_start(self) -> None:
        life = Life(rule(min_on=300)).see(surplus=4000)
        life.step()
        assert life.after(10, surplus=-4000).step() == (True, "min_on_time")
        assert life.after(289, surplus=-4000).step() == (True, "min_on_time")
        assert life.after(1, surplus=-4000).step()[0] is False

    def test_minimum_time_off(self) -> None:
        life = Life(rule(min_off=600)).see(surplus=4000)
        life.step()
        life.after(60, surplus=0).step()
        assert life.after(599, surplus=4000).step() == (False, "min_off_time")
        assert life.after(1, surplus=4000).step()[0] is True

    def test_maximum_time_on(self) -> None:
        life = Life(rule(max_on=300, min_off=60)).see(surplus=4000)
        life.step()
        assert life.after(299, surplus=4000).step()[0] is True
        assert life.after(1, surplus=4000).step() == (False, "max_on_time")
        assert life.after(1, surplus=4000).step() == (False, "min_off_time")

    def test_maximum_time_on_per_day_begins_anew_at_midnight(self) -> None:
        life = Life(rule(max_on_per_day=3600), now=NOON + 11 * 3600).see(surplus=4000)
        life.step()
        assert life.after(3500, surplus=4000).step()[0] is True
        # Midnight went by: only what follows it counts.
        assert life.after(3600, surplus=4000).step()[0] is True
        assert life.after(100, surplus=4000).step() == (False, "daily_limit")
        assert life.after(600, surplus=4000).step() == (False, "daily_limit")

    def test_it_does_not_begin_what_it_may_not_go_on_with(self) -> None:
        life = Life(rule(max_on_per_day=600, min_on=300))
        life.since(runs=((NOON - 800, NOON - 400),))
        assert life.see(surplus=4000).step() == (None, "daily_limit")

    def test_starts_within_twelve_hours(self) -> None:
        life = Life(rule(max_starts=2))
        for _ in range(2):
            assert life.after(60, surplus=4000).step()[0] is True
            assert life.after(60, surplus=0).step()[0] is False
        assert life.after(60, surplus=4000).step() == (False, "too_many_starts")
        assert life.after(12 * 3600, surplus=4000).step()[0] is True

    def test_a_disabled_rule_gives_up_what_it_switched_on(self) -> None:
        life = Life(rule(min_on=300)).see(surplus=4000)
        life.step()
        life.rule = rule(enabled=False)
        assert life.step() == (False, "rule_disabled")
        assert life.step() == (None, "rule_disabled")


class TestSilence:
    """Inputs that stop coming."""

    def test_an_old_input_makes_it_abstain(self) -> None:
        life = Life(rule()).see(surplus=4000)
        life.step()
        assert life.after(500).ask().reason == "conditions_met"
        assert life.after(1).step() == (True, "input_missing")
        life = Life(rule()).see(surplus=4000)
        assert life.after(501).step() == (None, "input_missing")

    def test_after_ten_minutes_what_it_switched_on_goes_off(self) -> None:
        life = Life(rule()).see(surplus=4000)
        life.step()
        assert life.after(600).step()[0] is True
        assert life.after(1).step() == (False, "stale_inputs")
        assert life.after(3600).step() == (False, "stale_inputs")

    def test_and_nothing_else(self) -> None:
        life = Life(rule()).see(surplus=100)
        life.step()
        assert life.after(3600).step() == (None, "stale_inputs")

    def test_a_sensor_that_is_unavailable_is_as_silent(self) -> None:
        life = Life(rule()).see(surplus=4000)
        life.step()
        for _ in range(10):
            assert life.after(60, surplus=None).step()[0] is True
        assert life.after(60, surplus=None).step() == (False, "stale_inputs")

    def test_a_constant_value_that_is_reported_is_no_silence(self) -> None:
        life = Life(rule(bands=band(Quantity.SOC, 90, 80))).see(soc=95)
        life.step()
        for _ in range(60):
            assert life.after(60, soc=95).step() == (True, "conditions_met")

    def test_the_minimum_time_on_is_kept_all_the_same(self) -> None:
        life = Life(rule(min_on=1200)).see(surplus=4000)
        life.step()
        assert life.after(1199).step() == (True, "min_on_time")
        assert life.after(1).step() == (False, "stale_inputs")


class TestDeadlines:
    """A machine that is to be done in time."""

    def life(self, **changes: object) -> Life:
        return Life(rule(), one_shot=True, cycle=7200.0, deadline=NOON + 36_000, **changes)

    def test_it_starts_at_the_last_pass_that_still_finishes_in_time(self) -> None:
        life = self.life().see(surplus=-500)
        begun = None
        while life.now < NOON + 36_000:
            if life.ask().on:
                begun = life.now
                break
            life.after(60, surplus=-500)
        assert begun == NOON + 36_000 - 7200
        assert life.ask().reason == "deadline"

    def test_the_surplus_may_start_it_before(self) -> None:
        assert self.life().see(surplus=4000).ask().reason == "conditions_met"

    def test_data_that_stopped_coming_does_not_stop_it(self) -> None:
        life = self.life().see(surplus=100)
        assert life.after(36_000 - 7200).ask().reason == "deadline"

    def test_too_late_is_too_late(self) -> None:
        life = self.life().see(surplus=100)
        assert life.after(36_000 - 7199, surplus=100).ask().on is None

    def test_a_continuous_load_has_none(self) -> None:
        life = Life(rule(), cycle=7200.0, deadline=NOON + 7200).see(surplus=100)
        assert life.ask().on is None

    def test_ready_by_is_the_next_such_time(self) -> None:
        ready = rule(ready_by=time(7, 30))
        tomorrow = datetime(2026, 7, 15, 7, 30, tzinfo=PARIS).timestamp()
        assert deadline_of(ready, 5, NOON, PARIS) == tomorrow
        assert deadline_of(rule(), 0, NOON, PARIS) is None
        assert deadline_of(rule(), int(NOON) + 60, NOON, PARIS) == NOON + 60
        assert deadline_of(rule(), int(NOON) - 60, NOON, PARIS) is None
        assert deadline_of(rule(meet_wished_end=False), int(NOON) + 60, NOON, PARIS) is None


def test_history_keeps_runs_of_today_and_forgets_old_ones() -> None:
    history = confirmed(granted(History(), True, NOON), NOON)
    history = granted(history, False, NOON + 600)
    assert history.runs == ((NOON, NOON + 600),)
    assert (history.last_on, history.last_off) == (NOON, NOON + 600)
    assert history.on_time(NOON + 300, NOON + 9999) == 300
    later = confirmed(granted(history, True, NOON + 40 * 3600), NOON + 40 * 3600)
    assert granted(later, None, NOON + 41 * 3600).runs == ((NOON + 40 * 3600, NOON + 41 * 3600),)
    assert granted(later, True, NOON) is later


@pytest.mark.parametrize("seed", range(8))
def test_dozens_of_random_days_keep_times_and_limits(seed: int) -> None:
    """Whatever the sensors say, minimum and maximum times hold."""
    draw = random.Random(seed)
    for _ in range(5):
        of = rule(
            bands=surplus(on=2000, off=0, on_delay=draw.choice((0, 60, 300))),
            min_on=draw.choice((0, 300, 1200)),
            min_off=draw.choice((0, 60, 900)),
            max_on=draw.choice((None, 1200, 3600)),
            max_on_per_day=draw.choice((None, 3600, 7200)),
            max_starts=draw.choice((None, 1, 4)),
        )
        life = Life(of)
        watts = 0.0
        off_since = None
        begun: list[float] = []
        for _ in range(480):
            watts = max(-4000, min(6000, watts + draw.gauss(0, 800)))
            if draw.random() < 0.97:
                life.see(surplus=None if draw.random() < 0.02 else round(watts))
            before, since = life.history.on, life.history.since
            on, reason = life.step()
            if on and not before:
                begun.append(life.now)
                assert off_since is None or life.now - off_since >= of.min_off
                recent = [at for at in begun if at > life.now - 43_200]
                assert of.max_starts is None or len(recent) <= of.max_starts
            if before and not on:
                off_since = life.now
                assert life.now - since >= of.min_on, reason
            if on and of.max_on is not None:
                assert life.now - life.history.since < max(of.max_on, of.min_on, 1)
            life.now += 180
