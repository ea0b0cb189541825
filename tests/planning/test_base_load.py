"""What the home draws, from statistics that have holes."""

from datetime import datetime, timedelta
from math import nan

import pytest

from custom_components.elfe_commande.planning.readers.base_load import (
    Method,
    Row,
    balance,
    foresee,
    hours_of,
    without,
)

from .price_shapes import PARIS

MONDAY = datetime(2026, 1, 5, tzinfo=PARIS)


def rows(*changes: float | None, start: int = 0) -> list[Row]:
    return [Row(start + 3600 * i, start + 3600 * (i + 1), kwh) for i, kwh in enumerate(changes)]


def test_a_hole_lies_in_the_next_row_which_is_left_out():
    known = rows(900.0, 0.5, 0.4, 0.3, 2.0, 0.6)
    del known[3:4]
    # The first has the whole counter in it, the one after the hole three hours.
    assert hours_of(known) == {3600: 0.5, 7200: 0.4, 18_000: 0.6}


def test_values_that_cannot_be():
    known = rows(0, 0.5, None, nan, -3.0, 24.0, 0.7)
    assert hours_of(known, most=9.0) == {3600: 0.5, 6 * 3600: 0.7}
    assert hours_of([]) == {}
    day = [Row(0, 3600, 1), Row(3600, 3600 + 86_400, 20)]
    assert hours_of(day) == {}


def test_the_home_is_the_sum_of_its_meters_where_all_are_known():
    grid, export, solar = {0: 1.0, 3600: 2.0}, {0: 0.5, 3600: 0.0}, {0: 1.5}
    assert balance([(1, grid), (-1, export), (1, solar)]) == {0: 2.0}
    assert balance([]) == {}


def test_planned_loads_are_taken_off_and_nothing_goes_below_zero():
    assert without({0: 2.0, 3600: 1.0}, [{0: 0.5}, {0: 0.5, 3600: 3.0}]) == {0: 1.0, 3600: 0.0}


def history(days: int, kwh: float = 0.4) -> dict[int, float]:
    begin = int((MONDAY - timedelta(days=days)).timestamp())
    return {begin + hour * 3600: kwh + (0.6 if hour % 24 == 19 else 0) for hour in range(days * 24)}


def test_hours_to_come_are_those_that_were():
    found = foresee(history(28), int(MONDAY.timestamp()), 96, PARIS)
    assert found.method is Method.PROFILE
    assert found.watts[0] == pytest.approx(400)
    assert found.watts[76:80] == [pytest.approx(1000)] * 4


def test_the_same_weekday_and_the_last_days_count_most():
    known = history(14)
    same = int((MONDAY - timedelta(days=7)).timestamp())
    known[same] = 2.0
    monday = foresee(known, int(MONDAY.timestamp()), 4, PARIS).watts[0]
    tuesday = foresee(known, int((MONDAY + timedelta(days=1)).timestamp()), 4, PARIS).watts[0]
    assert monday is not None
    assert tuesday is not None
    assert monday > tuesday > 400


def test_summer_time_moves_no_hour_of_the_clock():
    begin = datetime(2026, 3, 22, tzinfo=PARIS)
    known = {}
    at = int(begin.timestamp())
    while at < datetime(2026, 3, 29, tzinfo=PARIS).timestamp():
        known[at] = 1.0 if datetime.fromtimestamp(at, PARIS).hour == 19 else 0.2
        at += 3600
    found = foresee(known, at, 92, PARIS).watts
    # The day begins in winter and has one hour less before the evening.
    assert [index for index, watts in enumerate(found) if watts == pytest.approx(1000)] == [
        72,
        73,
        74,
        75,
    ]


def test_too_few_days_are_one_number_and_none_is_none():
    now = int(MONDAY.timestamp())
    assert foresee(history(2), now, 2, PARIS).watts == [pytest.approx(400)] * 2
    assert foresee(history(2), now, 2, PARIS, 350.0).watts == [350.0] * 2
    assert foresee({}, now, 2, PARIS, 350.0).method is Method.CONSTANT
    nothing = foresee({}, now, 2, PARIS)
    assert (nothing.watts, nothing.method) == ([], Method.NONE)


def test_an_hour_that_no_day_knows_stays_a_hole():
    known = {
        at: kwh for at, kwh in history(7).items() if datetime.fromtimestamp(at, PARIS).hour != 3
    }
    found = foresee(known, int(MONDAY.timestamp()), 24, PARIS).watts
    assert found[12:16] == [None] * 4
    assert None not in found[:12]
