"""Defects of the reference in what is told, caught up and forgotten of plans; ours right."""

from dataclasses import replace
import time

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.engine.ground.events import (
    CycleEnded,
    EquipmentChanged,
    ModeChanged,
)
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from demo.database import quarter
from demo.engine_host import SystemClock
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    MODE,
    PROGRAMMED,
    calm,
    events_of,
    furnish,
    pass_slots,
    set_row,
    status_of,
    stubborn,
    until,
)

WASHER = Equipment(2, "R001", "Lave-linge", 112, 120, (plug("P2"),), cycle=7200)
DRYER = Equipment(3, "R001", "Sèche-linge", 113, 120, (plug("P3"),))
TANK = Equipment(4, "R001", "Ballon", 131, 120, (plug("P4"),))
COMMAND_2 = WASHER.devices[0].topics.command
COMMAND_3 = DRYER.devices[0].topics.command
COMMAND_4 = TANK.devices[0].topics.command


@pytest.mark.defect("D-08")
@pytest.mark.parametrize("decisions", [None, [0]])
async def test_a_load_that_waits_and_is_not_planned_is_told_of_once(
    world: World, caplog: pytest.LogCaptureFixture, decisions: list[int] | None
) -> None:
    """While it waits, and not after it was started."""
    await furnish(world, WASHER, DRYER)
    await world.plan(3, [0, 0, 1])
    if decisions is not None:
        await world.plan(2, decisions)
    await world.start()

    def told() -> list[str]:
        return [m for m in caplog.messages if "nothing planned" in m]

    await world.engine.run_cycle()
    await world.engine.run_cycle()
    assert len(told()) == 1
    assert told()[0].endswith("equipments 2")
    assert status_of(world, 2).next_start is None
    assert status_of(world, 3).next_start == quarter(world.clock.now()) + 1800


@pytest.mark.defect("D-08")
async def test_a_load_just_programmed_may_wait_for_the_ems(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, WASHER)
    await set_row(world, 2, **{PROGRAMMED: int(world.clock.now()) - 800})
    await world.start()
    await world.engine.run_cycle()
    assert not [m for m in caplog.messages if "nothing planned" in m]


@pytest.mark.defect("D-09")
async def test_the_first_cycle_then_five_seconds_after_each_quarter(world: World) -> None:
    await furnish(world, WASHER, timing=calm(first_cycle=0.1, settle=5.0, clock_look=0.01))
    clock = world.clock
    assert isinstance(clock, SystemClock)
    await world.start()
    await until(lambda: events_of(world, CycleEnded), "the first cycle")
    clock.offset += 900 - clock.now() % 900 + 1
    await world.fleet.recorder.quiet(0.2)
    assert len(events_of(world, CycleEnded)) == 1
    clock.offset += 4
    await until(lambda: len(events_of(world, CycleEnded)) == 2, "the cycle of the quarter")
    assert world.engine.last_cycle.at % 900 >= 5


@pytest.mark.defect("D-10")
async def test_everything_shown_is_told_to_change_when_a_load_leaves_the_plan(
    world: World,
) -> None:
    await furnish(world, WASHER)
    await world.plan(2, [1])
    await world.start()
    await world.engine.run_cycle()
    (changed,) = events_of(world, ModeChanged)
    assert (changed.equipment_id, changed.before, changed.after) == (2, 30, 20)
    after = world.events[world.events.index(changed) :]
    assert any(isinstance(e, EquipmentChanged) and 2 in e.ids for e in after)
    # And when somebody else changes it in the tables.
    await set_row(world, 2, **{MODE: 30})
    await world.engine.run_cycle()
    assert events_of(world, ModeChanged)[1].origin == "elsewhere"


@pytest.mark.defect("D-11")
@pytest.mark.parametrize(("hours", "started"), [(8.0, True), (2.2, False)])
async def test_a_pulse_missed_under_a_plan_read_before_is_caught_up(
    world: World, hours: float, started: bool
) -> None:
    """If the wished end can still be met: two hours of washing, half an hour lost."""
    await furnish(world, replace(WASHER, hours_ahead=hours))
    await world.plan(2, [0, 1])
    storage = stubborn(world)
    await world.start()
    await world.engine.run_cycle()
    storage.failures["read_plans"] = StorageUnreachableError("gone")
    pass_slots(world, 3)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2) == ["off", "on" if started else "off"]
    expected = "caught_up" if started else "too_late"
    decided = [world.ended(2)[-1].act, status_of(world, 2).decision.reason]
    assert decided in ([Act.START, "manual"], [Act.KEEP_OFF, expected])


@pytest.mark.defect("D-11")
async def test_a_pulse_missed_while_it_was_stopped_is_caught_up(world: World) -> None:
    await furnish(world, WASHER)
    await world.plan(2, [0, 1])
    await world.start()
    await world.engine.run_cycle()
    await world.engine.stop()
    pass_slots(world, 2)
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2) == ["off", "on"]


@pytest.mark.defect("D-81")
async def test_a_plan_older_than_the_programming_is_not_executed(world: World) -> None:
    """Cancelled and programmed again for tomorrow: the old plan's pulse starts nothing."""
    await furnish(world, WASHER)
    await world.plan(2, [1])
    await set_row(world, 2, **{PROGRAMMED: int(world.clock.now()) - 60})
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2) == ["off"]
    assert status_of(world, 2).decision.reason == "programmed_after_plan"

    # The EMS reads its inputs a quarter-hour and half a minute before its plan begins.
    await world.plan(2, [1], offset=2)
    pass_slots(world, 2)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2) == ["off", "on"]


async def test_the_clock_of_these_tests_is_in_the_middle_of_a_slot(world: World) -> None:
    await furnish(world, WASHER)
    assert 299 < world.clock.now() % 900 < 310
    assert abs(world.clock.now() - time.time()) < 901
