"""What a rule ordered and nobody acknowledged may have been done all the same."""

from demo.appliances import Behaviour
from tests.fixtures_engine import World, is_busy

from .bench import CONTROL, furnish, impatient, status_of, until
from .test_surplus import COMMANDS, TANKS, Sensor, adopt, minute, rule


async def test_what_a_rule_may_have_switched_on_is_switched_off_in_the_end(world: World) -> None:
    """The order went out, the tank heats, its answer was lost: the row says that it is off."""
    household = await furnish(world, *TANKS, timing=impatient())
    tank = household.devices["R101"]
    tank.behaviour, tank.obeys_silently = Behaviour.SILENT, True
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1))
    assert await minute(world, sensor, surplus=9000) == [1]
    await until(lambda: not is_busy(), "the last try")
    assert tank.on
    assert (await world.row(1))[CONTROL] == 25
    tank.behaviour = Behaviour.ACK

    assert await minute(world, sensor, 300, surplus=-500) == [1]

    assert world.orders(COMMANDS[1])[-1] == "off"
    assert not tank.on


async def test_until_its_first_pass_a_rule_says_why_it_proposes_what_it_does(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1))
    proposal = status_of(world, 1).proposal
    assert proposal is not None
    assert (proposal.on, proposal.reason) == (None, "rule_silent")
    await minute(world, sensor, surplus=9000)
    await engine.stop()

    engine = await world.start()
    adopt(engine, sensor, rule(1))

    proposal = status_of(world, 1).proposal
    assert proposal is not None
    assert (proposal.on, proposal.reason) == (True, "restored")
