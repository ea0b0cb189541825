"""Connections of those who look, and what they are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.elfe_commande.const import DOMAIN

type Client = Any
type Open = Callable[..., Awaitable[Client]]


@pytest.fixture
async def connect(hass: HomeAssistant, hass_ws_client: Open) -> AsyncIterator[Open]:
    """Open connections, of the administrator or of somebody else."""
    clients: list[Client] = []

    async def open_one(user: MockUser | None = None) -> Client:
        if user is None:
            clients.append(await hass_ws_client(hass))
        else:
            refresh = await hass.auth.async_create_refresh_token(user, "https://client.test")
            token = hass.auth.async_create_access_token(refresh)
            clients.append(await hass_ws_client(hass, token))
        return clients[-1]

    yield open_one
    for client in clients:
        await client.close()


async def subscribe(client: Client, **wanted: Any) -> dict[str, Any]:
    """Subscribe; return what is sent first."""
    await client.send_json_auto_id({"type": f"{DOMAIN}/plan/subscribe", **wanted})
    assert (await client.receive_json())["success"]
    first = await client.receive_json()
    assert first["event"]["type"] == "all"
    event: dict[str, Any] = first["event"]
    return event


async def next_change(client: Client, done: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Return the next change in which something is so."""
    async with asyncio.timeout(30):
        while True:
            event: dict[str, Any] = (await client.receive_json())["event"]
            if done(event):
                return event
