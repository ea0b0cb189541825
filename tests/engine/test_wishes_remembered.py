"""What a person wished last is what a crash leaves on disk."""

from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, furnish
from .households import TUMBLER, UNMETERED_RELAY


async def test_a_load_switched_on_again_is_not_kept_off_after_a_crash(world: World) -> None:
    """Off, and on again: the first of the two must not come back with the engine."""
    await furnish(world, UNMETERED_RELAY)
    await world.plan(TUMBLER, [0])
    await world.start()
    await world.wish(TUMBLER, Intent.FORCED_OFF)
    await world.wish(TUMBLER, Intent.TO_MANUAL)
    await world.crash()
    # Asked what its relay is, it answers nothing: only the row and the disk tell.
    relay = world.device("D103")
    relay.behaviour = Behaviour.SILENT

    await world.start()
    relay.behaviour = Behaviour.ACK
    for _ in range(2):
        await world.cycle(slots=1)

    assert len(world.told("D103")) == 2
    assert world.device("D103").on
    row = await world.row(TUMBLER)
    assert (row[MODE], row[CONTROL]) == (20, 15)
