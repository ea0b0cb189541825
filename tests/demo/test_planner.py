"""The planner that stands in for the EMS."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from demo.database import RESULT, PlanRow, quarter
from demo.placement import Task, comfort, place, run, shift, sun_and_wind, window
from demo.planner import Planner
from demo.territory import PILOTED, install, two_homes
from tests.fixtures_parts import Database

NOW = 1_800_000_123
QUARTER = quarter(NOW)
PILOT = "bdd_coordination_schema.equipement_pilote_ou_mesure"
TANK, CAR, HEATER, MACHINES = 3, 15, 4, {1, 2, 11}


def by_machine(rows: Sequence[PlanRow]) -> dict[int, PlanRow]:
    return {row.machine_id: row for row in rows}


@pytest.fixture
async def planner(database: Database, owner: asyncpg.Connection) -> Planner:
    await install(owner, two_homes(), now=NOW)
    return Planner(database.ems, clock=lambda: NOW)


async def test_every_piloted_equipment_gets_a_row(planner: Planner) -> None:
    rows = by_machine(await planner.plan(QUARTER))
    piloted = {each.id for each in two_homes() if each.mode == PILOTED}
    assert set(rows) == piloted
    assert all(sum(rows[machine].decisions) == 1 for machine in MACHINES | {CAR})
    assert sum(rows[TANK].decisions) == 18
    assert "".join(map(str, rows[TANK].decisions)).strip("0") == "1" * 18
    assert 0 < sum(rows[HEATER].decisions) < 60
    assert (rows[HEATER].result_type, rows[1].result_type) == (1, 0)
    assert (rows[1].machine_type, rows[1].first_valid_timestamp) == (111, QUARTER)


async def test_wished_end_is_met(planner: Planner, owner: asyncpg.Connection) -> None:
    await owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_machine_generique"
        " SET timestamp_de_fin_souhaite = $1, delai_attente_maximale_apres_fin = 0",
        QUARTER + 5 * 3600,
    )
    rows = by_machine(await planner.plan(QUARTER))
    assert rows[1].decisions.index(1) == 5 * 4 - 6
    assert rows[2].decisions.index(1) == 5 * 4 - 8
    await owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_machine_generique"
        " SET timestamp_de_fin_souhaite = $1",
        QUARTER - 60,
    )
    rows = by_machine(await planner.plan(QUARTER))
    assert rows[1].decisions[0] == 1


async def test_what_is_being_started_is_skipped_once(
    planner: Planner, owner: asyncpg.Connection
) -> None:
    rows = by_machine(await planner.plan(QUARTER, at_once=[1, TANK]))
    assert rows[1].decisions[0] == 1
    assert rows[TANK].decisions == run(0, 18)
    rows = by_machine(await planner.plan(QUARTER + 900))
    assert 1 not in rows
    assert rows[TANK].decisions == run(0, 17)
    await owner.execute(f"UPDATE {PILOT} SET equipement_pilote_ou_mesure_mode_id = 20 WHERE id = 1")
    rows = by_machine(await planner.plan(QUARTER + 1800))
    assert 1 not in rows
    assert 2 in rows


async def test_tank_rests_half_a_day(planner: Planner, owner: asyncpg.Connection) -> None:
    await owner.execute(
        f"UPDATE {PILOT} SET timestamp_derniere_mise_en_marche = $1 WHERE id = $2", NOW, TANK
    )
    rows = by_machine(await planner.plan(QUARTER))
    assert sum(rows[TANK].decisions) == 0


@pytest.mark.parametrize(
    ("second", "first_look", "expected"),
    [
        pytest.param(123, 0, [1], id="at once"),
        pytest.param(840, 45, [1], id="the first look is in this quarter"),
        pytest.param(870, 45, [0, 1], id="the first look is in the next quarter"),
    ],
)
async def test_what_is_wanted_at_once_is_planned_where_it_is_looked_for(
    database: Database,
    owner: asyncpg.Connection,
    second: int,
    first_look: float,
    expected: list[int],
) -> None:
    """Before the first look nobody executes a plan; a start planned there would be lost."""
    await install(owner, two_homes(), now=NOW)
    planner = Planner(
        database.ems,
        clock=lambda: QUARTER + second,
        need=lambda moment: 1500.0 if moment < QUARTER + 3600 else -3000.0,
    )
    task = asyncio.create_task(planner.run(at_once=[1], first_look=first_look))
    query = f"SELECT count(DISTINCT first_valid_timestamp) FROM {RESULT}"
    async with asyncio.timeout(5):
        while await owner.fetchval(query) < 1 + len(expected):
            await asyncio.sleep(0.02)
    task.cancel()
    rows = await owner.fetch(
        f"SELECT decisions_0 FROM {RESULT} WHERE machine_id = 1 ORDER BY first_valid_timestamp"
    )
    assert [decision for (decision,) in rows] == expected


async def test_v7_without_cycles(database_v7: Database) -> None:
    connection = await database_v7.owner.connect()
    await install(connection, two_homes(), now=NOW)
    await connection.close()
    rows = by_machine(await Planner(database_v7.ems).plan(QUARTER))
    assert sum(rows[1].decisions) == 1


async def test_results_in_a_database_of_their_own(
    database: Database, ems_database: Database, owner: asyncpg.Connection
) -> None:
    await install(owner, two_homes(), now=NOW)
    planner = Planner(database.ems, result_access=ems_database.ems, result_table="public.result")
    rows = await planner.plan(QUARTER)
    connection = await ems_database.access.connect()
    assert await connection.fetchval("SELECT count(*) FROM public.result") == len(rows)
    await connection.close()


def test_place_prefers_the_sun() -> None:
    need = [1000.0] * 40 + [-3000.0] * 10 + [1000.0] * 46
    starts = place([Task(1, (2000.0,) * 4, 0, 80), Task(2, (2000.0,) * 4, 0, 0)], need)
    assert starts[2] == 0
    assert 40 <= starts[1] <= 46


@pytest.mark.parametrize(
    ("end", "wait", "length", "expected"),
    [
        (QUARTER - 1, 0, 6, (0, 0)),
        (QUARTER + 7200, 0, 6, (2, 2)),
        (QUARTER + 7200, 86_400, 6, (0, 2)),
        (QUARTER + 300_000, 0, 6, (95, 95)),
    ],
)
def test_window(end: int, wait: int, length: int, expected: tuple[int, int]) -> None:
    assert window(QUARTER, end, wait, length) == expected


def test_comfort_follows_the_week() -> None:
    # 2027-01-16 is a Saturday.
    saturday = 1_800_057_600
    periods = [(True, 0, 3600), (False, 7200, 10_800)]
    assert comfort(saturday, periods, 0, [0.0] * 96) == run(0, 4)
    assert comfort(saturday - 86_400, periods, 0, [0.0] * 96) == run(8, 4)
    assert sum(comfort(saturday, periods, 50, [0.0] * 96)) == 2


def test_shift() -> None:
    assert shift(run(2, 3), 3) == run(0, 2)
    assert shift((), 3) == (0,) * 96


def test_noon_is_sunny() -> None:
    assert sun_and_wind(1_800_057_600 + 13 * 3600) < sun_and_wind(1_800_057_600 + 20 * 3600)
