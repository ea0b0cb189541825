"""Many simulated devices on one connection: recorded, back after the broker, quick."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
import sys
from types import CodeType

import aiomqtt

from demo.appliances import Fleet, ShellyPlug, Topics, fleet as fleet_module
from demo.parts import Broker

from .ear import Ear, topics

TOOL = 4
"""An id that no profiler has."""


async def test_recorder_sees_how_orders_are_published(ear: Ear, fleet: Fleet) -> None:
    await fleet.add(ShellyPlug("D1", topics(ear)))
    await ear.client.publish(f"{ear.prefix}/do", "on", qos=2, retain=True)
    await fleet.recorder.wait(1)
    received = fleet.recorder.messages[0]
    assert (received.text, received.qos, received.retain) == ("on", 2, True)
    await ear.client.publish(f"{ear.prefix}/do", b"", retain=True)


async def test_fleet_returns_after_the_broker(own_broker: Broker) -> None:
    plug = ShellyPlug("D1", Topics("say", "do", "online"), delay=0)
    async with Fleet(own_broker.host, own_broker.port, [plug], scale=0.05) as fleet:
        await own_broker.kill()
        await own_broker.start()
        await asyncio.sleep(0.05)
        await fleet.wait_connected()
        async with aiomqtt.Client(own_broker.host, own_broker.port) as client:
            await client.publish("do", "on")
        await fleet.recorder.wait(1)
        assert plug.on


@contextmanager
def work_of_the_fleet() -> Iterator[Counter[str]]:
    """Count, by function, the lines and rounds of loops that run where a fleet hears and answers."""
    monitoring, events = sys.monitoring, sys.monitoring.events
    counted: Counter[str] = Counter()

    def ran(code: CodeType, *_: int) -> object:
        # Devices flap by the clock, not by the order.
        if code.co_filename != fleet_module.__file__ or code.co_name == "_flap":
            return monitoring.DISABLE
        counted[code.co_name] += 1
        return None

    monitoring.use_tool_id(TOOL, "work of the fleet")
    for event in (events.LINE, events.JUMP):
        monitoring.register_callback(TOOL, event, ran)
    monitoring.set_events(TOOL, events.LINE | events.JUMP)
    try:
        yield counted
    finally:
        monitoring.set_events(TOOL, events.NO_EVENTS)
        for event in (events.LINE, events.JUMP):
            monitoring.register_callback(TOOL, event, None)
        monitoring.free_tool_id(TOOL)
        monitoring.restart_events()


async def test_thousand_orders(own_broker: Broker) -> None:
    """Each is answered once, and is no more work than with few devices."""
    plugs = [ShellyPlug(str(n), Topics(f"say/{n}", f"do/{n}"), delay=0.02) for n in range(1000)]
    async with Fleet(own_broker.host, own_broker.port, plugs, record=False) as fleet:
        async with aiomqtt.Client(own_broker.host, own_broker.port) as client:
            await client.subscribe("say/#")
            messages = aiter(client.messages)
            with work_of_the_fleet() as work:
                for number in range(1000):
                    await client.publish(f"do/{number}", "on")
                async with asyncio.timeout(60):
                    heard = [(await anext(messages)).topic.value for _ in range(1000)]
                await fleet.settle()
        assert sorted(heard) == sorted(plug.topics.control for plug in plugs)
        assert all(plug.on and plug.orders == 1 for plug in plugs)
        assert work["_hear"] >= 1000
        assert work.total() < 100 * 1000
        assert len(fleet.recorder) == 0
