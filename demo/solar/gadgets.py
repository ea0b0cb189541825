"""What Home Assistant finds by MQTT discovery in the third home: a roof, a plug, a mains switch."""

from collections.abc import Callable, Iterator
import json
from typing import Any, override

from demo.appliances import Message, Topics
from demo.appliances.device import Device, Order, on_off

ROOF_TOPIC = "elfe-demo/roof/power"
ROOF = "elfe_demo_roof_power"
FORECAST_TOPIC = "elfe-demo/roof/forecast"
FORECAST = "elfe_demo_roof_forecast"
MAINS = "elfe_demo_mains"
PLUG = "elfe_demo_plug_{}"

WORDS = {
    "en": {"device": "Solar home", "roof": "Solar roof", "sun": "Sun to come", "mains": "Mains"},
    "fr": {
        "device": "Maison solaire",
        "roof": "Toit solaire",
        "sun": "Soleil à venir",
        "mains": "Secteur",
    },
}


class MainsSwitch(Device[bool]):
    """A switch in the dashboard that cuts the mains of the UPS and gives them back."""

    type_id = 0

    def __init__(self, cut: Callable[[bool], object]) -> None:
        """Call `cut` with whether there is power."""
        topics = Topics("elfe-demo/mains/state", "elfe-demo/mains/set")
        super().__init__("mains", topics, on=True)
        self._cut = cut

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        wanted = on_off(payload)
        return None if wanted is None else Order(wanted)

    @override
    def act(self, order: Order[bool]) -> None:
        self.on = order.value
        self._cut(order.value)

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield from self.state()

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        yield from self.state()

    @override
    def state(self) -> Iterator[Message]:
        yield Message(self.topics.control, "ON" if self.on else "OFF", retain=True)


def discovery(plug: str, name: str, language: str) -> Iterator[Message]:
    """Announce the roof's power and its forecast, the mains switch and a Tasmota plug as a switch of Home Assistant.

    `plug` is Tasmota's topic, `name` what hangs on it.
    """
    words = WORDS[language]
    device = {
        "identifiers": ["elfe_demo_solar"],
        "name": words["device"],
        "manufacturer": "scripts/demo",
    }
    yield _announce(
        "sensor",
        ROOF,
        device,
        {
            "name": words["roof"],
            "default_entity_id": "sensor.solar_roof",
            "state_topic": ROOF_TOPIC,
            "device_class": "power",
            "state_class": "measurement",
            "unit_of_measurement": "W",
            "suggested_display_precision": 0,
        },
    )
    yield _announce(
        "sensor",
        FORECAST,
        device,
        {
            "name": words["sun"],
            "default_entity_id": "sensor.solar_forecast",
            "state_topic": FORECAST_TOPIC,
            "value_template": "{{ value_json.watts.values() | first }}",
            "json_attributes_topic": FORECAST_TOPIC,
            "device_class": "power",
            "unit_of_measurement": "W",
            "suggested_display_precision": 0,
        },
    )
    yield _announce(
        "switch",
        MAINS,
        device,
        {
            "name": words["mains"],
            "default_entity_id": "switch.mains",
            "icon": "mdi:transmission-tower",
            "state_topic": "elfe-demo/mains/state",
            "command_topic": "elfe-demo/mains/set",
        },
    )
    yield _announce(
        "switch",
        PLUG.format(plug),
        device,
        {
            "name": name,
            "default_entity_id": f"switch.plug_{plug.lower()}",
            "icon": "mdi:power-plug",
            "state_topic": f"stat/{plug}/POWER",
            "command_topic": f"cmnd/{plug}/POWER",
        },
    )


def _announce(
    platform: str, unique_id: str, device: dict[str, Any], config: dict[str, Any]
) -> Message:
    body = {
        "unique_id": unique_id,
        "device": device,
        "origin": {"name": "scripts/demo"},
        **config,
    }
    return Message(f"homeassistant/{platform}/{unique_id}/config", json.dumps(body), retain=True)
