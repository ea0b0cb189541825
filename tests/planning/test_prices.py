"""Prices in every shape come out as the same quarter-hours."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import inf, nan
from typing import Any

import pytest

from custom_components.elfe_commande.planning.readers.intervals import (
    Interval,
    known_until,
    merged,
    scaled,
    series,
    tidy,
)
from custom_components.elfe_commande.planning.readers.moments import instant, instants
from custom_components.elfe_commande.planning.readers.price_actions import PRICE_ACTIONS, Asked
from custom_components.elfe_commande.planning.readers.price_lists import (
    read_answer,
    read_attributes,
)
from custom_components.elfe_commande.planning.readers.price_units import factor_of

from .price_shapes import (
    ANSWERS,
    AUTUMN,
    PARIS,
    QUARTER,
    SENSORS,
    SPRING,
    WINTER,
    Answer,
    Sensor,
    bounds,
    local,
    price,
    quarter_price,
    steps,
)

DAYS = pytest.mark.parametrize(
    ("day", "quarters"), [(WINTER, 96), (SPRING, 92), (AUTUMN, 100)], ids=["96", "92", "100"]
)


def expected(day: date, step: int, days: int = 1) -> list[float]:
    of = quarter_price if step == QUARTER else price
    return [of(at) for at in steps(day, QUARTER, days)]


def values(intervals: Sequence[Interval], day: date, slots: int) -> list[float | None]:
    return series(intervals, bounds(day)[0], slots)


@DAYS
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.domain)
def test_answers(answer: Answer, day: date, quarters: int):
    found = read_answer(answer.make(day), PARIS, answer.chosen)
    factor = PRICE_ACTIONS[answer.domain].factor
    read = values(scaled(found.intervals, factor), day, quarters)
    assert read == pytest.approx(expected(day, answer.step))
    assert values(found.intervals, day + timedelta(days=1), 96).count(None) == 96


@DAYS
@pytest.mark.parametrize("sensor", SENSORS, ids=lambda sensor: sensor.name)
def test_attributes(sensor: Sensor, day: date, quarters: int):
    begin, _ = bounds(day)
    found = read_attributes(sensor.make(day), begin + 40_000, PARIS)
    read = values(found.intervals, day, quarters + 96)
    assert read == pytest.approx(expected(day, sensor.step, 2))
    assert factor_of(sensor.unit) == 1


@pytest.mark.parametrize(
    ("attributes", "unit"),
    [
        # As the sensors of these integrations have them in Home Assistant 2026.11.
        ({"start": "2026-01-14T02:00:00+00:00", "end": "2026-01-14T02:15:00+00:00"}, "EUR/kWh"),
        (
            {
                "app_nickname": "Maison",
                "max_price": 0.41,
                "avg_price": 0.22,
                "min_price": 0.08,
                "off_peak_1": 0.11,
                "peak": 0.31,
                "off_peak_2": 0.17,
                "intraday_price_ranking": 0.4,
                "estimated_annual_consumption": 8000,
            },
            "SEK/kWh",
        ),
        ({}, "€/kWh"),
        ({}, "¢/kWh"),
    ],
    ids=["nordpool", "tibber", "essent, zonneplan, engie_be, omie", "comed_hourly_pricing"],
)
def test_sensors_of_now_alone_have_no_list(attributes: dict[str, Any], unit: str):
    begin, _ = bounds(WINTER)
    assert read_attributes(attributes, begin, PARIS).intervals == ()
    assert factor_of(unit) is not None


def test_homes_areas_and_countries_are_for_people_to_choose():
    tibber = next(each for each in ANSWERS if each.domain == "tibber").make(WINTER)
    found = read_answer(tibber, PARIS)
    assert (found.intervals, found.choices) == ((), ("Cabane", "Maison"))
    assert read_answer(tibber, PARIS, "cabane ").intervals[0].value == pytest.approx(
        1 + expected(WINTER, QUARTER)[0]
    )


def test_tomorrow_is_told_by_its_times_only():
    begin, _ = bounds(WINTER)
    today = [{"start": local(at), "value": 1.0} for at in steps(WINTER, QUARTER)]
    attributes: dict[str, Any] = {
        "raw_today": today,
        # Seen in the field: yesterday's list once more, under the name of tomorrow.
        "raw_tomorrow": today,
        "tomorrow_valid": True,
        "today": [1.0] * 24,
        "tomorrow": [1.0] * 24,
    }
    found = read_attributes(attributes, begin, PARIS).intervals
    assert known_until(found, begin) == bounds(WINTER)[1]
    numbers = {name: attributes[name] for name in ("today", "tomorrow")}
    assert known_until(read_attributes(numbers, begin, PARIS).intervals, begin) == bounds(WINTER)[1]
    assert not read_attributes({"raw_tomorrow": [], "tomorrow_valid": True}, begin, PARIS).intervals


@pytest.mark.parametrize("bad", [None, nan, inf, "unknown", True, {}, "NaN"])
def test_what_is_no_number_leaves_a_hole(bad: object):
    rows = [{"start": local(at), "price": price(at)} for at in steps(WINTER, 3600)]
    rows[5]["price"] = bad
    read = values(read_answer(rows, PARIS).intervals, WINTER, 96)
    assert [index for index, value in enumerate(read) if value is None] == [20, 21, 22, 23]


def test_a_missing_row_is_a_hole_and_no_longer_hour():
    rows = [{"start": local(at), "price": 1.0} for at in steps(WINTER, 3600)]
    del rows[7]
    read = values(read_answer(rows, PARIS).intervals, WINTER, 96)
    assert read.count(None) == 4


def test_below_zero_stays():
    assert min(expected(WINTER, 3600)) < 0


def test_the_same_start_twice_the_last_one_counts():
    rows = [{"start": "2026-01-14 10:00", "price": 1}, {"start": "2026-01-14 10:00", "price": 2}]
    (found,) = read_answer(rows, PARIS).intervals
    assert found.value == 2


def test_numbers_that_fill_no_day_are_nothing():
    begin, _ = bounds(SPRING)
    assert not read_attributes({"today": [1.0] * 24}, begin, PARIS).intervals
    assert len(read_attributes({"today": [1.0] * 23}, begin, PARIS).intervals) == 23
    assert not read_attributes({"today": "0.2"}, begin, PARIS).intervals


@pytest.mark.parametrize(
    "nonsense",
    [None, 3, "text", [], [1, 2], {}, {"prices": None}, {"prices": [{"price": 1}]}, [[[[[[]]]]]]],
)
def test_nonsense_is_nothing(nonsense: object):
    assert read_answer(nonsense, PARIS).intervals == ()
    assert read_attributes({"prices": nonsense}, 1e9, PARIS).intervals == ()


def test_clocks_without_an_offset():
    begin, _ = bounds(AUTUMN)
    texts = [local(at).strftime("%Y-%m-%d %H:%M:%S") for at in steps(AUTUMN, QUARTER)]
    # 02:00 to 02:45 are there twice; the second time is an hour later.
    assert instants(texts, PARIS) == list(steps(AUTUMN, QUARTER))
    assert instant("2026-01-14T00:00:00Z", PARIS) == 1_768_348_800
    assert instant(1_768_348_800_000, PARIS) == instant(1_768_348_800, PARIS) == 1_768_348_800
    assert instant(begin + 1, PARIS) == begin
    assert instants([None, True, nan, "x", -5, {}], PARIS) == [None] * 6


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("EUR/kWh", 1),
        ("€/kWh", 1),
        ("kr/kWh", 1),
        ("EUR/MWh", 1e-3),
        ("€/MWh", 1e-3),
        ("SEK/MWh", 1e-3),
        ("EUR/Wh", 1e3),
        ("ct/kWh", 1e-2),
        ("c/kWh", 1e-2),
        ("¢/kWh", 1e-2),
        ("cent/kWh", 1e-2),
        ("€ct/kWh", 1e-2),
        ("c€/kWh", 1e-2),
        ("öre/kWh", 1e-2),
        ("Øre/kWh", 1e-2),
        ("p/kWh", 1e-2),
        ("ct / MWh", 1e-5),
        ("EUR per kWh", 1),
        ("EUR", None),
        ("kWh", None),
        ("EUR/m³", None),
        ("/kWh", None),
        ("", None),
        (None, None),
    ],
)
def test_units(unit: str | None, factor: float | None):
    assert factor_of(unit) == (None if factor is None else pytest.approx(factor))


def test_intervals_never_lie_over_each_other():
    late = Interval(0, 1800, 1.0), Interval(1800, 3600, 1.0)
    assert merged(late, [Interval(900, 2700, 2.0)]) == [
        Interval(0, 900, 1.0),
        Interval(900, 2700, 2.0),
        Interval(2700, 3600, 1.0),
    ]
    assert tidy([(0, 7200, 1.0), (3600, 7200, 2.0)])[0] == Interval(0, 3600, 1.0)
    # A list that says only when the price changes.
    assert tidy([(0, None, 1), (20_000, None, 2), (60_000, None, 3)])[:2] == [
        Interval(0, 20_000, 1.0),
        Interval(20_000, 60_000, 2.0),
    ]


def test_five_minutes_are_a_mean_of_their_quarter():
    five = [Interval(at, at + 300, float(at // 300)) for at in range(0, 2700, 300)]
    assert series(five, 0, 4) == [1.0, 4.0, 7.0, None]
    assert series(five[:2], 0, 1) == [0.5]
    assert series(five[:1], 0, 1) == [None]


@pytest.mark.parametrize("domain", PRICE_ACTIONS)
def test_what_is_asked_names_two_days_at_most(domain: str):
    asked = Asked(today=SPRING, zone=PARIS, entry_id="e", device_id="d")
    action = PRICE_ACTIONS[domain]
    calls = list(action.calls(asked))
    assert 1 <= len(calls) <= 2
    assert action.name(asked)
    text = repr(calls)
    if domain not in {"tibber", "omie"}:
        assert "'e'" in text or "'d'" in text
    if "end" in calls[0] and domain in {"tibber", "entsoe"}:
        assert calls[0]["end"] == "2026-03-31T00:00:00+02:00"


def test_what_is_fed_in_has_actions_of_its_own():
    asked = Asked(today=WINTER, zone=PARIS, entry_id="e", export=True)
    easy = PRICE_ACTIONS["easyenergy"]
    assert easy.name(asked) == "get_energy_return_prices"
    assert next(iter(easy.calls(asked))).keys() == {"config_entry", "start", "end", "granularity"}
    amber = PRICE_ACTIONS["amberelectric"]
    assert next(iter(amber.calls(asked)))["channel_type"] == "feed_in"
    assert PRICE_ACTIONS["nordpool"].name(asked) == ""
