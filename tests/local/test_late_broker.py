"""A broker that is not there when the first appliance needs it, or that goes later."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from demo.appliances import Fleet, Tasmota
from demo.parts.broker import Broker
from demo.specs import tasmota
from tests.fixtures_home_assistant import mqtt_entry_for, no_yaml, wait_for

from .homes import LocalInstalled
from .test_set_plan import relay, water_heater

pytestmark = pytest.mark.usefixtures("socket_enabled")

PLUG = tasmota("L401")


async def heater(home: LocalInstalled) -> int:
    return await home.add_mqtt(
        "Radiateur", "L401", "tasmota", kind="heater", operation="continuous"
    )


async def test_it_is_missed_and_taken_once_it_is_there(
    hass: HomeAssistant, home: LocalInstalled, broker: Broker, fleet: Fleet
) -> None:
    await fleet.add(Tasmota("L401", PLUG.topics))
    tank = await water_heater(home)
    assert home.hub.messenger.connected
    mqtt = mqtt_entry_for(broker)
    mqtt.add_to_hass(hass)

    number = await heater(home)

    # Nothing waits for it but what needs it, and that is said.
    await home.until("binary_sensor", None, "device_connection", "off")
    await home.act("select", "select_option", tank, "mode", option="forced_on")
    assert relay(home) == "on"
    with pytest.raises(HomeAssistantError):
        await home.act("select", "select_option", number, "mode", option="forced_on")

    former = home.hub
    with no_yaml():
        assert await hass.config_entries.async_setup(mqtt.entry_id)
    await home.running_again(former)
    await home.until("binary_sensor", None, "device_connection", "on")
    await wait_for(lambda: "ON" in fleet.recorder.texts(PLUG.topics.command))
    await home.until("select", number, "mode", "forced_on")
    assert relay(home) == "on"


async def test_one_that_is_given_up_is_missed_no_more(
    hass: HomeAssistant, home: LocalInstalled, broker: Broker
) -> None:
    mqtt_entry_for(broker).add_to_hass(hass)
    number = await heater(home)
    await home.until("binary_sensor", None, "device_connection", "off")

    await home.remove(number)

    await home.until("binary_sensor", None, "device_connection", "on")
    assert home.hub.messenger.connected


async def test_of_one_that_came_with_an_appliance_a_loss_is_heard(
    hass: HomeAssistant, home: LocalInstalled, own_broker: Broker
) -> None:
    mqtt = mqtt_entry_for(own_broker)
    mqtt.add_to_hass(hass)
    with no_yaml():
        assert await hass.config_entries.async_setup(mqtt.entry_id)
    async with Fleet(own_broker.host, own_broker.port) as fleet:
        await fleet.add(Tasmota("L401", PLUG.topics))
        number = await heater(home)
        await home.until("binary_sensor", number, "connected", "on")
        await own_broker.stop()
        await home.until("binary_sensor", None, "device_connection", "off")
        await own_broker.start()
        await home.until("binary_sensor", None, "device_connection", "on")


async def test_a_home_starts_without_it(
    hass: HomeAssistant, home: LocalInstalled, broker: Broker, fleet: Fleet
) -> None:
    """As after a power cut, when Home Assistant is up first: entities are driven meanwhile."""
    await fleet.add(Tasmota("L401", PLUG.topics))
    mqtt = mqtt_entry_for(broker)
    mqtt.add_to_hass(hass)
    tank, number = await water_heater(home), await heater(home)

    with patch("homeassistant.components.mqtt.util.AVAILABILITY_TIMEOUT", 0.1):
        await home.reload()
    await home.until("binary_sensor", None, "device_connection", "off")
    await home.act("select", "select_option", tank, "mode", option="forced_on")
    assert relay(home) == "on"

    former = home.hub
    with no_yaml():
        assert await hass.config_entries.async_setup(mqtt.entry_id)
    await home.running_again(former)
    await home.until("binary_sensor", None, "device_connection", "on")
    await home.act("select", "select_option", number, "mode", option="forced_on")
    await wait_for(lambda: "ON" in fleet.recorder.texts(PLUG.topics.command))
