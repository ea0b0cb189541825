"""The database answers, and takes nothing: what is to be written counts, not what is read."""

import asyncio
from collections.abc import Sequence
from typing import override

from custom_components.elfe_commande.core.model import Constraints, EquipmentId, State
from custom_components.elfe_commande.core.outcome import Outcome, Step
from custom_components.elfe_commande.core.wish import ConstraintWish, Intent, Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from custom_components.elfe_commande.engine.ground.ports import (
    InventoryRead,
    StorageReadOnlyError,
    StorageUnreachableError,
)
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
    status_of,
    stubborn,
    until,
    until_row,
)

WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("Q7"),))
DRYER = Equipment(8, "R001", "Sèche-linge", 113, 120, (plug("Q8"),))
COMMAND_7 = WASHER.devices[0].topics.command
CYCLES = "bdd_coordination_schema.equipement_pilote_machine_generique_cycle"
GONE = StorageUnreachableError("read only")


async def test_a_machine_that_was_started_is_not_started_again(world: World) -> None:
    """Its row still waits for the start; what became of it waits to be written."""
    await furnish(world, WASHER)
    await world.plan(7, [1, 1, 1])
    storage = stubborn(world)
    await world.start()
    storage.failures["write"] = GONE
    await world.engine.run_cycle()
    assert world.orders(COMMAND_7) == ["on"]

    for _ in range(2):
        pass_slots(world, 1)
        report = await world.engine.run_cycle()
        assert report.degraded

    assert world.orders(COMMAND_7) == ["on"]
    assert status_of(world, 7).equipment.state.mode == 20
    storage.failures.clear()
    await until_row(world, 7, **{MODE: 20, COMMAND: 13})
    assert not (await world.engine.run_cycle()).degraded
    assert world.orders(COMMAND_7) == ["on"]


class _Slow(StubbornStorage):
    """The first write is under way until it is told to fail; so does every other."""

    def __init__(self, real: StubbornStorage) -> None:
        super().__init__(real)
        self.writing = asyncio.Event()
        self.failing = asyncio.Event()

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        self.writing.set()
        await self.failing.wait()
        return await super().write(steps)


async def turns(count: int) -> None:
    """Let what is due without any wait be done."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_is_queued_while_a_write_fails_waits_as_well(world: World) -> None:
    """Its row is as old as the other one: it is not read, nor taken for somebody's doing."""
    await furnish(world, WASHER, DRYER, timing=calm(write_retry=60.0, fresh_for=0.0))
    storage = _Slow(world.storage())  # type: ignore[arg-type]
    storage.failures["write"] = GONE
    world.storage = lambda: storage  # type: ignore[method-assign]
    await world.start()
    first = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
    await storage.writing.wait()
    second = asyncio.create_task(world.wish(8, Intent.TO_MANUAL))
    # Acknowledged, and in the queue behind the write that is under way.
    await until(lambda: status_of(world, 8).reported_on, "the dryer on")
    await world.fleet.settle()
    await turns(50)
    storage.failing.set()
    assert [r.outcome for r in await asyncio.gather(first, second)] == [Outcome.ACKNOWLEDGED] * 2

    # Its outcome waits for the next try to write, in a minute.
    wish = asyncio.create_task(world.wish(8, Intent.FORCED_OFF))
    await until(lambda: status_of(world, 8).reported_on is False, "the dryer off")

    assert status_of(world, 8).equipment.state.mode == 20
    told = [(e.after, e.origin) for e in events_of(world, ModeChanged) if e.equipment_id == 8]
    assert told == [(20, Origin.DASHBOARD)]
    wish.cancel()


async def test_another_duration_counts_while_it_waits_to_be_written(world: World) -> None:
    """What was answered is what is shown, and decided by, at each cycle."""
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    storage.failures["write_constraints"] = StorageReadOnlyError("a standby")
    storage.failures["write"] = StorageReadOnlyError("a standby")

    assert not await constrain(world, 1800)
    for _ in range(2):
        await world.cycle(slots=1)
        assert status_of(world, 7).equipment.constraints.cycle_duration == 1800

    storage.failures.clear()
    await world.cycle(slots=1)
    assert await world.owner.fetchval(f"SELECT duree_cycle FROM {CYCLES}") == 1800
    assert status_of(world, 7).equipment.constraints.cycle_duration == 1800
    # Somebody else's word, once ours is written.
    await world.owner.execute(f"UPDATE {CYCLES} SET duree_cycle = 900")
    await world.cycle(slots=1)
    assert status_of(world, 7).equipment.constraints.cycle_duration == 900


class _Reading(StubbornStorage):
    """Rows that were read a while before they arrive."""

    def __init__(self, real: StubbornStorage) -> None:
        super().__init__(real)
        self.read = asyncio.Event()
        self.coming = asyncio.Event()
        self.coming.set()

    @override
    async def read_inventory(self) -> InventoryRead:
        found = await super().read_inventory()
        self.read.set()
        await self.coming.wait()
        return found


async def test_another_duration_that_is_written_while_rows_are_read_counts(world: World) -> None:
    await furnish(world, WASHER)
    storage = _Reading(world.storage())  # type: ignore[arg-type]
    world.storage = lambda: storage  # type: ignore[method-assign]
    await world.start()
    storage.read.clear()
    storage.coming.clear()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await storage.read.wait()

    assert await constrain(world, 1800)
    storage.coming.set()
    await cycle

    assert status_of(world, 7).equipment.constraints.cycle_duration == 1800


async def constrain(world: World, duration: int) -> bool:
    wish = ConstraintWish(EquipmentId(7), Constraints(cycle_duration=duration), Origin.DASHBOARD)
    return await world.engine.constrain(wish)
