"""The database or the broker is killed in mid-order, messages are lost or come twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Fleet
from demo.parts import Broker, PostgresServer
from demo.parts.process import wait_until
from demo.specs import finger, plug
from demo.territory import Equipment
from tests.engine.bench import calm, furnish
from tests.engine.households import DISHWASHER, DOUBLE, FINGER, PLUG, TWO_PRESSES, WASHER
from tests.fixtures_engine import SCALE, World
from tests.fixtures_parts import fresh_database

WHOLE = 20
"""Machines of each kind where messages are lost."""


@pytest.fixture
async def fragile(own_postgres: PostgresServer, broker: Broker) -> AsyncIterator[World]:
    """A world whose database may be killed."""
    database = await fresh_database(own_postgres)
    owner = await database.owner.connect()
    async with Fleet(broker.host, broker.port, scale=SCALE) as fleet:
        world = World(database, broker, fleet, owner)
        yield world
        await world.stop()
        await world.owner.close()


async def revive(world: World, server: PostgresServer) -> None:
    """Start the database again; returns once the engine's outcomes are in it."""
    await server.start()
    world.owner = await world.database.owner.connect()
    await wait_until(lambda: not world.engine.rooms.rows.write_back.pending, 30, "the write-back")


async def mode(world: World, machine_id: int) -> int:
    return (await world.row(machine_id))["equipement_pilote_ou_mesure_mode_id"]


# -- the database


async def test_the_database_dies_while_a_press_is_under_way(
    fragile: World, own_postgres: PostgresServer
) -> None:
    world = fragile
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    world.device("C104").held = True
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("C104")
    await own_postgres.crash()
    world.fleet.let_go(world.device("C104"))
    await cycle

    await world.cycle()
    assert world.engine.statuses[DISHWASHER].equipment.state.mode == 20
    await world.cycle(slots=1)
    await revive(world, own_postgres)
    await world.cycle(slots=1)

    assert world.machine(DISHWASHER).presses == 1
    assert await mode(world, DISHWASHER) == 20


async def test_the_database_and_the_engine_die_while_a_press_is_under_way(
    fragile: World, own_postgres: PostgresServer
) -> None:
    world = fragile
    await furnish(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("C105", 2)
    await own_postgres.crash()
    await cycle
    await world.crash()

    await world.start()
    assert world.engine.rooms.rows.connected is False
    await world.cycle()
    await world.cycle(slots=1)
    await revive(world, own_postgres)
    await world.cycle(slots=1)

    assert world.machine(DOUBLE).presses == 2
    assert world.machine(DOUBLE).harmful_presses == 0
    assert await mode(world, DOUBLE) == 20


async def test_without_its_database_plugs_are_driven_and_no_button_is_pressed(
    fragile: World, own_postgres: PostgresServer
) -> None:
    world = fragile
    await furnish(world, PLUG, FINGER)
    for machine in (WASHER, DISHWASHER):
        await world.plan(machine, [0, 1])
    await world.start()
    await world.meter("D102")
    await world.cycle()
    await own_postgres.crash()

    await world.cycle(slots=1)

    assert world.told("D102") == ["off", "on"]
    assert world.told("C104") == []
    assert world.ended(DISHWASHER)[-1].result.reason == "database_unavailable"
    await revive(world, own_postgres)
    await world.idle(DISHWASHER)
    assert world.machine(DISHWASHER).presses == 1
    assert [await mode(world, m) for m in (WASHER, DISHWASHER)] == [20, 20]


async def test_a_start_without_a_database_drives_from_the_disk(
    fragile: World, own_postgres: PostgresServer
) -> None:
    world = fragile
    await furnish(world, PLUG)
    await world.plan(WASHER, [0, 1])
    await world.start()
    await world.meter("D102")
    await world.cycle()
    await world.engine.stop()
    await own_postgres.crash()

    await world.start()
    await world.cycle(slots=1)

    assert world.told("D102") == ["off", "on"]
    assert world.machine(WASHER).starts == 1
    await revive(world, own_postgres)
    assert await mode(world, WASHER) == 20


async def test_a_wish_without_a_database_is_kept_and_written_later(
    fragile: World, own_postgres: PostgresServer
) -> None:
    world = fragile
    await furnish(world, PLUG)
    await world.plan(WASHER, [0, 1])
    await world.start()
    await world.meter("D102")
    await own_postgres.crash()

    result = await world.wish(WASHER, Intent.TO_MANUAL)
    await world.cycle(slots=1)

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert world.told("D102") == ["on"]
    await revive(world, own_postgres)
    assert await mode(world, WASHER) == 20


# -- the broker


async def test_the_broker_dies_while_a_press_is_under_way(unplugged: World) -> None:
    world = unplugged
    await furnish(world, FINGER, timing=calm(ack=0.6))
    await world.plan(DISHWASHER, [1])
    await world.start()
    world.device("C104").delay = 5.0
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("C104")
    await world.broker.kill()
    await world.broker.start()
    await world.fleet.wait_connected()
    await cycle

    await world.cycle()
    await world.cycle(slots=1)

    assert world.machine(DISHWASHER).presses == 1
    assert world.ended(DISHWASHER)[0].result.outcome in (Outcome.DOUBTFUL, Outcome.ACKNOWLEDGED)
    assert await mode(world, DISHWASHER) == 20


async def test_without_its_broker_nothing_is_claimed_for_good(unplugged: World) -> None:
    world = unplugged
    await furnish(world, FINGER, PLUG)
    for machine in (WASHER, DISHWASHER):
        await world.plan(machine, [1])
    await world.start()
    await world.broker.kill()
    await wait_until(lambda: not world.messenger.connected, 30, "the loss of the broker")

    await world.cycle()
    assert {world.ended(m)[0].result.reason for m in (WASHER, DISHWASHER)} == {"disconnected"}
    await world.broker.start()
    await world.fleet.wait_connected()
    for machine in (WASHER, DISHWASHER):
        await world.idle(machine)

    assert (world.machine(DISHWASHER).presses, world.machine(WASHER).starts) == (1, 1)
    assert [await mode(world, m) for m in (WASHER, DISHWASHER)] == [20, 20]


# -- messages


def crowd() -> list[Equipment]:
    """Plugs with even ids, fingers with odd ones."""
    found: list[Equipment] = []
    for number in range(WHOLE):
        plugs, fingers = 100 + 2 * number, 101 + 2 * number
        found.append(Equipment(plugs, "R001", f"P{plugs}", 112, 120, (plug(f"D{plugs}"),)))
        devices = (plug(f"D{fingers}", 21), finger(f"C{fingers}"))
        found.append(Equipment(fingers, "R001", f"F{fingers}", 111, 130, devices))
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_lost_and_doubled_messages_harm_no_machine(world: World, seed: int) -> None:
    machines = crowd()
    await furnish(world, *machines, timing=calm(ack=0.3))
    world.fleet.loss, world.fleet.duplicates = 0.1, 0.1
    world.fleet.chance.seed(seed)
    for machine in machines:
        await world.plan(machine.id, [1])
    await world.start()

    await world.cycle()
    for machine in machines:
        await world.idle(machine.id)
    await world.cycle(slots=1)

    for machine in machines:
        load = world.machine(machine.id)
        assert load.unharmed, machine
        # A plug may have been kept off before that.
        starts = [end for end in world.ended(machine.id) if end.act is Act.START]
        assert starts[0].result.outcome is not Outcome.SKIPPED
        assert await mode(world, machine.id) == 20
        if machine.typology == 120:
            assert load.starts == 1
        else:
            assert load.presses <= 1
            assert len(world.told(f"C{machine.id}")) == 1


async def test_late_answers_are_all_heard(world: World) -> None:
    machines = crowd()
    await furnish(world, *machines, timing=calm(ack=0.1))
    for device in world.household.devices.values():
        device.delay = 7.0
    for machine in machines:
        await world.plan(machine.id, [1])
    await world.start()

    await world.cycle()
    for machine in machines:
        await world.idle(machine.id)
    await world.fleet.settle()

    for machine in machines:
        load = world.machine(machine.id)
        assert load.starts == 1
        assert load.unharmed
        assert await mode(world, machine.id) == 20
