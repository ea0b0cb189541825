"""A kind of entity that nobody knows: the entry of the page, in the table while a test lasts."""

import json
from types import MappingProxyType

from homeassistant.core import HomeAssistant, ServiceCall
import pytest

from custom_components.elfe_commande.adapters.entity_messenger import EntityMessenger
from custom_components.elfe_commande.core.actuators import DOMAINS, Domain, Range, domains, ways
from custom_components.elfe_commande.core.model import Device, DeviceId, Usage
from custom_components.elfe_commande.drivers.entity_setting import DRIVER
from custom_components.elfe_commande.engine.ground.ports import Arrival

from .examples import BLOCKS

TITLE = "an entry of DOMAINS"
TOPIC = "entity/example_boiler.cellar?by=programme&on=hot&off=low"
PROGRAMMES = ["hot", "low", "holiday"]


@pytest.fixture
def boiler(monkeypatch: pytest.MonkeyPatch) -> Domain:
    entry: Domain = eval(BLOCKS[TITLE], {**vars(ways), "Domain": Domain})
    monkeypatch.setattr(domains, "DOMAINS", MappingProxyType({**DOMAINS, entry.name: entry}))
    return entry


def test_it_offers_what_it_has(boiler: Domain) -> None:
    (way,) = boiler.offered({"programmes": PROGRAMMES})
    assert way.choices({"programmes": PROGRAMMES}) == tuple(PROGRAMMES)
    assert boiler.offered({"programmes": ["hot"]}) == ()
    assert not isinstance(way.choices({}), Range)


async def test_it_is_driven(hass: HomeAssistant, boiler: Domain) -> None:
    calls: list[dict[str, object]] = []

    async def take(call: ServiceCall) -> None:
        calls.append(dict(call.data))
        shown = {"programmes": PROGRAMMES, "programme": call.data["programme"], "action": "idle"}
        hass.states.async_set("example_boiler.cellar", "on", shown, context=call.context)

    hass.services.async_register(boiler.name, "set_programme", take)
    hass.states.async_set(
        "example_boiler.cellar", "on", {"programmes": PROGRAMMES, "programme": "low"}
    )
    messenger = EntityMessenger(hass)
    heard: list[Arrival] = []
    await messenger.subscribe([TOPIC], heard.append)
    device = Device(DeviceId("1"), DRIVER.type_id, Usage.SWITCH, TOPIC, TOPIC)
    for on, programme in ((True, "hot"), (False, "low")):
        order = DRIVER.order(device, on=on, request="elfe-1")
        assert order is not None
        await messenger.publish(order.topic, order.payload)
        await hass.async_block_till_done()
        assert calls[-1] == {"entity_id": "example_boiler.cellar", "programme": programme}
        reading = DRIVER.read(device, TOPIC, heard[-1].payload)
        assert reading is not None
        assert (reading.on, reading.echo, reading.watched, reading.works) == (on, True, True, False)
    assert json.loads(heard[0].payload)["state"] == "off"
    messenger.close()
