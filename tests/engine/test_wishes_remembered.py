"""What a person wished last is what a crash leaves on disk."""

from typing import Any

from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from demo.engine_host import MemoryDocument
from tests.fixtures_engine import World

from .bench import COMMAND, CONTROL, MODE, furnish, impatient, until_row
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


async def test_a_wish_that_a_slow_disk_notes_is_still_the_persons_own(world: World) -> None:
    """Its mode is written seconds after it was noted, and nobody else programmed the load."""
    await furnish(world, UNMETERED_RELAY, timing=impatient(order_window=600.0))
    await world.start()
    document = world.disk.document("journal")
    assert isinstance(document, MemoryDocument)
    save = document.save

    async def slowly(data: dict[str, Any]) -> None:
        world.clock.offset += 3  # type: ignore[attr-defined]
        await save(data)
        world.clock.offset += 3  # type: ignore[attr-defined]

    document.save = slowly  # type: ignore[method-assign]
    relay = world.device("D103")
    relay.behaviour = Behaviour.SILENT
    result = await world.wish(TUMBLER, Intent.TO_MANUAL)
    assert result.will_retry
    await until_row(world, TUMBLER, **{MODE: 20, COMMAND: 30})

    relay.behaviour = Behaviour.ACK

    await until_row(world, TUMBLER, **{MODE: 20, COMMAND: 13, CONTROL: 15})
    assert relay.on
