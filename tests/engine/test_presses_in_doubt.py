"""What is known, and what is not, of a press whose answer did not come or was never written."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from demo.appliances.device import Message
from demo.territory import MANUAL
from tests.fixtures_engine import World, is_busy

from .bench import COMMAND, MODE, calm, furnish, set_row, status_of, until
from .disks import FullDisk
from .households import DISHWASHER, DOUBLE, FINGER, NO_METER, TWO_PRESSES, UNMETERED_FINGER


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def mode_and_command(world: World, machine_id: int = DISHWASHER) -> tuple[int, int]:
    row = await world.row(machine_id)
    return row[MODE], row[COMMAND]


async def at_rest() -> None:
    """Wait until the engine has nothing under way."""
    await until(lambda: not is_busy(), "rest")


async def test_what_a_meter_said_before_a_press_proves_nothing_of_it(world: World) -> None:
    """Idle, pressed, silent: the machine may run, and is not called failed."""
    await furnish(world, FINGER, timing=calm(idle_confirm=0.3))
    await world.plan(DISHWASHER, [1])
    world.device("C104").behaviour, world.device("C104").obeys_silently = Behaviour.SILENT, True
    await world.start()
    await world.meter("D104")

    await world.cycle()
    await at_rest()

    assert world.machine(DISHWASHER).running
    # Nothing measured since the press tells: a person is asked.
    assert problems(world) == ["press_doubtful"]
    assert await mode_and_command(world) == (20, 13)
    assert [end.result.outcome for end in world.ended(DISHWASHER)] == [Outcome.DOUBTFUL]


async def test_a_machine_that_its_meter_shows_idle_again_may_be_started_again(
    world: World,
) -> None:
    """Stopped after a minute by whoever forgot a plate: its cycle need not be waited for."""
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    await world.cycle()
    machine = world.machine(DISHWASHER)
    machine.open()
    machine.load()
    await world.meter("D104")

    again = await world.wish(DISHWASHER, Intent.START)

    assert again.outcome is Outcome.ACKNOWLEDGED
    assert (machine.presses, machine.harmful_presses) == (2, 0)


async def test_a_persons_press_cut_by_a_crash_is_told(world: World) -> None:
    """In manual mode the row says nothing of what became of it."""
    await furnish(world, replace(FINGER, mode=MANUAL))
    # Not as a press of the plan would have claimed it.
    await set_row(world, DISHWASHER, **{COMMAND: 11})
    await world.start()
    finger = world.device("C104")
    finger.held = True
    wish = asyncio.create_task(world.wish(DISHWASHER, Intent.START))
    await world.until_told("C104")
    await world.crash()
    await asyncio.gather(wish, return_exceptions=True)
    world.fleet.let_go(finger)
    await world.fleet.settle()

    await world.start()

    assert problems(world) == ["press_doubtful"]
    await world.cycle()
    assert world.told("C104") == ["ON"]
    assert await mode_and_command(world) == (20, 13)


@pytest.mark.parametrize("who", ["a person", "a plan that goes on"])
async def test_an_acknowledged_press_leaves_nothing_open(world: World, who: str) -> None:
    """After a restart nobody is asked to look, and the row stays as others left it since."""
    if who == "a person":
        await furnish(world, replace(FINGER, mode=MANUAL))
        await world.start()
        assert (await world.wish(DISHWASHER, Intent.START)).outcome is Outcome.ACKNOWLEDGED
    else:
        await furnish(world, replace(FINGER, type=131))
        await world.plan(DISHWASHER, [1])
        await world.start()
        await world.cycle()
        assert world.ended(DISHWASHER)[-1].result.outcome is Outcome.ACKNOWLEDGED
    await at_rest()
    await set_row(world, DISHWASHER, **{COMMAND: 21})
    await world.crash()

    await world.start()
    await at_rest()

    assert problems(world) == []
    assert (await mode_and_command(world))[1] == 21
    assert world.told("C104") == ["ON"]


async def test_in_one_slot_one_press_is_made_for_the_plan(world: World) -> None:
    """Pressed, and stopped by somebody: the next look, in the same slot, presses nothing."""
    await furnish(world, replace(FINGER, type=131))
    await world.plan(DISHWASHER, [1])
    await world.start()
    await world.cycle()
    meter = world.device("D104")
    world.fleet.say([Message(f"{meter.topics.control}/power", "0.0")])
    await until(lambda: status_of(world, DISHWASHER).power == 0, "the meter")

    await world.cycle()

    assert world.told("C104") == ["ON"]
    assert world.ended(DISHWASHER)[-1].result.reason == "already_claimed"


async def test_a_wish_cuts_no_press_short_that_waits_for_its_answer(world: World) -> None:
    """Given up between two presses, a machine would be left half started."""
    await furnish(world, TWO_PRESSES)
    finger = world.device("C105")
    finger.held = True
    await world.plan(DOUBLE, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("C105")

    wish = asyncio.create_task(world.wish(DOUBLE, Intent.TO_PILOTED))
    await until(lambda: status_of(world, DOUBLE).wished_mode, "the wish")
    world.fleet.let_go(finger)
    result = await wish
    await cycle

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert world.machine(DOUBLE).presses == 2
    assert world.ended(DOUBLE)[0].result.outcome is Outcome.ACKNOWLEDGED
    assert problems(world) == []


async def test_a_press_of_an_equipment_that_is_wired_otherwise_by_now_asks_nobody(
    world: World,
) -> None:
    """Its typology is one that we know nothing of: the engine starts all the same."""
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    finger = world.device("C104")
    finger.held = True
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("C104")
    await world.crash()
    await asyncio.gather(cycle, return_exceptions=True)
    world.fleet.let_go(finger)
    await world.fleet.settle()
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_ou_mesure SET typologie_installation_domotique_id = 110"
    )

    await world.start()

    assert world.engine.lifecycle.running
    assert "press_doubtful" not in problems(world)
    await world.cycle()
    assert world.told("C104") == ["ON"]


class TestDisk:
    """Nothing is pressed that would be forgotten by a crash."""

    @pytest.fixture(autouse=True)
    async def _full_disk(self, world: World) -> None:
        world.disk = FullDisk()
        await furnish(world, UNMETERED_FINGER)
        await world.start()

    async def test_no_press_is_made_that_could_not_be_noted(self, world: World) -> None:
        assert isinstance(world.disk, FullDisk)
        world.disk.full = True

        result = await world.wish(NO_METER, Intent.START)

        assert (result.outcome, result.reason) == (Outcome.SKIPPED, "disk_unwritable")
        assert result.will_retry
        assert result.retry_until is not None
        assert world.told("C106") == []
        assert world.machine(NO_METER).presses == 0
        assert problems(world) == ["disk_unwritable"]

    async def test_what_could_not_be_noted_does_not_stand_in_the_way(self, world: World) -> None:
        """There is room again: the machine was never pressed, and may be."""
        assert isinstance(world.disk, FullDisk)
        world.disk.full = True
        await world.wish(NO_METER, Intent.START)
        world.disk.full = False

        again = await world.wish(NO_METER, Intent.START)

        assert again.outcome is Outcome.ACKNOWLEDGED
        assert world.machine(NO_METER).presses == 1

    async def test_a_pulse_that_could_not_be_noted_is_made_later_in_its_slot(
        self, world: World
    ) -> None:
        assert isinstance(world.disk, FullDisk)
        await world.plan(NO_METER, [1])
        world.disk.full = True
        await world.cycle()
        assert world.told("C106") == []
        world.disk.full = False

        await world.cycle()
        # The start is under way since the first cycle: the second one does not wait for it.
        await world.idle(NO_METER)

        assert world.machine(NO_METER).presses == 1
        assert await mode_and_command(world, NO_METER) == (20, 13)
