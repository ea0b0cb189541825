"""The choice of the plan's row, and the values in it."""

import asyncpg
import pytest

from custom_components.elfe_commande.core.plan import DayPlan
from custom_components.elfe_commande.engine.ground.ports import PlansRead
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.database import RESULT, PlanRow, insert_plans, pad, pulse

from ..fixtures_parts import Database
from .rows import DAY, SLOT, settings_for


def by_machine(read: PlansRead) -> dict[tuple[int, int], DayPlan]:
    found: dict[tuple[int, int], DayPlan] = {
        (plan.equipment_id, plan.first_valid): plan for plan in read.plans
    }
    assert len(found) == len(read.plans)
    return found


async def test_newest_row_valid_in_the_slot_and_that_of_the_next(
    owner: asyncpg.Connection, storage: PostgresStorage
) -> None:
    rows = [
        PlanRow(1, SLOT - 900, pulse(1)),
        PlanRow(1, SLOT, pulse(2)),
        PlanRow(1, SLOT - 1800, pulse(3)),
        PlanRow(1, SLOT + 900, pulse(4)),
        PlanRow(1, SLOT + 1800, pulse(5)),
        PlanRow(2, SLOT - DAY + 900, pulse(95)),
        PlanRow(3, SLOT - DAY, pulse(95)),
        PlanRow(4, SLOT + 900, pulse(0)),
        PlanRow(5, SLOT + 1800, pulse(0)),
        PlanRow(6, SLOT - 450, pulse(6)),
    ]
    await insert_plans(owner, rows)
    found = by_machine(await storage.read_plans(SLOT))
    assert set(found) == {
        (1, SLOT),
        (1, SLOT + 900),
        (2, SLOT - DAY + 900),
        (4, SLOT + 900),
        (6, SLOT - 450),
    }
    assert found[1, SLOT].decisions == bytes(pulse(2))
    assert found[1, SLOT + 900].decisions == bytes(pulse(4))
    assert found[2, SLOT - DAY + 900].decision(SLOT) is True


async def test_greatest_id_of_equally_new_rows(
    owner: asyncpg.Connection, storage: PostgresStorage
) -> None:
    for number in (1, 2, 3):
        await insert_plans(
            owner, [PlanRow(7, SLOT, pulse(number)), PlanRow(7, SLOT + 900, pulse(9))]
        )
    found = by_machine(await storage.read_plans(SLOT))
    assert found[7, SLOT].decisions == bytes(pulse(3))
    assert [plan.row_id for plan in found.values()] == [5, 6]


@pytest.mark.parametrize("index", [0, 1, 23, 24, 25, 47, 48, 71, 72, 94, 95])
async def test_every_decision_has_its_place(
    owner: asyncpg.Connection, storage: PostgresStorage, index: int
) -> None:
    inverse = tuple(1 - value for value in pulse(index))
    await insert_plans(owner, [PlanRow(1, SLOT, pulse(index)), PlanRow(2, SLOT, inverse)])
    found = by_machine(await storage.read_plans(SLOT))
    assert found[1, SLOT].decisions == bytes(pulse(index))
    assert found[2, SLOT].decisions == bytes(inverse)


async def test_an_unexpected_value_means_on_and_is_told(
    owner: asyncpg.Connection, storage: PostgresStorage
) -> None:
    await insert_plans(
        owner,
        [
            PlanRow(1, SLOT, pad([2, 0, 1, -1, 256, 2**31 - 1])),
            PlanRow(2, SLOT, pad([], 1)),
            PlanRow(3, SLOT, pad([])),
        ],
    )
    for _ in range(2):
        read = await storage.read_plans(SLOT)
        found = by_machine(read)
        assert found[1, SLOT].decisions == bytes(pad([1, 0, 1, 1, 1, 1]))
        assert found[2, SLOT].decisions == b"\1" * 96
        assert found[3, SLOT].decisions == bytes(96)
        assert [problem.key for problem in read.problems] == ["unexpected_decision"]
        assert read.problems[0].equipment_id == 1
        assert read.problems[0].placeholders == {
            "id": "1",
            "row": "1",
            "values": "-1, 2, 2147483647, 256",
        }


async def test_a_malformed_row_hides_no_other(
    owner: asyncpg.Connection, storage: PostgresStorage
) -> None:
    await insert_plans(owner, [PlanRow(1, SLOT, pulse(1)), PlanRow(2, SLOT, pulse(1))])
    await owner.execute(f"ALTER TABLE {RESULT} ALTER decisions_5 DROP NOT NULL")
    await owner.execute(f"UPDATE {RESULT} SET decisions_5 = NULL WHERE machine_id = 1")
    read = await storage.read_plans(SLOT)
    assert set(by_machine(read)) == {(2, SLOT)}
    assert [problem.key for problem in read.problems] == ["malformed_plan"]


async def test_unchanged_is_the_same_object_and_an_updated_row_is_read_again(
    owner: asyncpg.Connection, storage: PostgresStorage
) -> None:
    await insert_plans(owner, [PlanRow(m, SLOT, pulse(1)) for m in (1, 2)])
    first = by_machine(await storage.read_plans(SLOT))
    await owner.execute(f"UPDATE {RESULT} SET decisions_9 = 1 WHERE machine_id = 2")
    second = by_machine(await storage.read_plans(SLOT))
    assert second[1, SLOT] is first[1, SLOT]
    assert second[2, SLOT].decisions[9] == 1
    await owner.execute(f"TRUNCATE {RESULT} RESTART IDENTITY")
    await insert_plans(owner, [PlanRow(m, SLOT, pulse(2)) for m in (1, 2)])
    third = by_machine(await storage.read_plans(SLOT))
    assert third[1, SLOT].decisions == bytes(pulse(2))


async def test_a_view_may_stand_for_the_table(
    owner: asyncpg.Connection, database: Database
) -> None:
    await insert_plans(owner, [PlanRow(1, SLOT, pulse(1))])
    await owner.execute(
        f"CREATE VIEW bdd_coordination_schema.vue AS SELECT * FROM {RESULT};"
        "GRANT SELECT ON bdd_coordination_schema.vue TO commande"
    )
    storage = PostgresStorage(settings_for(database, ems_table="bdd_coordination_schema.vue"))
    assert set(by_machine(await storage.read_plans(SLOT))) == {(1, SLOT)}
    await owner.execute(f"UPDATE {RESULT} SET decisions_9 = 1")
    assert (await storage.read_plans(SLOT)).plans[0].decisions[9] == 1
    await storage.close()


@pytest.mark.defect("D-17")
async def test_plans_in_a_database_of_their_own(database: Database, ems_database: Database) -> None:
    connection = await ems_database.owner.connect()
    await insert_plans(connection, [PlanRow(1, SLOT, pulse(1))], "public.result")
    await connection.close()
    storage = PostgresStorage(
        settings_for(database, ems_database=ems_database.name, ems_table="result")
    )
    await storage.open()
    assert set(by_machine(await storage.read_plans(SLOT))) == {(1, SLOT)}
    assert (await storage.read_inventory()).equipments == {}
    await storage.close()
