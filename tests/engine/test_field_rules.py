"""Rules whose loads do not answer, or are taken over: what counts, and what is left on."""

from dataclasses import replace
from datetime import datetime

import pytest

from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from demo.engine_host import SystemClock
from tests.fixtures_engine import World
from tests.hour import ZONE

from .bench import furnish, impatient, status_of, until, until_row
from .test_surplus import TANKS, Sensor, adopt, minute, rule


def morning(world: World) -> None:
    """Let it be ten: what is counted by the day begins anew at midnight."""
    clock = world.clock
    assert isinstance(clock, SystemClock)
    local = datetime.fromtimestamp(clock.now(), ZONE)
    quarters = (10 * 60 - local.hour * 60 - local.minute) // 15
    clock.offset += quarters % 96 * SLOT


async def test_t2_48_what_was_never_on_has_its_hours_left(world: World) -> None:
    household = await furnish(world, *TANKS, timing=impatient())
    tank = household.devices["R101"]
    tank.behaviour = Behaviour.SILENT
    morning(world)
    engine = await world.start()
    sensor = Sensor(world.clock)
    (status,) = adopt(engine, sensor, rule(1, max_on_per_day=7200.0))
    await minute(world, sensor, surplus=9000)
    await world.idle(1)
    clock = world.clock
    assert isinstance(clock, SystemClock)
    for _ in range(12):
        clock.offset += 600
        sensor.report(surplus=9000)
        await engine.surplus.evaluate()
        assert status.history.on is True
    await world.idle(1)
    assert status.history.on_time(0, clock.now()) == 0

    tank.behaviour = Behaviour.ACK
    world.fleet.lose(tank)
    world.fleet.recover(tank)
    await until(lambda: status_of(world, 1).reported_on, "ordered anew")
    await until_row(world, 1, etat_controle_id=15)
    await world.idle(1)
    for _ in range(11):
        clock.offset += 600
        sensor.report(surplus=9000)
        await engine.surplus.evaluate()
    assert status.history.on is True
    assert 6500 < status.history.on_time(0, clock.now()) < 6700
    for _ in range(2):
        clock.offset += 600
        sensor.report(surplus=9000)
        await engine.surplus.evaluate()
    assert (status.history.on, status.history.starts(clock.now())) == (False, 1)


async def test_t2_49_a_rule_switched_off_while_its_load_is_away_leaves_nothing_on(
    world: World,
) -> None:
    household = await furnish(world, *TANKS, timing=impatient())
    tank = household.devices["R101"]
    engine = await world.start()
    await world.plan(1, [0] * 96, offset=-96)
    sensor = Sensor(world.clock)
    (status,) = adopt(engine, sensor, rule(1))
    status.remembered.history = replace(status.history, planned=True)
    await minute(world, sensor, surplus=9000)
    assert tank.on
    tank.behaviour = Behaviour.SILENT
    engine.surplus.change(status.id, replace(status.rule, enabled=False))
    await world.idle(1)
    sensor.report(surplus=9000)
    await engine.surplus.evaluate()
    assert tank.on

    tank.behaviour = Behaviour.ACK
    world.fleet.lose(tank)
    world.fleet.recover(tank)
    # What the tank does is known here before the engine hears of it, and so is the row.
    await until(lambda: status_of(world, 1).reported_on is False, "off in the end")
    await until_row(world, 1, etat_controle_id=25)
    await world.idle(1)
    await engine.surplus.evaluate()
    proposal = status_of(world, 1).proposal
    assert proposal is not None
    assert proposal.on is None


@pytest.mark.parametrize("handed_back", [True, False])
async def test_t2_49_a_rule_switched_off_under_a_person_s_override(
    world: World, handed_back: bool
) -> None:
    """What the person wants stays; handed back, nothing of the rule is left on."""
    household = await furnish(world, *TANKS)
    tank = household.devices["R101"]
    engine = await world.start()
    sensor = Sensor(world.clock)
    (status,) = adopt(engine, sensor, rule(1))
    await minute(world, sensor, surplus=9000)
    await world.wish(1, Intent.TO_MANUAL)
    engine.surplus.change(status.id, replace(status.rule, enabled=False))
    await minute(world, sensor, surplus=9000)
    assert tank.on
    if handed_back:
        await world.wish(1, Intent.TO_PILOTED)
        await minute(world, sensor, surplus=9000)
        await world.engine.run_cycle()
        assert not tank.on
