"""What the energy dashboard's preferences say."""

from typing import Any

from custom_components.elfe_commande.planning.readers.dashboard import Dashboard, read_dashboard


def grid(**more: Any) -> dict[str, Any]:
    return {
        "type": "grid",
        "stat_energy_from": "sensor.bought",
        "stat_energy_to": "sensor.sold",
        "entity_energy_price": "sensor.price",
        "number_energy_price": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": 0.1,
        "cost_adjustment_day": 0.0,
        **more,
    }


SOLAR = {
    "type": "solar",
    "stat_energy_from": "sensor.roof",
    "config_entry_solar_forecast": ["one", "two"],
}
SHED = {**SOLAR, "stat_energy_from": "sensor.shed", "config_entry_solar_forecast": ["two"]}
BATTERY = {"type": "battery", "stat_energy_from": "sensor.out", "stat_energy_to": "sensor.in"}


def test_never_saved_is_nothing():
    assert read_dashboard(None) == read_dashboard({}) == Dashboard()


def test_all_of_it():
    found = read_dashboard(
        {
            "energy_sources": [grid(), SOLAR, SHED, BATTERY],
            "device_consumption": [
                {"stat_consumption": "sensor.tank", "name": "Tank"},
                {"stat_consumption": "sensor.part", "included_in_stat": "sensor.tank"},
            ],
        }
    )
    assert (found.price_entity, found.price, found.export_entity, found.export) == (
        "sensor.price",
        None,
        "",
        0.1,
    )
    assert found.forecasts == ("one", "two")
    assert {each: sign for sign, each in found.meters} == {
        "sensor.bought": 1,
        "sensor.sold": -1,
        "sensor.roof": 1,
        "sensor.shed": 1,
        "sensor.out": 1,
        "sensor.in": -1,
    }
    assert found.devices == (("sensor.tank", "Tank"),)


def test_a_meter_of_the_home_is_the_home():
    home = {"type": "home", "stat_energy_to": "sensor.home"}
    assert read_dashboard({"energy_sources": [grid(), home]}).meters == ((1, "sensor.home"),)


def test_a_price_of_zero_is_a_price():
    found = read_dashboard(
        {"energy_sources": [grid(entity_energy_price=None, number_energy_price=0.0)]}
    )
    assert found.price == 0.0
    assert found.any_price


def test_only_what_is_sold_is_no_home():
    sold = grid(stat_energy_from=None)
    assert read_dashboard({"energy_sources": [sold]}).meters == ()
