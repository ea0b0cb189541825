"""A button is pressed once per pulse, never on a machine that runs."""

import asyncio

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from tests.engine.bench import calm, furnish, until, until_row
from tests.engine.households import (
    DISHWASHER,
    DOUBLE,
    FINGER,
    NO_METER,
    TWO_PRESSES,
    UNMETERED_FINGER,
)
from tests.fixtures_engine import World, is_busy


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def mode_and_command(world: World, machine_id: int) -> tuple[int, int]:
    row = await world.row(machine_id)
    return row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]


async def silent_finger(world: World, *, obeys: bool, **timing: float) -> None:
    """A dishwasher whose finger answers nothing, with a pulse now."""
    await furnish(world, FINGER, timing=calm(ack=0.3, **timing))
    await world.plan(DISHWASHER, [1])
    finger = world.device("C104")
    finger.behaviour, finger.obeys_silently = Behaviour.SILENT, obeys
    await world.start()


async def test_a_pulse_is_one_press(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()

    await world.cycle()
    await world.cycle()
    await world.cycle(slots=1)

    machine = world.machine(DISHWASHER)
    assert (machine.presses, machine.starts, machine.harmful_presses) == (1, 1, 0)
    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert problems(world) == []


async def test_a_press_without_an_answer_counts_as_started(world: World) -> None:
    await silent_finger(world, obeys=True)

    await world.cycle()
    await world.cycle()
    await world.cycle(slots=1)

    machine = world.machine(DISHWASHER)
    assert (machine.presses, machine.harmful_presses) == (1, 0)
    assert world.ended(DISHWASHER)[0].result.outcome is Outcome.DOUBTFUL
    row = await world.row(DISHWASHER)
    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert (row["etat_controle_id"], row["ems_consigne_marche"]) == (15, True)


async def test_a_meter_that_stays_idle_calls_a_doubtful_press_failed(world: World) -> None:
    await silent_finger(world, obeys=False, idle_confirm=0.6)

    await world.cycle()
    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    await world.meter("D104")
    await until_row(world, DISHWASHER, etat_commande_id=30)
    await until(lambda: "press_failed" in problems(world), "the meter's verdict")
    await until(lambda: not is_busy(), "the end of the watch")

    assert await mode_and_command(world, DISHWASHER) == (20, 30)
    outcomes = [end.result.outcome for end in world.ended(DISHWASHER)]
    assert outcomes == [Outcome.DOUBTFUL, Outcome.FAILED]
    assert world.told("C104") == ["ON"]


async def test_a_meter_that_shows_a_run_leaves_a_doubtful_press_started(world: World) -> None:
    await silent_finger(world, obeys=True, idle_confirm=0.6)

    await world.cycle()
    await world.meter("D104")
    await until(lambda: not is_busy(), "the end of the watch")

    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert problems(world) == []
    assert world.machine(DISHWASHER).presses == 1


async def test_without_a_reading_a_person_is_asked_about_a_doubtful_press(world: World) -> None:
    await silent_finger(world, obeys=False, idle_confirm=0.4)

    await world.cycle()
    await until(lambda: not is_busy(), "the end of the watch")

    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert problems(world) == ["press_doubtful"]


async def test_a_machine_that_draws_is_not_pressed_for_the_plan(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    world.machine(DISHWASHER).start_by_hand()
    await world.meter("D104")

    await world.cycle()

    assert world.told("C104") == []
    assert world.ended(DISHWASHER)[0].act is Act.RECORD_STARTED
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_a_machine_that_draws_is_pressed_only_by_force(world: World) -> None:
    await furnish(world, FINGER)
    await world.start()
    world.machine(DISHWASHER).start_by_hand()
    await world.meter("D104")

    refused = await world.wish(DISHWASHER, Intent.START)
    assert (refused.outcome, refused.reason) == (Outcome.SKIPPED, "machine_running")
    assert world.told("C104") == []
    forced = await world.wish(DISHWASHER, Intent.START, force=True)

    assert forced.outcome is Outcome.ACKNOWLEDGED
    assert world.told("C104") == ["ON"]


async def test_without_a_meter_a_second_press_waits_for_the_cycle_to_be_over(world: World) -> None:
    await furnish(world, UNMETERED_FINGER)
    await world.plan(NO_METER, [1])
    await world.start()
    await world.cycle()

    refused = await world.wish(NO_METER, Intent.START)
    assert (refused.outcome, refused.reason) == (Outcome.SKIPPED, "recently_pressed")
    world.later(6)
    world.machine(NO_METER).open()
    world.machine(NO_METER).load()
    pressed = await world.wish(NO_METER, Intent.START)

    assert pressed.outcome is Outcome.ACKNOWLEDGED
    assert world.machine(NO_METER).presses == 2
    assert world.machine(NO_METER).harmful_presses == 0


async def test_force_overrides_a_recent_press(world: World) -> None:
    await furnish(world, UNMETERED_FINGER)
    await world.plan(NO_METER, [1])
    await world.start()
    await world.cycle()

    forced = await world.wish(NO_METER, Intent.START, force=True)

    assert forced.outcome is Outcome.ACKNOWLEDGED
    assert len(world.told("C106")) == 2


@pytest.mark.parametrize("obeys", [True, False], ids=["pressed", "not_pressed"])
async def test_a_meter_read_before_a_doubtful_press_allows_no_second(
    world: World, obeys: bool
) -> None:
    await silent_finger(world, obeys=obeys)
    await world.meter("D104")
    await world.cycle()

    again = await world.wish(DISHWASHER, Intent.START)

    assert (again.outcome, again.reason) == (Outcome.SKIPPED, "recently_pressed")
    assert world.told("C104") == ["ON"]
    assert world.machine(DISHWASHER).harmful_presses == 0


async def test_a_press_reported_as_not_made_is_tried_again(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    world.device("C104").behaviour = Behaviour.ERROR
    await world.start()
    await world.cycle()

    world.device("C104").behaviour = Behaviour.ACK
    await world.idle(DISHWASHER)

    machine = world.machine(DISHWASHER)
    assert (machine.presses, machine.harmful_presses) == (1, 0)
    assert len(world.told("C104")) > 1
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_a_press_never_made_leaves_the_machine_to_the_plan(world: World) -> None:
    await furnish(world, FINGER, timing=calm(order_window=0.5))
    await world.plan(DISHWASHER, [1])
    world.device("C104").behaviour = Behaviour.ERROR
    await world.start()

    await world.cycle()
    await world.idle(DISHWASHER)

    assert world.machine(DISHWASHER).presses == 0
    assert await mode_and_command(world, DISHWASHER) == (30, 11)
    await world.plan(DISHWASHER, [1], offset=1)
    world.device("C104").behaviour = Behaviour.ACK
    await world.cycle(slots=1)
    assert world.machine(DISHWASHER).presses == 1


async def test_a_press_not_made_does_not_hide_the_one_before(world: World) -> None:
    await furnish(world, UNMETERED_FINGER, timing=calm(order_window=0.3))
    await world.plan(NO_METER, [1])
    await world.start()
    await world.cycle()
    world.device("C106").behaviour = Behaviour.ERROR
    await world.wish(NO_METER, Intent.START, force=True)
    await world.idle(NO_METER)
    world.device("C106").behaviour = Behaviour.ACK

    again = await world.wish(NO_METER, Intent.START)

    assert (again.outcome, again.reason) == (Outcome.SKIPPED, "recently_pressed")
    assert world.machine(NO_METER).presses == 1


async def test_a_machine_started_by_hand_between_two_tries_is_not_pressed(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    world.device("C104").behaviour = Behaviour.ERROR
    await world.start()
    await world.cycle()

    world.machine(DISHWASHER).start_by_hand()
    world.device("C104").behaviour = Behaviour.ACK
    await world.meter("D104")
    await world.idle(DISHWASHER)

    assert world.machine(DISHWASHER).presses == 0


async def test_two_presses_are_made_in_turn(world: World) -> None:
    await furnish(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()

    await world.cycle()

    machine = world.machine(DOUBLE)
    assert (machine.presses, machine.starts, machine.harmful_presses) == (2, 1, 0)
    assert await mode_and_command(world, DOUBLE) == (20, 13)


async def test_a_sequence_that_breaks_is_not_begun_again(world: World) -> None:
    await furnish(world, TWO_PRESSES, timing=calm(press_pause=1.0))
    await world.plan(DOUBLE, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await until(lambda: world.machine(DOUBLE).presses, "the first press")
    world.device("C105").behaviour = Behaviour.ERROR

    await cycle
    await world.idle(DOUBLE)
    world.device("C105").behaviour = Behaviour.ACK
    await world.cycle()
    await world.cycle(slots=1)

    assert world.machine(DOUBLE).presses == 1
    assert await mode_and_command(world, DOUBLE) == (20, 30)
    assert problems(world) == ["sequence_broken"]
    told = world.ended(DOUBLE)[0].result
    assert (told.outcome, told.reason) == (Outcome.FAILED, "sequence_broken")


async def test_a_wish_waits_for_a_sequence_begun(world: World) -> None:
    await furnish(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("C105")

    result = await world.wish(DOUBLE, Intent.TO_PILOTED)
    await cycle

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert world.machine(DOUBLE).presses == 2
    assert world.machine(DOUBLE).running
    assert (await mode_and_command(world, DOUBLE))[0] == 30
