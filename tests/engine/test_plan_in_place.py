"""An EMS that updates its row instead of adding one is followed at once."""

from demo.database import SCHEMA
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import CONTROL, furnish, until_row

TANK = Equipment(7, "R001", "Ballon", 131, 120, (plug("I7"),))


async def test_a_row_updated_in_place_is_followed(world: World) -> None:
    await furnish(world, TANK)
    await world.plan(7, [1], fill=1)
    await world.start()
    await world.engine.run_cycle()
    await until_row(world, 7, **{CONTROL: 15})

    none = ", ".join(f"decisions_{index} = 0" for index in range(96))
    await world.owner.execute(f"UPDATE {SCHEMA}.result SET {none}")
    await world.engine.run_cycle()

    assert world.orders(TANK.devices[0].topics.command) == ["on", "off"]
    await until_row(world, 7, **{CONTROL: 25})
