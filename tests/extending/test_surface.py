"""A surface for people of one file."""

import asyncio
from typing import Any

import aiomqtt

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.specs import plug, screen
from demo.territory import MANUAL, PILOTED, Equipment
from tests.engine.bench import MODE, calm, events_of, until, until_row
from tests.engine.wall import Wall
from tests.fixtures_engine import World

from .examples import KEYS, KNOB, assert_gone, run_tests_of

MACHINE = 7
PLATE = "wall-knob-01"


def test_the_surface_is_found(knob: set[Any]) -> None:
    assert knob == KEYS[KNOB]
    assert run_tests_of("tests/interfaces/test_knob.py") == 3


async def test_a_turn_of_the_knob_changes_the_mode_and_the_lamp(
    knob: set[Any], world: World
) -> None:
    machine = Equipment(MACHINE, "R001", "Lave-linge", 112, 120, (plug("XK7"), screen(PLATE)))
    lamps: list[str] = []
    async with aiomqtt.Client(world.broker.host, world.broker.port) as client:
        await client.subscribe(f"knob/{PLATE}/3/lamp")
        watching = asyncio.create_task(_watch(client, lamps))
        try:
            wall = await Wall.of(world, machine, timing=calm(refresh_window=0.1))
            await until(lambda: set(lamps) == {"on"}, "the lamp at the start")
            # Screen, plug and lamp hear of it on connections of their own.
            for said, lamp, orders, mode in (
                ("manual", "off", ["on"], MANUAL),
                ("auto", "on", ["on", "off"], PILOTED),
            ):
                wall.say(f"knob/{PLATE}/3", said)
                await until(lambda lamp=lamp: lamps[-1] == lamp, f"the lamp {lamp}")
                await until_row(world, MACHINE, **{MODE: mode})
                await until(lambda orders=orders: wall.orders("XK7") == orders, "the order")
                shown = {"val": int(mode == PILOTED)}
                await until(lambda shown=shown: wall.screen(PLATE).shown(3, 3) == shown, "a page")
        finally:
            watching.cancel()
    changes = [(e.after, e.origin) for e in events_of(world, ModeChanged)]
    assert changes == [(MANUAL, Origin.SCREEN), (PILOTED, Origin.SCREEN)]
    assert world.engine.statuses[EquipmentId(MACHINE)].equipment.piloted


async def _watch(client: aiomqtt.Client, lamps: list[str]) -> None:
    async for message in client.messages:
        assert isinstance(message.payload, bytes)
        lamps.append(message.payload.decode())


async def test_a_knob_that_is_refused_shows_what_is(knob: set[Any], world: World) -> None:
    disabled = 70
    machine = Equipment(
        MACHINE, "R001", "Lave-linge", 112, 120, (plug("XK8"), screen(PLATE)), mode=disabled
    )
    wall = await Wall.of(world, machine)
    wall.say(f"knob/{PLATE}/3", "auto")
    await wall.refreshed(PLATE)
    assert wall.orders("XK8") == []
    assert (await world.row(MACHINE))[MODE] == disabled


def test_nothing_of_it_stays() -> None:
    assert_gone(KNOB)
