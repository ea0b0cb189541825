"""What a rule looks at, as it is shown to people: each condition with what it finds."""

from datetime import time
from types import MappingProxyType

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.rule_conditions import Condition, conditions, silent
from custom_components.elfe_commande.core.rules import (
    Band,
    Dependency,
    History,
    Measurement,
    Need,
    Other,
    Quantity,
    Rule,
    confirmed,
    granted,
    released,
)

from .rule_cases import NOON, Life, band, rule, surplus

ONE = EquipmentId(1)
HALF_A_DAY = 12 * 3600


def shown(of: Rule, *, other: Other | None = None, **readings: object) -> list[Condition]:
    inputs = {} if other is None else {"other": other}
    return list(conditions(Life(of, **inputs).see(**readings).case))


@pytest.mark.parametrize(
    ("watts", "expected"),
    [
        (3000.0, Condition("surplus", True, False, "delay", 3000.0)),
        (2999.0, Condition("surplus", False, False, "not_enough_surplus", 2999.0)),
        (1.0, Condition("surplus", False, False, "not_enough_surplus", 1.0)),
        # A surplus that was never below zero hides what is taken from the grid.
        (0.0, Condition("surplus", False, True, "not_enough_surplus", 0.0, crossed=True)),
        (None, Condition("surplus", None, None, "input_missing")),
    ],
)
def test_a_threshold(watts: float | None, expected: Condition) -> None:
    assert shown(rule(), surplus=watts) == [expected]


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        (Quantity.SURPLUS, "not_enough_surplus"),
        (Quantity.SOC, "battery_too_low"),
        (Quantity.PRODUCTION, "production_too_low"),
        (Quantity.FORECAST, "forecast_too_low"),
    ],
)
def test_each_quantity_says_that_it_is_too_low(quantity: Quantity, reason: str) -> None:
    (found,) = shown(rule(bands=band(quantity, 90, 80)), **{quantity: 85})
    assert found == Condition(quantity, False, False, reason, 85)


def test_what_others_will_take_is_taken_off_the_surplus_only() -> None:
    bands = {**surplus(), **band(Quantity.SOC, 90, 80)}
    life = Life(rule(bands=bands), reserved=1000.0).see(surplus=3500.0, soc=95.0)
    assert [found.value for found in conditions(life.case)] == [2500.0, 95.0]


def test_delays_on_both_edges() -> None:
    bands = MappingProxyType({Quantity.SURPLUS: Band(3000.0, 0.0, on_delay=60.0, off_delay=90.0)})
    life = Life(rule(bands=bands)).see(surplus=3000.0)
    assert [(c.on, c.off, c.reason) for c in conditions(life.case)] == [(False, False, "delay")]
    life.after(59)
    assert conditions(life.case)[0].on is False
    life.after(1)
    assert conditions(life.case)[0].on is True
    life.after(1, surplus=0.0).after(89)
    assert conditions(life.case)[0].off is False
    life.after(1)
    assert conditions(life.case)[0].off is True


def test_a_moment_without_a_value_neither_begins_nor_ends_a_delay() -> None:
    bands = surplus(on_delay=60.0)
    waiting = Life(rule(bands=bands)).see(surplus=3000.0).after(30, surplus=None)
    assert waiting.after(30, surplus=3000.0).ask().on is True
    fresh = Life(rule(bands=bands)).see(surplus=None).after(60, surplus=3000.0)
    assert fresh.ask().on is None


def test_a_reading_that_is_too_old_says_nothing() -> None:
    life = Life(rule()).see(surplus=3000.0)
    life.now += 500
    assert conditions(life.case)[0].value == 3000.0
    life.now += 1
    assert conditions(life.case) == (Condition("surplus", None, None, "input_missing"),)


class TestRegulator:
    """The state of a charge regulator, and the while that it is taken to last."""

    def test_as_accepted_or_not(self) -> None:
        of = rule(regulator=True)
        assert shown(of, regulator="Float") == [
            Condition("regulator", True, False, "regulator_state", "Float")
        ]
        assert shown(of, regulator="Bulk") == [
            Condition("regulator", False, True, "regulator_state", "Bulk")
        ]
        assert shown(of) == [Condition("regulator", None, None, "input_missing")]

    def test_it_lasts_a_while_after_it_was_left(self) -> None:
        life = Life(rule(regulator=True, regulator_grace=60.0)).see(regulator="Float")
        life.after(10, regulator="Bulk")
        assert conditions(life.case)[0].on is True
        life.after(49.9, regulator="Bulk")
        assert conditions(life.case)[0].on is True
        life.after(0.1, regulator="Bulk")
        assert conditions(life.case)[0] == Condition(
            "regulator", False, True, "regulator_state", "Bulk"
        )

    def test_a_rule_that_does_not_ask_for_it_takes_no_note(self) -> None:
        life = Life(rule()).see(regulator="Float", surplus=1.0)
        assert "regulator" not in life.history.holds
        assert "regulator" not in life.history.heard


@pytest.mark.parametrize(
    ("begin", "end", "met"),
    [
        (time(12), time(13), True),
        (time(11), time(12), False),
        (time(11), time(12, 1), True),
        (time(22), time(12, 1), True),
        (time(22), time(12), False),
        (time(12), time(6), True),
        (time(12, 1), time(6), False),
    ],
)
def test_hours(begin: time, end: time, met: bool) -> None:
    """It is noon."""
    assert shown(rule(hours=(begin, end))) == [
        Condition("hours", met, not met, "outside_hours", met)
    ]


@pytest.mark.parametrize(("months", "met"), [({7}, True), ({6, 8}, False)])
def test_months(months: set[int], met: bool) -> None:
    """It is July."""
    assert shown(rule(months=frozenset(months))) == [
        Condition("months", met, not met, "outside_months", met)
    ]


@pytest.mark.parametrize(
    ("need", "other", "met"),
    [
        (Need.IS_ON, Other(True, NOON - 5), True),
        (Need.IS_ON, Other(False, NOON - 5), False),
        (Need.IS_ON, Other(None), None),
        (Need.ON_FOR, Other(True, NOON - 60), True),
        (Need.ON_FOR, Other(True, NOON - 59), False),
        (Need.ON_FOR, Other(False, NOON - 60), False),
        (Need.FINISHED, Other(False, NOON, NOON - HALF_A_DAY + 1), True),
        (Need.FINISHED, Other(False, NOON, NOON - HALF_A_DAY), False),
        (Need.FINISHED, Other(False, NOON, None), False),
        (Need.FINISHED, Other(True, NOON, NOON - 60), False),
        (Need.FINISHED, Other(None, NOON, NOON - 60), None),
    ],
)
def test_another_load(need: Need, other: Other, met: bool | None) -> None:
    of = rule(dependency=Dependency(ONE, need, 60.0))
    if met is None:
        expected = Condition("dependency", None, None, "input_missing")
    else:
        expected = Condition("dependency", met, not met, "dependency", met)
    assert shown(of, other=other) == [expected]


def test_another_load_that_was_just_switched_on_is_on() -> None:
    """Where no time is given, none is waited for."""
    of = rule(dependency=Dependency(ONE, Need.ON_FOR))
    assert shown(of, other=Other(True, NOON))[0].on is True


@pytest.mark.parametrize(
    ("value", "on", "off"),
    [(True, True, False), (False, False, False), (None, None, None)],
)
def test_a_free_condition_to_go_on(value: bool | None, on: bool | None, off: bool | None) -> None:
    found = shown(rule(on_condition=True), on_condition=value, surplus=5000.0)
    assert found[1:] == [Condition("on_condition", on, off, "condition_not_met", value)]


@pytest.mark.parametrize(
    ("value", "on", "off"),
    [(True, False, True), (False, True, False), (None, None, None)],
)
def test_a_free_condition_to_go_off(value: bool | None, on: bool | None, off: bool | None) -> None:
    found = shown(rule(off_condition=True), off_condition=value, surplus=5000.0)
    assert found[1:] == [Condition("off_condition", on, off, "off_condition", value)]


def test_inputs_are_silent_once_nothing_was_heard_of_them_for_too_long() -> None:
    """From the first time that they are asked for, where they never said anything."""
    other = {"other": Other(True, NOON)}
    of = rule(bands=surplus(), regulator=True, dependency=Dependency(ONE, Need.IS_ON))
    life = Life(of, **other).see(surplus=1.0)
    life.after(600)
    assert silent(life.case) == ()
    life.after(1)
    assert silent(life.case) == ("surplus", "regulator")
    life.see(surplus=1.0)
    assert silent(life.case) == ("regulator",)
    life.inputs = {"other": Other()}
    life.after(600, surplus=1.0, regulator="Bulk")
    assert silent(life.case) == ()
    life.after(1)
    assert silent(life.case) == ("dependency",)


def test_hours_that_end_when_they_begin_are_none() -> None:
    for at in (time(12), time(0), time(13)):
        assert shown(rule(hours=(at, at)))[0].on is False


class TestHistory:
    """What is counted of what a rule did."""

    RUNS = ((NOON - 50_000, NOON - 49_000), (NOON - 5_000, NOON - 4_000))

    def test_the_last_run_that_ended(self) -> None:
        ended = History(on=False, since=NOON - 4_000, runs=self.RUNS)
        assert (ended.last_on, ended.last_off) == (NOON - 5_000, NOON - 4_000)
        assert ended.starts(NOON) == 1
        assert ended.starts(NOON - 5_000 + HALF_A_DAY) == 0
        assert ended.starts(NOON - 5_001 + HALF_A_DAY) == 1
        assert ended.on_time(NOON - 100_000, NOON) == 2_000
        assert ended.on_time(NOON - 4_500, NOON) == 500
        assert ended.on_time(NOON, NOON) == 0

    def test_a_run_that_lasts(self) -> None:
        lasting = History(on=True, since=NOON - 100, runs=self.RUNS, ran_since=NOON - 100)
        assert (lasting.last_on, lasting.last_off) == (NOON - 100, NOON - 4_000)
        assert lasting.starts(NOON) == 2
        assert lasting.on_time(NOON - 4_500, NOON) == 600
        assert lasting.on_time(NOON - 50, NOON) == 50

    def test_none_yet(self) -> None:
        for on in (None, False):
            fresh = History(on=on, since=NOON)
            assert (fresh.last_on, fresh.last_off, fresh.starts(NOON)) == (None, None, 0)
            assert fresh.on_time(0, NOON) == 0

    def test_what_is_granted_is_remembered(self) -> None:
        begun = confirmed(granted(History(), on=True, now=NOON), NOON)
        assert (begun.on, begun.since, begun.runs) == (True, NOON, ())
        assert granted(begun, on=True, now=NOON + 60) is begun
        ended = granted(begun, on=False, now=NOON + 60)
        assert (ended.on, ended.since, ended.runs) == (False, NOON + 60, ((NOON, NOON + 60),))
        left = released(begun, NOON + 60)
        assert (left.on, left.runs) == (None, ((NOON, NOON + 60),))
        assert released(ended, NOON + 90).runs == ended.runs
        assert released(ended, NOON + 90).on is None

    def test_runs_are_forgotten_after_a_day_and_a_half(self) -> None:
        old = History(True, NOON - 60, ((0.0, NOON - 36 * 3600),), ran_since=NOON - 60)
        assert granted(old, on=False, now=NOON).runs == ((NOON - 60, NOON),)
        kept = History(True, NOON - 60, ((0.0, NOON - 36 * 3600 + 1),), ran_since=NOON - 60)
        assert len(granted(kept, on=False, now=NOON).runs) == 2


def test_a_value_from_before_it_was_asked_for_makes_an_input_no_more_silent() -> None:
    """A sensor that is restored after a restart says when it was heard, long ago."""
    life = Life(rule())
    life.ask()
    life.readings["surplus"] = Measurement(
        1000.0, life.now - 10 * life.limits.silence, "sensor.one"
    )
    life.ask()
    assert silent(life.case) == ()
