"""What people met in the field with surplus control: each case right, by its number."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from custom_components.elfe_commande.core.rule_evaluation import deadline_of
from custom_components.elfe_commande.core.rules import Band, History, Quantity, confirmed, granted

from .rule_cases import NOON, PARIS, Life, rule, surplus


def by_band(on: float, off: float, delay: float) -> Life:
    bands = MappingProxyType({Quantity.SURPLUS: Band(on, off, on_delay=delay, off_delay=delay)})
    return Life(rule(bands=bands))


def first_on(life: Life, said: list[tuple[int, float]]) -> int | None:
    """Return the second at which a load first goes on, asked each second."""
    values = dict(said)
    for second in range(max(values) + 1):
        life.now = NOON + second
        if second in values:
            life.see(surplus=values[second])
        if life.ask().on:
            return second
    return None


CLOUDS: dict[str, tuple[list[tuple[int, float]], int | None]] = {
    "the case": ([(0, 3200), (30, -1844), (60, 3200), (61, 3200), (119, 3200), (121, 3200)], 120),
    "one second below": ([(0, 2500), (58, 1999), (59, 2500), (130, 2500)], 119),
    "exactly at the threshold": ([(0, 2000), (59, 2000), (61, 2000)], 60),
    "two clouds": ([(0, 3200), (50, 0), (70, 3200), (120, 0), (140, 3200), (199, 3200)], None),
}


@pytest.mark.parametrize("name", CLOUDS)
def test_t2_47_a_cloud_takes_back_the_credit(name: str) -> None:
    said, expected = CLOUDS[name]
    assert first_on(by_band(2000, 0, 60), said) == expected


@pytest.mark.parametrize("wished_end", [None, 0, int(NOON) - 60])
def test_t2_52_without_a_deadline_nothing_is_due(wished_end: int | None) -> None:
    of = rule(bands=surplus(), ready_by=None, meet_wished_end=True)
    life = Life(of, one_shot=True, cycle=7200.0)
    for minute in range(24 * 60 + 1):
        life.now = NOON + minute * 60
        deadline = deadline_of(of, wished_end, life.now, PARIS)
        assert deadline is None
        life.inputs["deadline"] = deadline
        assert life.see(surplus=0.0).ask().on is not True


def test_t2_52_nor_by_the_end_of_another_wish() -> None:
    assert deadline_of(rule(meet_wished_end=False), int(NOON) + 9000, NOON, PARIS) is None


class TestConfirmed:
    """Kind 8: what nobody confirmed did not run."""

    def test_t2_48_on_time_counts_from_the_confirmation(self) -> None:
        ordered = granted(History(), True, NOON)
        assert ordered.on_time(0, NOON + 7200) == 0
        assert ordered.starts(NOON + 7200) == 0
        back = confirmed(ordered, NOON + 7200)
        assert back.on_time(0, NOON + 7260) == 60
        assert back.starts(NOON + 7260) == 1
        assert confirmed(back, NOON + 9000) is back

    def test_an_order_that_failed_is_no_run_in_the_end(self) -> None:
        failed = granted(granted(History(), True, NOON), False, NOON + 900)
        assert failed.runs == ()
        assert failed.last_off is None

    def test_it_is_not_confirmed_before_it_was_ordered(self) -> None:
        assert confirmed(granted(History(), True, NOON), NOON - 50).ran_since == NOON
        assert confirmed(History(on=False), NOON).ran_since is None

    @pytest.mark.parametrize(
        ("limit", "reason"),
        [({"max_on_per_day": 600.0}, "daily_limit"), ({"max_on": 600.0}, "max_on_time")],
    )
    def test_a_limit_is_reached_by_what_ran(self, limit: dict[str, float], reason: str) -> None:
        life = Life(rule(**limit)).see(surplus=9000)
        life.history = granted(life.history, True, life.now)
        for _ in range(20):
            life.after(60, surplus=9000)
            assert life.ask().on is True
        life.history = confirmed(life.history, life.now)
        assert life.after(599, surplus=9000).ask().on is True
        assert (life.after(1, surplus=9000).ask().on, life.ask().reason) == (False, reason)

    def test_a_minimum_time_holds_nothing_that_does_not_run(self) -> None:
        life = Life(rule(min_on=300.0)).see(surplus=9000)
        life.history = granted(life.history, True, life.now)
        assert life.after(60, surplus=-500).ask().on is False
        life.history = confirmed(life.history, life.now)
        assert life.after(299, surplus=-500).ask().reason == "min_on_time"

    def test_a_start_is_counted_once_it_is_one(self) -> None:
        life = Life(rule(max_starts=1))
        failed = granted(granted(History(), True, NOON - 900), False, NOON - 600)
        assert life.since(runs=failed.runs).see(surplus=9000).ask().on is True
        ran = granted(
            confirmed(granted(History(), True, NOON - 900), NOON - 890), False, NOON - 600
        )
        life = Life(rule(max_starts=1)).since(on=False, runs=ran.runs)
        assert life.see(surplus=9000).ask().reason == "too_many_starts"


@pytest.mark.parametrize(
    ("on", "is_on", "proposed"),
    [(True, True, False), (True, False, False), (False, True, False), (False, False, None)],
)
def test_t2_49_switched_off_a_rule_asks_until_its_load_is_off(
    on: bool, is_on: bool, proposed: bool | None
) -> None:
    """The order may not have come through: it is asked for until the device confirms it."""
    life = Life(replace(rule(), enabled=False), is_on=is_on).since(on=on).see(surplus=9000)
    assert (life.ask().on, life.ask().reason) == (proposed, "rule_disabled")


def test_t2_49_it_lets_others_decide_about_what_is_not_its() -> None:
    """A person, or a plan, switched it on."""
    life = Life(replace(rule(), enabled=False), is_on=True).since(on=None).see(surplus=9000)
    assert life.ask().on is None
