"""Power and energy of appliances that have a meter."""

from datetime import UTC, datetime

from homeassistant.components.sensor import SensorExtraStoredData
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.restore_state import DATA_RESTORE_STATE
import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache_with_extra_data

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.ground.events import CycleEnded, PowerMeasured
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus

from .conftest import Start
from .test_calendar import METER, measured
from .world import ENTRY_ID, START, World, status_of

ONE = EquipmentId(1)


def load(power: float) -> EquipmentStatus:
    return measured(status_of(1, continuous=True), power)


@pytest.fixture(autouse=True)
def clock(freezer) -> None:
    freezer.move_to(datetime.fromtimestamp(START, UTC))


async def says(world: World, freezer, after: float, power: float) -> None:
    """Have the meter say another power, some seconds after the start."""
    freezer.move_to(datetime.fromtimestamp(START + after, UTC))
    status = world.engine.statuses[ONE]
    status.observations[METER].power = power
    world.coordinator.handle(PowerMeasured(ONE))
    await world.settle()


def energy(world: World) -> float:
    return float(world.state("sensor", 1, "energy").state)


async def test_they_are_there_where_it_is_measured_only(hass: HomeAssistant, start_default: Start):
    world = await start_default([load(1500), status_of(2)])
    power, total = (world.state("sensor", 1, key) for key in ("power", "energy"))
    assert (power.state, power.attributes["unit_of_measurement"]) == ("1500", "W")
    assert (power.attributes["device_class"], power.attributes["state_class"]) == (
        "power",
        "measurement",
    )
    assert (total.attributes["device_class"], total.attributes["state_class"]) == (
        "energy",
        "total_increasing",
    )
    assert total.attributes["unit_of_measurement"] == "kWh"
    registry = er.async_get(hass)
    for key in ("power", "energy"):
        assert registry.async_get_entity_id("sensor", DOMAIN, f"{ENTRY_ID}_2_{key}") is None


async def test_energy_is_power_over_time(start_default: Start, freezer):
    world = await start_default([load(1000)])
    assert energy(world) == 0
    await says(world, freezer, 360, 2000)
    assert world.state("sensor", 1, "power").state == "2000"
    assert energy(world) == 0.1
    # Nothing is heard for a quarter-hour: it draws what it drew.
    freezer.move_to(datetime.fromtimestamp(START + 360 + 900, UTC))
    world.coordinator.handle(CycleEnded())
    await world.settle()
    assert energy(world) == 0.6
    # What it gives back is not taken from what it drew.
    await says(world, freezer, 1260, -500)
    await says(world, freezer, 1960, 0)
    assert energy(world) == 0.6


async def test_a_silent_meter_has_no_power_and_its_energy_stays(start_default: Start, freezer):
    world = await start_default([load(1000)])
    await says(world, freezer, 360, 1000)
    world.engine.statuses[ONE].observations[METER].stale = True
    await world.put(world.engine.statuses[ONE])
    assert world.state("sensor", 1, "power").state == "unknown"
    assert energy(world) == 0.1
    await says(world, freezer, 1260, 1000)
    assert energy(world) == 0.1


@pytest.mark.parametrize(("kept", "found"), [(12.5, 12.5), (None, 0.0)])
async def test_it_goes_on_after_a_restart(
    hass: HomeAssistant, start_default: Start, freezer, kept: float | None, found: float
):
    world = await start_default([load(1000)])
    entity_id = world.entity_id("sensor", 1, "energy")
    assert await hass.config_entries.async_unload(world.entry.entry_id)
    stored = SensorExtraStoredData(kept, "kWh").as_dict()
    mock_restore_cache_with_extra_data(hass, [(State(entity_id, str(kept)), stored)])
    data, entry = hass.data[DATA_RESTORE_STATE], er.async_get(hass).async_get(entity_id)
    if hasattr(data, "last_states_by_entity_registry_id"):
        # As 2026.11 keeps them; the helper is that of 2026.10.
        data.last_states_by_entity_registry_id = {entry.id: data.last_states[entity_id]}
    assert await hass.config_entries.async_setup(world.entry.entry_id)
    await world.settle()
    assert energy(world) == found
    await says(world, freezer, 360, 0)
    assert energy(world) == pytest.approx(found + 0.1)


async def test_a_meter_that_is_taken_away_takes_them_along(
    hass: HomeAssistant, start_default: Start
):
    world = await start_default([load(1000)])
    entity_id = world.entity_id("sensor", 1, "energy")
    await world.put(status_of(1, continuous=True))
    assert er.async_get(hass).async_get(entity_id) is None
