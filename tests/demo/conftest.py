"""What the tests of the demonstration's parts share."""

import asyncio
from collections.abc import AsyncIterator
import itertools

import aiomqtt
import pytest

from demo.parts import Broker

from .ear import Ear

_numbers = itertools.count(1)


@pytest.fixture
async def ear(broker: Broker, socket_enabled: None) -> AsyncIterator[Ear]:
    prefix = f"test{next(_numbers)}"
    async with aiomqtt.Client(broker.host, broker.port) as client:
        found = Ear(client, prefix)
        for topic in ("stat/#", "tele/#", "say/#", "online"):
            await client.subscribe(f"{prefix}/{topic}")
        task = asyncio.create_task(found.listen())
        yield found
        task.cancel()
