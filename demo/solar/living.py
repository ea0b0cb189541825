"""The third home as it lives: meter, roof, mains, beside the devices that the fleet has."""

import asyncio
from collections.abc import Iterable
import json
from pathlib import Path

from demo.appliances import AnyDevice, Fleet, Load, Message
from demo.meters import unique_id
from demo.names import PLUGS
from demo.ups import Ups, open_ups

from .gadgets import FORECAST_TOPIC, PLUG, ROOF_TOPIC, MainsSwitch, discovery
from .home import GridConnection
from .meter import SmartMeter
from .roof import DAY, Roof

PERIOD = 2.0
FORECAST_EVERY = 1800.0
PLUG_TOPIC = "A123"


class SolarLife:
    """Runs what no appliance is: a roof, a meter on a serial line, a UPS."""

    def __init__(
        self, loads: Iterable[Load], folder: Path, language: str, day: float = DAY
    ) -> None:
        """Prepare; the meter's port is a link in `folder`, a `day` takes so many seconds."""
        self.roof = Roof(day=day)
        self.pace = day / DAY
        """How long anything takes, against the usual day."""
        self.meter = SmartMeter(GridConnection(self.roof, loads), folder / "meter")
        self.ups: Ups | None = None
        self._language = language
        self._tasks: list[asyncio.Task[None]] = []
        self._cutting: set[asyncio.Task[None]] = set()
        self._mains = MainsSwitch(self._cut)

    @property
    def devices(self) -> tuple[AnyDevice, ...]:
        """Return what the fleet is to hear orders for."""
        return (self._mains,)

    @property
    def plug_unique_id(self) -> str:
        """Return the unique id of the plug that Home Assistant knows as a switch."""
        return PLUG.format(PLUG_TOPIC)

    def power_unique_id(self, equipment_id: int) -> str:
        """Return the unique id of the sensor of what a load draws."""
        return unique_id(equipment_id)

    async def start(self, fleet: Fleet) -> None:
        """Start all of it; returns once the UPS can be read."""
        self.ups = await open_ups()
        fleet.say(discovery(PLUG_TOPIC, PLUGS[self._language], self._language))
        fleet.say(self._mains.state())
        self._tasks = [
            asyncio.create_task(self.meter.run(), name="meter"),
            asyncio.create_task(self._tell_roof(fleet), name="roof"),
            asyncio.create_task(self._tell_forecast(fleet), name="forecast"),
        ]

    async def stop(self) -> None:
        """Stop all of it."""
        for task in (*self._tasks, *self._cutting):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._cutting, return_exceptions=True)
        if self.ups is not None:
            await self.ups.close()

    def _cut(self, on: bool) -> None:
        task = asyncio.create_task(self._set_mains(on))
        self._cutting.add(task)
        task.add_done_callback(self._cutting.discard)

    async def _set_mains(self, on: bool) -> None:
        if self.ups is not None:
            await self.ups.set_mains(on)

    async def _tell_roof(self, fleet: Fleet) -> None:
        while True:
            fleet.say([Message(ROOF_TOPIC, f"{self.roof.watts:.0f}", retain=True)])
            await asyncio.sleep(PERIOD)

    async def _tell_forecast(self, fleet: Fleet) -> None:
        while True:
            body = json.dumps({"watts": self.roof.forecast()})
            fleet.say([Message(FORECAST_TOPIC, body, retain=True)])
            await asyncio.sleep(FORECAST_EVERY)
