"""What people decided before a cut, or during it, holds after it."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.decision import Source
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.supply import Demand
from custom_components.elfe_commande.core.wish import Intent
from demo.territory import MANUAL
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, PROGRAMMED, set_row, status_of, until, until_row
from .test_shedding import BATTERY, HEATER, MAINS, RADIATOR, UPS, Shed, shedding


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
    relay = shed.world.device("S103")
    relay.switch(False)
    shed.world.fleet.say(relay.state())
    await shed.world.heard()
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


async def test_what_was_cut_in_manual_is_kept_off_as_long_as_the_cut_lasts(shed: Shed) -> None:
    """Relays go on again by themselves, half an hour after they were switched off."""
    await shed.begin(replace(HEATER, mode=MANUAL), forced=True)
    await shed.world.wish(HEATER.id, Intent.FORCED_ON)
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 25})
    before = await shed.world.row(HEATER.id)

    await shed.world.cycle(slots=1)
    await shed.until_orders(HEATER, "on", "off", "off")
    assert shed.source(HEATER) is Source.SAFETY

    await shed.world.engine.stop()
    await shed.world.start()
    shed.world.engine.shedding.protect(UPS, shedding(forced=True))
    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off", "off", "off")
    await shed.world.cycle(slots=1)
    await shed.until_orders(HEATER, "on", "off", "off", "off", "off")
    await shed.world.settled()
    assert await shed.world.row(HEATER.id) == before

    shed.say(MAINS)
    await until(lambda: shed.orders(HEATER)[-1] == "on", "the load given back")
    await until_row(shed.world, HEATER.id, **{MODE: 20, CONTROL: 15})


async def test_what_is_on_although_its_row_says_off_is_cut_and_given_back(shed: Shed) -> None:
    """Somebody switched it on at its relay, which nobody wrote."""
    await shed.begin(replace(HEATER, mode=MANUAL), forced=True)
    await shed.world.wish(HEATER.id, Intent.TO_MANUAL)
    await set_row(shed.world, HEATER.id, **{CONTROL: 25})
    await shed.world.engine.run_cycle()
    shed.world.fleet.say(shed.world.device("S103").state())
    await shed.world.heard()

    shed.say(BATTERY)
    await shed.until_orders(HEATER, "on", "off")
    await shed.world.settled()
    shed.say(MAINS)
    await shed.until_orders(HEATER, "on", "off", "on")
