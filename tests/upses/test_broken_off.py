"""A client that is broken off at any moment keeps no connection."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from custom_components.elfe_commande.sources.ups.client import UpsClient
from custom_components.elfe_commande.sources.ups.errors import UpsUnavailableError
from demo.ups.fake import FakeUps

from .watched import client_of

MOMENTS = range(80)
"""Turns of the event loop: more than it takes to connect, log in and read."""


def open_sockets() -> set[str]:
    """Return the sockets of this process."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            target = str(each.readlink())
            if target.startswith("socket:"):
                found.add(target)
    return found


async def be_cancelled(client: UpsClient, reading: asyncio.Task[object]) -> None:
    """Give up what is asked, then the client, as an unload does."""
    reading.cancel()
    await asyncio.wait([reading])
    client.close()


async def be_closed(client: UpsClient, reading: asyncio.Task[object]) -> None:
    """Give up the client, while somebody still asks."""
    client.close()
    await asyncio.wait([reading])


@pytest.mark.parametrize("end", [be_cancelled, be_closed])
@pytest.mark.parametrize("command", [False, True], ids=["a question", "a command"])
async def test_whoever_is_broken_off_keeps_no_connection(
    socket_enabled: None,
    end: Callable[[UpsClient, asyncio.Task[object]], Awaitable[None]],
    command: bool,
) -> None:
    async with FakeUps() as ups:
        ups.guarded = True
        begun, kept = open_sockets(), []
        for moment in MOMENTS:
            client = client_of(ups)
            # One that is no longer known to anybody loses its connection by itself.
            kept.append(client)
            reading = asyncio.ensure_future(client.run("load.on") if command else client.read())
            for _ in range(moment):
                await asyncio.sleep(0)
            await end(client, reading)
            if not reading.cancelled() and (error := reading.exception()) is not None:
                assert isinstance(error, UpsUnavailableError)
        async with asyncio.timeout(5):
            while ups.connections or open_sockets() - begun:
                await asyncio.sleep(0.01)
