"""Listens to a line before a meter is added, and tells what is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant

from ...const import DOMAIN
from ...core.failing import failing
from ...sources.sml import (
    LineReader,
    Meter,
    MeterSettings,
    MeterTiming,
    PortSettings,
    Register,
    Telegram,
)
from ...sources.sml.power import is_directed, net_power
from ..keeper import Subentries
from .unit import MeterUnit

ENOUGH = 3
"""Telegrams after which a meter has told all it tells: some take turns."""


@dataclass
class Heard:
    """What was heard on a line; `error` is a key of the flow's texts."""

    error: str | None = None
    placeholders: dict[str, str] = field(default_factory=dict)
    meter_id: str = ""
    maker: str | None = None
    readings: dict[str, Register] = field(default_factory=dict)
    meter: Meter = field(default_factory=lambda: Meter(MeterSettings()))
    """What would be shown of it."""
    power: float | None = None
    """Watts taken, negative when given, as last told with a sign."""
    directed: bool = False
    """The way its power flows is told by the status word."""
    telegrams: int = 0

    def take(self, telegram: Telegram) -> None:
        """Take note of a telegram; those of another meter on the same line are none of ours."""
        self.meter_id = self.meter_id or telegram.meter_id
        if telegram.meter_id == self.meter_id:
            self.telegrams += 1
            self.maker = telegram.maker or self.maker
            self.readings |= telegram.readings
            self.meter.hear(telegram, self.telegrams)
            net = net_power(self.meter.heard, self.meter.way)
            self.power = self.power if net is None else net
            self.directed = self.directed or is_directed(telegram.readings)


async def async_listen(hass: HomeAssistant, port: PortSettings, timing: MeterTiming) -> Heard:
    """Listen for `timing.listen` at most, or until enough was heard."""
    heard = Heard()
    enough = asyncio.Event()

    def take(telegram: Telegram) -> None:
        heard.take(telegram)
        if heard.telegrams >= ENOUGH:
            enough.set()

    reader = LineReader(port.url, port, timing, heard=take)
    async with _lent(hass, port):
        listening = asyncio.create_task(reader.listen())
        waiting = asyncio.create_task(enough.wait())
        try:
            await asyncio.wait(
                (listening, waiting),
                timeout=timing.listen,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            failure = listening.exception() if listening.done() else None
            await _ended(listening, waiting)
    if not heard.telegrams:
        heard.error, heard.placeholders = _explained(reader, failure)
    return heard


def unit_at(hass: HomeAssistant, url: str) -> MeterUnit | None:
    """Return the meter of ours that is read at a port."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        subentries: Subentries = entry.runtime_data.subentries
        for unit in subentries.units(MeterUnit):
            if unit.port.url == url:
                return unit
    return None


@asynccontextmanager
async def _lent(hass: HomeAssistant, port: PortSettings) -> AsyncIterator[None]:
    """Have a port that a meter of ours is read at for a while."""
    unit = unit_at(hass, port.url)
    if unit is None:
        yield
        return
    async with unit.lend():
        yield


async def _ended(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _explained(reader: LineReader, failure: BaseException | None) -> tuple[str, dict[str, str]]:
    """Return why no meter was heard."""
    frames = reader.frames
    if frames.speaks_ascii:
        return "ascii_meter", {}
    if frames.drops_eighth_bit:
        return "seven_bits", {}
    if failure is not None and not frames.octets:
        return "cannot_open", {"detail": failing(failure)}
    if not frames.octets:
        return "nothing_heard", {}
    return "no_telegram", {"octets": str(frames.octets)}
