"""What the goal machine found, each played once more as a short story in a world in one's pocket."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Step, Writes
from demo.appliances import Behaviour
from demo.territory import PILOTED
from tests.faults.appliances import Odds
from tests.faults.history import ON

from .pocket import LAG, LeapingLoop, PocketWorld

TANK, WASHER, HEATER, DISHES, PLUG, DRYER = 1, 2, 3, 4, 6, 7
LOADS = 8
SOON = 5.0
"""Seconds in which a restart in mid-slot is to have everything right."""
CYCLE = 5.0
"""Seconds from the begin of a quarter-hour to its cycle."""


def play(story: Callable[[PocketWorld], Awaitable[None]]) -> None:
    """Play a story; nothing may be wrong once all works again."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(_play(story))


async def _play(story: Callable[[PocketWorld], Awaitable[None]]) -> None:
    world = PocketWorld(0, LOADS, modes=dict.fromkeys(range(1, LOADS + 1), PILOTED))
    await world.furnish()
    try:
        await asyncio.sleep(60)
        await story(world)
        assert await world.conclude() == []
    finally:
        await world.close()


def on(*numbers: int) -> list[int]:
    """Return a plan with these loads on, or started."""
    return [int(number in numbers) for number in range(1, LOADS + 1)]


def orders(world: PocketWorld, number: int) -> list[str]:
    return [each.payload for each in world.history.of(world.history.heard, number)]


def reasons(world: PocketWorld, number: int) -> list[str]:
    return [each.reason for each in world.history.of(world.history.told, number)]


def presses(world: PocketWorld, number: int) -> int:
    return len(list(world.history.of(world.history.presses, number)))


def test_the_plan_is_no_newer_word_than_a_wish_that_takes_the_load_over() -> None:
    """Stopped in the middle of its first try: the next start goes on with it."""

    async def story(world: PocketWorld) -> None:
        world.lose(TANK)
        world.wish(TANK, "to_manual")
        await asyncio.sleep(0.5)
        await world.stop()
        world.recover(TANK)
        await world.begin()
        await asyncio.sleep(10)
        assert world.powered(TANK)

    play(story)


def test_a_cycle_in_the_middle_of_a_first_try_takes_no_wish_away() -> None:
    """Not from the disk either: killed after that, the next start goes on with it."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on())
        world.lose(TANK)
        await asyncio.sleep(CYCLE - 2)
        world.wish(TANK, "to_manual")
        await asyncio.sleep(10)
        await world.kill()
        world.recover(TANK)
        await world.begin()
        await asyncio.sleep(60)
        assert world.powered(TANK)

    play(story)


def test_a_start_that_another_goal_overtook_is_not_tried_for_ever() -> None:
    """A person starts the machine as the plan does; then they want it off."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on(WASHER))
        world.lose(WASHER)
        await asyncio.sleep(CYCLE - 2)
        world.wish(WASHER, "start")
        await asyncio.sleep(8)
        world.wish(WASHER, "forced_off")
        await asyncio.sleep(20)
        world.recover(WASHER)
        await asyncio.sleep(30)
        world.history.heard.clear()
        await asyncio.sleep(700)
        assert "on" not in orders(world, WASHER)
        assert not world.powered(WASHER)

    play(story)


def test_what_waits_for_the_database_is_written_without_living_through_it_again() -> None:
    """Handed to the plan, which wants it off, and taken back: all while nothing could be written."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on())
        await asyncio.sleep(30)
        world.tables.up = False
        for intent in ("to_manual", "to_piloted", "to_manual"):
            world.wish(TANK, intent)
            await asyncio.sleep(30)
        world.history.heard.clear()
        world.tables.up = True
        assert world.house is not None
        for _ in range(2000):
            # Whatever makes the load be looked at again in between.
            world.house.engine.rooms.goals.look_again([EquipmentId(TANK)])
            await asyncio.sleep(0.003)
        assert orders(world, TANK) == []
        assert world.powered(TANK)

    play(story)


def test_no_button_is_pressed_for_a_plan_from_before_the_outage() -> None:
    """The EMS gave the pulse up meanwhile."""

    async def story(world: PocketWorld) -> None:
        world.lose(DISHES)
        await world.next_slot(on(DISHES))
        await asyncio.sleep(60)
        world.tables.up = False
        await world.next_slot(on())
        world.recover(DISHES)
        await asyncio.sleep(60)
        assert presses(world, DISHES) == 0
        world.tables.up = True
        await asyncio.sleep(300)
        assert presses(world, DISHES) == 0

    play(story)


def test_a_pulse_that_was_planned_during_the_outage_is_pressed_once() -> None:
    async def story(world: PocketWorld) -> None:
        world.lose(DISHES)
        await world.next_slot(on(DISHES))
        await asyncio.sleep(60)
        world.tables.up = False
        await world.next_slot(on(DISHES))
        world.recover(DISHES)
        await asyncio.sleep(60)
        world.tables.up = True
        await asyncio.sleep(60)
        assert presses(world, DISHES) == 1

    play(story)


def test_a_start_that_a_kill_and_the_plan_outlived_is_told() -> None:
    """It was to be tried again; the next quarter-hour has a plan of its own."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on(TANK))
        await asyncio.sleep(600)
        world.lose(TANK)
        world.wish(TANK, "start")
        await asyncio.sleep(30)
        await world.kill()
        await world.next_slot(on())
        await world.begin()
        assert reasons(world, TANK)[-1] == "slot_over"
        assert [each.key for each in world.history.of(world.history.asked, TANK)] == [
            "wish_given_up"
        ]

    play(story)


def test_an_order_that_was_to_be_tried_again_has_an_end() -> None:
    """Somebody else takes the load over before the next try."""

    async def story(world: PocketWorld) -> None:
        world.lose(HEATER)
        await world.next_slot(on(HEATER))
        await asyncio.sleep(12)
        assert world.history.told[-1].will_retry
        now = int(world.clock.now())
        step = Step(EquipmentId(HEATER), Writes(mode=Mode.MANUAL, programmed=True), now)
        await world.tables.rows.write([step])
        await asyncio.sleep(60)
        last = list(world.history.of(world.history.told, HEATER))[-1]
        assert (last.reason, last.will_retry) == ("mode_changed", False)
        # Back to the plan, for the end of the story.
        world.recover(HEATER)
        world.wish(HEATER, "to_piloted")
        await asyncio.sleep(30)

    play(story)


def test_a_press_in_doubt_is_asked_about_also_after_a_kill_and_a_hand_over() -> None:
    """A person takes the machine over while its button is silent; they do not know of the press."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on())
        world.fleet.odds = Odds(order_lost=1.0)
        await world.next_slot(on(DISHES))
        await asyncio.sleep(CYCLE + 1)
        world.wish(DISHES, "to_manual")
        await asyncio.sleep(60)
        assert "silent" in reasons(world, DISHES)
        await world.kill()
        await world.begin()
        await asyncio.sleep(10)
        assert [each.key for each in world.history.of(world.history.asked, DISHES)] == [
            "press_doubtful"
        ]

    play(story)


@pytest.mark.parametrize("moment", [LAG / 2, LAG * 1.5])
@pytest.mark.parametrize("killed", [False, True])
def test_a_wish_is_not_lost_between_the_disk_and_the_row(moment: float, killed: bool) -> None:
    """After its first try, the mode wished goes to the disk and then into the row."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on(TANK))
        await asyncio.sleep(60)
        world.lose(TANK)
        world.wish(TANK, "forced_off")
        assert world.house is not None
        wishes = world.house.engine.rooms.rows.journal.wishes
        while EquipmentId(TANK) not in wishes or wishes[EquipmentId(TANK)].mode_at is None:
            await asyncio.sleep(LAG / 10)
        await asyncio.sleep(moment)
        world.house.engine.rooms.goals.look_again([EquipmentId(TANK)])
        if killed:
            await world.kill()
            await world.begin()
        world.recover(TANK)
        await asyncio.sleep(60)
        assert not world.powered(TANK)

    play(story)


def test_what_a_meter_said_before_tells_nothing_of_what_was_handed_over_since() -> None:
    """The run ends, its meter falls off the network, and the next load is handed to the plan."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on())
        machine = world.household.machine(DISHES)
        await asyncio.sleep(900 - world.clock.now() % 900 + 870 - machine.duration % 900)
        machine.start_by_hand()
        await asyncio.sleep(machine.duration - 5)
        for spec in world.equipments[DISHES - 1].devices:
            world.fleet.say(world.fleet[spec.id].power())
        await asyncio.sleep(1)
        world.lose(DISHES)
        await asyncio.sleep(10)
        world.wish(DISHES, "to_piloted")
        await world.next_slot(on())
        await asyncio.sleep(10)
        assert [each.mode for each in await world.ends() if each.load == DISHES] == [PILOTED]

    play(story)


def test_killed_in_mid_slot_it_has_all_as_it_should_be_within_five_seconds() -> None:
    """By the waits of a real home, and a network of some milliseconds: no machine is measured."""

    async def story(world: PocketWorld) -> None:
        await world.next_slot(on(TANK, HEATER, PLUG))
        await asyncio.sleep(60)
        world.lose(PLUG)
        world.wish(PLUG, "forced_off")
        await asyncio.sleep(1)
        await world.kill()
        world.recover(PLUG)
        # Switched by hand, planned anew, and one that everybody would wait for: there, and mute.
        world.fleet[device(world, TANK)].switch(False)
        world.fleet[device(world, DRYER)].behaviour = Behaviour.SILENT
        await world.plan(on(TANK, PLUG))
        killed = world.now
        await world.begin()
        while not await is_right(world, {TANK: True, HEATER: False, PLUG: False}):
            assert world.now - killed < SOON
            await asyncio.sleep(0.1)
        world.fleet[device(world, DRYER)].behaviour = Behaviour.ACK

    play(story)


def test_a_device_that_was_silent_for_long_is_ordered_as_soon_as_it_says_anything() -> None:
    """It shows that it hears nothing of the order; the wait had grown to minutes by then."""

    async def story(world: PocketWorld) -> None:
        plug = world.fleet[device(world, HEATER)]
        # Without a last word: nobody is told that it is away, nor that it is back.
        plug.lost = True
        await world.next_slot(on(HEATER))
        await asyncio.sleep(CYCLE + 400)
        before = len(orders(world, HEATER))
        await asyncio.sleep(2)
        assert len(orders(world, HEATER)) == before, "the next try is far away"
        plug.lost = False
        world.fleet.report(plug)
        await asyncio.sleep(2)
        assert world.powered(HEATER)
        assert len(orders(world, HEATER)) == before + 1

    play(story)


def device(world: PocketWorld, number: int) -> str:
    """Return what switches a load."""
    return next(d.id for d in world.equipments[number - 1].devices if d.usage == 11)


async def is_right(world: PocketWorld, wanted: dict[int, bool]) -> bool:
    """Whether devices and rows of these loads are on or off as they should be."""
    ends = {end.load: end for end in await world.ends()}
    return all(
        ends[number].powered is powered and (ends[number].control == ON) is powered
        for number, powered in wanted.items()
    )
