"""Sensors whose unit changes with their value, as people met them: right by their number."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.elfe_commande.subentries.rules.readings import StateReadings, StateSource

SENSOR = "sensor.surplus"
SEEN: dict[str, list[tuple[str, str | None, float | None]]] = {
    "the case": [
        ("999", "W", 999.0),
        ("1.00", "kW", 1000.0),
        ("1.02", "kW", 1020.0),
        ("950", "W", 950.0),
    ],
    "below nothing": [("-0.5", "kW", -500.0), ("-499", "W", -499.0), ("0", "kW", 0.0)],
    "great and small": [("0.002", "MW", 2000.0), ("1500000", "mW", 1500.0), ("3", "kW", 3000.0)],
    "no unit, no number": [("750", None, 750.0), ("unknown", "kW", None), ("nan", "W", None)],
}


@pytest.mark.parametrize("name", SEEN)
async def test_t2_50_each_value_is_read_with_its_own_unit(hass: HomeAssistant, name: str) -> None:
    readings = StateReadings(hass, lambda: {"surplus": StateSource(SENSOR)}, {})
    for state, unit, watts in SEEN[name]:
        attributes = {} if unit is None else {"unit_of_measurement": unit}
        hass.states.async_set(SENSOR, state, attributes)
        found = readings.read()["surplus"].value
        assert found == (watts if watts is None else pytest.approx(watts))
