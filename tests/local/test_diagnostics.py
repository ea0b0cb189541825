"""The file that a person downloads of a home without a server, in which everything has a name."""

from pathlib import Path

from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.ground.ports import Problem
from tests.integration.test_diagnostics import assert_nameless, download

from .homes import LocalInstalled
from .stage import enter

RELAY = "input_boolean.relay"


async def test_a_file_of_a_local_home_names_nothing_and_tells_what_helps(
    mqtt_entry: MockConfigEntry,
    home: LocalInstalled,
    hass_client: ClientSessionGenerator,
    tmp_path: Path,
) -> None:
    hass, entry = home.hass, home.entry
    hass.states.async_set("sensor.xuq7", "5", {"unit_of_measurement": "W", "device_class": "power"})
    machine = await home.add(
        "Machine de xuq7", RELAY, power_sensor="sensor.xuq7", advanced={"home": "XUQ7 cave"}
    )
    await enter(hass, "climate.xuq7", "number.xuq7", "switch.xuq7")
    radiator = await home.add_setting(
        "Radiateur xuq7", "climate.xuq7", "preset_mode", ("comfort", "eco"), own="ask"
    )
    car = await home.add_pair(
        "Voiture xuq7", "charger", amps=16, current="number.xuq7", switch="switch.xuq7"
    )
    heater = await home.add_mqtt("Chauffage xuq7", "tele-xuq7", "tasmota", kind="water_heater")
    # No equipment bears this name: it is in the entry alone.
    hass.config_entries.async_update_entry(
        entry,
        title="Chez xuq7",
        data={**entry.data, "home": "Maison xuq7"},
        options={
            "plates": ["xuq7hall"],
            "mode_file": str(tmp_path / "xuq7.json"),
            "state_file": str(tmp_path / "xuq7-state.json"),
        },
    )
    await hass.async_block_till_done()
    await home.reload()
    home.hub.engine.report(
        Problem("press_doubtful", str(machine), {"equipment": "xuq7"}, EquipmentId(machine))
    )

    found, text = await download(home, hass_client)
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    alone = [await download(home, hass_client, device.id) for device in devices]

    for each in (text, *(file for _, file in alone)):
        assert_nameless(each)
    data = found["data"]
    assert data["entry"]["data"] == {"entry_type": "local", "home": "home 2"}
    assert data["entry"]["options"] == {
        "plates": ["plate 1"],
        "mode_file": "**REDACTED**",
        "state_file": "**REDACTED**",
    }
    assert data["screens"][0]["plate"] == "plate 1"
    assert {"key": "press_doubtful", "equipment_id": machine} in data["problems"]
    equipments = {
        part["id"]: part for file, _ in alone if (part := file["data"].get("equipment")) is not None
    }
    assert equipments.keys() == {machine, heater, radiator, car}
    assert equipments[radiator]["devices"][0]["command_topic"] == (
        "entity/climate.entity 1?by=preset_mode&on=comfort&off=eco&own=ask"
    )
    assert equipments[car]["devices"][0]["command_topic"] == (
        "entity/number.entity 3?by=number&on=16.0&pair=charger"
        "|switch.entity 5?by=on_off&on=on&off=off"
    )
    assert {device["control_topic"] for device in equipments[machine]["devices"]} == {
        "entity/input_boolean.entity 2",
        "entity/sensor.entity 4",
    }
    assert equipments[heater]["devices"][0]["command_topic"] == "cmnd/name 1/POWER"
    assert equipments[machine]["home"] == "home 3"
