"""A button is pressed once per pulse, never on a machine that runs."""

import asyncio

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from demo.parts.process import wait_until
from tests.engine.households import (
    DISHWASHER,
    DOUBLE,
    FINGER,
    NO_METER,
    TWO_PRESSES,
    UNMETERED_FINGER,
    Scene,
)
from tests.fixtures_engine import World


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def mode_and_command(world: World, machine_id: int) -> tuple[int, int]:
    row = await world.row(machine_id)
    return row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]


async def silent_finger(world: World, *, obeys: bool, **timing: float) -> Scene:
    """A dishwasher whose finger answers nothing, with a pulse now."""
    scene = await Scene.of(world, FINGER, **timing)
    await world.plan(DISHWASHER, [1])
    finger = scene.device("C104")
    finger.behaviour, finger.obeys_silently = Behaviour.SILENT, obeys
    await world.start()
    return scene


async def test_a_pulse_is_one_press(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()

    await scene.cycle()
    await scene.cycle()
    await scene.cycle(slots=1)

    machine = scene.machine(DISHWASHER)
    assert (machine.presses, machine.starts, machine.harmful_presses) == (1, 1, 0)
    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert problems(world) == []


async def test_a_press_without_an_answer_counts_as_started(world: World) -> None:
    scene = await silent_finger(world, obeys=True)

    await scene.cycle()
    await scene.cycle()
    await scene.cycle(slots=1)

    machine = scene.machine(DISHWASHER)
    assert (machine.presses, machine.harmful_presses) == (1, 0)
    assert world.ended(DISHWASHER)[0].result.outcome is Outcome.DOUBTFUL
    row = await world.row(DISHWASHER)
    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert (row["etat_controle_id"], row["ems_consigne_marche"]) == (15, True)


async def test_a_meter_that_stays_idle_calls_a_doubtful_press_failed(world: World) -> None:
    scene = await silent_finger(world, obeys=False, idle_confirm=0.6)

    await scene.cycle()
    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    await scene.meter("D104")
    await wait_until(lambda: "press_failed" in problems(world), 5, "the meter's verdict")
    await asyncio.sleep(0.2)

    assert await mode_and_command(world, DISHWASHER) == (20, 30)
    outcomes = [end.result.outcome for end in world.ended(DISHWASHER)]
    assert outcomes == [Outcome.DOUBTFUL, Outcome.FAILED]
    assert scene.orders("C104") == ["ON"]


async def test_a_meter_that_shows_a_run_leaves_a_doubtful_press_started(world: World) -> None:
    scene = await silent_finger(world, obeys=True, idle_confirm=0.6)

    await scene.cycle()
    await scene.meter("D104")
    await asyncio.sleep(0.9)

    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert problems(world) == []
    assert scene.machine(DISHWASHER).presses == 1


async def test_without_a_reading_a_doubtful_press_stays_doubtful(world: World) -> None:
    scene = await silent_finger(world, obeys=False, idle_confirm=0.4)

    await scene.cycle()
    await asyncio.sleep(0.7)

    assert await mode_and_command(world, DISHWASHER) == (20, 13)
    assert problems(world) == []


async def test_a_machine_that_draws_is_not_pressed_for_the_plan(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    scene.machine(DISHWASHER).start_by_hand()
    await scene.meter("D104")

    await scene.cycle()

    assert scene.orders("C104") == []
    assert world.ended(DISHWASHER)[0].act is Act.RECORD_STARTED
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_a_machine_that_draws_is_pressed_only_by_force(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.start()
    scene.machine(DISHWASHER).start_by_hand()
    await scene.meter("D104")

    refused = await world.wish(DISHWASHER, Intent.START)
    assert (refused.outcome, refused.reason) == (Outcome.SKIPPED, "machine_running")
    assert scene.orders("C104") == []
    forced = await world.wish(DISHWASHER, Intent.START, force=True)

    assert forced.outcome is Outcome.ACKNOWLEDGED
    assert scene.orders("C104") == ["ON"]


async def test_without_a_meter_a_second_press_waits_for_the_cycle_to_be_over(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_FINGER)
    await world.plan(NO_METER, [1])
    await world.start()
    await scene.cycle()

    refused = await world.wish(NO_METER, Intent.START)
    assert (refused.outcome, refused.reason) == (Outcome.SKIPPED, "recently_pressed")
    scene.later(6)
    scene.machine(NO_METER).open()
    scene.machine(NO_METER).load()
    pressed = await world.wish(NO_METER, Intent.START)

    assert pressed.outcome is Outcome.ACKNOWLEDGED
    assert scene.machine(NO_METER).presses == 2
    assert scene.machine(NO_METER).harmful_presses == 0


async def test_force_overrides_a_recent_press(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_FINGER)
    await world.plan(NO_METER, [1])
    await world.start()
    await scene.cycle()

    forced = await world.wish(NO_METER, Intent.START, force=True)

    assert forced.outcome is Outcome.ACKNOWLEDGED
    assert len(scene.orders("C106")) == 2


@pytest.mark.parametrize("obeys", [True, False], ids=["pressed", "not_pressed"])
async def test_a_meter_read_before_a_doubtful_press_allows_no_second(
    world: World, obeys: bool
) -> None:
    scene = await silent_finger(world, obeys=obeys)
    await scene.meter("D104")
    await scene.cycle()

    again = await world.wish(DISHWASHER, Intent.START)

    assert (again.outcome, again.reason) == (Outcome.SKIPPED, "recently_pressed")
    assert scene.orders("C104") == ["ON"]
    assert scene.machine(DISHWASHER).harmful_presses == 0


async def test_a_press_reported_as_not_made_is_tried_again(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    scene.device("C104").behaviour = Behaviour.ERROR
    await world.start()
    await scene.cycle()

    scene.device("C104").behaviour = Behaviour.ACK
    await scene.idle(DISHWASHER)

    machine = scene.machine(DISHWASHER)
    assert (machine.presses, machine.harmful_presses) == (1, 0)
    assert len(scene.orders("C104")) > 1
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_a_press_never_made_leaves_the_machine_to_the_plan(world: World) -> None:
    scene = await Scene.of(world, FINGER, order_window=0.5)
    await world.plan(DISHWASHER, [1])
    scene.device("C104").behaviour = Behaviour.ERROR
    await world.start()

    await scene.cycle()
    await scene.idle(DISHWASHER)

    assert scene.machine(DISHWASHER).presses == 0
    assert await mode_and_command(world, DISHWASHER) == (30, 11)
    await world.plan(DISHWASHER, [1], offset=1)
    scene.device("C104").behaviour = Behaviour.ACK
    await scene.cycle(slots=1)
    assert scene.machine(DISHWASHER).presses == 1


async def test_a_press_not_made_does_not_hide_the_one_before(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_FINGER, order_window=0.3)
    await world.plan(NO_METER, [1])
    await world.start()
    await scene.cycle()
    scene.device("C106").behaviour = Behaviour.ERROR
    await world.wish(NO_METER, Intent.START, force=True)
    await scene.idle(NO_METER)
    scene.device("C106").behaviour = Behaviour.ACK

    again = await world.wish(NO_METER, Intent.START)

    assert (again.outcome, again.reason) == (Outcome.SKIPPED, "recently_pressed")
    assert scene.machine(NO_METER).presses == 1


async def test_a_machine_started_by_hand_between_two_tries_is_not_pressed(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    scene.device("C104").behaviour = Behaviour.ERROR
    await world.start()
    await scene.cycle()

    scene.machine(DISHWASHER).start_by_hand()
    scene.device("C104").behaviour = Behaviour.ACK
    await scene.meter("D104")
    await scene.idle(DISHWASHER)

    assert scene.machine(DISHWASHER).presses == 0


async def test_two_presses_are_made_in_turn(world: World) -> None:
    scene = await Scene.of(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()

    await scene.cycle()

    machine = scene.machine(DOUBLE)
    assert (machine.presses, machine.starts, machine.harmful_presses) == (2, 1, 0)
    assert await mode_and_command(world, DOUBLE) == (20, 13)


async def test_a_sequence_that_breaks_is_not_begun_again(world: World) -> None:
    scene = await Scene.of(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await scene.ordered("C105")
    await asyncio.sleep(0.04)
    scene.device("C105").behaviour = Behaviour.ERROR

    await cycle
    await scene.idle(DOUBLE)
    scene.device("C105").behaviour = Behaviour.ACK
    await scene.cycle()
    await scene.cycle(slots=1)

    assert scene.machine(DOUBLE).presses == 1
    assert await mode_and_command(world, DOUBLE) == (20, 30)
    assert problems(world) == ["sequence_broken"]


async def test_a_wish_waits_for_a_sequence_begun(world: World) -> None:
    scene = await Scene.of(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await scene.ordered("C105")

    result = await world.wish(DOUBLE, Intent.TO_PILOTED)
    await cycle

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert scene.machine(DOUBLE).presses == 2
    assert scene.machine(DOUBLE).running
    assert (await mode_and_command(world, DOUBLE))[0] == 30
