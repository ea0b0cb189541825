"""What somebody does at the appliance itself: whose word it is, and what is left as it was."""

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.drivers import Hand
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.appliances import Behaviour
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import MODE, calm, events_of, furnish, set_row, status_of, until, until_row

NUMBER = 7
SEVEN = EquipmentId(NUMBER)
TANK = Equipment(NUMBER, "R001", "Ballon", 131, 120, (plug("E7"),))
METERED = Equipment(NUMBER, "R001", "Lave-linge", 112, 120, (plug("E7"), plug("M7", 21)))
SOMEBODY = "0123"


def changes(world: World, on: bool | None, *, device: int = 0, user: str | None = SOMEBODY) -> None:
    """Let somebody change a device of the load past us."""
    wired = status_of(world, NUMBER).equipment.devices[device]
    world.engine.rooms.hands.changed(SEVEN, wired, Hand(on, user))


async def test_whoever_does_it_takes_the_load_over(world: World) -> None:
    await furnish(world, TANK)
    await world.start()
    changes(world, on=True)
    await until_row(world, NUMBER, **{MODE: 20})
    [change] = [e for e in events_of(world, ModeChanged) if e.equipment_id == SEVEN]
    assert (change.origin, change.user_id) == (Origin.DASHBOARD, SOMEBODY)
    assert world.told("E7") == []


async def test_nothing_is_taken_over_while_the_engine_does_not_run(world: World) -> None:
    await furnish(world, TANK)
    engine = await world.start(run=False)
    changes(world, on=True)
    await engine.rooms.hands.close()
    assert (await world.row(NUMBER))[MODE] == 30


async def test_of_a_load_that_nobody_drives_nothing_is_written(world: World) -> None:
    await furnish(world, TANK)
    engine = await world.start()
    await set_row(world, NUMBER, **{MODE: 1})
    await world.cycle()
    changes(world, on=True)
    await engine.rooms.hands.close()
    assert (await world.row(NUMBER))[MODE] == 1


@pytest.mark.parametrize(("on", "device"), [(True, 1), (False, 1)])
async def test_what_only_measures_takes_no_load_over(world: World, on: bool, device: int) -> None:
    await furnish(world, METERED)
    engine = await world.start()
    changes(world, on, device=device)
    await engine.rooms.hands.close()
    assert (await world.row(NUMBER))[MODE] == 30


async def test_what_nobody_did_takes_no_load_over_while_it_is_pursued(world: World) -> None:
    """It drifted, or has not heard us yet: the plan is not given up."""
    await furnish(world, TANK, timing=calm(ack=0.2, retry_first=0.2, retry_max=0.2))
    world.device("E7").behaviour = Behaviour.SILENT
    await world.plan(NUMBER, [1])
    await world.start()
    await world.cycle()
    changes(world, on=False, user=None)
    world.device("E7").behaviour = Behaviour.ACK
    await world.idle(NUMBER)
    assert world.device("E7").on
    assert (await world.row(NUMBER))[MODE] == 30


@pytest.mark.parametrize("on", [True, False])
async def test_what_is_kept_off_is_kept_off_until_somebody_switches_it_on(
    world: World, on: bool
) -> None:
    await furnish(world, TANK)
    engine = await world.start()
    await world.wish(NUMBER, Intent.FORCED_OFF)
    status = status_of(world, NUMBER)
    assert status.forced is False
    changes(world, on)
    await engine.rooms.hands.close()
    await world.cycle(slots=1)
    await until(lambda: status.forced is (None if on else False), "what is shown of it")
    assert world.told("E7") == (["off"] if on else ["off", "off"])
