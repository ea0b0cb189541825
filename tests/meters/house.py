"""Meters added to the installed entry, and lines that speak."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers import issue_registry as ir

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.subentries.meters.unit import MeterUnit
from demo.sml import SerialLine, SocketLine
from tests.fixtures_home_assistant import Installed
from tests.sources.meters import ABSOLUTE, GIVEN, METER_ID, NET, TAKEN, pieces, told

TWO_WAY = {"1-0:96.50.1*1": None, TAKEN: "Wh", GIVEN: "Wh", NET: "W"}
ONE_WAY = {TAKEN: "Wh", ABSOLUTE: "W"}
EVERY_TELEGRAM = {"power_interval": 0, "energy_interval": 0, "smoothing": 0}


async def add_meter(
    installed: Installed,
    url: str,
    codes: dict[str, str | None] = TWO_WAY,
    meter_id: str = METER_ID,
    title: str = "Meter",
    **data: Any,
) -> str:
    """Add a meter as its flow does; return the id of its subentry."""
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {"port": url, "meter_id": meter_id, "codes": codes, "maker": "ELF"}
            | EVERY_TELEGRAM
            | data
        ),
        subentry_type="meter",
        title=title,
        unique_id=meter_id,
    )
    installed.hass.config_entries.async_add_subentry(installed.entry, subentry)
    await installed.hass.async_block_till_done()
    return subentry.subentry_id


def unit_of(installed: Installed, subentry_id: str) -> MeterUnit:
    """Return the running meter of a subentry."""
    (found,) = (
        unit
        for unit in installed.hub.subentries.units(MeterUnit)
        if unit.subentry_id == subentry_id
    )
    return found


@asynccontextmanager
async def speaking(
    line: SerialLine | SocketLine, say: Callable[[int], bytes] = lambda n: told(-4300, seconds=n)
) -> AsyncIterator[None]:
    """Have a meter speak on a line: a telegram every few hundredths of a second."""

    async def speak() -> None:
        number = 0
        while True:
            await line.send(say(number))
            number += 1
            await asyncio.sleep(0.05)

    task = asyncio.create_task(speak())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def play(line: SerialLine, octets: bytes) -> None:
    """Send a capture, in pieces as a line delivers them."""
    for piece in pieces(octets, 37):
        await line.send(piece)
        await asyncio.sleep(0)


def shown(installed: Installed, subentry_id: str, key: str, platform: str = "sensor") -> str:
    """Return the state of an entity of a meter."""
    return installed.state(platform, subentry_id, key).state


def issues(installed: Installed) -> set[str]:
    """Return the keys of the repairs that are asked for."""
    return {
        str(issue.translation_key)
        for (domain, _), issue in ir.async_get(installed.hass).issues.items()
        if domain == DOMAIN
    }
