"""The database is away: nothing waits for it, nothing is lost, the last word is written."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, override

import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId, State
from custom_components.elfe_commande.core.outcome import Outcome, Step
from custom_components.elfe_commande.core.wish import ConstraintWish, Intent, Origin
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from demo.appliances import Behaviour, Fleet
from demo.engine_host import FolderDisk, MemoryDisk
from demo.parts import Broker, PostgresServer
from demo.specs import plug, relay
from demo.territory import Equipment
from tests.fixtures_engine import SCALE, World
from tests.fixtures_parts import fresh_database

from .bench import (
    COMMAND,
    MODE,
    PROGRAMMED,
    StubbornStorage,
    calm,
    furnish,
    lose_patience,
    set_row,
    status_of,
    stubborn,
    until,
    until_row,
)
from .disks import FullDisk

WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("O7"),), mode=20)
HEATER = Equipment(3, "R001", "Ballon", 131, 140, (relay("O3"),), mode=20)
OFF = {MODE: 20, COMMAND: 1}
GONE = StorageUnreachableError("gone")
DURATION = (
    "SELECT duree_cycle FROM bdd_coordination_schema.equipement_pilote_machine_generique_cycle"
)


@pytest.fixture
async def fragile(own_postgres: PostgresServer, broker: Broker) -> AsyncIterator[World]:
    """A world whose database may be killed."""
    database = await fresh_database(own_postgres)
    owner = await database.owner.connect()
    async with Fleet(broker.host, broker.port, scale=SCALE) as fleet:
        world = World(database, broker, fleet, owner)
        yield world
        await world.stop()
        await world.owner.close()


async def revive(world: World, server: PostgresServer) -> None:
    await server.start()
    world.owner = await world.database.owner.connect()


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def constrain(world: World, **wishes: int) -> bool:
    wish = ConstraintWish(EquipmentId(7), Constraints(**wishes), Origin.DASHBOARD)
    return await world.engine.constrain(wish)


async def test_what_was_answered_without_the_database_outlives_a_kill(
    fragile: World, own_postgres: PostgresServer
) -> None:
    """A mode, and a wish about it: in the tables in the end, as if nothing had been away."""
    world = fragile
    await furnish(world, WASHER, HEATER)
    await world.start()
    await world.cycle()
    await own_postgres.crash()
    assert (await world.wish(3, Intent.FORCED_OFF)).outcome is Outcome.ACKNOWLEDGED
    assert not await constrain(world, cycle_duration=1800)
    assert (await world.wish(7, Intent.TO_PILOTED)).outcome is Outcome.ACKNOWLEDGED

    await world.crash()
    await world.start()

    # Without the database still, what is remembered is what was told.
    assert status_of(world, 7).equipment.state.mode == 30
    assert status_of(world, 7).equipment.constraints.cycle_duration == 1800
    assert status_of(world, 3).equipment.state.command == 1
    await world.crash()
    await revive(world, own_postgres)
    await world.start()
    assert status_of(world, 7).equipment.state.mode == 30
    assert (await world.row(7))[MODE] == 30
    assert await world.owner.fetchval(DURATION) == 1800
    await until_row(world, 3, **OFF)
    await until(lambda: not world.engine.waiting, "the outbox")
    assert isinstance(world.disk, MemoryDisk)
    assert world.disk.log("outbox").rows == []


async def test_it_is_written_once_the_database_is_back(
    fragile: World, own_postgres: PostgresServer
) -> None:
    world = fragile
    await furnish(world, WASHER)
    await world.start()
    await own_postgres.crash()
    await world.wish(7, Intent.TO_PILOTED)
    await world.wish(7, Intent.FORCED_OFF)
    at = int(world.clock.now())
    await revive(world, own_postgres)

    await until_row(world, 7, **OFF)

    # Stamped with the time of the act.
    assert (await world.row(7))[PROGRAMMED] <= at
    await until(lambda: not world.engine.waiting, "the outbox")


async def test_who_programmed_the_row_since_has_the_last_word(world: World) -> None:
    await furnish(world, WASHER, HEATER)
    storage = stubborn(world)
    await world.start()
    storage.failures["all"] = GONE
    for number in (7, 3):
        await world.wish(number, Intent.FORCED_OFF)
    assert not await constrain(world, cycle_duration=1800)
    before = await world.owner.fetchval(DURATION)
    later = int(world.clock.now()) + 5
    await set_row(world, 7, **{MODE: 30, COMMAND: 11, PROGRAMMED: later})

    storage.failures.clear()

    await until(lambda: not world.engine.waiting, "the outbox")
    await until_row(world, 3, **OFF)
    await until_row(world, 7, **{MODE: 30, COMMAND: 11, PROGRAMMED: later})
    assert await world.owner.fetchval(DURATION) == before
    await world.engine.run_cycle()
    assert status_of(world, 7).equipment.state.mode == 30
    assert status_of(world, 7).equipment.constraints.cycle_duration == before


class Hanging(StubbornStorage):
    """While it is not `answering`, every question waits for an answer that does not come."""

    def __init__(self, real: Any) -> None:
        super().__init__(real)
        self.answering = asyncio.Event()
        self.answering.set()

    async def _wait(self) -> None:
        await self.answering.wait()

    @override
    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        await self._wait()
        return await super().read_states(ids)

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        await self._wait()
        return await super().write(steps)


async def test_nobody_waits_for_a_database_that_is_known_to_be_away(world: World) -> None:
    await furnish(world, WASHER, HEATER, timing=calm(write_retry=60.0, fresh_for=0.0))
    storage = Hanging(world.storage())
    world.storage = lambda: storage  # type: ignore[method-assign]
    await world.start()
    storage.failures["all"] = GONE
    await world.wish(3, Intent.FORCED_OFF)
    storage.answering.clear()

    async with asyncio.timeout(5):
        for intent in (Intent.TO_PILOTED, Intent.FORCED_OFF, Intent.TO_PILOTED):
            assert (await world.wish(7, intent)).outcome is Outcome.ACKNOWLEDGED
        assert not await constrain(world, cycle_duration=1800)

    assert world.engine.waiting >= 3
    storage.answering.set()


async def test_what_is_found_back_by_reading_is_written_at_once(world: World) -> None:
    await furnish(world, WASHER, HEATER, timing=calm(write_retry=600.0, fresh_for=0.0))
    storage = stubborn(world)
    await world.start()
    storage.failures["all"] = GONE
    await world.wish(3, Intent.FORCED_OFF)
    storage.failures.clear()

    await world.wish(7, Intent.TO_PILOTED)

    await until_row(world, 3, **OFF)
    await until_row(world, 7, **{MODE: 30})


async def test_a_person_is_asked_when_it_lasts(world: World) -> None:
    await furnish(world, WASHER, timing=calm(outbox_age=600.0, write_retry=0.05))
    storage = stubborn(world)
    await world.start()
    storage.failures["write"] = GONE
    await world.wish(7, Intent.FORCED_OFF)
    await until(lambda: len(world.engine.rooms.rows.write_back.pending) == 1, "the deferral")
    assert problems(world) == []

    world.later(1)

    await until(lambda: problems(world) == ["outbox_old"], "the repair")
    storage.failures.clear()
    await until(lambda: problems(world) == [], "its end")


async def test_a_stop_keeps_it_for_the_next_start(
    world: World, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """In real files."""
    world.disk = FolderDisk(tmp_path)
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    await world.cycle()
    storage.failures["all"] = GONE
    await world.wish(7, Intent.FORCED_OFF)
    assert world.engine.waiting == 1
    await world.engine.stop()
    assert "1 outcomes are kept, and 0 are lost" in caplog.text

    storage.failures.clear()
    await world.start()

    assert (await world.row(7))[COMMAND] == 1
    assert (tmp_path / "outbox.jsonl").read_bytes() == b""


async def test_a_quarter_hour_after_the_other_leaves_one_step(world: World) -> None:
    """A day without the database is not a file of ninety-six rows a load."""
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    storage.failures["all"] = GONE
    await world.wish(7, Intent.FORCED_OFF)
    for _ in range(6):
        await world.cycle(slots=1)
        await world.idle(7)
    assert world.engine.waiting <= 2


async def test_a_wish_that_neither_database_nor_disk_takes_is_refused(world: World) -> None:
    world.disk = disk = FullDisk()
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    storage.failures["all"] = GONE
    disk.full = True
    before = status_of(world, 7).equipment.constraints

    with pytest.raises(WishRefusedError, match="database_unavailable"):
        await constrain(world, cycle_duration=1800)

    assert status_of(world, 7).equipment.constraints == before
    assert problems(world) == ["disk_unwritable"]
    assert (await world.wish(7, Intent.FORCED_OFF)).unnoted
    disk.full = False
    storage.failures.clear()
    await until_row(world, 7, **OFF)
    assert await world.owner.fetchval(DURATION) != 1800


async def test_a_kill_between_write_and_note_writes_nothing_wrong(world: World) -> None:
    """It is written again at the next start; what came after it stays."""
    await furnish(world, WASHER)
    storage = stubborn(world)
    await world.start()
    await world.cycle()
    storage.failures["all"] = GONE
    await world.wish(7, Intent.FORCED_OFF)
    assert isinstance(world.disk, MemoryDisk)
    killed = world.disk.copy()
    storage.failures.clear()
    await until_row(world, 7, **OFF)
    await until(lambda: not world.engine.waiting, "the outbox")
    await world.engine.stop()
    after = await world.row(7)
    world.disk = killed.copy()

    await world.start()

    assert await world.row(7) == after
    await world.engine.stop()
    later = int(world.clock.now()) + 5
    await set_row(world, 7, **{MODE: 30, COMMAND: 11, PROGRAMMED: later})
    after = await world.row(7)
    world.disk = killed
    await world.start()
    assert await world.row(7) == after


async def test_a_row_that_is_read_along_is_no_older_than_what_waits_to_be_written(
    world: World,
) -> None:
    """Forced off while nothing can be written, and kept off by a plug that is silent by now."""
    await furnish(world, WASHER, HEATER, timing=calm(retry_first=60.0))
    storage = stubborn(world)
    await world.start()
    storage.failures["write"] = GONE
    assert (await world.wish(7, Intent.FORCED_OFF)).outcome is Outcome.ACKNOWLEDGED
    await set_row(world, 7, **{MODE: 30})
    world.device("O7").behaviour = Behaviour.SILENT
    lose_patience(world)
    world.later()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("O7", 2)
    await cycle
    before = len(storage.state_reads)
    await world.wish(3, Intent.FORCED_OFF)
    assert any(7 in ids for ids in storage.state_reads[before:])
    assert status_of(world, 7).equipment.state.mode == 20
