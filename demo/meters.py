"""A wattmeter behind every appliance, which Home Assistant finds by MQTT discovery.

They are the demonstration's own: what an appliance really draws, whatever its devices say.
"""

import asyncio
from collections.abc import Iterable, Iterator
import json

from .appliances import Fleet, Message
from .territory import Equipment, Household

PERIOD = 5.0
POLL = 0.5
TELEINFO = 211


def unique_id(equipment_id: int) -> str:
    """Return the unique id of the sensor of an equipment."""
    return f"elfe_demo_{equipment_id}_power"


class Meters:
    """Publishes the power of every load: at once when it changes, and every few seconds."""

    def __init__(
        self, fleet: Fleet, household: Household, equipments: Iterable[Equipment], language: str
    ) -> None:
        """Prepare one meter per load."""
        self._fleet = fleet
        self._loads = household.loads
        self._equipments = {e.id: e for e in equipments}
        self._label = {"fr": "Wattmètres"}.get(language, "Wattmeters")
        self._told: dict[int, float] = {}

    @property
    def count(self) -> int:
        """Return how many sensors Home Assistant will find."""
        return len(self._loads)

    def watts(self, equipment_id: int) -> float:
        """Return what an equipment draws now, W."""
        return round(self._loads[equipment_id].watts, 1)

    def announce(self) -> None:
        """Let Home Assistant find the sensors."""
        self._fleet.say(self._discovery())

    async def run(self) -> None:
        """Publish for ever."""
        countdown = 0.0
        while True:
            self._fleet.say(self._values(everything=countdown <= 0))
            countdown = PERIOD if countdown <= 0 else countdown - POLL
            await asyncio.sleep(POLL)

    def _discovery(self) -> Iterator[Message]:
        for number in self._loads:
            equipment = self._equipments[number]
            sensor = {
                "name": equipment.name,
                "unique_id": unique_id(number),
                "default_entity_id": f"sensor.power_{number}",
                "state_topic": _topic(number),
                "device_class": "power",
                "state_class": "measurement",
                "unit_of_measurement": "W",
                "suggested_display_precision": 0,
                "device": {
                    "identifiers": [f"elfe_demo_{equipment.home}"],
                    "name": f"{self._label} {equipment.home}",
                    "manufacturer": "scripts/demo",
                },
                "origin": {"name": "scripts/demo"},
            }
            topic = f"homeassistant/sensor/{unique_id(number)}/config"
            yield Message(topic, json.dumps(sensor), retain=True)

    def _values(self, *, everything: bool) -> Iterator[Message]:
        for number in self._loads:
            watts = self.watts(number)
            if everything or self._told.get(number) != watts:
                self._told[number] = watts
                yield Message(_topic(number), f"{watts}", retain=True)
        if everything:
            yield from self._teleinfo()

    def _teleinfo(self) -> Iterator[Message]:
        """Yield what the general meters read: all that their home draws."""
        for equipment in self._equipments.values():
            for device in equipment.devices:
                if device.type == TELEINFO:
                    total = sum(
                        self.watts(number)
                        for number in self._loads
                        if self._equipments[number].home == equipment.home
                    )
                    report = {"ENERGY": {"Power": round(total)}}
                    yield Message(device.topics.control, json.dumps(report))


def _topic(equipment_id: int) -> str:
    return f"elfe-demo/{equipment_id}/power"
