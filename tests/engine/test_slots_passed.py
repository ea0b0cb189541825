"""A cycle that takes long: no quarter-hour is left out, however late it comes."""

import asyncio
from typing import override

from custom_components.elfe_commande.engine.ground.events import CycleEnded
from custom_components.elfe_commande.engine.ground.ports import InventoryRead
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    MODE,
    StubbornStorage,
    calm,
    events_of,
    furnish,
    pass_slots,
    until,
    until_row,
)

WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("L7"),))


class _Slow(StubbornStorage):
    """Rows that take as long as they are told to."""

    def __init__(self, real: StubbornStorage) -> None:
        super().__init__(real)
        self.asked = asyncio.Event()
        self.coming = asyncio.Event()
        self.coming.set()

    @override
    async def read_inventory(self) -> InventoryRead:
        self.asked.set()
        await self.coming.wait()
        return await super().read_inventory()


async def test_a_slot_that_begins_during_a_cycle_has_its_own(world: World) -> None:
    """The first cycle begins just before a quarter-hour, and ends after it."""
    await furnish(world, WASHER, timing=calm(first_cycle=0.05, clock_look=0.02))
    await world.plan(7, [0, 1])
    storage = _Slow(world.storage())  # type: ignore[arg-type]
    world.storage = lambda: storage  # type: ignore[method-assign]
    await world.start(run=False)
    storage.asked.clear()
    storage.coming.clear()
    await world.engine.start(asyncio.sleep(0))
    await storage.asked.wait()

    pass_slots(world, 1)
    storage.coming.set()

    await until(lambda: len(events_of(world, CycleEnded)) == 2, "the second cycle")
    await until_row(world, 7, **{MODE: 20, COMMAND: 13})
    # What the first one would have ordered came too late.
    assert world.orders(WASHER.devices[0].topics.command) == ["on"]
