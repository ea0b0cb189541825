"""Forecasts of the panels, whatever their step."""

from datetime import UTC, datetime

import pytest

from custom_components.elfe_commande.planning.readers.intervals import added, series
from custom_components.elfe_commande.planning.readers.sun import (
    from_attributes,
    from_energy,
    from_power,
)

from .price_shapes import PARIS, WINTER, bounds, local

NOON = int(datetime(2026, 6, 14, 10, tzinfo=UTC).timestamp())


def wh(step: int, count: int, each: float) -> dict[str, float]:
    return {local(NOON + index * step).isoformat(): each for index in range(count)}


@pytest.mark.parametrize("step", [900, 1800, 3600])
def test_energy_is_of_the_period_whatever_its_length(step: int):
    # 2 kW for two hours.
    found = from_energy(wh(step, 7200 // step, 2000 * step / 3600), PARIS)
    assert series(found, NOON, 9) == [pytest.approx(2000)] * 8 + [None]


def test_odd_keys_at_sunrise_and_sunset():
    keys = {"2026-06-14T05:48:00+02:00": 0, "2026-06-14T06:00:00+02:00": 60}
    keys |= {"2026-06-14T07:00:00+02:00": 400, "2026-06-14T08:00:00+02:00": 900}
    found = from_energy(keys, PARIS)
    assert [(each.end - each.start, each.value) for each in found] == [
        (720, 0),
        (3600, 60),
        (3600, 400),
        (3600, 900),
    ]


def test_nights_that_are_left_out_are_no_period():
    first, second = wh(1800, 2, 100.0), {local(NOON + 86_400).isoformat(): 300.0}
    found = from_energy({**first, **second}, PARIS)
    assert [each.end - each.start for each in found] == [1800, 1800, 1800]


def test_keys_that_are_the_end_of_their_period():
    begin, _ = bounds(WINTER)
    keys = [begin, begin + 8 * 3600, begin + 9 * 3600, begin + 10 * 3600, begin + 86_400]
    values = dict(zip(map(local, keys), [0, 0, 500, 800, 0], strict=True))
    found = from_energy(values, PARIS, by_end=True)
    assert [(each.start - begin, each.value) for each in found if each.value] == [
        (8 * 3600, 500),
        (9 * 3600, 800),
    ]


def test_attributes_of_forecast_sensors():
    half = [
        {"period_start": local(NOON + index * 1800), "pv_estimate": 1.5, "pv_estimate10": 0.2}
        for index in range(4)
    ]
    for attributes in (
        {"detailedForecast": half},
        {"watts": wh(900, 8, 1500.0)},
        {"wh_hours": wh(3600, 2, 1500.0)},
        {"wh_period": wh(1800, 4, 750.0), "watts": wh(900, 8, 9.0)},
        {"wh_period_15m": wh(900, 8, 375.0), "wh_period": wh(3600, 2, 9.0)},
    ):
        assert series(from_attributes(attributes, PARIS), NOON, 8) == [pytest.approx(1500)] * 8
    assert from_attributes({"watts": [], "detailedForecast": "x"}, PARIS) == []


def test_nonsense_is_left_out():
    values = {**wh(3600, 1, 100.0), "x": 5, local(NOON + 3600).isoformat(): -5, 7: 8}
    assert len(from_energy(values, PARIS)) == 1
    assert (
        len(from_power({**wh(3600, 1, 100.0), local(NOON + 3600).isoformat(): "nan"}, PARIS)) == 1
    )


def test_roofs_add_up():
    assert added([[1.0, None, None], [2.0, 3.0]], 4) == [3.0, 3.0, None, None]
