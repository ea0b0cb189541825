"""A load that a person switched off is kept off, quarter-hour by quarter-hour."""

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin
from demo.appliances import Behaviour
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND as STATE,
    CONTROL,
    MODE,
    PROGRAMMED,
    furnish,
    impatient,
    lose_patience,
    pass_slots,
    set_row,
)

TANK = Equipment(7, "R001", "Ballon", 131, 120, (plug("E7"),))
SEVEN = EquipmentId(7)
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


async def says(world: World, *, on: bool) -> None:
    """Have the relay tell of a state; the engine heard it when this returns."""
    relay = world.device("E7")
    relay.switch(on)
    world.fleet.report(relay)
    await world.heard()


@pytest.mark.parametrize("killed", [False, True])
async def test_one_that_was_switched_on_meanwhile_is_off_again(world: World, killed: bool) -> None:
    """Row and select say what the relay says: on by hand, then off, and kept off as before."""
    await furnish(world, TANK)
    await world.plan(7, [1], fill=1)
    await world.start()
    await world.wish(7, Intent.FORCED_OFF)

    await says(world, on=True)
    await world.cycle(slots=1)
    row = await world.row(7)
    assert (row[MODE], row[CONTROL], world.told("E7")) == (20, 15, ["off"])
    decision = world.engine.statuses[SEVEN].decision
    assert decision is not None
    assert decision.reason == "switched_on_by_hand"
    if killed:
        await world.crash()
        await world.start()
    await world.cycle(slots=1)
    assert world.told("E7") == ["off"], "whoever switched it on is not fought"

    await says(world, on=False)
    await world.cycle(slots=1)
    row = await world.row(7)
    assert (row[MODE], row[CONTROL]) == (20, 25)
    assert (world.ended(7)[-1].act, world.ended(7)[-1].origin) == (Act.FORCED_OFF, Origin.DEVICE)
    assert world.engine.statuses[SEVEN].forced_off
    told = len(world.told("E7"))
    await world.cycle(slots=1)
    assert world.told("E7")[told:] == ["off"], "kept off, as before"


async def test_one_that_was_switched_on_and_programmed_is_nobodys_to_cut(world: World) -> None:
    await furnish(world, TANK)
    await world.start()
    await world.wish(7, Intent.FORCED_OFF)
    await says(world, on=True)
    await world.cycle(slots=1)
    await world.wish(7, Intent.TO_MANUAL)
    told = world.told("E7")
    await says(world, on=False)
    await world.cycle(slots=1)
    assert world.told("E7") == told
    assert (await world.row(7))[CONTROL] == 15


WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("E7"),))


async def test_what_waits_after_all_is_in_error_no_longer(world: World) -> None:
    """Its device was silent when it was asked, and is off in one of the next quarter-hours."""
    await furnish(world, WASHER, timing=impatient())
    world.device("E7").behaviour = Behaviour.SILENT
    await world.start()
    assert (await world.wish(7, Intent.TO_PILOTED)).outcome is Outcome.FAILED
    await world.idle(7)
    row = await world.row(7)
    assert (row[MODE], row[STATE]) == (30, 30)
    world.device("E7").behaviour = Behaviour.ACK
    lose_patience(world, ack=3.0)
    await world.cycle(slots=1)
    after = await world.row(7)
    assert (after[MODE], after[STATE], after[CONTROL]) == (30, 11, 25)
    assert after[PROGRAMMED] == row[PROGRAMMED]


async def test_what_is_kept_off_is_in_error_no_longer(world: World) -> None:
    """As somebody else wrote it meanwhile: it is off, and says so."""
    await furnish(world, WASHER)
    await world.start()
    await world.wish(7, Intent.FORCED_OFF)
    row = await world.row(7)
    await set_row(world, 7, **{STATE: 30})
    await world.cycle(slots=1)
    after = await world.row(7)
    assert (after[MODE], after[STATE], after[CONTROL]) == (20, row[STATE], 25)
    assert after[PROGRAMMED] == row[PROGRAMMED]
