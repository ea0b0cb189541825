"""A device of one file."""

from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.elfe_commande.core import model
from custom_components.elfe_commande.core.model import DeviceTypeId
from custom_components.elfe_commande.drivers import DRIVERS
from demo.appliances import Behaviour, Device, Topics
from demo.specs import DeviceSpec
from demo.territory import PILOTED, Equipment
from tests.engine.bench import (
    COMMAND,
    CONTROL,
    EMS,
    MODE,
    STARTED,
    furnish,
    impatient,
    status_of,
    until,
)
from tests.fixtures_engine import World

from .examples import BLOCKS, KEYS, RELAY, assert_gone, run_tests_of

MACHINE = 7


def example_relay(identifier: str) -> Equipment:
    """Return a machine on an example relay; topics of each test's own, the broker is shared."""
    base = f"example/{identifier}"
    topics = Topics(f"{base}/state", f"{base}/set", f"{base}/online")
    return Equipment(MACHINE, "R001", "Machine", 1, 120, (DeviceSpec(identifier, 412, 11, topics),))


async def connected(world: World, identifier: str, **waits: float) -> Device[Any]:
    """Do what the page has the database's people do, and start with one such relay."""
    await world.owner.execute(BLOCKS["the database"])
    timing = replace(impatient(**waits), ack_timeout=waits.get("ack", 3.0))
    household = await furnish(world, example_relay(identifier), timing=timing)
    return household.devices[identifier]


def test_the_driver_is_found(relay: set[Any]) -> None:
    assert relay == KEYS[RELAY]
    assert run_tests_of("tests/drivers/test_example_relay.py") == 3


@pytest.mark.parametrize(
    "payload", [b"\xff\xfe", b"[" * 100_000, b'{"on":' * 50_000, b'{"watts":1e999}', b'{"id":[]}']
)
def test_the_driver_bears_what_anybody_may_publish(relay: set[Any], payload: bytes) -> None:
    driver = DRIVERS[DeviceTypeId(412)]
    device = model.Device(model.DeviceId("R0"), DeviceTypeId(412), 11, "e/state", "e/set")
    for topic in driver.topics(device):
        assert driver.read(device, topic, payload) is None


async def test_an_order_reaches_the_device_and_its_answer_the_row(
    relay: set[Any], world: World
) -> None:
    device = await connected(world, "ER1", ack=3.0)
    await world.plan(MACHINE, [1])
    await world.start()

    report = await world.engine.run_cycle()

    assert (report.ordered, report.acknowledged) == (1, 1)
    (order,) = world.orders(device.topics.command)
    assert json.loads(order)["on"] is True
    assert device.on
    row = await world.row(MACHINE)
    assert (row[MODE], row[COMMAND], row[CONTROL], row[EMS]) == (20, 13, 15, True)
    assert row[STARTED] > 0


async def test_what_the_device_reports_is_known(relay: set[Any], world: World) -> None:
    device = await connected(world, "ER2", ack=3.0)
    await world.start()
    device.on = True
    world.fleet.report(device)
    await until(lambda: status_of(world, MACHINE).power == 41.5, "the power")
    assert status_of(world, MACHINE).reported_on is True
    assert status_of(world, MACHINE).online is True
    world.fleet.lose(device)
    await until(lambda: status_of(world, MACHINE).online is False, "the will")


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour.ERROR, "refused"),
        (Behaviour.SILENT, "silent"),
        # The answer to somebody else's order is none to ours.
        (Behaviour.WRONG, "silent"),
    ],
)
async def test_what_the_device_does_not_confirm_is_not_written(
    relay: set[Any], world: World, behaviour: Behaviour, reason: str
) -> None:
    device = await connected(world, f"ER-{behaviour}", ack=3.0 if reason == "refused" else 0.3)
    device.behaviour = behaviour
    await world.plan(MACHINE, [1])
    await world.start()
    report = await world.engine.run_cycle()
    assert (report.acknowledged, report.failed) == (0, 1)
    assert world.ended(MACHINE)[0].result.reason == reason
    row = await world.row(MACHINE)
    assert (row[MODE], row[STARTED]) == (PILOTED, 0)


def test_nothing_of_it_stays() -> None:
    assert_gone(RELAY)
