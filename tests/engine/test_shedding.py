"""A UPS on battery: what goes off, in which order, what is left alone, and how it comes back."""

import asyncio
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from custom_components.elfe_commande.core.decision import Source
from custom_components.elfe_commande.core.model import EquipmentId, HomeId
from custom_components.elfe_commande.core.supply import (
    Demand,
    Policy,
    Protection,
    SupplyReport,
    demand_of,
)
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent
from demo.specs import finger, plug, relay
from demo.territory import MANUAL, Equipment
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, calm, furnish, status_of, until, until_row
from .test_surplus import Sensor, adopt, rule

SHEDDING = "custom_components.elfe_commande.engine.local.shedding"
STEP = 0.3
UPS = "a UPS"
MAINS = SupplyReport(mains=True)
BATTERY = SupplyReport(mains=False)
LOW = SupplyReport(mains=False, critical=True)
LOST = SupplyReport(lost=True)

WASHING = Equipment(2, "R001", "Lave-linge", 112, 120, (plug("S102"),))
HEATER = Equipment(3, "R001", "Ballon", 131, 140, (relay("S103"),))
RADIATOR = Equipment(4, "R001", "Radiateur", 151, 140, (relay("S104"),))
BATH = Equipment(5, "R002", "Salle de bains", 151, 140, (relay("S105"),))
COMMANDS = {e.id: e.devices[0].topics.command for e in (WASHING, HEATER, RADIATOR, BATH)}


def shedding(**changes: Any) -> Protection:
    values: dict[str, Any] = {"policy": Policy.SHED, "return_after": 0.3}
    return Protection(**(values | changes))


def brisk(**changes: Any) -> Timing:
    return calm(shed_step=STEP, min_off=0.0, **changes)


def hurried() -> Timing:
    """Return scaled waits, and time for a device to answer on a busy machine."""
    return replace(brisk(), ack_timeouts=calm().ack_timeouts)


class Shed:
    """A world with loads, and a UPS that protects them."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def begin(self, *loads: Equipment, timing: Timing | None = None, **options: Any) -> None:
        """Start an engine on loads whose plan wants them on, and switch them on."""
        await furnish(self.world, *loads, timing=timing or hurried())
        for load in loads:
            await self.world.plan(load.id, [], fill=1)
        await self.world.start()
        self.world.engine.shedding.protect(UPS, shedding(**options))
        self.say(MAINS)

    async def switch_on(self) -> None:
        await self.world.engine.run_cycle()

    def say(self, report: SupplyReport) -> None:
        self.world.engine.shedding.report(UPS, report)

    def orders(self, load: Equipment) -> list[str]:
        return [
            "on" if "true" in text.lower() or text.lower() == "on" else "off"
            for text in self.world.orders(COMMANDS[load.id])
        ]

    async def until_orders(self, load: Equipment, *orders: str) -> None:
        await until(lambda: self.orders(load) == list(orders), f"{orders} of {load.id}")

    def source(self, load: Equipment) -> Source | None:
        decision = status_of(self.world, load.id).decision
        return None if decision is None else decision.source


@pytest.fixture
def shed(world: World) -> Shed:
    return Shed(world)


async def test_loads_go_one_by_one_and_come_back_one_by_one(
    shed: Shed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", SHEDDING)
    loads = (HEATER, RADIATOR, BATH)
    await shed.begin(*loads)
    await shed.switch_on()
    assert all(shed.orders(load) == ["on"] for load in loads)

    shed.say(BATTERY)

    for load in loads:
        await shed.until_orders(load, "on", "off")
        await until_row(shed.world, load.id, **{CONTROL: 25, MODE: 30})
        assert shed.source(load) is Source.SAFETY
    one_by_one(caplog, "is shed", BATH, RADIATOR, HEATER)

    await shed.world.engine.run_cycle()
    assert all(shed.orders(load)[-1] == "off" for load in loads)

    shed.say(MAINS)

    for load in loads:
        await until(lambda load=load: shed.orders(load)[-1] == "on", f"return of {load.id}")
        await until_row(shed.world, load.id, **{CONTROL: 15})
        assert shed.source(load) is Source.EMS
    one_by_one(caplog, "is given back", HEATER, RADIATOR, BATH)


def one_by_one(caplog: pytest.LogCaptureFixture, what: str, *loads: Equipment) -> None:
    """Check that the loads were moved in this order, with a pause between."""
    found = [r for r in caplog.records if r.name == SHEDDING and what in r.getMessage()]
    assert [r.getMessage() for r in found] == [f"Load {load.id} {what}" for load in loads]
    assert all(b.created - a.created > STEP * 0.9 for a, b in pairwise(found))


async def test_what_only_a_finger_drives_is_not_cut(
    shed: Shed, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing switches it off: it is no load that the others would have to wait for."""
    caplog.set_level("INFO", SHEDDING)
    oven = Equipment(6, "R001", "Four", 131, 130, (plug("S106", 21), finger("S107")))
    await furnish(shed.world, oven, HEATER, timing=hurried())
    for load in (oven, HEATER):
        await shed.world.plan(load.id, [], fill=1)
    await shed.world.start()
    shed.world.engine.shedding.protect(UPS, shedding(shed_first=(EquipmentId(oven.id),)))
    await shed.switch_on()
    assert shed.world.device("S107").presses == 1  # type: ignore[attr-defined]

    shed.say(BATTERY)

    await shed.until_orders(HEATER, "on", "off")
    one_by_one(caplog, "is shed", HEATER)
    assert shed.world.device("S107").presses == 1  # type: ignore[attr-defined]


async def test_a_declared_order_and_a_home(shed: Shed) -> None:
    first = (EquipmentId(HEATER.id),)
    await shed.begin(HEATER, RADIATOR, BATH, shed_first=first, homes=frozenset({HomeId("R001")}))
    await shed.switch_on()

    shed.say(BATTERY)

    await shed.until_orders(HEATER, "on", "off")
    assert shed.orders(RADIATOR) == ["on"]
    await shed.until_orders(RADIATOR, "on", "off")
    await shed.world.engine.run_cycle()
    assert "off" not in shed.orders(BATH)


async def test_of_loads_with_a_rule_the_greater_its_number_the_sooner_it_goes(
    shed: Shed, caplog: pytest.LogCaptureFixture
) -> None:
    """And all of them before those that follow no rule."""
    caplog.set_level("INFO", SHEDDING)
    loads = (HEATER, RADIATOR, BATH)
    await shed.begin(*loads)
    sensor = Sensor(shed.world.clock)
    adopt(shed.world.engine, sensor, rule(HEATER.id, priority=30), rule(RADIATOR.id, priority=10))
    await shed.switch_on()

    shed.say(BATTERY)

    for load in loads:
        await shed.until_orders(load, "on", "off")
    one_by_one(caplog, "is shed", HEATER, RADIATOR, BATH)


async def test_suspending_starts_nothing_and_cuts_nothing(shed: Shed) -> None:
    await shed.begin(HEATER, policy=Policy.SUSPEND)
    await shed.switch_on()
    shed.world.engine.shedding.report(UPS, BATTERY)
    await until(lambda: status_of(shed.world, HEATER.id).shed is not None, "demand")
    await shed.world.engine.run_cycle()
    assert shed.orders(HEATER) == ["on"]
    assert shed.source(HEATER) is Source.EMS

    # Once off, it stays off.
    await shed.world.wish(HEATER.id, Intent.FORCED_OFF)
    await shed.world.wish(HEATER.id, Intent.TO_PILOTED)
    await shed.world.engine.run_cycle()
    assert shed.orders(HEATER)[-1] == "off"
    assert shed.source(HEATER) is Source.SAFETY

    shed.say(MAINS)
    await until(lambda: shed.orders(HEATER)[-1] == "on", "return")


async def test_a_low_battery_sheds_whatever_the_policy(shed: Shed) -> None:
    await shed.begin(HEATER, policy=Policy.NONE)
    await shed.switch_on()
    shed.say(BATTERY)
    await asyncio.sleep(0.2)
    assert status_of(shed.world, HEATER.id).shed is None

    shed.say(LOW)

    await shed.until_orders(HEATER, "on", "off")


async def test_what_a_person_switched_on_stays_on(shed: Shed) -> None:
    await shed.begin(replace(HEATER, mode=MANUAL), RADIATOR)
    await shed.world.wish(HEATER.id, Intent.TO_MANUAL)
    await shed.switch_on()

    shed.say(LOW)

    await shed.until_orders(RADIATOR, "on", "off")
    await shed.world.engine.run_cycle()
    assert shed.orders(HEATER) == ["on"]


async def test_forced_loads_go_by_option_and_are_given_back_after_a_restart_too(
    shed: Shed,
) -> None:
    await shed.begin(replace(HEATER, mode=MANUAL), forced=True)
    await shed.world.wish(HEATER.id, Intent.TO_MANUAL)

    shed.say(BATTERY)

    await shed.until_orders(HEATER, "on", "off")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 25})
    await shed.world.engine.stop()
    await shed.world.start()
    shed.world.engine.shedding.protect(UPS, shedding(forced=True))
    await asyncio.sleep(0.5)
    # The cut may go on, for all that is known yet.
    await shed.until_orders(HEATER, "on", "off")
    shed.say(MAINS)

    await shed.until_orders(HEATER, "on", "off", "on")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 15})
    await until(lambda: status_of(shed.world, HEATER.id).shed is None, "end of shedding")


async def test_a_machine_that_runs_is_cut_as_the_last_resort_only(shed: Shed) -> None:
    await shed.begin(WASHING, one_shots=True)
    await shed.switch_on()
    await until_row(shed.world, WASHING.id, **{MODE: 20, CONTROL: 15})

    shed.say(BATTERY)
    await asyncio.sleep(0.5)
    assert shed.orders(WASHING) == ["on"]
    shed.say(LOW)
    await shed.until_orders(WASHING, "on", "off")
    shed.say(MAINS)
    await shed.until_orders(WASHING, "on", "off", "on")


async def test_a_machine_that_runs_is_not_cut_without_the_option(shed: Shed) -> None:
    await shed.begin(WASHING, HEATER)
    await shed.switch_on()
    await until_row(shed.world, WASHING.id, **{MODE: 20, CONTROL: 15})

    shed.say(LOW)

    await shed.until_orders(HEATER, "on", "off")
    await shed.world.engine.run_cycle()
    assert shed.orders(WASHING) == ["on"]


async def test_a_start_that_falls_into_the_cut_is_made_afterwards(shed: Shed) -> None:
    await shed.begin(WASHING)
    shed.say(BATTERY)
    await until(lambda: status_of(shed.world, WASHING.id).shed is not None, "demand")

    await shed.world.engine.run_cycle()

    assert "on" not in shed.orders(WASHING)
    assert shed.source(WASHING) is Source.SAFETY
    shed.say(MAINS)
    await until(lambda: shed.orders(WASHING)[-1:] == ["on"], "start")


async def test_mains_have_to_be_stable(shed: Shed) -> None:
    await shed.begin(HEATER, return_after=1.0)
    await shed.switch_on()
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")
    loop = asyncio.get_running_loop()

    shed.say(MAINS)
    await asyncio.sleep(0.5)
    shed.say(BATTERY)
    await asyncio.sleep(0.1)
    back = loop.time()
    shed.say(MAINS)

    await shed.until_orders(HEATER, "on", "off", "on")
    assert loop.time() - back >= 1.0


async def test_a_load_stays_off_for_a_minimum(shed: Shed) -> None:
    await shed.begin(HEATER, timing=replace(hurried(), min_off=1.5), return_after=0.0)
    await shed.switch_on()
    cut = asyncio.get_running_loop().time()
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")
    shed.say(MAINS)

    await shed.until_orders(HEATER, "on", "off", "on")

    assert asyncio.get_running_loop().time() - cut >= 1.5


async def test_a_ups_that_is_removed_lets_go(shed: Shed) -> None:
    await shed.begin(HEATER)
    await shed.switch_on()
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")

    shed.world.engine.shedding.forget(UPS)

    await shed.until_orders(HEATER, "on", "off", "on")
    await until(lambda: shed.world.engine.shedding.demand(UPS) is Demand.NOTHING, "forgotten")


async def test_a_ups_that_is_set_otherwise_asks_for_the_same_until_it_is_heard(shed: Shed) -> None:
    await shed.begin(HEATER)
    await shed.switch_on()
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")

    shed.world.engine.shedding.protect(UPS, shedding(return_after=0.0))

    assert shed.world.engine.shedding.demand(UPS) is Demand.SHED
    shed.world.later()
    await shed.world.engine.run_cycle()
    assert shed.orders(HEATER)[-1] == "off"
    assert shed.source(HEATER) is Source.SAFETY


async def test_a_ups_that_was_never_taken_in_is_let_go_too(shed: Shed) -> None:
    """Its part is stopped although it could not be started."""
    await shed.begin(HEATER)
    shed.world.engine.shedding.forget("another UPS")
    assert shed.world.engine.shedding.demand("another UPS") is Demand.NOTHING


async def test_nothing_is_asked_before_the_engine_runs(world: World) -> None:
    await furnish(world, HEATER, timing=hurried())
    await world.start(run=False)
    world.engine.shedding.protect(UPS, shedding())
    world.engine.shedding.report(UPS, LOW)
    await asyncio.sleep(0.2)

    assert world.orders(COMMANDS[HEATER.id]) == []
    assert status_of(world, HEATER.id).shed is None


# --------------------------------------------------------------------------------- the demand

NOTHING, SUSPEND, SHED, LAST = Demand


@pytest.mark.parametrize(
    ("policy", "report", "before", "after"),
    [
        (Policy.NONE, BATTERY, NOTHING, NOTHING),
        (Policy.SUSPEND, BATTERY, NOTHING, SUSPEND),
        (Policy.SHED, BATTERY, NOTHING, SHED),
        (Policy.NONE, LOW, NOTHING, LAST),
        (Policy.SUSPEND, LOW, SUSPEND, LAST),
        (Policy.SUSPEND, BATTERY, LAST, LAST),
        (Policy.SHED, MAINS, LAST, NOTHING),
        (Policy.SHED, SupplyReport(mains=True, critical=True), NOTHING, LAST),
        (Policy.SHED, SupplyReport(), SHED, SHED),
        (Policy.SHED, SupplyReport(), NOTHING, NOTHING),
        (Policy.SHED, LOST, NOTHING, NOTHING),
        (Policy.SHED, LOST, SHED, SHED),
    ],
)
def test_what_a_ups_asks_for(policy, report, before, after):
    assert demand_of(Protection(policy), report, before) is after


def test_a_ups_that_is_not_heard_suspends_by_option():
    protection = Protection(Policy.SHED, suspend_when_lost=True)

    assert demand_of(protection, LOST, NOTHING) is SUSPEND
    assert demand_of(protection, LOST, SHED) is SHED
