"""A run of several quarter-hours that one press begins: pressed once, and not forgotten."""

from collections.abc import AsyncIterator

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from demo.appliances import Behaviour
from demo.specs import finger, plug
from demo.territory import PILOTED, Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    MODE,
    calm,
    furnish,
    impatient,
    lose_patience,
    status_of,
    stubborn,
    until,
    until_row,
)
from .several import beside, drives, sharing
from .test_database_that_only_reads import GONE

HEATER = 7
PRESSED = Equipment(HEATER, "R001", "Radiateur", 151, 130, (plug("G7", 21), finger("B7")))
UNMETERED = Equipment(HEATER, "R001", "Radiateur", 151, 130, (finger("B7"),))
FINGER = 311


def presses(world: World) -> int:
    return len(world.told("B7"))


def shown(world: World) -> str | None:
    decision = status_of(world, HEATER).decision
    return None if decision is None else decision.reason


async def test_it_is_pressed_once_in_a_run(world: World) -> None:
    await furnish(world, PRESSED)
    await world.plan(HEATER, [1, 1, 1])
    await world.start()

    for slot in range(3):
        await world.cycle(slots=bool(slot))

    assert presses(world) == 1
    assert shown(world) == "already_pressed"
    await until_row(world, HEATER, **{MODE: PILOTED, CONTROL: 15, COMMAND: 13})


async def test_one_that_the_finger_could_not_make_is_made_in_the_next_quarter_hour(
    world: World,
) -> None:
    """Out of its reach for a while: the run is three hours longer than that."""
    await furnish(world, PRESSED, timing=impatient(ack=3.0, order_window=0.3))
    world.device("B7").behaviour = Behaviour.ERROR
    await world.plan(HEATER, [1, 1, 1])
    await world.start()
    await world.cycle()
    await world.idle(HEATER)
    last = world.ended(HEATER)[-1].result
    assert (last.outcome, last.reason, last.will_retry) == (Outcome.FAILED, "not_pressed", False)

    world.device("B7").behaviour = Behaviour.ACK
    before = presses(world)
    await world.cycle(slots=1)

    assert presses(world) == before + 1
    await until_row(world, HEATER, **{MODE: PILOTED, CONTROL: 15, COMMAND: 13})
    await world.cycle(slots=1)
    assert presses(world) == before + 1


async def test_one_that_waited_for_the_database_is_made_in_the_next_quarter_hour(
    world: World,
) -> None:
    await furnish(world, PRESSED, timing=impatient(ack=3.0, order_window=0.3))
    await world.plan(HEATER, [0, 1, 1])
    storage = stubborn(world)
    await world.start()
    await world.cycle()
    storage.failures["all"] = GONE
    await world.cycle(slots=1)
    await world.idle(HEATER)
    assert presses(world) == 0
    assert world.ended(HEATER)[-1].result.reason == "database_unavailable"

    storage.failures.clear()
    await world.cycle(slots=1)

    assert presses(world) == 1
    assert world.ended(HEATER)[-1].act is Act.ON


async def test_one_that_nobody_answers_for_asks_a_person(world: World) -> None:
    """The load stays the plan's after a press: that is no word of anybody's."""
    await furnish(world, UNMETERED, timing=calm(idle_confirm=0.1))
    world.device("B7").behaviour = Behaviour.SILENT
    lose_patience(world, FINGER)
    await world.plan(HEATER, [1, 1])
    await world.start()

    await world.cycle()

    asked = world.engine.problems
    await until(lambda: [problem.key for problem in asked] == ["press_doubtful"], "a question")
    await world.cycle(slots=1)
    assert presses(world) == 1


@pytest.fixture
async def standby(world: World) -> AsyncIterator[World]:
    """Another installation, which drives nothing while the first one does."""
    world.shared = True
    await furnish(world, PRESSED, timing=sharing())
    await world.plan(HEATER, [1, 1, 1])
    other = beside(world)
    await world.start()
    await other.start()
    yield other
    await other.stop()


@pytest.mark.parametrize("slots", [0, 1])
async def test_who_takes_it_over_in_the_middle_of_a_run_does_not_press_again(
    world: World, standby: World, slots: int
) -> None:
    await world.cycle()
    await until_row(world, HEATER, **{CONTROL: 15})
    world.later(slots)
    await standby.engine.run_cycle()

    await world.engine.stop()
    await drives(standby, 1)
    await standby.settled()
    await standby.cycle(slots=1)

    assert presses(world) == 1
    assert shown(standby) == "already_pressed"


async def test_what_the_first_never_pressed_is_pressed_by_who_takes_it_over(
    world: World, standby: World
) -> None:
    await standby.engine.run_cycle()

    await world.engine.stop()
    await drives(standby, 1)

    await until(lambda: presses(world) == 1, "the press")
    await until_row(world, HEATER, **{CONTROL: 15})
