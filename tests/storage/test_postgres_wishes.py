"""What people wish of an equipment: whole, guarded, and in the rows that are read."""

import asyncio
from collections.abc import Sequence

import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.engine.ground.ports import StorageDataError
from custom_components.elfe_commande.storage.postgres import PostgresStorage

from .rows import SLOT, Rows

ONE, TWO = EquipmentId(1), EquipmentId(2)
MACHINE = "equipement_pilote_machine_generique"
CYCLE = f"{MACHINE}_cycle"
VEHICLE = "equipement_pilote_vehicule_electrique_generique"
ENDS = f"SELECT timestamp_de_fin_souhaite FROM {MACHINE} ORDER BY id"
DURATIONS = f"SELECT duree_cycle FROM {CYCLE} ORDER BY id"
VEHICLES = (
    f"SELECT timestamp_dispo_souhaitee, pourcentage_charge_restant FROM {VEHICLE} ORDER BY id"
)


async def column(rows: Rows, query: str) -> list[int]:
    return [row[0] for row in await rows.connection.fetch(query)]


async def wishes(storage: PostgresStorage, number: EquipmentId = ONE) -> Constraints:
    return (await storage.read_equipments([number]))[number].constraints


@pytest.fixture
async def washer(rows: Rows) -> None:
    """A machine with two detail rows, and a vehicle with two."""
    await rows.equipment(1)
    await rows.machine(1, number=11, end=SLOT, cycle=5, duration=3600)
    await rows.machine(1, number=12, end=SLOT, cycle=6, duration=3600)
    await rows.run(f"INSERT INTO {CYCLE} VALUES (7, 11, 3600, 'long', '')")
    await rows.equipment(2, kind=221, mode=20)
    await rows.vehicle(2, number=21, end=SLOT, charge=10)
    await rows.vehicle(2, number=22, end=SLOT, charge=10)


@pytest.mark.defect("D-12")
@pytest.mark.usefixtures("washer")
async def test_cycle_duration_is_written(rows: Rows, storage: PostgresStorage) -> None:
    assert await storage.write_constraints(ONE, Constraints(cycle_duration=5400))
    assert await wishes(storage) == Constraints(SLOT, 5400)
    assert await column(rows, DURATIONS) == [5400, 3600, 3600]


@pytest.mark.defect("D-18")
@pytest.mark.usefixtures("washer")
async def test_only_the_row_that_is_read_is_written(rows: Rows, storage: PostgresStorage) -> None:
    assert await storage.write_constraints(ONE, Constraints(SLOT + 900, 7200))
    assert await column(rows, ENDS) == [SLOT + 900, SLOT]
    assert await storage.write_constraints(TWO, Constraints(SLOT + 900, None, 70))
    assert await wishes(storage, TWO) == Constraints(SLOT + 900, None, 70)
    assert await storage.write_constraints(TWO, Constraints(charge_left=0))
    assert await storage.write_constraints(TWO, Constraints(wished_end=0))
    found = [tuple(row) for row in await rows.connection.fetch(VEHICLES)]
    assert found == [(0, 0), (SLOT, 10)]
    assert await wishes(storage, TWO) == Constraints(0, None, 0)


@pytest.mark.defect("D-18")
@pytest.mark.parametrize(
    ("mode", "control", "written"),
    [(1, 25, 0), (10, 25, 0), (20, 25, 1), (30, 15, 1), (70, 25, 0), (80, 25, 0), (30, 60, 0)],
)
async def test_guards(
    rows: Rows, storage: PostgresStorage, mode: int, control: int, written: int
) -> None:
    await rows.equipment(1, mode=mode, control=control)
    await rows.machine(1, number=11, end=SLOT, cycle=5, duration=3600)
    done = await storage.write_constraints(ONE, Constraints(SLOT + 900, 5400))
    assert done == bool(written)
    assert await wishes(storage) == Constraints(SLOT + 900 * written, 3600 + 1800 * written)


@pytest.mark.defect("D-19")
@pytest.mark.usefixtures("washer")
@pytest.mark.parametrize(
    "refused",
    [
        Constraints(SLOT + 900, 0),
        Constraints(SLOT + 900, -60),
        Constraints(-1, 5400),
        Constraints(SLOT + 900, 2**40),
    ],
)
async def test_what_the_database_refuses_is_not_half_written(
    storage: PostgresStorage, refused: Constraints
) -> None:
    with pytest.raises(StorageDataError):
        await storage.write_constraints(ONE, refused)
    assert await wishes(storage) == Constraints(SLOT, 3600)


@pytest.mark.defect("D-28")
@pytest.mark.usefixtures("washer")
@pytest.mark.parametrize(
    ("number", "wish"),
    [
        (1, Constraints(SLOT + 900, 5400, 50)),
        (2, Constraints(SLOT + 900, 5400, 50)),
        (3, Constraints(wished_end=SLOT)),
        (3, Constraints(charge_left=50)),
        (404, Constraints(wished_end=SLOT)),
        (1, Constraints()),
    ],
)
async def test_nothing_where_a_row_is_missing(
    rows: Rows, storage: PostgresStorage, number: int, wish: Constraints
) -> None:
    await rows.equipment(3)
    before = await storage.read_equipments([ONE, TWO, EquipmentId(3)])
    assert before[EquipmentId(3)].constraints == Constraints()
    assert not await storage.write_constraints(EquipmentId(number), wish)
    assert await storage.read_equipments(before) == before


@pytest.mark.parametrize(
    "spoiled",
    [
        f"DELETE FROM {CYCLE}",
        f"UPDATE {CYCLE} SET equipement_pilote_machine_generique_id = 12",
        f"UPDATE {MACHINE} SET cycle_equipement_pilote_machine_generique_id = 99",
        f"DROP TABLE {CYCLE}",
        f"ALTER TABLE {CYCLE} DROP duree_cycle",
        f"ALTER TABLE {MACHINE} DROP cycle_equipement_pilote_machine_generique_id",
    ],
)
@pytest.mark.usefixtures("washer")
async def test_no_cycle_to_write(rows: Rows, storage: PostgresStorage, spoiled: str) -> None:
    await rows.run(spoiled)
    assert not await storage.write_constraints(ONE, Constraints(SLOT + 900, 5400))
    assert await wishes(storage) == Constraints(SLOT)
    assert await storage.write_constraints(ONE, Constraints(SLOT + 900))
    assert await wishes(storage) == Constraints(SLOT + 900)


@pytest.mark.usefixtures("washer")
@pytest.mark.parametrize(
    ("meanwhile", "written", "end"),
    [
        (["UPDATE equipement_pilote_ou_mesure SET etat_controle_id = 60"], False, SLOT),
        (["UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 21"], True, SLOT + 900),
        ([f"UPDATE {MACHINE} SET timestamp_de_fin_souhaite = 5"], True, SLOT + 900),
        ([f"UPDATE {CYCLE} SET duree_cycle = 60"], True, SLOT + 900),
        ([f"DELETE FROM {CYCLE}"], False, SLOT),
        ([f"DELETE FROM {CYCLE}", f"DELETE FROM {MACHINE}"], False, None),
    ],
)
async def test_what_changes_meanwhile(
    rows: Rows,
    storage: PostgresStorage,
    meanwhile: Sequence[str],
    written: bool,
    end: int | None,
) -> None:
    async with rows.connection.transaction():
        for statement in meanwhile:
            await rows.run(statement)
        writing = asyncio.create_task(storage.write_constraints(ONE, Constraints(SLOT + 900, 5400)))
        await asyncio.sleep(0.2)
        assert not writing.done()
    assert await writing == written
    found = await wishes(storage)
    assert (found.wished_end, found.cycle_duration == 5400) == (end, written)
