"""A rule regulates on the power with its sign, and does not take a sensor that hides it at its word."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.rule_conditions import unreachable
from custom_components.elfe_commande.core.rules import Measurement, Quantity

from .rule_cases import Life, rule, surplus

ALLOWING_100 = rule(bands=surplus(on=3000.0, off=-100.0, off_delay=60.0))


def running(of=ALLOWING_100) -> Life:
    """Return the life of a rule that has switched its load on."""
    life = Life(of).see(surplus=3500)
    assert life.step() == (True, "conditions_met")
    return life


def test_power_taken_within_the_allowance_keeps_the_load_on() -> None:
    assert running().after(60, surplus=-90).step() == (True, "kept_on")


def test_power_taken_beyond_it_says_so_and_stops_the_load() -> None:
    life = running().after(60, surplus=-5000)
    assert life.step() == (True, "off_delay")
    assert life.after(60, surplus=-5000).step() == (False, "imports")
    # A load that is off misses a surplus; it takes nothing.
    assert life.after(60, surplus=-5000).step() == (False, "not_enough_surplus")


def test_a_surplus_that_stands_at_zero_hides_what_is_taken() -> None:
    life = running().after(60, surplus=0)
    assert life.step() == (True, "off_delay")
    life.after(60, surplus=0)
    assert life.step() == (False, "not_enough_surplus")
    life.after(60, surplus=0).ask()
    assert unreachable(life.case) == (Quantity.SURPLUS,)


def test_a_surplus_once_told_below_zero_is_taken_at_its_word() -> None:
    life = running().after(60, surplus=-50)
    assert life.step() == (True, "kept_on")
    for _ in range(20):
        assert life.after(60, surplus=0).step() == (True, "kept_on")
    assert unreachable(life.case) == ()


def test_without_an_allowance_nothing_is_out_of_reach() -> None:
    life = running(rule(bands=surplus(on=3000.0, off=0.0)))
    for _ in range(5):
        life.after(60, surplus=0).step()
    assert life.history.on is False
    assert unreachable(life.case) == ()


@pytest.mark.parametrize(
    ("lowest", "highest", "found"),
    [
        (None, None, ()),
        (-100.0, 3000.0, ()),
        (0.0, None, (Quantity.SURPLUS,)),
        (None, 2999.0, (Quantity.SURPLUS,)),
    ],
)
def test_what_a_sensor_can_never_tell_is_out_of_reach(lowest, highest, found) -> None:
    life = running()
    told = life.readings["surplus"]
    life.readings["surplus"] = replace(told, lowest=lowest, highest=highest)
    assert unreachable(life.case) == found


def test_a_source_that_is_away_is_not_out_of_reach() -> None:
    life = running()
    life.readings["surplus"] = Measurement(None, life.now)
    assert unreachable(life.case) == ()
