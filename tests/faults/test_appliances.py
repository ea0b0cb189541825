"""Appliances that are not to be relied on do what they are to do, and say what they are to say."""

import asyncio
from collections.abc import AsyncIterator

import aiomqtt
import pytest

from demo.appliances import AnyDevice, Finger, Message, ShellyPlug
from demo.parts import Broker
from demo.parts.process import wait_until
from demo.specs import finger, plug

from .appliances import HONEST, Odds, ShakyFleet

PLUG, FINGER = plug("SHAKY1"), finger("SHAKY2")
ORDERS = 4


class Bench:
    """A shaky fleet of a plug and a finger, and somebody who orders and listens."""

    def __init__(self, fleet: ShakyFleet, client: aiomqtt.Client) -> None:
        self.fleet, self.client = fleet, client
        self.heard: list[str] = []
        self.pressed: list[str] = []
        fleet.heard = lambda device, payload: self.heard.append(f"{device.identifier} {payload}")
        fleet.pressed = lambda device: self.pressed.append(device.identifier)
        self.plug = fleet["SHAKY1"]
        self.finger = fleet["SHAKY2"]

    async def order(self, device: AnyDevice, payload: str) -> list[str]:
        """Order something several times; return what the device said of it in all."""
        marks = "bench/shaky"
        await self.client.subscribe([(device.topics.control, 0), (marks, 0)])
        for _ in range(ORDERS):
            await self.client.publish(device.topics.command, payload)
        # A message of its own on the same way comes after all of them.
        await self.client.publish(device.topics.command, "?")
        await wait_until(self._through, 10, "orders at the device")
        await self.fleet.settle()
        self.fleet.say([Message(marks, "")])
        said: list[str] = []
        async with asyncio.timeout(10):
            async for message in self.client.messages:
                if message.topic.matches(marks):
                    return said
                said.append(bytes(message.payload).decode())
        return said

    def _through(self) -> bool:
        return any(m.payload == b"?" for m in self.fleet.recorder)


@pytest.fixture
async def bench(broker: Broker, socket_enabled: None) -> AsyncIterator[Bench]:
    devices = (ShellyPlug("SHAKY1", PLUG.topics), Finger("SHAKY2", FINGER.topics))
    async with (
        ShakyFleet(broker.host, broker.port, devices, scale=0.02, seed=3) as fleet,
        aiomqtt.Client(broker.host, broker.port) as client,
    ):
        yield Bench(fleet, client)


async def test_honest_ones_do_and_say_it(bench: Bench) -> None:
    bench.fleet.odds = HONEST
    assert await bench.order(bench.plug, "on") == ["on"] * ORDERS
    assert bench.plug.on
    assert bench.heard == ["SHAKY1 on"] * ORDERS


async def test_lost_orders_are_not_heard(bench: Bench) -> None:
    bench.fleet.odds = Odds(order_lost=1.0)
    assert await bench.order(bench.plug, "on") == []
    assert not bench.plug.on
    assert bench.heard == []


async def test_lost_answers_are_of_orders_done(bench: Bench) -> None:
    bench.fleet.odds = Odds(lost=1.0)
    assert (
        await bench.order(bench.finger, "ON")
        == ['{"status": "commandSent", "command": "ON"}'] * ORDERS
    )
    assert bench.pressed == ["SHAKY2"] * ORDERS


async def test_doubled_answers_are_of_one_order(bench: Bench) -> None:
    bench.fleet.odds = Odds(doubled=1.0)
    said = await bench.order(bench.finger, "ON")
    assert sum("success" in each for each in said) == 2 * ORDERS
    assert bench.pressed == ["SHAKY2"] * ORDERS


async def test_late_answers_come(bench: Bench) -> None:
    bench.fleet.odds = Odds(late=1.0, lateness=20.0)
    assert await bench.order(bench.plug, "on") == []
    assert bench.plug.on
    async with asyncio.timeout(10):
        async for message in bench.client.messages:
            assert message.payload == b"on"
            break


async def test_liars_say_the_contrary_and_fingers_that_lie_did_not_press(bench: Bench) -> None:
    bench.fleet.odds = Odds(lies=1.0)
    assert await bench.order(bench.plug, "on") == ["off"] * ORDERS
    bench.fleet.recorder.clear()
    said = await bench.order(bench.finger, "ON")
    assert sum("errorConnect" in each for each in said) == ORDERS
    assert bench.pressed == []


async def test_one_seed_one_fate(broker: Broker, socket_enabled: None) -> None:
    def fates(seed: int) -> list[float]:
        fleet = ShakyFleet(broker.host, broker.port, seed=seed)
        return [fleet.chance.random() for _ in range(5)]

    assert fates(7) == fates(7) != fates(8)
