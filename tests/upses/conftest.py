"""Servers with a UPS: a played one, and NUT's own."""

from collections.abc import AsyncIterator

import pytest

from demo.ups import FakeUps, NutServer, find_nut


@pytest.fixture
async def fake(socket_enabled: None) -> AsyncIterator[FakeUps]:
    """A NUT server in this process."""
    async with FakeUps() as ups:
        yield ups


@pytest.fixture
async def nut(socket_enabled: None) -> AsyncIterator[NutServer]:
    """NUT's own server, with its simulated UPS; its data grows old in two seconds."""
    if find_nut() is None:
        pytest.skip("needs NUT's server (package nut-server)")
    async with NutServer(max_age=2) as ups:
        yield ups
