"""What the portal wrote while nobody here heard it is carried out all the same, once."""

from typing import Any
from unittest.mock import AsyncMock

import pytest

from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from demo.appliances import Message
from demo.territory import MANUAL, PILOTED
from tests.fixtures_engine import World

from .bench import COMMAND, CONTROL, EMS, MODE, calm, furnish, set_row, stubborn, until, until_row
from .several import beside, drives, sharing
from .wall import WASHER, Wall, washer

TOPIC = f"viriya/update/{WASHER}"
STANDBY, FREE, UNDONE = 11, 13, 1


async def restarted(world: World, **columns: Any) -> None:
    """Stop the engine, change the row as the portal does, which nobody hears, and start again."""
    await world.engine.stop()
    if columns:
        await set_row(world, WASHER, **columns)
    world.fleet.recorder.clear()
    world.events.clear()
    await world.start()


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [((PILOTED, STANDBY), (MANUAL, FREE), "on"), ((MANUAL, FREE), (PILOTED, STANDBY), "off")],
)
async def test_a_mode_changed_while_we_were_stopped(
    world: World, before: tuple[int, int], after: tuple[int, int], order: str
) -> None:
    wall = await Wall.of(world, washer(mode=before[0]))
    await restarted(world, **{MODE: after[0], COMMAND: before[1]})

    await world.engine.run_cycle()

    await until(lambda: wall.orders("X7") == [order], "the order")
    await until_row(world, WASHER, **dict(zip((MODE, COMMAND), after, strict=True)))
    await world.settled()
    assert [each.origin for each in world.ended(WASHER)] == [Origin.PORTAL]
    await world.engine.run_cycle()
    await world.settled()
    # In each quarter-hour, what the plan leaves off is told so again.
    assert {each.origin for each in world.ended(WASHER)[1:]} <= {Origin.EMS}


@pytest.mark.parametrize("run", [False, True], ids=["never ran", "no cycle yet"])
async def test_a_start_that_came_to_no_cycle_takes_nothing_for_done(
    world: World, *, run: bool
) -> None:
    wall = await Wall.of(world, washer())
    await world.engine.stop()
    await set_row(world, WASHER, **{MODE: MANUAL, COMMAND: STANDBY})
    await world.start(run=run)
    await restarted(world)
    await world.engine.run_cycle()
    await until(lambda: wall.orders("X7") == ["on"], "the order")
    await until_row(world, WASHER, **{MODE: MANUAL, COMMAND: FREE})


@pytest.mark.parametrize("found", [FREE, UNDONE, 30, 99])
async def test_what_somebody_carried_out_meanwhile_is_left_alone(world: World, found: int) -> None:
    wall = await Wall.of(world, washer())
    await restarted(world, **{MODE: MANUAL, COMMAND: found})
    await world.engine.run_cycle()
    await world.settled()
    assert wall.orders("X7") == []
    assert (await world.row(WASHER))[COMMAND] == found


async def test_what_was_chosen_since_a_person_kept_it_off_is_carried_out(world: World) -> None:
    """Theirs stands on disk until somebody programmes the load."""
    wall = await Wall.of(world, washer())
    await world.wish(WASHER, Intent.FORCED_OFF)
    await world.settled()
    programmed = int(world.clock.now()) + 1
    await restarted(
        world,
        **{MODE: PILOTED, COMMAND: FREE, "timestamp_derniere_programmation": programmed},
    )
    await world.engine.run_cycle()
    await until(lambda: wall.orders("X7"), "the order")
    await until_row(world, WASHER, **{MODE: PILOTED, COMMAND: STANDBY})
    await world.settled()
    assert Origin.PORTAL in {each.origin for each in world.ended(WASHER)}


async def test_what_was_so_before_the_stop_is_left_alone(world: World) -> None:
    """A row that somebody wrote without a word, long ago, switches nothing on at a restart."""
    wall = await Wall.of(world, washer())
    await set_row(world, WASHER, **{MODE: MANUAL, COMMAND: STANDBY})
    await world.engine.run_cycle()
    await restarted(world)
    await world.engine.run_cycle()
    await world.settled()
    assert wall.orders("X7") == []


async def test_after_a_day_nobody_waits_for_it(world: World) -> None:
    wall = await Wall.of(world, washer(), timing=calm(wish_lifetime=1800.0))
    await world.engine.stop()
    await set_row(world, WASHER, **{MODE: MANUAL, COMMAND: STANDBY})
    world.later(3)
    world.fleet.recorder.clear()
    await world.start()
    await world.engine.run_cycle()
    await world.settled()
    assert wall.orders("X7") == []


async def test_killed_after_a_person_chose_it_follows_them(world: World) -> None:
    """What is on disk of the modes is older than what they chose, and did since by hand."""
    wall = await Wall.of(world, washer())
    await world.engine.run_cycle()
    result = await world.wish(WASHER, Intent.TO_MANUAL)
    assert result.outcome
    await world.crash()
    wall.world.fleet.recorder.clear()
    await world.start()
    await world.engine.run_cycle()
    await world.settled()
    assert wall.orders("X7") == []


async def test_a_mode_told_before_a_stop_and_not_read(world: World) -> None:
    """The portal reaches the database, this engine does not, and then it is restarted."""
    storage = stubborn(world)
    wall = await Wall.of(world, washer())
    await set_row(world, WASHER, **{MODE: MANUAL, COMMAND: STANDBY})
    storage.failures["all"] = StorageUnreachableError("gone")
    read = AsyncMock(side_effect=StorageUnreachableError("gone"))
    real, storage.read_equipments = storage.read_equipments, read  # type: ignore[method-assign]
    wall.say(TOPIC)
    await until(lambda: read.called, "the reading")
    await world.engine.stop()
    await world.start()
    assert not world.engine.connected
    await world.engine.run_cycle()
    await world.settled()
    # As far as it knows, the plan has it.
    assert "on" not in wall.orders("X7")

    storage.failures.clear()
    storage.read_equipments = real  # type: ignore[method-assign]
    await world.engine.run_cycle()
    await until_row(world, WASHER, **{MODE: MANUAL, CONTROL: 15, COMMAND: FREE})
    assert wall.orders("X7").count("on") == 1


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_mode_changed_while_the_broker_was_away(
    unplugged: World, *, restarts: bool
) -> None:
    world = unplugged
    wall = await Wall.of(world, washer())
    await world.broker.stop()
    await until(lambda: not world.messenger.connected, "the broker is lost")
    await set_row(world, WASHER, **{MODE: MANUAL, COMMAND: STANDBY})
    # A cycle that reads the row meanwhile takes nothing for done.
    await world.engine.run_cycle()
    if restarts:
        await world.engine.stop()

    await world.broker.start()
    if restarts:
        await world.start()
        await world.engine.run_cycle()

    await until_row(world, WASHER, **{MODE: MANUAL, CONTROL: 15, COMMAND: FREE})
    await world.fleet.wait_connected(30)
    assert wall.household.devices["X7"].on


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_mode_told_to_one_who_died_of_it(world: World, *, restarts: bool) -> None:
    """Both hear the portal; who drove the home was gone before the order."""
    world.shared = True
    await furnish(world, washer(), timing=sharing())
    other = beside(world)
    await world.start()
    await drives(world, 1)
    await other.start()
    try:
        await set_row(world, WASHER, **{MODE: MANUAL, COMMAND: STANDBY})
        await world.messenger.close()
        world.fleet.say([Message(TOPIC, "")])
        await other.heard()
        await until(lambda: other.engine.statuses[WASHER].mode == MANUAL, "the row read")  # type: ignore[index]
        assert world.told("X7") == []
        if restarts:
            await other.engine.stop()
            await other.start()
        await world.engine.stop()
        await until_row(world, WASHER, **{MODE: MANUAL, CONTROL: 15, COMMAND: FREE, EMS: True})
        assert world.told("X7") == ["on"]
    finally:
        await other.stop()
