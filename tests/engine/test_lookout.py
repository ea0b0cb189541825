"""A person is asked about a broker or database that is away for long, and not before."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.elfe_commande.core.lifecycle import Lifecycle
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.ground.ground import Ground
from custom_components.elfe_commande.engine.ground.ports import (
    Problem,
    StorageError,
    StorageRefusedError,
    StorageUnreachableError,
)
from custom_components.elfe_commande.engine.lookout import BROKER, DATABASE, TOPICS, Lookout
from demo.engine_host import SystemClock

GONE = StorageUnreachableError("no route")


@dataclass
class Ears:
    """What is asked for over the broker again and again, for as long as a test wants."""

    ungranted: set[str]

    async def listen_again(self) -> bool:
        return False


@dataclass
class Surroundings:
    """What a lookout sees: a messenger, a database, and time that a test lets pass."""

    outage_told: float = 180.0
    connected: bool = True
    answer: StorageError | None = None
    storage_error: StorageError | None = None
    asked: int = 0
    hangs: bool = False
    devices: Ears = field(default_factory=lambda: Ears(set()))
    screens: Ears = field(default_factory=lambda: Ears(set()))
    ground: Ground = field(init=False)
    lookout: Lookout = field(init=False)

    def __post_init__(self) -> None:
        clock = SystemClock()
        timing = Timing(outage_told=self.outage_told, part_limit=0.05)
        zone = cast("Any", None)
        lifecycle = Lifecycle(clock.now, lambda: None)
        self.ground = Ground(clock, timing, zone, lifecycle, lambda _: None)
        rooms = SimpleNamespace(
            ground=self.ground,
            rows=SimpleNamespace(storage=self, reachable=self.reachable),
            world=SimpleNamespace(messenger=self),
            acks=self.devices,
            surfaces=self.screens,
        )
        self.rows = rooms.rows
        self.rows.storage_error = None
        self.lookout = Lookout(cast("Any", rooms))

    async def ping(self) -> None:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.answer is not None:
            raise self.answer

    def reachable(self, error: StorageError | None = None, *, of_plans: bool = False) -> None:
        assert error is not None or of_plans
        self.rows.storage_error = error

    def told(self) -> set[tuple[str, str]]:
        return {(problem.key, problem.subject) for problem in self.ground.problems}


async def test_the_database_is_asked_and_its_outage_told_until_it_answers() -> None:
    world = Surroundings(outage_told=0.0, answer=GONE)

    await world.lookout.look()
    assert (world.asked, world.rows.storage_error, world.told()) == (1, GONE, {DATABASE})
    (problem,) = world.ground.problems
    assert problem.placeholders == {"detail": "no route"}

    world.answer = None
    await world.lookout.look()
    assert (world.rows.storage_error, world.told()) == (None, set())


async def test_a_database_that_does_not_answer_is_one_that_is_away() -> None:
    world = Surroundings(outage_told=0.0, hangs=True)

    await world.lookout.look()

    assert isinstance(world.rows.storage_error, StorageUnreachableError)
    (problem,) = world.ground.problems
    assert problem.placeholders == {"detail": "no answer in time"}


@pytest.mark.parametrize(("patience", "told"), [(0.0, {BROKER}), (180.0, set())])
async def test_the_broker_is_told_once_it_is_away_for_long(
    patience: float, told: set[tuple[str, str]]
) -> None:
    world = Surroundings(outage_told=patience, connected=False)

    await world.lookout.look()
    assert world.told() == told

    # At once, not with the next look.
    world.lookout.broker_changed(True)
    assert world.told() == set()


async def test_an_outage_counts_from_its_own_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from when it was told again, nor from one before it."""
    world, now = Surroundings(outage_told=180.0), 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    for now, connected, told in (
        (0.0, False, False),
        (170.0, False, False),
        (179.0, True, False),
        (181.0, False, False),
        (360.0, False, False),
        (361.0, False, True),
        (362.0, True, False),
    ):
        world.lookout.broker_changed(connected)
        assert (BROKER in world.told()) is told, now


async def test_what_the_database_refuses_is_not_back_because_it_answers() -> None:
    refused = StorageRefusedError("permission denied")
    world = Surroundings(outage_told=0.0)
    world.rows.storage_error = refused

    await world.lookout.look()

    assert (world.rows.storage_error, world.told()) == (refused, set())


async def test_a_home_on_disk_is_told_once_of_its_disk() -> None:
    world = Surroundings(outage_told=0.0, answer=GONE)
    world.ground.problems.report(Problem("disk_unwritable", "disk"))

    await world.lookout.look()

    assert world.told() == {("disk_unwritable", "disk")}


async def test_topics_that_are_not_granted_are_told_after_a_while_and_counted_anew() -> None:
    world = Surroundings(outage_told=0.0)
    world.devices.ungranted = {"stat/B2/RESULT", "stat/B1/RESULT"}
    world.screens.ungranted = {"Socorel/+/+"}
    await world.lookout.look()
    (problem,) = world.ground.problems
    assert (problem.key, problem.subject) == TOPICS
    assert problem.placeholders == {"count": "3", "topic": "stat/B1/RESULT"}

    world.devices.ungranted.clear()
    await world.lookout.look()
    (problem,) = world.ground.problems
    assert problem.placeholders == {"count": "1", "topic": "Socorel/+/+"}

    # What is not granted on a connection that is away, nobody knows.
    world.connected = False
    world.screens.ungranted.clear()
    await world.lookout.look()
    assert world.told() == {TOPICS, BROKER}
    world.connected = True
    await world.lookout.look()
    assert world.told() == set()

    slow = Surroundings()
    slow.devices.ungranted = {"stat/B1/RESULT"}
    await slow.lookout.look()
    assert slow.told() == set()
