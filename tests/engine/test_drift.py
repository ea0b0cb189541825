"""Loads that are no longer as they were brought to, by nobody's hand that is known."""

import pytest

from custom_components.elfe_commande.engine.ground.events import LoadDrifted
from demo.specs import plug, relay, tasmota
from demo.territory import MANUAL, PILOTED, Equipment
from tests.fixtures_engine import World

from .bench import MODE, events_of, furnish, set_row, status_of, until

NUMBER = 7
SPECS = {"plug": plug, "relay": relay, "tasmota": tasmota}


async def heater(world: World, kind: str) -> None:
    equipment = Equipment(NUMBER, "R001", "Heater", 151, 120, (SPECS[kind]("H"),), mode=PILOTED)
    await furnish(world, equipment)
    await world.plan(NUMBER, [1] * 96)
    await world.start()
    await world.cycle()
    await world.settled()


def by_hand(world: World, on: bool) -> None:
    device = world.device("H")
    device.switch(on)
    world.fleet.report(device)


@pytest.mark.parametrize("kind", SPECS)
async def test_it_is_shown_and_told_once_and_nothing_is_ordered_before_the_next_slot(
    world: World, kind: str
) -> None:
    await heater(world, kind)
    status = status_of(world, NUMBER)
    assert not status.differs
    ordered = len(world.told("H"))
    by_hand(world, on=False)
    if kind == "relay":
        # What such a report says may be from before the order: the device is asked.
        world.fleet.report(world.device("H"))
    await until(lambda: status.differs, "the drift is shown")
    by_hand(world, on=False)
    await world.settled()
    assert events_of(world, LoadDrifted) == [LoadDrifted(status.equipment.id, on=False)]
    assert len(world.told("H")) == ordered
    await world.cycle(slots=1)
    await world.settled()
    assert len(world.told("H")) == ordered + 1
    assert world.device("H").on
    assert not status.differs


async def test_what_is_back_as_ordered_is_shown_no_longer(world: World) -> None:
    await heater(world, "plug")
    status = status_of(world, NUMBER)
    by_hand(world, on=False)
    await until(lambda: status.differs, "the drift is shown")
    by_hand(world, on=True)
    await until(lambda: not status.differs, "it is as ordered")


async def test_in_manual_people_do_what_they_want(world: World) -> None:
    await heater(world, "plug")
    await set_row(world, NUMBER, **{MODE: MANUAL})
    await world.cycle(slots=1)
    by_hand(world, on=False)
    await world.settled()
    assert not status_of(world, NUMBER).differs
    assert events_of(world, LoadDrifted) == []


@pytest.mark.parametrize("kind", SPECS)
async def test_what_is_switched_off_draws_nothing_whatever_was_measured_before(
    world: World, kind: str
) -> None:
    """The next measure of a plug may be minutes away; nothing of the last one goes on till then."""
    await heater(world, kind)
    status, device = status_of(world, NUMBER), world.device("H")
    await world.meter("H")
    assert (status.running, status.power) == (True, 1500.0)
    device.switch(on=False)
    # What a relay says first may be from before: it is asked.
    world.fleet.say(list(device.state()) * (2 if kind == "relay" else 1))
    await until(lambda: status.reported_on is False, "its word")
    assert (status.running, status.power) == (False, 0.0)
    if kind == "relay":
        # It is not asked again so soon.
        return
    device.switch(on=True)
    world.fleet.report(device)
    await until(lambda: status.running, "its next measure")
    assert status.power == 1500.0
