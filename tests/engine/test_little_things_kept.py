"""What lies on disk by name, what is written at once for people, and what nothing is kept of."""

import asyncio
import gc
import json

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.engine import EngineSettings
from custom_components.elfe_commande.engine.orders.acks import PendingOrder
from custom_components.elfe_commande.engine.orders.pursuit import Pursuit
from demo.appliances import Behaviour
from demo.engine_host import MemoryDisk
from demo.specs import finger, plug
from demo.territory import Equipment
from tests import fixtures_engine
from tests.fixtures_engine import World, is_busy

from .bench import CONTROL, MODE, calm, furnish, impatient, pass_slots, status_of, until, until_row
from .test_surfaces_panels import DISABLED, PANEL, TANK, outputs
from .wall import Wall, together

WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("K7"),))
DRYER = Equipment(9, "R001", "Sèche-linge", 113, 120, (plug("K9"),))
DISHES = Equipment(8, "R001", "Lave-vaisselle", 111, 130, (plug("K8", 21), finger("L8")))
PRESSED = DISHES.devices[1].topics.command


async def test_documents_have_the_names_that_they_had(world: World) -> None:
    """Under other names, what a former version left would be forgotten."""
    await furnish(world, WASHER)
    await world.start()
    await world.engine.stop()
    assert isinstance(world.disk, MemoryDisk)
    assert set(world.disk.documents) == {"journal", "memory", "rules"}
    assert set(world.disk.logs) == {"outbox"}


@pytest.mark.parametrize("silent", [False, True])
async def test_nothing_is_kept_of_orders_that_ended(world: World, silent: bool) -> None:
    """A year has a hundred thousand of them."""
    household = await furnish(world, WASHER, timing=impatient(0.02 if silent else 3.0))
    if silent:
        household.devices["K7"].behaviour = Behaviour.SILENT
    await world.start()
    for intent in (Intent.TO_MANUAL, Intent.FORCED_OFF, Intent.TO_PILOTED) * 4:
        await world.wish(7, intent)
    await until(lambda: not is_busy(), "rest")

    gc.collect()

    left = [each for each in gc.get_objects() if isinstance(each, PendingOrder | Pursuit)]
    assert left == []


async def test_what_a_plc_takes_over_waits_for_no_other_outcome(world: World) -> None:
    """Whoever stands there looks at the screen."""
    wall = await Wall.of(world, *outputs(), timing=together(write_window=60.0))
    wall.say(PANEL, "Manuel")
    await until_row(world, TANK, within=20, **{MODE: DISABLED})


async def test_a_button_that_is_away_is_pressed_once_it_is_back(world: World) -> None:
    """It is told at once that the press is put off, and that another try follows."""
    household = await furnish(world, DISHES, timing=calm(retry_first=0.2, retry_max=0.2))
    button = household.devices["L8"]
    await world.plan(8, [1])
    await world.start()
    world.fleet.lose(button)
    await until(lambda: status_of(world, 8).online is False, "the loss")
    report = await world.engine.run_cycle()
    assert report.skipped == 1
    first = world.ended(8)[0].result
    assert (first.outcome, first.reason) == (Outcome.SKIPPED, "device_unavailable")
    assert first.will_retry
    assert world.orders(PRESSED) == []

    world.fleet.recover(button)

    await until_row(world, 8, **{MODE: 20, CONTROL: 15})
    assert world.orders(PRESSED) == ["ON"]


async def test_an_order_that_was_answered_holds_no_place_while_it_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One order at once, and outcomes that are written in a minute: the second one goes out."""
    monkeypatch.setattr(
        fixtures_engine,
        "EngineSettings",
        lambda timing, zone: EngineSettings(timing, zone, at_once=1),
    )
    await furnish(world, WASHER, DRYER, timing=calm(write_window=60.0))
    for number in (7, 9):
        await world.plan(number, [1])
    await world.start()
    running = asyncio.create_task(world.engine.run_cycle())
    await until(lambda: len(world.fleet.recorder) == 2, "both orders", within=20)
    running.cancel()


async def test_a_doubt_about_a_start_that_ended_is_forgotten_on_disk(world: World) -> None:
    """Programmed again: whether it started then is no longer asked, not after a restart either."""
    household = await furnish(world, WASHER, timing=impatient())
    household.devices["K7"].behaviour = Behaviour.SILENT
    await world.plan(7, [1])
    await world.start()
    await world.engine.run_cycle()
    await until(lambda: not is_busy(), "the last try")
    assert unconfirmed(world) == {"7"}
    household.devices["K7"].behaviour = Behaviour.ACK
    pass_slots(world, 1)
    await world.wish(7, Intent.TO_PILOTED)
    await world.engine.run_cycle()

    # What is noted next takes it along.
    await world.wish(7, Intent.FORCED_OFF)

    assert unconfirmed(world) == set()


def unconfirmed(world: World) -> set[str]:
    assert isinstance(world.disk, MemoryDisk)
    return set(json.loads(world.disk.document("journal").text or "")["unconfirmed"])
