"""A disk that cannot be written: a person is told, and only presses wait for it."""

import asyncio
from collections.abc import Iterator
import logging

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.watched_disk import WatchedDisk
from custom_components.elfe_commande.engine.rows.journal import Claim, Journal
from custom_components.elfe_commande.engine.rows.standing import kept_off
from demo.appliances import Behaviour
from tests.fixtures_engine import World, is_busy

from .bench import MODE, calm, furnish, until
from .disks import FullDisk
from .households import NO_METER, PLUG, TUMBLER, UNMETERED_FINGER, UNMETERED_RELAY, WASHER

ONE = EquipmentId(1)
NOW = 1_800_000_000.0


@pytest.fixture
def disk(world: World) -> FullDisk:
    """Give the engine a disk that may be full."""
    world.disk = full = FullDisk()
    return full


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where somebody ends in an error that nobody expected."""
    yield
    assert not [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def test_it_is_told_once_and_until_each_document_is_saved_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    full = FullDisk()
    told: list[str] = []
    disk = WatchedDisk(full)
    disk.changed = lambda error: told.append(str(error))
    one, other = disk.document("one"), disk.document("other")
    assert await one.load() is await other.load() is None
    await one.save({"a": 1})
    full.full = True
    for document in (one, other, one):
        with pytest.raises(OSError, match="no space"):
            await document.save({"a": 2})
    assert told == ["no space left"]
    assert await one.load() == {"a": 1}
    full.full = False

    await one.save({"a": 3})
    assert told == ["no space left"]
    await other.save({"a": 3})

    assert told == ["no space left", "None"]
    assert [r.levelname for r in caplog.records if "disk" in r.getMessage()].count("WARNING") == 1


async def test_what_could_not_be_noted_is_saved_later_and_nothing_is_saved_twice() -> None:
    full = FullDisk()
    journal = Journal(full.document("journal"))
    full.full = True
    journal.wishes[ONE] = kept_off(NOW)
    assert not await journal.note()
    await journal.catch_up()
    full.full = False

    await journal.catch_up()
    await journal.catch_up()

    assert full.document("journal").saves == 1
    again = Journal(full.document("journal"))
    await again.load()
    assert again.forced_off(ONE)


@pytest.mark.parametrize("what", ["settle", "release", "pressed"])
async def test_only_a_claim_is_refused(what: str) -> None:
    """What follows a press has happened: it is kept, whatever the disk says."""
    full = FullDisk()
    journal = Journal(full.document("journal"))
    await journal.claim("a", Claim(ONE, NOW, 1))
    full.full = True

    await {
        "settle": lambda: journal.settle("a", NOW),
        "release": lambda: journal.release("a"),
        "pressed": lambda: journal.pressed(ONE, NOW + 1),
    }[what]()

    full.full = False
    await journal.catch_up()
    again = Journal(full.document("journal"))
    assert set(await again.load()) == ({"a"} if what == "pressed" else set())
    assert again.claimed("a") is (what != "release")


async def test_a_press_is_made_by_itself_once_there_is_room(world: World, disk: FullDisk) -> None:
    await furnish(world, UNMETERED_FINGER, timing=calm(retry_first=0.2, retry_max=0.2))
    await world.start()
    disk.full = True
    await world.wish(NO_METER, Intent.START)
    assert problems(world) == ["disk_unwritable"]
    disk.full = False

    await until(lambda: not is_busy(), "the next try")

    assert world.machine(NO_METER).presses == 1
    assert world.ended(NO_METER)[-1].result.outcome is Outcome.ACKNOWLEDGED
    await world.cycle()
    assert problems(world) == []


async def test_a_press_known_not_to_be_made_is_told_as_that(world: World, disk: FullDisk) -> None:
    """Its claim cannot be given back on disk: that is no error of the order."""
    await furnish(world, UNMETERED_FINGER)
    await world.start()
    finger = world.device("C106")
    finger.behaviour, finger.held = Behaviour.ERROR, True
    wish = asyncio.create_task(world.wish(NO_METER, Intent.START))
    await world.until_told("C106")
    disk.full = True
    world.fleet.let_go(finger)

    result = await wish

    assert (result.outcome, result.reason) == (Outcome.FAILED, "not_pressed")


async def test_who_forces_a_load_off_is_told_that_a_restart_forgets_it(
    world: World, disk: FullDisk
) -> None:
    await furnish(world, UNMETERED_RELAY)
    await world.start()
    await world.wish(TUMBLER, Intent.TO_MANUAL)
    disk.full = True

    result = await world.wish(TUMBLER, Intent.FORCED_OFF)

    assert (result.outcome, result.unnoted) == (Outcome.ACKNOWLEDGED, True)
    assert not world.device("D103").on
    assert (await world.row(TUMBLER))[MODE] == 20
    assert problems(world) == ["disk_unwritable"]
    disk.full = False
    await world.cycle()
    assert problems(world) == []
    kept = Journal(disk.document("journal"))
    await kept.load()
    assert kept.forced_off(EquipmentId(TUMBLER))
    assert not (await world.wish(TUMBLER, Intent.TO_MANUAL)).unnoted


async def test_a_plug_follows_its_plan_all_the_same(world: World, disk: FullDisk) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [1])
    await world.start()
    await world.meter("D102")
    disk.full = True

    await world.cycle()

    assert world.ended(WASHER)[-1].result.outcome is Outcome.ACKNOWLEDGED
    assert world.device("D102").on
    assert problems(world) == ["disk_unwritable"]


async def test_an_engine_starts_and_stops_without_room(world: World, disk: FullDisk) -> None:
    disk.full = True
    await furnish(world, PLUG)
    await world.start()
    assert world.engine.lifecycle.running
    assert problems(world) == ["disk_unwritable"]

    await world.engine.stop()

    assert not world.engine.lifecycle.running
