"""A cycle that takes long: no quarter-hour is left out, however late it comes."""

import asyncio
from typing import override

from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.engine.ground.events import CycleEnded
from custom_components.elfe_commande.engine.ground.ports import InventoryRead
from demo.appliances import Behaviour
from demo.database import quarter
from demo.engine_host import SystemClock
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
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
TANK = Equipment(8, "R001", "Ballon", 131, 120, (plug("L8"),))
SILENT = Equipment(9, "R001", "Radiateur", 151, 120, (plug("L9"),))


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


class _Stopped(SystemClock):
    """A clock that stands still once it is set."""

    at: float | None = None

    @override
    def now(self) -> float:
        return super().now() if self.at is None else self.at


async def test_a_slot_that_begins_while_a_device_is_silent_has_its_own(world: World) -> None:
    """Somebody runs a cycle just before a quarter-hour; what it waits for holds nobody up."""
    world.clock = clock = _Stopped()
    await furnish(world, TANK, SILENT, timing=calm(settle=0.0, ack=600.0))
    world.device("L9").behaviour = Behaviour.SILENT
    await world.plan(TANK.id, [1, 0])
    await world.plan(SILENT.id, [1, 1])
    await world.start()
    clock.at = quarter(clock.now()) + SLOT - 0.5
    by_hand = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("L9")
    await until_row(world, TANK.id, **{CONTROL: 15})

    clock.at += 1
    following = asyncio.create_task(world.engine.run_cycle())

    await until_row(world, TANK.id, **{CONTROL: 25})
    assert world.told("L8") == ["on", "off"]
    # The silent one at least.
    assert (await by_hand).not_ended >= 1
    following.cancel()
