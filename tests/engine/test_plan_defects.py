"""Defects of the reference in time and plan, each as a situation; ours right."""

import logging

import pytest

from custom_components.elfe_commande.core.decision import Source
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.engine.ground.events import ConnectionChanged
from custom_components.elfe_commande.engine.ground.ports import (
    StorageError,
    StorageUnreachableError,
)
from demo.appliances import Behaviour
from demo.database import PlanRow, insert_plans, pad, quarter
from demo.specs import plug
from demo.territory import MANUAL, Equipment
from tests.fixtures_engine import World

from .bench import MODE, furnish, impatient, pass_slots, status_of, stubborn, until_row

WASHER = Equipment(2, "R001", "Lave-linge", 112, 120, (plug("P2"),), cycle=7200)
DRYER = Equipment(3, "R001", "Sèche-linge", 113, 120, (plug("P3"),))
TANK = Equipment(4, "R001", "Ballon", 131, 120, (plug("P4"),))
COMMAND_2 = WASHER.devices[0].topics.command
COMMAND_3 = DRYER.devices[0].topics.command
COMMAND_4 = TANK.devices[0].topics.command


@pytest.mark.defect("D-01")
async def test_a_waiting_load_is_told_to_stay_off_each_quarter(world: World) -> None:
    """Relays that come back on by themselves after half an hour would start it."""
    household = await furnish(world, WASHER)
    await world.plan(2, [0, 0, 0, 1])
    await world.start()
    before = await world.row(2)
    for _ in range(3):
        household.devices["P2"].switch(True)
        await world.engine.run_cycle()
        await world.fleet.settle()
        assert not household.devices["P2"].on
        pass_slots(world, 1)
    assert world.orders(COMMAND_2) == ["off"] * 3
    assert await world.row(2) == before


@pytest.mark.defect("D-01")
async def test_also_when_the_plan_is_lost(world: World) -> None:
    await furnish(world, WASHER)
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2) == ["off"]
    assert status_of(world, 2).decision.reason == "no_plan"


@pytest.mark.defect("D-02", "D-03")
async def test_a_plan_for_the_next_quarter_starts_nothing_now(world: World) -> None:
    """The EMS publishes for the quarter to come; its columns are not read one too early."""
    await furnish(world, WASHER, TANK)
    first = quarter(world.clock.now()) + 900
    rows = [PlanRow(n, first, pad([1]), machine_type=111, result_type=1) for n in (2, 4)]
    await insert_plans(world.owner, rows)
    await world.start()
    report = await world.engine.run_cycle()
    assert "on" not in world.orders(COMMAND_2) + world.orders(COMMAND_4)
    assert status_of(world, 4).decision.reason == "no_plan"
    assert report.failed == 0

    pass_slots(world, 1)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2)[-1] == "on"
    assert world.orders(COMMAND_4) == ["on"]


@pytest.mark.defect("D-04", "D-05")
@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("read_plans", StorageUnreachableError("gone")),
        ("read_plans", StorageError("odd")),
        ("read_inventory", StorageUnreachableError("gone")),
        ("read_inventory", StorageError("odd")),
        ("all", StorageUnreachableError("gone")),
    ],
)
async def test_plans_read_before_are_followed_when_they_cannot_be_read(
    world: World, caplog: pytest.LogCaptureFixture, error: StorageError, method: str
) -> None:
    await furnish(world, WASHER)
    await world.plan(2, [0, 1])
    storage = stubborn(world)
    await world.start()
    await world.engine.run_cycle()
    caplog.clear()
    storage.failures[method] = error
    pass_slots(world, 1)
    report = await world.engine.run_cycle()

    assert world.orders(COMMAND_2) == ["off", "on"]
    assert (report.degraded, report.acknowledged) == (True, 1)
    assert ConnectionChanged(False) in world.events
    assert not [r for r in caplog.records if r.exc_info]
    assert [r for r in caplog.records if r.levelno == logging.WARNING]

    storage.failures.clear()
    pass_slots(world, 1)
    report = await world.engine.run_cycle()
    assert not report.degraded
    assert world.engine.connected
    await until_row(world, 2, **{MODE: 20})


@pytest.mark.defect("D-04")
async def test_a_plan_a_day_old_is_followed_no_longer(world: World) -> None:
    await furnish(world, TANK)
    await world.plan(4, [1], fill=1)
    storage = stubborn(world)
    await world.start()
    await world.engine.run_cycle()
    storage.failures["read_plans"] = StorageUnreachableError("gone")
    pass_slots(world, 95)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_4) == ["on", "on"]
    pass_slots(world, 1)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_4) == ["on", "on"]
    assert status_of(world, 4).decision.source is Source.DEFAULT


@pytest.mark.defect("D-06")
async def test_a_cycle_reads_in_a_constant_number_of_statements(world: World) -> None:
    """However many machines were ever planned, and however many are."""

    tanks = [
        Equipment(n, "R001", f"Ballon {n}", 131, 120, (plug(f"T{n}"),), mode=MANUAL)
        for n in range(10, 40)
    ]
    seen: list[str] = []
    await furnish(world, *tanks)
    real = world.storage()
    counting = type(real)(
        real.settings, lambda c: c.add_query_logger(lambda q: seen.append(q.query))
    )
    world.storage = lambda: counting  # type: ignore[method-assign]
    await world.start()
    await world.engine.run_cycle()
    seen.clear()
    await world.engine.run_cycle()
    few = len(seen)
    first = quarter(world.clock.now())
    old = [PlanRow(n, first - 900 * age, pad([1])) for n in range(10, 900) for age in (1, 200)]
    await insert_plans(world.owner, old)
    await world.engine.run_cycle()
    seen.clear()
    await world.engine.run_cycle()
    assert 0 < len(seen) == few <= 6


@pytest.mark.defect("D-07")
async def test_one_equipment_s_failure_costs_the_others_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    household = await furnish(world, WASHER, DRYER, TANK, timing=impatient(ack=2.0))
    for number in (2, 3, 4):
        await world.plan(number, [1])
    household.devices["P3"].behaviour = Behaviour.SILENT
    await world.start()
    publish = world.messenger.publish
    mine = household.devices["P2"].topics.command

    async def broken(topic, payload):
        if topic == mine:
            raise RuntimeError("a mistake in the program")
        await publish(topic, payload)

    monkeypatch.setattr(world.messenger, "publish", broken)
    report = await world.engine.run_cycle()
    assert (report.acknowledged, report.failed) == (1, 2)
    assert world.ended(2)[0].result.reason == "internal_error"
    assert world.ended(3)[0].result.reason == "silent"
    assert world.ended(4)[0].result.outcome is Outcome.ACKNOWLEDGED
