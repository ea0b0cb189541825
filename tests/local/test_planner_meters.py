"""The base load from a real recorder, and the sun from a real energy platform."""

from datetime import datetime, timedelta
from unittest.mock import patch

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.elfe_commande.planning.readers.base_load import Method, foresee
from custom_components.elfe_commande.planning.readers.dashboard import Dashboard
from custom_components.elfe_commande.planning.readers.intervals import series
from custom_components.elfe_commande.subentries.planner import energy_dashboard
from custom_components.elfe_commande.subentries.planner.meters import async_history
from custom_components.elfe_commande.subentries.planner.sun import Sun

GRID, SOLD = "test:grid", "test:sold"


def meter(hass: HomeAssistant, statistic: str, begin: datetime, hours: dict[int, float]) -> None:
    """Have a counter grow by so many kWh in these hours from a moment on."""
    total = 0.0
    rows = []
    for hour, kwh in hours.items():
        total += kwh
        rows.append({"start": begin + timedelta(hours=hour), "state": total, "sum": total})
    metadata = {
        "source": "test",
        "statistic_id": statistic,
        "name": None,
        "unit_of_measurement": "Wh",
        "unit_class": "energy",
        "has_mean": False,
        "mean_type": 0,
        "has_sum": True,
    }
    async_add_external_statistics(
        hass,
        metadata,
        [{**row, "state": row["state"] * 1000, "sum": row["sum"] * 1000} for row in rows],
    )


async def test_the_base_load_is_what_the_meters_say(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    end = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    begin = end - timedelta(days=10)
    hours = dict.fromkeys(range(240), 0.5)
    # For two hours nothing was recorded: what was drawn meanwhile is in the next row.
    grid = {hour: kwh for hour, kwh in hours.items() if hour not in {100, 101}}
    grid[102] = 1.5
    meter(hass, GRID, begin, grid)
    meter(hass, SOLD, begin, dict.fromkeys(hours, 0.1))
    await async_wait_recording_done(hass)
    dashboard = Dashboard(meters=((1, GRID), (-1, SOLD)))
    tank = {int((begin + timedelta(hours=50)).timestamp()): 0.3}
    found = await async_history(hass, dashboard, end.timestamp(), [tank], 9000.0)
    # The first hour has nothing before it, and the hole costs three.
    assert len(found) == 240 - 1 - 3
    assert {round(kwh, 6) for kwh in found.values()} == {0.4, 0.1}
    base = foresee(found, int(end.timestamp()), 8, dt_util.get_default_time_zone())
    assert base.method is Method.PROFILE
    assert base.watts[0] == pytest.approx(400)


async def test_without_meters_or_recorder_nothing_is_known(hass: HomeAssistant) -> None:
    now = dt_util.utcnow().timestamp()
    assert await async_history(hass, Dashboard(), now, [], None) == {}
    assert await async_history(hass, Dashboard(meters=((1, GRID),)), now, [], None) == {}


@pytest.mark.parametrize(("minor", "begins"), [(10, 8), (11, 9)])
async def test_forecast_solar_names_the_end_or_the_begin_of_a_period(
    hass: HomeAssistant, minor: int, begins: int
) -> None:
    entry = MockConfigEntry(domain="forecast_solar")
    entry.add_to_hass(hass)
    hass.config.components.add("energy")
    day = datetime(2026, 6, 14, tzinfo=dt_util.UTC)
    wh = {(day + timedelta(hours=hour)).isoformat(): 1000.0 for hour in (9, 10, 11)}

    async def ask(*_: object) -> dict[str, dict[str, float]]:
        return {"wh_hours": wh | {(day + timedelta(hours=8)).isoformat(): 0.0}}

    where = "homeassistant.components.energy.websocket_api.async_get_energy_platforms"
    with (
        patch(where, return_value={"forecast_solar": ask}),
        patch.object(energy_dashboard, "MAJOR_VERSION", 2026),
        patch.object(energy_dashboard, "MINOR_VERSION", minor),
    ):
        dashboard = Dashboard(forecasts=(entry.entry_id,))
        read = await Sun(hass, ()).async_read(dashboard, int(day.timestamp()), 96, dt_util.UTC)
    # 10.4 keys by the end: what it calls nine o'clock shines from eight on.
    assert read.watts[begins * 4] == pytest.approx(1000)
    assert not read.watts[begins * 4 - 1]


async def test_entities_with_a_forecast(hass: HomeAssistant) -> None:
    day = datetime(2026, 6, 14, tzinfo=dt_util.UTC)
    half = [{"period_start": day + timedelta(minutes=30 * n), "pv_estimate": 1.2} for n in range(4)]
    hass.states.async_set("sensor.east", "1", {"detailedForecast": half})
    sun = Sun(hass, ("sensor.east", "sensor.west"))
    read = await sun.async_read(Dashboard(), int(day.timestamp()), 9, dt_util.UTC)
    assert read.watts == [pytest.approx(1200)] * 8 + [None]
    assert read.detail == "sensor.west"
    assert series([], 0, 1) == [None]


async def test_the_dashboard_is_read_and_followed(hass: HomeAssistant) -> None:
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    told: list[int] = []
    end = await energy_dashboard.async_follow_dashboard(hass, lambda: told.append(1))
    # Whoever comes second hears it once, too.
    other = await energy_dashboard.async_follow_dashboard(hass, lambda: told.append(2))
    assert await energy_dashboard.async_dashboard(hass) == Dashboard()
    grid = {
        "type": "grid",
        "stat_energy_from": GRID,
        "stat_energy_to": SOLD,
        "stat_cost": None,
        "entity_energy_price": "sensor.price",
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": 0.1,
        "cost_adjustment_day": 0.0,
    }
    await manager.async_update({"energy_sources": [grid]})
    await hass.async_block_till_done()
    found = await energy_dashboard.async_dashboard(hass)
    assert (found.price_entity, found.export) == ("sensor.price", 0.1)
    assert found.meters == ((1, GRID), (-1, SOLD))
    assert sorted(told) == [1, 2]
    end()
    other()
    await manager.async_update({"energy_sources": []})
    await hass.async_block_till_done()
    assert sorted(told) == [1, 2]
