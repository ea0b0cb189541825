"""What a person wishes is what is there in the end, whatever was away meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin
from demo.appliances import Fleet
from demo.parts import Broker
from demo.specs import finger, plug, relay, tasmota
from demo.territory import Equipment
from tests.fixtures_engine import SCALE, World, is_busy
from tests.fixtures_parts import Database

from .bench import COMMAND, CONTROL, MODE, calm, furnish, until, until_row

OFF = {MODE: 20, COMMAND: 1, CONTROL: 25}
HEATER = Equipment(3, "R001", "Ballon", 131, 140, (relay("Z3"),), mode=20)
PLUGGED = Equipment(4, "R001", "Cumulus", 131, 120, (plug("Z4"),), mode=20)
RADIATOR = Equipment(5, "R001", "Radiateur", 151, 190, (tasmota("Z5"),), mode=20)
WASHER = Equipment(7, "R001", "Machine", 112, 130, (plug("Z7", 21), finger("ZF7")))
SWITCHED = pytest.mark.parametrize("load", [HEATER, PLUGGED, RADIATOR], ids=lambda load: load.name)


@pytest.fixture
async def shaky(
    database: Database, own_broker: Broker, owner: asyncpg.Connection
) -> AsyncIterator[World]:
    """A world whose broker may go away."""
    async with Fleet(own_broker.host, own_broker.port, scale=SCALE, power_period=None) as fleet:
        world = World(database, own_broker, fleet, owner)
        try:
            yield world
        finally:
            await world.stop()


async def back(world: World) -> None:
    await world.broker.start()
    await world.fleet.wait_connected()
    await until(lambda: world.messenger.connected, "the engine's connection")


def is_on(world: World, load: Equipment) -> bool:
    """Return whether the load is powered: some relays are wired the other way round."""
    (device,) = world.household.devices.values()
    return device.on is not load.inverted


async def switched_on(world: World, load: Equipment) -> None:
    """Start an engine, and have a person switch the load on."""
    timing = calm(ack=1.0, retry_first=0.5, retry_max=1.0, wish_lifetime=3600.0)
    await furnish(world, load, timing=timing)
    await world.start()
    assert (await world.wish(load.id, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED
    assert is_on(world, load)


async def off_in_the_end(world: World, load: Equipment) -> None:
    """Device and row follow the last word, and three quarter-hours change nothing of it."""
    await until_row(world, load.id, **OFF)
    await until(lambda: not is_busy(), "idle")
    for _ in range(3):
        await world.cycle(slots=1)
        await until(lambda: not is_busy(), "idle")
    assert not is_on(world, load)
    await until_row(world, load.id, **OFF)


@SWITCHED
@pytest.mark.parametrize("reports", [True, False], ids=["reports", "says nothing"])
async def test_switched_off_while_the_broker_is_away(
    shaky: World, load: Equipment, reports: bool
) -> None:
    """A quarter-hour begins meanwhile, and the device comes back as it was: on."""
    await switched_on(shaky, load)
    await shaky.broker.kill()
    await until(lambda: not shaky.messenger.connected, "lost")

    result = await shaky.wish(load.id, Intent.FORCED_OFF)

    assert (result.outcome, result.will_retry) == (Outcome.FAILED, True)
    await shaky.cycle()
    await back(shaky)
    if reports:
        (device,) = shaky.household.devices.values()
        shaky.fleet.report(device)
    await off_in_the_end(shaky, load)


@SWITCHED
@pytest.mark.parametrize("cycle", [True, False], ids=["a cycle", "no cycle"])
async def test_switched_off_while_the_device_is_away(
    shaky: World, load: Equipment, cycle: bool
) -> None:
    """The device comes back by itself, and says that it is on: that is nobody's hand."""
    await switched_on(shaky, load)
    (device,) = shaky.household.devices.values()
    shaky.fleet.lose(device)
    await shaky.heard()
    result = await shaky.wish(load.id, Intent.FORCED_OFF)
    assert result.will_retry
    if cycle:
        await shaky.cycle()

    shaky.fleet.recover(device)
    shaky.fleet.report(device)

    await off_in_the_end(shaky, load)


@SWITCHED
async def test_what_a_stop_broke_off_goes_on_after_it(shaky: World, load: Equipment) -> None:
    """Killed while it was still being tried: the next start goes on, with nobody asking again."""
    await switched_on(shaky, load)
    (device,) = shaky.household.devices.values()
    shaky.fleet.lose(device)
    await shaky.heard()
    assert (await shaky.wish(load.id, Intent.FORCED_OFF)).will_retry
    await shaky.crash()

    shaky.fleet.recover(device)
    await shaky.start()

    await off_in_the_end(shaky, load)


async def test_a_start_that_the_plan_outlives_is_told(shaky: World) -> None:
    """It was to be tried again, and the next quarter-hour of the plan came first."""
    timing = calm(ack=0.5, retry_first=0.5, retry_max=1.0)
    tank = Equipment(8, "R001", "Cuve", 131, 120, (plug("Z8"),))
    await furnish(shaky, tank, timing=timing)
    await shaky.plan(8, [0, 0])
    await shaky.start()
    (device,) = shaky.household.devices.values()
    shaky.fleet.lose(device)
    await shaky.heard()
    assert (await shaky.wish(8, Intent.START)).will_retry

    await shaky.cycle(slots=1)

    await until(lambda: shaky.engine.problems, "what is told")
    assert [problem.key for problem in shaky.engine.problems] == ["wish_given_up"]
    (_, last) = [end for end in shaky.ended(8) if end.origin is Origin.DASHBOARD]
    assert (last.result.reason, last.result.will_retry) == ("slot_over", False)


async def test_a_press_that_died_with_the_broker_is_told(shaky: World) -> None:
    """It is away for longer than the meter is watched: nobody knows, so a person is asked."""
    timing = calm(ack=0.5, idle_confirm=0.5)
    house = await furnish(shaky, WASHER, timing=timing)
    await shaky.plan(7, [1])
    await shaky.start()
    await shaky.meter("Z7")
    # It takes the order from the socket no more, and dies with it.
    shaky.broker.pause()
    before = shaky.messenger.published
    cycle = asyncio.create_task(shaky.engine.run_cycle())
    await until(lambda: shaky.messenger.published > before, "the press")
    shaky.broker.strike()
    await shaky.broker.kill()
    await cycle
    await until(lambda: not is_busy(), "the end of the watch")
    await back(shaky)

    assert [problem.key for problem in shaky.engine.problems] == ["press_doubtful"]
    assert house.devices["ZF7"].presses == 0
    for _ in range(3):
        await shaky.cycle(slots=1)
    assert house.devices["ZF7"].presses == 0
