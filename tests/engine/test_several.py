"""Two installations on one database: exactly one acts for a home."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from custom_components.elfe_commande.engine.ground.ports import Standing
from demo.appliances import Behaviour
from tests.fixtures_engine import World

from .bench import COMMAND, EMS, MODE, furnish, set_row, until, until_row
from .several import FINGERS, RELAYS, Apart, beside, drives, sharing, standings, territory
from .wall import HALL, Wall, washer

HOMES = 20
OWNERS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'elfe_commande % owner'"


@pytest.fixture
async def two(world: World) -> AsyncIterator[tuple[World, World]]:
    """Two installations, the first of which drives everything."""
    world.shared = True
    await furnish(world, *territory(), timing=sharing())
    for number in (*FINGERS, *RELAYS):
        await world.plan(number, [1, 1, 1, 1])
    other = beside(world)
    await world.start()
    await other.start()
    yield world, other
    await other.stop()


def relays(world: World) -> list[int]:
    return [len(world.told(f"W{n}")) for n in RELAYS]


def presses(world: World) -> list[int]:
    return [world.device(f"H{n}").presses for n in FINGERS]  # type: ignore[attr-defined]


async def cut(world: World) -> None:
    """End the sessions that hold locks, as a network does."""
    await world.database.server.administer(
        f"SELECT pg_terminate_backend(pid) FROM ({OWNERS}) owners"
    )


async def test_every_press_once_and_every_order_once_a_slot(two: tuple[World, World]) -> None:
    first, second = two
    for slot in range(3):
        await asyncio.gather(first.cycle(slots=bool(slot)), second.engine.run_cycle())
        await first.settled()
        assert presses(first) == [1] * len(FINGERS)
        assert relays(first) == [slot + 1] * len(RELAYS)
    for number in FINGERS:
        row = await first.row(number)
        assert (row[MODE], row[COMMAND], row[EMS]) == (20, 13, True)
    assert standings(first) == {Standing.OURS}
    assert standings(second) == {Standing.THEIRS}
    assert len(first.engine.owner.homes) == HOMES
    assert not second.events or second.ended(1) == []


async def test_who_stops_leaves_everything_to_the_other(two: tuple[World, World]) -> None:
    """By its next cycle; what is as it should be is not ordered again."""
    first, second = two
    await first.engine.run_cycle()
    await first.settled()
    await first.engine.stop()
    await drives(second, HOMES)
    await second.settled()
    assert relays(first) == [1] * len(RELAYS)
    second.later()
    await second.engine.run_cycle()
    assert relays(first) == [2] * len(RELAYS)
    assert presses(first) == [1] * len(FINGERS)


async def test_what_the_first_left_undone_is_done_at_once(two: tuple[World, World]) -> None:
    first, second = two
    await first.engine.stop()
    await drives(second, HOMES)
    await second.settled()
    assert presses(first) == [1] * len(FINGERS)
    assert relays(first) == [1] * len(RELAYS)


async def test_a_session_that_is_cut_takes_its_homes_again_or_leaves_them(
    two: tuple[World, World],
) -> None:
    """Each home has one driver, whoever is first there: both may be, each for some."""
    first, second = two
    await first.engine.run_cycle()
    await first.settled()
    for _ in range(3):
        await cut(first)
        await until(
            lambda: (
                len(first.engine.owner.homes) + len(second.engine.owner.homes) == HOMES
                and Standing.UNKNOWN not in standings(first) | standings(second)
            ),
            "one driver of each home",
        )
        await first.settled()
        before = relays(first)
        first.later()
        await asyncio.gather(first.engine.run_cycle(), second.engine.run_cycle())
        await first.settled()
        # Nobody orders twice. Where its driver changed in between, what is there is left so.
        orders = {now - was for now, was in zip(relays(first), before, strict=True)}
        assert orders <= {0, 1}
        assert all(first.device(f"W{n}").on for n in RELAYS)
    assert presses(first) == [1] * len(FINGERS)


async def test_a_wish_is_refused_where_another_drives_the_home(two: tuple[World, World]) -> None:
    first, second = two
    with pytest.raises(WishRefusedError) as refused:
        await second.wish(21, Intent.FORCED_OFF)
    assert refused.value.key == "driven_elsewhere"
    assert (await first.wish(21, Intent.FORCED_OFF)).outcome is Outcome.ACKNOWLEDGED
    await until_row(first, 21, **{MODE: 20})
    assert len(first.told("W21")) == 1


async def test_a_wish_that_another_keeps_from_being_done_is_given_up_in_words(
    two: tuple[World, World],
) -> None:
    """It was to be tried again; the engine stops, and the other one drives the home from then on."""
    first, second = two
    for each in (second, first):
        await each.engine.stop()
    first.timing = sharing(ack=0.1, owner_beat=0.2, owner_lease=2.0)
    await first.start()
    silent = first.device("W21")
    silent.behaviour = Behaviour.SILENT
    assert (await first.wish(21, Intent.FORCED_OFF)).will_retry
    await first.engine.stop()
    await second.start()
    await drives(second, HOMES)
    first.events.clear()
    await first.start()
    await until(lambda: standings(first) == {Standing.THEIRS}, "the other to drive")
    await until(
        lambda: [p.key for p in first.engine.problems] == ["wish_given_up"], "the person told"
    )
    assert (first.ended(21)[-1].result.outcome, first.ended(21)[-1].result.reason) == (
        Outcome.SKIPPED,
        "not_ours",
    )
    assert not first.engine.rooms.rows.journal.wishes


async def test_frozen_and_thawed_it_acts_on_nothing_old(world: World) -> None:
    """The database gives its homes away meanwhile: thawed, it sends nothing."""
    world.shared = True
    lease = {"owner_beat": 0.5, "owner_proof": 3.0, "owner_lease": 6.0}
    await furnish(world, *territory(), timing=sharing(**lease))
    for number in (*FINGERS, *RELAYS):
        await world.plan(number, [1, 1, 1])
    frozen = Apart(world, lease)
    await frozen.start()
    try:
        await world.start()
        assert standings(world) == {Standing.THEIRS}
        frozen.freeze()
        frozen.ask("cycle")
        await drives(world, HOMES)
        await world.settled()
        assert presses(world) == [1] * len(FINGERS)
        assert relays(world) == [1] * len(RELAYS)
        # Rows as they were: only who drives the homes keeps it from pressing again.
        for number in FINGERS:
            await set_row(world, number, **{MODE: 30, EMS: False})
        frozen.thaw()
        said = await frozen.heard("cycled")
        await world.recorded()
        assert (said["ordered"], said["homes"]) == (0, 0)
        assert presses(world) == [1] * len(FINGERS)
        assert relays(world) == [1] * len(RELAYS)
    finally:
        frozen.thaw()
        await frozen.kill()


async def test_screens_are_drawn_by_who_drives_their_home(world: World) -> None:
    """Two that draw on one would show what the slower of them knew."""
    world.shared = True
    wall = await Wall.of(world, washer(), timing=sharing())
    other = beside(world)
    await other.start()
    try:
        await until(lambda: standings(other) == {Standing.THEIRS}, "the other to drive nothing")
        await other.settled()
        world.fleet.recorder.clear()
        await other.engine.refresh_screens()
        await other.settled()
        assert wall.lines(HALL) == []
        await world.engine.refresh_screens()
        await wall.refreshed(HALL)
    finally:
        await other.stop()


async def test_killed_its_homes_are_free_at_once(world: World) -> None:
    world.shared = True
    await furnish(world, *territory(), timing=sharing())
    first = Apart(world, {"owner_beat": 1.0, "owner_proof": 20.0, "owner_lease": 30.0})
    await first.start()
    try:
        await world.start()
        assert standings(world) == {Standing.THEIRS}
        await first.kill()
        await drives(world, HOMES)
    finally:
        await first.kill()


# -- presses


async def test_a_press_is_claimed_in_the_row_before_it_is_made(world: World) -> None:
    """Somebody else, who knows nothing of locks, sees that it is taken."""
    await furnish(world, *territory()[:1], timing=sharing())
    await world.plan(1, [1])
    await world.start()
    world.device("H1").held = True
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("H1")
    row = await world.row(1)
    assert (row[MODE], row[COMMAND], row[EMS]) == (20, 13, False)
    world.fleet.let_go(world.device("H1"))
    await cycle
    await until_row(world, 1, **{MODE: 20, COMMAND: 13, EMS: True})


async def test_of_two_without_locks_one_presses(world: World) -> None:
    """As an installation of an older version that took the row out of mode 30 would see it."""
    await furnish(world, *territory()[: len(FINGERS)], timing=sharing())
    for number in FINGERS:
        await world.plan(number, [1])
    other = beside(world)
    other.shared = False
    await world.start()
    await other.start()
    try:
        await asyncio.gather(world.engine.run_cycle(), other.engine.run_cycle())
        await world.settled()
    finally:
        await other.stop()
    assert presses(world) == [1] * len(FINGERS)
    reasons = [
        engine.ended(number)[-1].result.reason
        for number in FINGERS
        for engine in (world, other)
        if engine.ended(number)
    ]
    assert reasons.count("acknowledged") == len(FINGERS)
    assert set(reasons) <= {"acknowledged", "already_claimed", "mode_changed"}


async def test_a_press_that_was_not_made_is_given_back(world: World) -> None:
    await furnish(world, *territory()[:1], timing=sharing(retry_first=30.0))
    before = await world.row(1)
    world.device("H1").behaviour = Behaviour.ERROR
    await world.plan(1, [1])
    await world.start()
    report = await world.engine.run_cycle()
    assert report.failed == 1
    assert await world.row(1) == before


async def test_a_person_who_programmed_meanwhile_is_not_undone(world: World) -> None:
    """They chose manual while the press was under way, which was then not made."""
    await furnish(world, *territory()[:1], timing=sharing(retry_first=30.0))
    finger = world.device("H1")
    finger.behaviour, finger.held = Behaviour.ERROR, True
    await world.plan(1, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("H1")
    await set_row(world, 1, timestamp_derniere_programmation=int(world.clock.now()) + 1)
    world.fleet.let_go(finger)
    await cycle
    assert (await world.row(1))[MODE] == 20


async def test_killed_in_the_middle_of_a_press_it_asks_and_does_not_press_again(
    world: World,
) -> None:
    await furnish(world, *territory()[:1], timing=sharing())
    await world.plan(1, [1])
    await world.start()
    world.device("H1").behaviour = Behaviour.SILENT
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("H1")
    await world.crash()
    with suppress(asyncio.CancelledError, Exception):
        await cycle
    await world.start()
    await until_row(world, 1, **{MODE: 20, COMMAND: 13, EMS: True})
    assert [problem.key for problem in world.engine.problems] == ["press_doubtful"]
    await world.engine.run_cycle()
    assert len(world.told("H1")) == 1
