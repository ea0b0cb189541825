"""Somebody at the appliance itself, while an order is still tried: it is not fought."""

from dataclasses import replace

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.engine.bench import until
from tests.fixtures_engine import is_busy

from .homes import LocalInstalled

RELAY = "input_boolean.relay"


async def test_who_switches_off_ends_the_tries_to_switch_on(home: LocalInstalled) -> None:
    """A wish that its integration refuses is tried again, until somebody decides otherwise."""
    await home.reload(replace(home.timing, retry_first=0.3, retry_max=0.3, order_window=5.0))
    number = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    await home.act("select", "select_option", number, "mode", option="forced_on")
    refused: list[ServiceCall] = []

    async def refuse(call: ServiceCall) -> None:
        refused.append(call)
        raise HomeAssistantError("the radio is jammed")

    home.hass.services.async_register("input_boolean", "turn_on", refuse)
    with pytest.raises(HomeAssistantError, match="jammed"):
        await home.act("select", "select_option", number, "mode", option="forced_on")
    assert home.ended(number)[-1].result.will_retry
    tried = len(refused)

    await home.use("input_boolean.turn_off", RELAY)
    await home.until("select", number, "mode", "forced_off")
    await until(lambda: not is_busy(), "the end of the tries")

    assert len(refused) == tried
    assert home.hass.states.is_state(RELAY, "off")
    assert home.status(number).equipment.state.control == 25
