"""Screens that come and go: each return is a refresh, each batch one word to the indicators."""

import asyncio
from contextlib import suppress

import aiomqtt
import pytest

from custom_components.elfe_commande.core.model import DeviceId
from custom_components.elfe_commande.engine.ground.events import ScreensChanged
from demo.specs import plug, screen
from demo.territory import MANUAL
from tests.fixtures_engine import World

from .bench import MODE, events_of, furnish, set_row, until, until_row
from .wall import HALL, KITCHEN, NEIGHBOUR, WASHER, Wall, dryer, machine_page, together, washer


@pytest.mark.defect("D-60")
async def test_screens_that_are_there_at_the_start_are_refreshed(world: World) -> None:
    household = await furnish(world, washer(), dryer(), timing=together())
    wall = Wall(world, household)
    await wall.held(online=True)
    await world.start()
    await wall.drawn()
    assert wall.indicated() == ["1"]
    expected = machine_page(3, await wall.end(), piloted=True)
    assert wall.lines(HALL) == wall.lines(KITCHEN) == expected
    assert wall.lines(NEIGHBOUR) == machine_page(4, await wall.end(8), piloted=True)
    first = world.fleet.recorder.messages[0]
    assert (first.topic, first.qos, first.retain) == ("INDICATEURS/refresh", 0, False)


@pytest.mark.defect("D-60")
async def test_a_restart_refreshes_them_again(world: World) -> None:
    wall = await Wall.of(world, washer())
    await world.engine.stop()
    await world.start()
    await wall.drawn()
    assert wall.indicated() == ["1"]
    assert wall.lines(HALL) == wall.lines(KITCHEN)
    assert len(wall.lines(HALL)) == 9


@pytest.mark.defect("D-60")
async def test_each_return_is_a_refresh_of_that_screen(world: World) -> None:
    wall = await Wall.of(world, washer())
    hall = wall.screen(HALL)
    for word in ("offline", "offline"):
        wall.say(hall.topics.lwt, word)
    await wall.nothing()
    status = world.engine.screens[DeviceId(HALL.upper())]
    assert status.online is False
    assert len(events_of(world, ScreensChanged)) == 1
    for word in ("starting", "online", "online"):
        wall.say(hall.topics.lwt, word)
    await wall.refreshed(HALL)
    assert status.online is True
    assert wall.indicated() == ["1"]
    assert wall.lines(HALL) == machine_page(3, await wall.end(), piloted=True)
    assert wall.lines(KITCHEN) == []
    assert len(events_of(world, ScreensChanged)) == 2


async def test_a_screen_that_says_again_that_it_is_there_is_drawn(world: World) -> None:
    """It was restarted so fast that its last will was never told."""
    wall = await Wall.of(world, washer())
    wall.say(f"hasp/{HALL}/LWT", "online")
    await wall.refreshed(HALL)
    world.fleet.recorder.clear()
    wall.say(f"hasp/{HALL}/LWT", "online")
    await wall.refreshed(HALL)
    assert wall.lines(HALL) == machine_page(3, await wall.end(), piloted=True)
    assert wall.lines(KITCHEN) == []


@pytest.mark.defect("D-60")
async def test_screens_that_return_together_are_one_batch(world: World) -> None:
    wall = await Wall.of(world, washer(), dryer())
    for word in ("offline", "online"):
        for plate in (HALL, KITCHEN, NEIGHBOUR):
            wall.say(f"hasp/{plate}/LWT", word)
    await wall.refreshed(HALL, KITCHEN, NEIGHBOUR)
    assert wall.indicated() == ["1"]
    assert [len(wall.lines(p)) for p in (HALL, KITCHEN, NEIGHBOUR)] == [9, 9, 9]


async def test_a_screen_that_flaps_is_not_flooded(world: World) -> None:
    wall = await Wall.of(world, washer(), timing=together(return_window=0.5))
    for _ in range(20):
        for word in ("offline", "online"):
            wall.say(f"hasp/{HALL}/LWT", word)
    await wall.refreshed(HALL)
    await until(
        lambda: len(wall.indicated()) == len(wall.lines(HALL)) / 9, "a whole refresh per batch"
    )
    # One batch; a few on a machine so busy that 40 messages take more than the window.
    assert len(wall.indicated()) < 5


async def test_what_changed_while_a_screen_was_away_is_shown(world: World) -> None:
    wall = await Wall.of(world, washer())
    wall.say(f"hasp/{HALL}/LWT", "offline")
    wall.turn(KITCHEN, 3, 0)
    await wall.refreshed(KITCHEN)
    world.fleet.recorder.clear()
    wall.screen(HALL).objects.clear()
    wall.say(f"hasp/{HALL}/LWT", "online")
    await wall.refreshed(HALL)
    assert (await world.row(WASHER))[MODE] == MANUAL
    assert wall.screen(HALL).shown(3, 3) == {"val": 0}


async def cut_off(world: World) -> None:
    """Have the broker close the engine's connection; it takes a while to come back."""
    broker, world.messenger.reconnect = world.broker, 2.0
    with suppress(aiomqtt.MqttError):
        async with aiomqtt.Client(broker.host, broker.port, identifier=world.messenger.identifier):
            await until(lambda: not world.messenger.connected, "the loss")


async def test_what_changed_while_the_broker_was_lost_is_shown(world: World) -> None:
    """The screens never went: the broker only says again, retained, that they are there."""
    wall = await Wall.of(world, washer())

    await cut_off(world)

    assert not world.messenger.connected
    assert world.engine.screens[DeviceId(HALL.upper())].online is None
    await until(lambda: world.messenger.connected, "the return")
    await wall.refreshed(HALL, KITCHEN)
    assert wall.indicated() == ["1"]
    assert world.engine.screens[DeviceId(HALL.upper())].online is True


async def test_a_screen_of_nobody_is_refreshed_by_nobody(world: World) -> None:
    wall = await Wall.of(world, washer())
    for word in ("offline", "online"):
        wall.say("hasp/wall-unknown-01/LWT", word)
    await wall.nothing()
    assert wall.indicated() == []


async def test_an_action_refreshes_the_screens_of_a_home_or_all(world: World) -> None:
    wall = await Wall.of(world, washer(), dryer())
    home = world.engine.statuses[WASHER].equipment.home  # type: ignore[index]
    assert await world.engine.refresh_screens(home) == 2
    await wall.refreshed(HALL, KITCHEN)
    assert wall.lines(NEIGHBOUR) == []
    assert await world.engine.refresh_screens() == 3
    await wall.refreshed(NEIGHBOUR)
    assert wall.indicated() == []


async def test_a_screen_added_to_the_tables_is_served_from_the_next_cycle_on(world: World) -> None:
    wall = await Wall.of(world, washer(devices=(plug("X7"), screen(HALL))))
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_domotique SET utilisateur_affecte = false"
        " WHERE id = $1",
        HALL.upper(),
    )
    await world.engine.run_cycle()
    await until(lambda: not world.engine.screens, "no screens")
    world.fleet.recorder.clear()
    wall.turn(HALL, 3, 0)
    await wall.nothing()
    assert wall.orders("X7") == []


async def test_an_appliance_that_moves_is_shown_in_its_new_home(world: World) -> None:
    wall = await Wall.of(world, washer(), dryer(devices=(plug("X8"),)))
    wall.turn(HALL, 4, 0)
    await wall.nothing()
    await set_row(world, 8, utilisateur="R001")
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_domotique SET utilisateur = 'R001'"
        " WHERE id = 'X8'"
    )
    await world.cycle()
    await world.settled()
    wall.turn(HALL, 4, 0)
    await until_row(world, 8, **{MODE: MANUAL})
    await wall.refreshed(HALL, KITCHEN)
    assert set(machine_page(4, await wall.end(8), piloted=False)) <= set(wall.lines(KITCHEN))


async def test_a_screen_that_moves_is_its_new_homes(world: World) -> None:
    wall = await Wall.of(world, washer())
    home = world.engine.statuses[WASHER].equipment.home  # type: ignore[index]
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_domotique SET utilisateur = 'R900'"
        " WHERE id = $1",
        HALL.upper(),
    )
    await world.engine.run_cycle()
    await world.settled()
    world.fleet.recorder.clear()
    assert world.engine.screens[DeviceId(HALL.upper())].screen.home == "R900"
    assert await world.engine.refresh_screens(home) == 1
    await wall.refreshed(KITCHEN)
    assert wall.lines(HALL) == []
    wall.turn(HALL, 3, 0)
    await world.settled()
    assert wall.orders("X7") == []


async def test_refreshes_of_one_screen_never_mix(world: World) -> None:
    wall = await Wall.of(world, washer())
    await asyncio.gather(*(world.engine.refresh_screens() for _ in range(5)))
    await wall.refreshed(HALL, KITCHEN)
    expected = machine_page(3, await wall.end(), piloted=True)
    assert wall.lines(HALL) == wall.lines(KITCHEN) == expected * 5


async def test_a_screen_without_a_home_is_nobodys(world: World) -> None:
    wall = await Wall.of(world, washer())
    for table in ("equipement_domotique", "equipement_pilote_ou_mesure"):
        await world.owner.execute(f"UPDATE bdd_coordination_schema.{table} SET utilisateur = ''")
    await world.engine.run_cycle()
    await world.settled()
    world.fleet.recorder.clear()
    wall.turn(HALL, 3, 0)
    await wall.nothing()
    assert world.engine.screens == {}
