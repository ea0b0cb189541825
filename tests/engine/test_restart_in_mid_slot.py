"""Killed in the middle of a quarter-hour, it soon has everything as it should be, on real parts.

With the waits of a real home: nothing is scaled but the appliances. That these waits are over within
five seconds is shown in `test_stories`, where time leaps: here the machine's own time is in it.
"""

import asyncio
from dataclasses import replace
from typing import Final

from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from demo.specs import plug, relay
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, furnish, until, until_row

SOON: Final = 30.0
"""Seconds; a machine with nothing else to do takes three to four, of which the engine waits two."""
ON, OFF = 15, 25
RELAYS: Final = range(1, 21)
PLUGS: Final = range(21, 41)
MUTE: Final = 40
"""There by its last will, and silent: everybody would wait for it."""


def territory() -> tuple[Equipment, ...]:
    return (
        *(Equipment(n, f"R{n % 4:03}", "Tank", 131, 140, (relay(f"Q{n}"),)) for n in RELAYS),
        *(Equipment(n, f"R{n % 4:03}", "Heater", 151, 120, (plug(f"Q{n}"),)) for n in PLUGS),
    )


async def test_what_changed_while_it_was_dead_is_put_right_soon(world: World) -> None:
    """A new plan, relays that were switched meanwhile, a wish under way, a device that is mute."""
    await furnish(world, *territory(), timing=replace(Timing(), first_cycle=0.1))
    for number in (*RELAYS, *PLUGS):
        await world.plan(number, [1] * 4)
    await world.start()
    await until(lambda: all(world.device(f"Q{n}").on for n in (*RELAYS, *PLUGS)), "all on")
    await world.idle(MUTE)

    silent = world.device("Q39")
    silent.behaviour = Behaviour.SILENT
    wish = asyncio.create_task(world.wish(39, Intent.FORCED_OFF))
    await world.until_told("Q39", 2)
    await world.crash()
    wish.cancel()
    silent.behaviour = Behaviour.ACK
    for number in (1, 2, 21, 22):
        world.device(f"Q{number}").switch(False)
    await world.plan(3, [0] * 4)
    await world.plan(23, [0] * 4)
    world.device(f"Q{MUTE}").behaviour = Behaviour.SILENT

    loop = asyncio.get_running_loop()
    began = loop.time()
    await world.start()
    off = {3, 23, 39}
    for number in (n for n in (*RELAYS, *PLUGS) if n != MUTE):
        await until(lambda n=number: world.device(f"Q{n}").on is (n not in off), f"{number} right")
    for number, control in ((1, ON), (3, OFF), (23, OFF)):
        await until_row(world, number, **{CONTROL: control})
    await until_row(world, 39, **{MODE: 20, CONTROL: OFF})
    took = loop.time() - began
    print(f"reconciled {took:.1f} s after the restart")
    assert took < SOON
