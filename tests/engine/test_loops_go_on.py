"""What the engine does over and over: a failure that nobody thought of ends one turn, and no more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from custom_components.elfe_commande.core.supply import Protection
from custom_components.elfe_commande.engine.goals.inventory import InventoryKeeper
from custom_components.elfe_commande.engine.ground.events import CycleEnded
from custom_components.elfe_commande.engine.local import rule_memory
from custom_components.elfe_commande.engine.orders.halves import Halves
from custom_components.elfe_commande.engine.orders.reverts import Reverts
from custom_components.elfe_commande.engine.people.surfaces import Surfaces
from custom_components.elfe_commande.engine.plan_intake import PlanIntake
from custom_components.elfe_commande.engine.startup import Course
from tests.fixtures_engine import World

from .bench import calm, events_of, furnish, until
from .boundary import HEATER, TANK, BrokenError
from .test_shedding import BATTERY, Shed, brisk
from .test_surplus import Sensor, adopt, rule


@dataclass
class Fails:
    """Stands before a function; once armed, it raises instead of the first call."""

    real: Callable[..., Any]
    armed: bool = False
    calls: int = 0
    """Since it was armed."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.calls += self.armed
        if self.calls == 1:
            raise BrokenError
        return self.real(*arguments, **options)

    def __get__(self, instance: object, owner: type) -> Callable[..., Any]:
        return lambda *arguments, **options: self(instance, *arguments, **options)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], Fails]:
    """Let a function fail once."""

    def breaks(owner: Any, name: str) -> Fails:
        fails = Fails(getattr(owner, name))
        monkeypatch.setattr(owner, name, fails)
        return fails

    return breaks


def told(caplog: pytest.LogCaptureFixture) -> int:
    """Return how many failures the log tells of."""
    return sum("logged once" in record.getMessage() for record in caplog.records)


type Broken = Callable[[Any, str], Fails]


@pytest.mark.parametrize(
    ("room", "name"),
    [(PlanIntake, "warn_of_unplanned"), (InventoryKeeper, "read")],
)
async def test_the_next_cycle_comes(
    world: World, broken: Broken, caplog: pytest.LogCaptureFixture, room: type, name: str
) -> None:
    timing = calm(first_cycle=0.2, clock_check=0.05, clock_look=0.05, settle=0.0)
    await furnish(world, TANK, timing=timing)
    await world.plan(HEATER, [1, 1, 1])
    fails = broken(room, name)
    await world.start()
    fails.armed = True
    world.later()
    await until(lambda: fails.calls, "the failure")
    world.later()
    await until(lambda: fails.calls > 1 and world.ended(HEATER), "an order of the next")
    assert told(caplog) == 1


@pytest.mark.parametrize(
    ("room", "name"), [(Reverts, "clear"), (Halves, "look"), (Course, "remember")]
)
async def test_a_cycle_ends_whatever_else_it_looks_at(
    world: World, broken: Broken, caplog: pytest.LogCaptureFixture, room: type, name: str
) -> None:
    await furnish(world, TANK)
    await world.plan(HEATER, [1, 1])
    fails = broken(room, name)
    await world.start()
    fails.armed = True
    report = await world.cycle()
    assert (report.acknowledged, fails.calls) == (1, 1)
    assert len(events_of(world, CycleEnded)) == 1
    await world.cycle(slots=1)
    assert fails.calls == 2
    assert told(caplog) == 1


async def test_broker_and_database_are_looked_at_again(
    world: World, broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK, timing=calm(connection_look=0.05))
    fails = broken(Surfaces, "listen_again")
    await world.start()
    fails.armed = True
    await until(lambda: fails.calls > 1, "another look")
    assert told(caplog) == 1


async def test_rules_are_asked_again(
    world: World, broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK, timing=calm(rule_pass=0.05))
    engine = await world.start()
    sensor = Sensor(world.clock)
    fails = broken(rule_memory, "save")
    fails.armed = True
    adopt(engine, sensor, rule(HEATER))
    await until(lambda: fails.calls, "the failure")
    sensor.report(surplus=9000)
    await until(lambda: world.ended(HEATER), "what the rule wants")
    assert told(caplog) == 1


async def test_loads_are_shed_all_the_same(
    world: World, broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    shed = Shed(world)
    await shed.begin(TANK, timing=brisk())
    await world.cycle()
    fails = broken(Protection, "covers")
    fails.armed = True
    shed.say(BATTERY)
    await until(lambda: fails.calls > 1 and not world.device("Z103").on, "the load off")
    assert told(caplog) == 1
