"""What people decided before a cut, or during it, holds after it."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.supply import Demand
from custom_components.elfe_commande.core.wish import Intent
from demo.territory import MANUAL
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, PROGRAMMED, set_row, status_of, until, until_row
from .test_shedding import BATTERY, HEATER, MAINS, RADIATOR, UPS, Shed


@pytest.fixture
def shed(world: World) -> Shed:
    return Shed(world)


async def until_over(shed: Shed) -> None:
    """Mains are back, and nothing more is asked of anything."""
    shed.say(MAINS)
    engine = shed.world.engine
    await until(
        lambda: (
            engine.shedding.demand(UPS) is Demand.NOTHING
            and all(status.shed is None for status in engine.statuses.values())
        ),
        "the end of the cut",
    )


async def test_what_a_person_switched_off_during_the_cut_stays_off(shed: Shed) -> None:
    """In the portal, which writes the row only."""
    await shed.begin(replace(HEATER, mode=MANUAL), forced=True)
    await shed.world.wish(HEATER.id, Intent.TO_MANUAL)
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 25})
    later = int(shed.world.clock.now()) + 5
    await set_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 25, PROGRAMMED: later})
    await shed.world.engine.run_cycle()

    await until_over(shed)
    await shed.world.engine.run_cycle()

    assert shed.orders(HEATER) == ["on", "off"]
    assert (await shed.world.row(HEATER.id))[CONTROL] == 25


async def test_a_manual_load_that_was_off_is_not_switched_on_afterwards(shed: Shed) -> None:
    """It would be the first to go, and was never cut: the other one is, and is given back."""
    first = (EquipmentId(HEATER.id),)
    await shed.begin(replace(HEATER, mode=MANUAL), RADIATOR, forced=True, shed_first=first)
    await set_row(shed.world, HEATER.id, **{CONTROL: 25})
    await shed.switch_on()
    assert status_of(shed.world, HEATER.id).equipment.state.control == 25
    shed.say(BATTERY)
    await shed.until_orders(RADIATOR, "on", "off")
    await until_row(shed.world, RADIATOR.id, **{CONTROL: 25})

    await until_over(shed)
    await shed.until_orders(RADIATOR, "on", "off", "on")

    assert shed.orders(HEATER) == []
    assert (await shed.world.row(HEATER.id))[CONTROL] == 25


async def test_what_a_person_switches_on_during_the_cut_is_given_back_after_it(
    shed: Shed,
) -> None:
    """By the option that cuts it: it goes off again, and is not forgotten."""
    await shed.begin(HEATER, forced=True)
    await shed.switch_on()
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")
    await until_row(shed.world, HEATER.id, **{MODE: 30, CONTROL: 25})

    await shed.world.wish(HEATER.id, Intent.FORCED_ON)

    await shed.until_orders(HEATER, "on", "off", "on", "off")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 25})
    await until_over(shed)
    await shed.until_orders(HEATER, "on", "off", "on", "off", "on")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 15})
