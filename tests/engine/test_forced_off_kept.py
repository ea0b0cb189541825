"""A load that a person switched off is kept off, quarter-hour by quarter-hour."""

from custom_components.elfe_commande.core.wish import Intent
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, furnish, pass_slots

TANK = Equipment(7, "R001", "Ballon", 131, 120, (plug("E7"),))
COMMAND = TANK.devices[0].topics.command


async def test_it_is_ordered_anew_in_every_one_of_them(world: World) -> None:
    """Auto-on timers of relays end each of them; the plan, which wants it on, is not asked."""
    await furnish(world, TANK)
    await world.plan(7, [1], fill=1)
    await world.start()
    await world.wish(7, Intent.FORCED_OFF)
    for count in range(2, 6):
        pass_slots(world, 1)
        await world.engine.run_cycle()
        assert world.orders(COMMAND) == ["off"] * count
    row = await world.row(7)
    assert (row[MODE], row[CONTROL]) == (20, 25)


async def test_until_the_load_is_handed_over(world: World) -> None:
    await furnish(world, TANK)
    await world.plan(7, [1], fill=1)
    await world.start()
    await world.wish(7, Intent.FORCED_OFF)
    await world.wish(7, Intent.TO_PILOTED)
    pass_slots(world, 1)
    await world.engine.run_cycle()
    assert world.orders(COMMAND)[-1] == "on"
    await world.wish(7, Intent.TO_MANUAL)
    orders = world.orders(COMMAND)
    pass_slots(world, 1)
    await world.engine.run_cycle()
    assert world.orders(COMMAND) == orders
