"""Home Assistant killed in mid-order: nothing is pressed twice, nothing that runs is cut."""

import asyncio

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.cycle_report import CycleReport
from demo.appliances import Behaviour
from tests.engine.bench import calm, furnish, status_of, until
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
)
from tests.fixtures_engine import World, is_under_way

EPOM = "bdd_coordination_schema.equipement_pilote_ou_mesure"
RESULT = "bdd_coordination_schema.result"


def problems(world: World) -> list[str]:
    return [problem.key for problem in world.engine.problems]


async def mode_and_command(world: World, machine_id: int) -> tuple[int, int]:
    row = await world.row(machine_id)
    return row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]


async def cycle_in_mid_order(world: World, identifier: str) -> asyncio.Task[CycleReport]:
    """Begin a cycle; return once a device did what it was ordered, and before it answers."""
    device = world.device(identifier)
    device.behaviour, device.obeys_silently = Behaviour.SILENT, True
    cycle = asyncio.create_task(world.cycle())
    await world.until_told(identifier)
    await world.fleet.settle()
    return cycle


async def crash_in_mid_order(world: World, identifier: str) -> None:
    """Run a cycle and kill the engine once a device did what it was ordered, before it answers."""
    cycle = await cycle_in_mid_order(world, identifier)
    await world.crash()
    await asyncio.gather(cycle, return_exceptions=True)
    world.device(identifier).behaviour = Behaviour.ACK


async def test_a_press_cut_by_a_crash_is_reported_and_not_made_again(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    await crash_in_mid_order(world, "C104")

    await world.start()
    assert problems(world) == ["press_doubtful"]
    await world.cycle()
    await world.cycle(slots=1)

    machine = world.machine(DISHWASHER)
    assert (machine.presses, machine.harmful_presses) == (1, 0)
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_a_press_cut_by_a_crash_is_not_caught_up_later(world: World) -> None:
    await furnish(world, UNMETERED_FINGER)
    await world.plan(NO_METER, [1])
    await world.start()
    await crash_in_mid_order(world, "C106")
    world.later(2)

    await world.start()
    await world.cycle()

    assert world.machine(NO_METER).presses == 1
    assert await mode_and_command(world, NO_METER) == (20, 13)


async def test_a_sequence_cut_by_a_crash_is_left_to_a_person(world: World) -> None:
    await furnish(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    await crash_in_mid_order(world, "C105")

    await world.start()
    await world.cycle()

    assert world.machine(DOUBLE).presses == 1
    assert problems(world) == ["sequence_broken"]
    assert await mode_and_command(world, DOUBLE) == (20, 30)


async def test_a_claim_whose_outcome_was_written_is_not_reported(world: World) -> None:
    await furnish(world, TWO_PRESSES)
    await world.plan(DOUBLE, [1])
    await world.start()
    await world.cycle()
    await world.crash()
    # As if the crash came between the write and its note on disk.
    journal = world.disk.document("journal")
    document = await journal.load()
    for claim in document["claims"].values():
        claim["state"] = "open"
    await journal.save(document)

    await world.start()

    assert problems(world) == []
    assert await mode_and_command(world, DOUBLE) == (20, 13)


async def test_a_stop_in_mid_press_leaves_its_claim(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    cycle = await cycle_in_mid_order(world, "C104")
    await world.engine.stop()
    await asyncio.gather(cycle, return_exceptions=True)
    world.device("C104").behaviour = Behaviour.ACK

    await world.start()
    await world.cycle()

    assert world.machine(DISHWASHER).presses == 1
    assert problems(world) == ["press_doubtful"]
    assert await mode_and_command(world, DISHWASHER) == (20, 13)


async def test_what_a_person_chose_after_a_crash_is_kept(world: World) -> None:
    await furnish(world, FINGER)
    await world.plan(DISHWASHER, [1])
    await world.start()
    await crash_in_mid_order(world, "C104")
    await world.owner.execute(
        f"UPDATE {EPOM} SET timestamp_derniere_programmation = $2, etat_commande_id = 11,"
        " equipement_pilote_ou_mesure_mode_id = 30 WHERE id = $1",
        DISHWASHER,
        int(world.clock.now()) + 60,
    )

    await world.start()
    await world.cycle()

    assert await mode_and_command(world, DISHWASHER) == (30, 11)
    assert world.machine(DISHWASHER).presses == 1


async def test_a_start_cut_by_a_crash_is_not_ended_by_the_keep_alive(world: World) -> None:
    await furnish(world, UNMETERED_RELAY)
    await world.plan(TUMBLER, [1])
    await world.start()
    await crash_in_mid_order(world, "D103")
    # The pulse is over when it comes back, and too late for the wished end.
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_machine_generique"
        " SET timestamp_de_fin_souhaite = $1",
        int(world.clock.now()) + 60,
    )
    world.later()

    await world.start()
    await world.cycle()
    await world.cycle(slots=1)

    assert len(world.told("D103")) == 1
    assert world.machine(TUMBLER).running
    assert world.machine(TUMBLER).unharmed


async def test_an_acknowledged_start_never_written_is_not_ended(world: World) -> None:
    await furnish(world, UNMETERED_RELAY, timing=calm(write_window=60.0))
    await world.plan(TUMBLER, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await until(lambda: is_under_way("write-back"), "the outcome")
    await world.crash()
    await asyncio.gather(cycle, return_exceptions=True)
    assert (await mode_and_command(world, TUMBLER))[0] == 30
    await world.plan(TUMBLER, [0], offset=1)
    world.later()

    await world.start()
    await world.cycle()

    assert len(world.told("D103")) == 1
    assert world.machine(TUMBLER).unharmed


async def test_a_switched_start_cut_by_a_crash_is_ordered_again(world: World) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [1])
    await world.start()
    await crash_in_mid_order(world, "D102")

    await world.start()
    await world.cycle()

    assert set(world.told("D102")) == {"on"}
    assert (world.machine(WASHER).starts, world.machine(WASHER).interruptions) == (1, 0)
    assert (await mode_and_command(world, WASHER))[0] == 20


async def test_a_forced_off_survives_a_crash(world: World) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [0])
    await world.start()
    await world.wish(WASHER, Intent.FORCED_OFF)
    await world.crash()

    await world.start()
    await world.meter("D102")
    await world.cycle(slots=1)

    assert world.told("D102") == ["off", "off"]


# -- the EMS


async def heated(world: World, decisions: list[int]) -> None:
    """A radiator switched on by the plan."""
    await furnish(world, RADIATOR)
    await world.plan(HEATER, decisions)
    await world.start()
    await world.cycle()
    assert world.device("D107").on


async def test_an_emptied_plan_cuts_no_heater(world: World) -> None:
    await heated(world, [1] * 96)
    await world.owner.execute(f"TRUNCATE {RESULT}")

    await world.cycle(slots=1)
    assert world.device("D107").on
    await world.engine.stop()
    await world.start()
    for _ in range(3):
        await world.cycle(slots=40)

    assert world.device("D107").on
    assert not any('"on": false' in order for order in world.told("D107"))


async def test_a_plan_older_than_a_day_cuts_no_heater(world: World) -> None:
    await heated(world, [1] * 96)

    await world.cycle(slots=95)
    assert len(world.told("D107")) == 2
    for _ in range(3):
        await world.cycle(slots=1)

    assert world.device("D107").on
    assert len(world.told("D107")) == 2
    assert status_of(world, HEATER).decision.reason == "no_plan"


async def test_a_plan_table_that_is_gone_cuts_no_heater(world: World) -> None:
    await heated(world, [1] * 4)
    await world.owner.execute(f"ALTER TABLE {RESULT} RENAME TO result_gone")

    report = await world.engine.run_cycle()
    assert report.degraded
    await world.cycle(slots=1)
    # Ours still acts on the last plan it read, whose day it knows.
    assert len(world.told("D107")) == 3
    for _ in range(3):
        await world.cycle(slots=96)

    assert world.device("D107").on
    assert len(world.told("D107")) == 3


async def test_without_any_plan_nothing_is_ordered_of_a_heater(world: World) -> None:
    await furnish(world, RADIATOR)
    world.device("D107").switch(True)
    await world.start()

    for _ in range(3):
        await world.cycle(slots=1)

    assert world.told("D107") == []
    assert world.device("D107").on


async def test_a_heater_that_stays_silent_keeps_its_row(world: World) -> None:
    await furnish(world, RADIATOR, timing=calm(ack=0.2, order_window=0.4))
    await world.plan(HEATER, [1])
    world.device("D107").behaviour = Behaviour.SILENT
    await world.start()

    await world.cycle()
    await world.idle(HEATER)

    assert world.ended(HEATER)[-1].result.outcome is Outcome.FAILED
    row = await world.row(HEATER)
    assert (row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]) == (30, 30)
    assert row["etat_controle_id"] == 25
