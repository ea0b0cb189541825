"""Rules that depend on another load, and rules that cannot be as they were: gone, taken, unsaved."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.rules import Dependency, Measurement, Need
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.local.surplus import RuleConflictError
from tests.fixtures_engine import World

from .bench import furnish, status_of
from .disks import FullDisk
from .test_surplus import COMMANDS, TANKS, Sensor, adopt, minute, rule

ONE = EquipmentId(1)


def depends(need: Need, seconds: float = 0.0) -> Dependency:
    return Dependency(ONE, need, seconds)


async def passes(world: World, sensor: Sensor, count: int) -> list[list[int]]:
    """Let that many minutes pass with enough surplus; the loads that each moved."""
    return [await minute(world, sensor, surplus=9000) for _ in range(count)]


@pytest.fixture
async def sensor(world: World) -> Sensor:
    """An engine with three tanks that are off, and what its rules read."""
    await furnish(world, *TANKS)
    await world.start()
    for number in (1, 2, 3):
        await world.wish(number, Intent.FORCED_OFF)
        await world.wish(number, Intent.TO_PILOTED)
    return Sensor(world.clock)


async def test_a_load_goes_on_once_the_other_is(world: World, sensor: Sensor) -> None:
    adopt(world.engine, sensor, rule(2, dependency=depends(Need.IS_ON)))
    assert await passes(world, sensor, 2) == [[], []]
    await world.wish(1, Intent.FORCED_ON)
    assert await passes(world, sensor, 2) == [[2], []]


async def test_a_load_goes_on_once_the_other_has_been_for_as_long_as_is_asked(
    world: World, sensor: Sensor
) -> None:
    """Since it went on, however often it was looked at meanwhile."""
    adopt(world.engine, sensor, rule(2, dependency=depends(Need.ON_FOR, 180)))
    assert await passes(world, sensor, 1) == [[]]
    await world.wish(1, Intent.FORCED_ON)
    assert await passes(world, sensor, 5) == [[], [], [], [2], []]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_load_goes_on_once_the_other_has_finished(
    world: World, sensor: Sensor, restarted: bool
) -> None:
    of = rule(2, dependency=depends(Need.FINISHED))
    adopt(world.engine, sensor, of)
    await world.wish(1, Intent.FORCED_ON)
    assert await passes(world, sensor, 2) == [[], []]
    if restarted:
        # The last of what was to be saved is saved at once: no stop is needed for it.
        await world.crash()
        await world.start()
        adopt(world.engine, sensor, of)
    await world.wish(1, Intent.FORCED_OFF)
    assert await passes(world, sensor, 2) == [[2], []]


async def test_what_no_rule_depends_on_any_more_is_not_remembered(
    world: World, sensor: Sensor
) -> None:
    of = rule(2, dependency=depends(Need.FINISHED))
    adopt(world.engine, sensor, of)
    for intent in (Intent.FORCED_ON, Intent.FORCED_OFF):
        await world.wish(1, intent)
        await minute(world, sensor, surplus=100)
    world.engine.surplus.change("rule-2", replace(of, dependency=None))
    await minute(world, sensor, surplus=100)
    world.engine.surplus.change("rule-2", of)
    assert await passes(world, sensor, 2) == [[], []]


async def test_of_a_load_that_is_not_there_nothing_is_known(world: World, sensor: Sensor) -> None:
    other = Dependency(EquipmentId(99), Need.IS_ON)
    [status] = adopt(world.engine, sensor, rule(2, dependency=other))
    assert await passes(world, sensor, 2) == [[], []]
    assert status.verdict is not None
    assert status.verdict.evaluation.reason == "input_missing"


async def test_a_rule_of_a_load_that_is_not_there_says_so_and_moves_nothing(
    world: World, sensor: Sensor
) -> None:
    shown: list[object] = []
    engine = world.engine
    status = engine.surplus.adopt("gone", "Règle", rule(99), sensor, lambda: shown.append(1))
    adopt(engine, sensor, rule(2))
    assert await passes(world, sensor, 2) == [[2], []]
    assert shown, "what is shown of it follows"
    assert status.verdict is not None
    assert status.verdict.evaluation.reason == "unknown_equipment"
    assert not status.verdict.in_charge
    assert not status.verdict.moves
    engine.surplus.drop("gone", gone=True)
    assert await passes(world, sensor, 1) == [[]]


async def test_a_load_has_one_rule(world: World, sensor: Sensor) -> None:
    engine = world.engine
    adopt(engine, sensor, rule(2))
    with pytest.raises(RuleConflictError):
        engine.surplus.adopt("second", "Règle", rule(2), sensor, lambda: None)
    assert set(engine.surplus.rules) == {"rule-2"}
    # The same rule anew is no second one.
    adopt(engine, sensor, rule(2, priority=3))
    assert engine.surplus.priorities == {EquipmentId(2): 3}


async def test_nothing_comes_of_a_change_to_a_rule_that_there_is_not(
    world: World, sensor: Sensor
) -> None:
    adopt(world.engine, sensor, rule(2))
    world.engine.surplus.change("rule-3", rule(3))
    assert await passes(world, sensor, 2) == [[2], []]


async def test_a_rule_given_to_another_load_gives_up_the_one_before(
    world: World, sensor: Sensor
) -> None:
    adopt(world.engine, sensor, rule(2))
    assert await passes(world, sensor, 1) == [[2]]
    before = len(world.ended(2))
    world.engine.surplus.adopt("rule-2", "Règle", rule(3), sensor, lambda: None)
    await world.settled()
    assert [e.result.on for e in world.ended(2)[before:]] == [False]
    assert world.orders(COMMANDS[2])[-1] == "off"


async def test_what_was_started_from_another_sensor_is_not_taken_from_this_one(
    world: World, sensor: Sensor
) -> None:
    """Each measures a surplus of its own: only what takes of the same one is reserved."""

    class Second(Sensor):
        def report(self, **values: Any) -> None:
            for name, value in values.items():
                self.values[name] = Measurement(value, self.clock.now(), "sensor.two")

    second = Second(world.clock)
    adopt(world.engine, sensor, rule(1, nominal_power=3000.0))
    adopt(world.engine, second, rule(2))
    second.report(surplus=3100)
    assert await minute(world, sensor, surplus=4000) == [1]
    assert await minute(world, sensor, surplus=4000) == [2]


async def test_what_the_disk_did_not_take_is_saved_with_the_next_pass(world: World) -> None:
    world.disk = full = FullDisk()
    await furnish(world, *TANKS)
    await world.start()
    sensor = Sensor(world.clock)
    adopt(world.engine, sensor, rule(1))
    full.full = True
    assert await passes(world, sensor, 1) == [[1]]
    full.full = False
    assert await passes(world, sensor, 1) == [[]]
    await world.crash()
    await world.start()
    [status] = adopt(world.engine, sensor, rule(1))
    assert status.history.on is True
    assert status_of(world, 1).proposal is not None
