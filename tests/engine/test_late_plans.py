"""Plans that come late, from elsewhere, or before what they should know: what is done of them."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.plan import READ_BEFORE, SLOT
from custom_components.elfe_commande.engine.ground.events import PlanReceived
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.database import RESULT, PlanRow, insert_plans, pad, quarter
from demo.specs import finger, plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    MODE,
    PROGRAMMED,
    STARTED,
    calm,
    events_of,
    furnish,
    pass_slots,
    set_row,
    status_of,
    until,
    until_row,
)

WASHER = Equipment(2, "R001", "Lave-linge", 112, 120, (plug("L2"),), cycle=7200)
TANK = Equipment(4, "R001", "Ballon", 131, 120, (plug("L4"),))
COMMAND_2 = WASHER.devices[0].topics.command
COMMAND_4 = TANK.devices[0].topics.command
LOOKING = {"plan_look": 0.05, "clock_look": 0.05}


async def test_a_plan_that_comes_after_the_cycle_is_taken_in(world: World) -> None:
    """The EMS took longer than five seconds; its pulse is for this very slot."""
    await furnish(world, WASHER, TANK, timing=calm(first_cycle=0.05, **LOOKING))
    await world.start()
    await until(lambda: world.engine.last_cycle is not None, "the first cycle")
    assert "on" not in world.orders(COMMAND_2) + world.orders(COMMAND_4)

    first = quarter(world.clock.now())
    await insert_plans(world.owner, [PlanRow(n, first, pad([1])) for n in (2, 4)])

    await until_row(world, 2, **{MODE: 20})
    await until(lambda: world.orders(COMMAND_4)[-1:] == ["on"], "the tank on")
    assert world.orders(COMMAND_2)[-1] == "on"


async def test_a_look_that_finds_nothing_new_reads_no_plan(world: World) -> None:
    await furnish(world, TANK, timing=calm(first_cycle=0.05, **LOOKING))
    await world.plan(4, [1], fill=1)
    asked: list[str] = []
    real = world.storage()
    counting = type(real)(
        real.settings, lambda c: c.add_query_logger(lambda q: asked.append(q.query))
    )
    world.storage = lambda: counting  # type: ignore[method-assign]
    await world.start()
    await until(lambda: sum("max(id)" in q for q in asked) > 1, "two looks")
    asked.clear()
    await until(lambda: len(asked) > 4, "more looks")
    assert {q for q in asked if "max(id)" not in q} == set()
    assert len(events_of(world, PlanReceived)) == 1


async def test_a_database_that_is_away_costs_a_look_and_no_more(world: World) -> None:
    await furnish(world, TANK, timing=calm(first_cycle=0.05, **LOOKING))
    await world.start()
    storage = world.engine.rooms.rows.storage
    assert isinstance(storage, PostgresStorage)
    await until(lambda: world.engine.last_cycle is not None, "the first cycle")
    for _ in range(3):
        await world.database.server.disconnect()
        await asyncio.sleep(0)
    await world.plan(4, [1], fill=1)
    await until(lambda: world.orders(COMMAND_4)[-1:] == ["on"], "the tank on")


async def test_a_machine_handed_over_again_is_not_started_by_the_plan_before(
    world: World,
) -> None:
    """As recorded: computed half a minute before a quarter, handed over after it."""
    await furnish(world, WASHER)
    first = quarter(world.clock.now()) + SLOT
    await world.start()
    await insert_plans(world.owner, [PlanRow(2, first, pad([1]))])
    await set_row(world, 2, **{PROGRAMMED: first - READ_BEFORE + 67})
    pass_slots(world, 1)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2) == ["off"]
    decided = status_of(world, 2)
    assert decided.decision.reason == "programmed_after_plan"
    assert decided.next_start is None

    # The next one knows.
    await insert_plans(world.owner, [PlanRow(2, first + SLOT, pad([0, 1]))])
    await world.engine.run_cycle()
    assert status_of(world, 2).next_start == first + 2 * SLOT
    pass_slots(world, 2)
    await world.engine.run_cycle()
    assert world.orders(COMMAND_2)[-1] == "on"


async def test_a_load_that_is_pressed_is_not_pressed_again_by_a_plan_made_anew(
    world: World,
) -> None:
    """On since the slot before; the same is planned again within this one."""
    heater = Equipment(5, "R001", "Chauffage", 151, 130, (plug("L5", 21), finger("F5")))
    await furnish(world, heater)
    pressed = heater.devices[1].topics.command
    await world.plan(5, [1, 1, 1])
    await world.start()
    await world.engine.run_cycle()
    await until(lambda: world.ended(5), "the press")
    pass_slots(world, 1)
    await world.engine.run_cycle()
    await world.plan(5, [1, 1])
    await world.engine.take_plans()
    await world.idle(5)
    assert len(world.orders(pressed)) == 1


async def test_what_is_read_wins_over_what_is_remembered(world: World) -> None:
    """The numbers of a table that was emptied begin anew."""
    await furnish(world, TANK)
    await world.plan(4, [0], fill=0)
    await world.plan(4, [1], fill=1)
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(COMMAND_4)[-1] == "on"
    await world.engine.stop()
    await world.owner.execute(f"TRUNCATE {RESULT} RESTART IDENTITY")
    await world.plan(4, [0], fill=0)

    await world.start()
    await world.engine.run_cycle()

    assert world.orders(COMMAND_4)[-1] == "off"


async def test_plans_of_a_table_that_is_read_no_longer_are_forgotten(world: World) -> None:
    await furnish(world, TANK)
    await world.plan(4, [1], fill=1)
    await world.start()
    await world.engine.run_cycle()
    await world.engine.stop()
    await world.owner.execute(
        f"CREATE TABLE bdd_coordination_schema.autre (LIKE {RESULT} INCLUDING ALL);"
        "GRANT SELECT ON bdd_coordination_schema.autre TO commande"
    )
    real = world.storage()
    elsewhere = type(real)(replace(real.settings, ems_table="bdd_coordination_schema.autre"))
    world.storage = lambda: elsewhere  # type: ignore[method-assign]

    await world.start()

    assert status_of(world, 4).plan is None
    await world.engine.run_cycle()
    assert status_of(world, 4).decision.reason == "no_plan"


async def test_a_row_that_was_taken_away_is_followed_no_longer(world: World) -> None:
    await furnish(world, TANK)
    await world.plan(4, [1], fill=1)
    await world.start()
    await world.engine.run_cycle()
    await world.owner.execute(f"DELETE FROM {RESULT}")
    await world.engine.run_cycle()
    assert status_of(world, 4).plan is None


async def test_the_next_start_is_that_of_the_row_read_for_the_next_slot(world: World) -> None:
    await furnish(world, WASHER)
    first = quarter(world.clock.now())
    await world.plan(2, [0, 0, 0, 0, 1])
    await world.plan(2, [0, 0, 0, 0, 0, 1], offset=1)
    await world.start()
    await world.engine.run_cycle()
    assert status_of(world, 2).next_start == first + 6 * SLOT
    pass_slots(world, 1)
    await world.engine.run_cycle()
    assert status_of(world, 2).next_start == first + 6 * SLOT


@pytest.mark.parametrize(("hours", "told"), [(2, False), (11, False), (14, True)])
async def test_a_tank_that_rests_is_no_reason_to_warn(
    world: World, caplog: pytest.LogCaptureFixture, hours: int, told: bool
) -> None:
    """The EMS plans a tank half a day after its last start at the earliest."""
    await furnish(world, TANK)
    await set_row(world, 4, **{STARTED: int(world.clock.now()) - hours * 3600})
    await world.start()
    await world.engine.run_cycle()
    assert bool([m for m in caplog.messages if "nothing planned" in m]) is told


async def test_a_tank_that_is_planned_off_is_planned(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK)
    await world.plan(4, [0])
    await world.start()
    await world.engine.run_cycle()
    assert not [m for m in caplog.messages if "nothing planned" in m]


READ_ONLY = "ALTER ROLE commande SET default_transaction_read_only = {}"


async def test_t2_59_a_database_that_only_reads_is_named_and_its_plans_are_followed(
    world: World,
) -> None:
    await furnish(world, WASHER, TANK)
    await world.start()
    server = world.database.server

    def told() -> bool:
        return "database_read_only" in [problem.key for problem in world.engine.problems]

    try:
        await server.administer(READ_ONLY.format("on"))
        await server.disconnect()
        await world.plan(4, [1], fill=1)
        await world.engine.run_cycle()
        await until(lambda: world.orders(COMMAND_4) == ["on"], "the tank on")
        await until(told, "the repair")
        assert (await world.row(4))["etat_controle_id"] == 25

        # A new plan, a machine handed over elsewhere: both are seen.
        await world.plan(2, [0, 1])
        await world.plan(4, [0, 0])
        report = await world.engine.run_cycle()
        assert not report.degraded
        assert world.engine.connected
        assert world.orders(COMMAND_4) == ["on", "off"]
        pass_slots(world, 1)
        await world.engine.run_cycle()
        assert world.orders(COMMAND_2)[-1] == "on"
        # What was not written is still known: the machine runs.
        pass_slots(world, 1)
        await world.plan(2, [1])
        await world.engine.run_cycle()
        assert world.orders(COMMAND_2)[-1] == "on"
        assert world.orders(COMMAND_2).count("on") == 1
        assert told()
    finally:
        await server.administer(READ_ONLY.format("off"))
        await server.disconnect()
    await until_row(world, 2, **{MODE: 20})
    await until(lambda: not told(), "the repair gone")
    await server.administer("ALTER ROLE commande RESET default_transaction_read_only")


async def test_t2_59_what_it_did_not_take_is_known_after_a_restart(world: World) -> None:
    """The row still waits for the start that was made."""
    await furnish(world, WASHER)
    await world.plan(2, [1, 1, 1])
    await world.start()
    server = world.database.server
    try:
        await server.administer(READ_ONLY.format("on"))
        await server.disconnect()
        await world.engine.run_cycle()
        await until(lambda: status_of(world, 2).equipment.state.mode == 20, "the outcome kept")
        await world.engine.stop()
        assert (await world.row(2))[MODE] == 30

        await world.start()
        assert status_of(world, 2).equipment.state.mode == 20
        pass_slots(world, 1)
        await world.engine.run_cycle()
        assert world.orders(COMMAND_2).count("on") == 1
    finally:
        await server.administer("ALTER ROLE commande RESET default_transaction_read_only")
        await server.disconnect()
    await until_row(world, 2, **{MODE: 20})


async def test_t2_61_a_connection_that_was_forgotten_costs_no_cycle(world: World) -> None:
    """Each read is lost with its connection once, and asked again on a new one."""
    await furnish(world, TANK)
    await world.start()
    await world.engine.run_cycle()
    await world.plan(4, [1], fill=1)
    await world.database.server.disconnect()
    report = await world.engine.run_cycle()
    assert not report.degraded
    assert world.orders(COMMAND_4)[-1] == "on"
