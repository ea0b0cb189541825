"""The panel of a PLC: it takes its outputs over, and gives them back as they were."""

import asyncio
from collections.abc import Sequence

import pytest

from custom_components.elfe_commande.core.model import EquipmentId, State
from custom_components.elfe_commande.core.outcome import Step
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.appliances import Behaviour
from demo.specs import channel, plug, screen
from demo.territory import MANUAL, PILOTED, Equipment
from tests.fixtures_engine import World, is_under_way

from .bench import COMMAND, CONTROL, MODE, events_of, set_row, until, until_row
from .wall import HALL, NEIGHBOUR, Wall, page, together

TANK, HEATER, OTHER, PLUGGED = 7, 8, 9, 10
PANEL = "Socorel/PANEL01/Mode"
DISABLED = 70


def outputs(
    tank: int = PILOTED, heater: int = MANUAL, other: int = PILOTED
) -> tuple[Equipment, ...]:
    """Return two outputs of one PLC in a home, one in another, and a tank on a plug."""
    one, two, three = (channel(f"Z{n}", n, "PANEL01") for n in (1, 2, 3))
    return (
        Equipment(TANK, "R001", "Ballon", 131, 120, (one, screen(HALL)), tank),
        Equipment(HEATER, "R001", "Chauffage", 151, 120, (two,), heater),
        Equipment(OTHER, "R002", "Ballon", 131, 120, (three, screen(NEIGHBOUR)), other),
        Equipment(PLUGGED, "R002", "Chauffage", 151, 120, (plug("Z4"),)),
    )


async def modes(world: World) -> list[int]:
    """Return the modes in the tables, by id."""
    return [(await world.row(number))[MODE] for number in (TANK, HEATER, OTHER, PLUGGED)]


@pytest.mark.defect("D-67")
@pytest.mark.parametrize("word", ["Manuel", "manuel", "MANUEL"])
async def test_taken_over_its_outputs_are_disabled_in_every_home(world: World, word: str) -> None:
    wall = await Wall.of(world, *outputs())
    wall.say(PANEL, word)
    await wall.refreshed(HALL, NEIGHBOUR)
    assert await modes(world) == [DISABLED, DISABLED, DISABLED, PILOTED]
    assert all(wall.orders(f"Z{n}") == [] for n in (1, 2, 3, 4))
    assert wall.screen(HALL).shown(6, 3) == {"val": 0}
    assert wall.screen(HALL).shown(7, 3) == {"val": 0}
    assert wall.lines(NEIGHBOUR)[-5:] == page(6, piloted=False)
    assert {e.origin for e in events_of(world, ModeChanged)} == {Origin.PLC}


@pytest.mark.defect("D-67")
@pytest.mark.parametrize("word", ["Connecté", "connecte", "Auto", "AUTOMATIQUE"])
async def test_given_back_they_have_the_mode_of_before(world: World, word: str) -> None:
    wall = await Wall.of(world, *outputs())
    wall.say(PANEL, "Manuel")
    await wall.refreshed(HALL, NEIGHBOUR)
    world.fleet.recorder.clear()
    wall.say(PANEL, word)
    await until_row(world, TANK, **{MODE: PILOTED, COMMAND: 11, CONTROL: 25})
    await until_row(world, HEATER, **{MODE: MANUAL, COMMAND: 13, CONTROL: 15})
    await until_row(world, OTHER, **{MODE: PILOTED, COMMAND: 11})
    await until(lambda: all(wall.orders(f"Z{n}") for n in (1, 2, 3)), "the orders")
    await wall.refreshed(HALL, NEIGHBOUR)
    assert [wall.orders(f"Z{n}") for n in (1, 2, 3, 4)] == [["0"], ["1"], ["0"], []]
    assert wall.screen(HALL).shown(6, 3) == {"val": 1}
    assert wall.screen(HALL).shown(7, 3) == {"val": 0}
    assert wall.screen(NEIGHBOUR).shown(6, 3) == {"val": 1}


@pytest.mark.defect("D-67")
async def test_the_mode_of_before_outlives_a_restart(world: World) -> None:
    wall = await Wall.of(world, *outputs())
    wall.say(PANEL, "Manuel")
    await until_row(world, OTHER, **{MODE: DISABLED})
    await world.engine.stop()
    await world.start()
    world.fleet.recorder.clear()
    wall.say(PANEL, "Manuel")
    await world.settled()
    wall.say(PANEL, "Connecté")
    await until_row(world, TANK, **{MODE: PILOTED, COMMAND: 11})
    await until_row(world, HEATER, **{MODE: MANUAL, COMMAND: 13})
    await until_row(world, OTHER, **{MODE: PILOTED, COMMAND: 11})


async def test_a_word_that_changes_nothing_is_shown_too(world: World) -> None:
    """Whoever turned the panel sees on the screen beside it how things are."""
    wall = await Wall.of(world, *outputs())
    wall.say(PANEL, "Connecté")
    await wall.refreshed(HALL, NEIGHBOUR)
    assert wall.lines(NEIGHBOUR)[-5:] == page(6, piloted=True)
    assert await modes(world) == [PILOTED, MANUAL, PILOTED, PILOTED]


@pytest.mark.defect("D-67")
@pytest.mark.parametrize("word", ["", "42", "Manuel ", "déconnecté", "non connecté", "0", "off"])
async def test_words_that_are_not_known_do_nothing(world: World, word: str) -> None:
    wall = await Wall.of(world, *outputs(DISABLED, MANUAL, PILOTED))
    wall.say(PANEL, word)
    await wall.nothing()
    assert await modes(world) == [DISABLED, MANUAL, PILOTED, PILOTED]


@pytest.mark.parametrize("mode", [1, 10, 80])
async def test_what_nobody_drives_is_left_alone(world: World, mode: int) -> None:
    wall = await Wall.of(world, *outputs())
    for number in (TANK, HEATER, OTHER):
        await set_row(world, number, **{MODE: mode})
    await world.engine.run_cycle()
    for word in ("Manuel", "Connecté"):
        wall.say(PANEL, word)
        await world.settled()
    assert await modes(world) == [mode, mode, mode, PILOTED]
    assert all(wall.orders(f"Z{n}") == [] for n in (1, 2, 3, 4))


async def test_connected_touches_only_what_is_disabled(world: World) -> None:
    wall = await Wall.of(world, *outputs(PILOTED, MANUAL, DISABLED))
    await set_row(world, OTHER, **{CONTROL: 60})
    await world.engine.run_cycle()
    await world.settled()
    world.fleet.recorder.clear()
    wall.say(PANEL, "Connecté")
    await world.settled()
    assert await modes(world) == [PILOTED, MANUAL, DISABLED, PILOTED]
    assert all(wall.orders(f"Z{n}") == [] for n in (1, 2, 3, 4))


async def test_without_a_mode_of_before_it_is_manual(world: World) -> None:
    wall = await Wall.of(world, *outputs(DISABLED))
    wall.say(PANEL, "Connecté")
    await until(lambda: wall.orders("Z1"), "an order")
    await until_row(world, TANK, **{MODE: MANUAL, COMMAND: 13, CONTROL: 15})
    assert wall.orders("Z1") == ["1"]


async def test_the_case_of_the_serial_and_of_the_topic_does_not_matter(world: World) -> None:
    wall = await Wall.of(world, *outputs())
    wall.say("Socorel/panel01/mode", "Manuel")
    await wall.refreshed(HALL, NEIGHBOUR)
    assert await modes(world) == [DISABLED, DISABLED, DISABLED, PILOTED]


async def test_other_topics_of_the_plc_are_no_panel(world: World) -> None:
    wall = await Wall.of(world, *outputs())
    for topic in ("Socorel/PANEL01", "Socorel/PANEL01/Etat", "Socorel/PANEL02/Mode"):
        wall.say(topic, "Manuel")
    wall.say("Socorel/PANEL01/Mode/x", "Manuel")
    await wall.nothing()
    assert await modes(world) == [PILOTED, MANUAL, PILOTED, PILOTED]


async def test_of_a_panel_that_is_turned_and_turned_back_the_last_word_counts(
    world: World,
) -> None:
    """Within the time of a write: no output stays disabled until somebody turns it again."""
    wall = await Wall.of(world, *outputs())
    storage = world.engine.rooms.rows.storage
    taking = asyncio.Event()
    write = storage.write

    async def slow(steps: Sequence[Step]) -> dict[EquipmentId, State]:
        await taking.wait()
        return await write(steps)

    storage.write = slow  # type: ignore[method-assign]
    wall.say(PANEL, "Manuel")
    await until(lambda: is_under_way("panel"), "the panel")
    wall.say(PANEL, "Auto")
    await world.heard()
    taking.set()

    await until(lambda: not is_under_way("panel"), "the end of both")
    await world.settled()
    assert await modes(world) == [PILOTED, MANUAL, PILOTED, PILOTED]
    assert not any(status.mode == DISABLED for status in world.engine.statuses.values())


async def test_taken_over_while_it_is_given_back_nothing_is_ordered(world: World) -> None:
    """Nobody waits for outputs that do not answer before the panel is followed again."""
    wall = await Wall.of(world, *outputs(), timing=together(ack=600.0))
    wall.say(PANEL, "Manuel")
    await wall.refreshed(HALL, NEIGHBOUR)
    for number in (1, 2, 3):
        world.device(f"Z{number}").behaviour = Behaviour.SILENT
    wall.say(PANEL, "Auto")
    await until(lambda: all(wall.orders(f"Z{n}") for n in (1, 2, 3)), "the orders")

    wall.say(PANEL, "Manuel")

    for number in (TANK, HEATER, OTHER):
        await until_row(world, number, **{MODE: DISABLED})
    await world.settled()
    assert [len(wall.orders(f"Z{n}")) for n in (1, 2, 3)] == [1, 1, 1]
    assert not world.engine.rooms.rows.journal.wishes
