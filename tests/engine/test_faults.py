"""Home Assistant killed in mid-order: nothing is pressed twice, nothing that runs is cut."""

import asyncio

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from demo.appliances import Behaviour
from tests.engine.households import (
    DISHWASHER,
    DOUBLE,
    FINGER,
    HEATER,
    NO_METER,
    PLUG,
    RADIATOR,
    TUMBLER,
    TWO_PRESSES,
    UNMETERED_FINGER,
    UNMETERED_RELAY,
    WASHER,
    Scene,
)
from tests.fixtures_engine import World

EPOM = "bdd_coordination_schema.equipement_pilote_ou_mesure"
RESULT = "bdd_coordination_schema.result"


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def mode_and_command(world: World, machine_id: int) -> tuple[int, int]:
    row = await world.row(machine_id)
    return row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]


async def crash_in_mid_order(scene: Scene, identifier: str, orders: int = 1) -> None:
    """Run a cycle and kill the engine once a device got its order, before it answers."""
    device = scene.device(identifier)
    device.delay = 20.0
    cycle = asyncio.create_task(scene.world.engine.run_cycle())
    await scene.ordered(identifier, orders)
    await scene.crash()
    await asyncio.gather(cycle, return_exceptions=True)
    await scene.world.fleet.settle()
    device.delay = 0.1


async def test_a_press_cut_by_a_crash_is_reported_and_not_made_again(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    await crash_in_mid_order(scene, "C104")

    await scene.restart()
    assert problems(world) == ["press_doubtful"]
    await scene.cycle()
    await scene.cycle(slots=1)

    machine = scene.machine(DISHWASHER)
    assert (machine.presses, machine.harmful_presses) == (1, 0)
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_a_press_cut_by_a_crash_is_not_caught_up_later(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_FINGER)
    await world.plan(NO_METER, [1])
    await world.start()
    await crash_in_mid_order(scene, "C106")
    scene.later(2)

    await scene.restart()
    await scene.cycle()

    assert scene.machine(NO_METER).presses == 1
    assert await mode_and_command(world, NO_METER) == (20, 13)


async def test_a_sequence_cut_by_a_crash_is_left_to_a_person(world: World) -> None:
    scene = await Scene.of(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    await crash_in_mid_order(scene, "C105")

    await scene.restart()
    await scene.cycle()

    assert scene.machine(DOUBLE).presses == 1
    assert problems(world) == ["sequence_broken"]
    assert await mode_and_command(world, DOUBLE) == (20, 30)


async def test_a_claim_whose_outcome_was_written_is_not_reported(world: World) -> None:
    scene = await Scene.of(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    await scene.cycle()
    for claim in world.engine.context.journal._claims.values():
        # As if the crash came between the write and its note on disk.
        claim.state = "open"
    await world.engine.context.journal.save()
    await scene.crash()

    await scene.restart()

    assert problems(world) == []
    assert await mode_and_command(world, DOUBLE) == (20, 13)


async def test_a_stop_in_mid_press_leaves_its_claim(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    scene.device("C104").delay = 20.0
    cycle = asyncio.create_task(world.engine.run_cycle())
    await scene.ordered("C104")
    await world.engine.stop()
    await asyncio.gather(cycle, return_exceptions=True)
    await world.fleet.settle()

    await scene.restart()
    await scene.cycle()

    assert scene.machine(DISHWASHER).presses == 1
    assert problems(world) == ["press_doubtful"]
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_what_a_person_chose_after_a_crash_is_kept(world: World) -> None:
    scene = await Scene.of(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    await crash_in_mid_order(scene, "C104")
    await world.owner.execute(
        f"UPDATE {EPOM} SET timestamp_derniere_programmation = $2, etat_commande_id = 11"
        " WHERE id = $1",
        DISHWASHER,
        int(world.clock.now()) + 60,
    )

    await scene.restart()
    await scene.cycle()

    assert await mode_and_command(world, DISHWASHER) == (30, 11)
    assert scene.machine(DISHWASHER).presses == 1


async def test_a_start_cut_by_a_crash_is_not_ended_by_the_keep_alive(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_RELAY)
    await world.plan(TUMBLER, [1])
    await world.start()
    await crash_in_mid_order(scene, "D103")
    # The pulse is over when it comes back, and too late for the wished end.
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_machine_generique"
        " SET timestamp_de_fin_souhaite = $1",
        int(world.clock.now()) + 60,
    )
    scene.later()

    await scene.restart()
    await scene.cycle()
    await scene.cycle(slots=1)

    assert len(scene.orders("D103")) == 1
    assert scene.machine(TUMBLER).running
    assert scene.machine(TUMBLER).unharmed


async def test_an_acknowledged_start_never_written_is_not_ended(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_RELAY, write_window=5.0)
    await world.plan(TUMBLER, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await scene.ordered("D103")
    await world.fleet.settle()
    await asyncio.sleep(0.1)
    await scene.crash()
    await asyncio.gather(cycle, return_exceptions=True)
    assert (await mode_and_command(world, TUMBLER))[0] == 30
    await world.plan(TUMBLER, [0], offset=1)
    scene.later()

    await scene.restart()
    await scene.cycle()

    assert len(scene.orders("D103")) == 1
    assert scene.machine(TUMBLER).unharmed


async def test_a_switched_start_cut_by_a_crash_is_ordered_again(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [1])
    await world.start()
    await crash_in_mid_order(scene, "D102")

    await scene.restart()
    await scene.cycle()

    assert set(scene.orders("D102")) == {"on"}
    assert (scene.machine(WASHER).starts, scene.machine(WASHER).interruptions) == (1, 0)
    assert (await mode_and_command(world, WASHER))[0] == 20


async def test_a_forced_off_survives_a_crash(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0])
    await world.start()
    await world.wish(WASHER, Intent.FORCED_OFF)
    await scene.crash()

    await scene.restart()
    await scene.meter("D102")
    await scene.cycle(slots=1)

    assert scene.orders("D102") == ["off", "off"]


# -- the EMS


async def heated(world: World, decisions: list[int]) -> Scene:
    """A radiator switched on by the plan."""
    scene = await Scene.of(world, RADIATOR)
    await world.plan(HEATER, decisions)
    await world.start()
    await scene.cycle()
    assert scene.device("D107").on
    return scene


async def test_an_emptied_plan_cuts_no_heater(world: World) -> None:
    scene = await heated(world, [1] * 96)
    await world.owner.execute(f"TRUNCATE {RESULT}")

    await scene.cycle(slots=1)
    assert scene.device("D107").on
    await world.engine.stop()
    await scene.restart()
    for _ in range(3):
        await scene.cycle(slots=40)

    assert scene.device("D107").on
    assert not any('"on": false' in order for order in scene.orders("D107"))


async def test_a_plan_older_than_a_day_cuts_no_heater(world: World) -> None:
    scene = await heated(world, [1] * 96)

    await scene.cycle(slots=95)
    assert len(scene.orders("D107")) == 2
    for _ in range(3):
        await scene.cycle(slots=1)

    assert scene.device("D107").on
    assert len(scene.orders("D107")) == 2
    assert world.engine.statuses[HEATER].decision.reason == "no_plan"


async def test_a_plan_table_that_is_gone_cuts_no_heater(world: World) -> None:
    scene = await heated(world, [1] * 4)
    await world.owner.execute(f"ALTER TABLE {RESULT} RENAME TO result_gone")

    report = await world.engine.run_cycle()
    assert report.degraded
    await scene.cycle(slots=1)
    # Ours still acts on the last plan it read, whose day it knows.
    assert len(scene.orders("D107")) == 3
    for _ in range(3):
        await scene.cycle(slots=96)

    assert scene.device("D107").on
    assert len(scene.orders("D107")) == 3


async def test_without_any_plan_nothing_is_ordered_of_a_heater(world: World) -> None:
    scene = await Scene.of(world, RADIATOR)
    scene.device("D107").switch(True)
    await world.start()

    for _ in range(3):
        await scene.cycle(slots=1)

    assert scene.orders("D107") == []
    assert scene.device("D107").on


async def test_a_heater_that_stays_silent_keeps_its_row(world: World) -> None:
    scene = await Scene.of(world, RADIATOR, order_window=0.4)
    await world.plan(HEATER, [1])
    scene.device("D107").behaviour = Behaviour.SILENT
    await world.start()

    await scene.cycle()
    await scene.idle(HEATER)

    assert world.ended(HEATER)[-1].result.outcome is Outcome.FAILED
    row = await world.row(HEATER)
    assert (row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]) == (30, 30)
    assert row["etat_controle_id"] == 25
