"""The demo's devices, asked by the integration's own drivers what they are."""

import logging

import aiomqtt
import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, DeviceTypeId
from custom_components.elfe_commande.drivers import DRIVERS
from demo.appliances import DEVICES, Behaviour, Fleet
from demo.engine_host import MemoryDisk
from demo.parts import Broker
from demo.parts.process import wait_until
from demo.specs import DeviceSpec, plug, relay, tasmota
from demo.territory import two_homes
from tests.engine.bench import calm, furnish
from tests.fixtures_engine import World

OUTPUTS = "custom_components.elfe_commande.engine.orders.outputs"


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("spec", [plug("Q111"), tasmota("Q112"), relay("Q411")], ids=lambda s: s.id)
async def test_each_answers_as_its_driver_understands(
    broker: Broker, fleet: Fleet, spec: DeviceSpec, on: bool
) -> None:
    driver, row = DRIVERS[DeviceTypeId(spec.type)], row_of(spec)
    question = driver.question(row)
    assert question is not None
    device = DEVICES[spec.type](spec.id, spec.topics, behaviour=Behaviour.SILENT, on=not on)
    await fleet.add(device)
    async with aiomqtt.Client(broker.host, broker.port) as client:
        await client.subscribe([(topic, 0) for topic in driver.topics(row)])
        await client.publish(question.topic, question.payload)
        await wait_until(lambda: fleet.recorder.questions, 30, "the question", 0.005)
        await fleet.settle()
        device.behaviour, device.on = Behaviour.ACK, on

        await client.publish(question.topic, question.payload)

        message = await anext(aiter(client.messages))
        assert isinstance(message.payload, bytes)
        reading = driver.read(row, message.topic.value, message.payload)
    assert reading is not None
    assert reading.on is on
    assert device.orders == 0


def row_of(spec: DeviceSpec) -> Device:
    """Return the device as the integration reads it from the tables."""
    return Device(
        DeviceId(spec.id),
        DeviceTypeId(spec.type),
        spec.usage,
        spec.topics.control,
        spec.topics.command,
    )


async def test_after_a_kill_the_territory_answers(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The restart waits for nobody: each output that can be asked has said what it is."""
    caplog.set_level(logging.INFO, OUTPUTS)
    await furnish(world, *two_homes(), timing=calm(outputs_wait=20.0))
    await world.start()
    await world.engine.run_cycle()
    assert isinstance(world.disk, MemoryDisk)
    killed = world.disk.document("memory").text
    await world.engine.stop()
    world.disk.document("memory").text = killed

    await world.start()

    assert world.engine.unclean_stop
    assert "did not say" not in caplog.text
    said = {int(i) for i, s in world.engine.statuses.items() if s.reported_on is not None}
    assert said >= {2, 3, 4, 5, 13}
