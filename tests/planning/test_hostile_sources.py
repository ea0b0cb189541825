"""Whatever an integration, a template or a service says: readers find what can be used, and never raise."""

from datetime import UTC, datetime
from math import inf, isfinite, nan
from random import Random
from typing import Any

import pytest

from custom_components.elfe_commande.planning.readers.dashboard import read_dashboard
from custom_components.elfe_commande.planning.readers.intervals import Interval, series
from custom_components.elfe_commande.planning.readers.price_lists import (
    read_answer,
    read_attributes,
)
from custom_components.elfe_commande.planning.readers.price_units import factor_of
from custom_components.elfe_commande.planning.readers.sun import from_attributes
from custom_components.elfe_commande.planning.readers.tariff import RangesError, parse_ranges

from .price_shapes import PARIS

NOW = 1_768_400_000
KEYS = (
    *("prices", "today", "tomorrow", "raw_today", "rates", "data", "forecast", "start", "end"),
    *("price", "value", "total", "time", "start_utc", "deltas_in_minutes", "values", "FR"),
    *("price_02h", "price_99h", "price_next_day_02h_d", "watts", "wh_hours", "detailedForecast"),
    *("period_start", "pv_estimate", "energy_sources", "type", "config_entry_solar_forecast"),
    *("2026-01-14T10:00:00", "0001-01-01", "9999-12-31T23:59:59", "2026-03-29 02:30", ""),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 0.25, 10**400, -(10**30), 1e308, nan, inf, -inf),
    *("", "0.2", "nan", "1e999", "x" * 50, "2026-01-14T10:00:00Z", "0001-01-01T00:00:00"),
    *("9999-12-31T23:59:59+00:00", "2026-10-25 02:30", "24:00", "solar", "grid", b"0.2"),
    *(datetime(2026, 1, 14, 10, tzinfo=UTC), datetime.min, datetime.max, object()),  # noqa: DTZ901
)


def anything(chance: Random, depth: int = 4) -> Any:
    match chance.randrange(6 if depth else 1):
        case 1 | 2:
            return {chance.choice(KEYS): anything(chance, depth - 1) for _ in range(4)}
        case 3 | 4:
            return [anything(chance, depth - 1) for _ in range(chance.randrange(5))]
        case _:
            return chance.choice(VALUES)


def usable(intervals: Any) -> None:
    for each in intervals:
        assert isinstance(each, Interval)
        assert each.start < each.end
        assert isfinite(each.value)
    assert len(series(list(intervals), NOW, 8)) == 8


@pytest.mark.parametrize("seed", range(8))
def test_nothing_raises(seed: int):
    chance = Random(seed)
    for _ in range(200):
        said = anything(chance)
        usable(read_answer(said, PARIS, chance.choice(["", "FR"])).intervals)
        attributes = {chance.choice(KEYS): anything(chance) for _ in range(4)}
        usable(read_attributes(attributes, NOW, PARIS).intervals)
        usable(from_attributes(attributes, PARIS))


@pytest.mark.parametrize("seed", range(5))
def test_units_and_hours_of_any_text(seed: int):
    chance = Random(seed)
    for _ in range(500):
        text = "".join(chance.choice("0123456789:hH-,; €ct/kWhMé\x00") for _ in range(12))
        _ = factor_of(text)
        try:
            ranges = parse_ranges(text)
        except RangesError:
            continue
        assert all(0 <= minute < 1440 for each in ranges for minute in each)


def test_preferences_of_another_form_are_nothing():
    for data in ({"energy_sources": None}, {"energy_sources": [{}]}, {"device_consumption": None}):
        assert read_dashboard(data).meters == ()
