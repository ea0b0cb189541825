"""What holds of every storage, wherever inventory, state and plans live."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId, Mode, State
from custom_components.elfe_commande.core.outcome import Step, Writes
from custom_components.elfe_commande.core.plan import DayPlan
from custom_components.elfe_commande.engine.ground.ports import StorageDataError
from custom_components.elfe_commande.storage.postgres import PostgresStorage

from .kits import Kit, LocalKit, PostgresKit
from .rows import SLOT, Rows, step

ONE, TWO, THREE = map(EquipmentId, (1, 2, 3))
GONE = EquipmentId(404)


@pytest.fixture
async def local_kit() -> LocalKit:
    """A local home's storage, open and empty."""
    found = LocalKit()
    await found.storage.open()
    return found


@pytest.fixture
def postgresql_kit(rows: Rows, storage: PostgresStorage) -> PostgresKit:
    """An empty coordination database."""
    return PostgresKit(rows, storage)


@pytest.fixture(params=["postgresql", "local"])
def kit(request: pytest.FixtureRequest) -> Kit:
    """A storage of each kind."""
    found: Kit = request.getfixturevalue(f"{request.param}_kit")
    return found


# --------------------------------------------------------------------------------- inventory


async def test_an_equipment_that_did_not_change_is_the_same_object(kit: Kit) -> None:
    await kit.equipment(1, end=SLOT, duration=3600)
    await kit.equipment(2)
    first = (await kit.storage.read_inventory()).equipments
    assert first[ONE].constraints == Constraints(SLOT, 3600)
    await kit.storage.write([step(2, mode=Mode.MANUAL)])
    second = (await kit.storage.read_inventory()).equipments
    assert second[ONE] is first[ONE]
    assert second[TWO].state.mode == Mode.MANUAL
    some = await kit.storage.read_equipments([ONE, GONE])
    assert some == {ONE: second[ONE]}
    assert await kit.storage.read_states([TWO, GONE]) == {TWO: second[TWO].state}


# ------------------------------------------------------------------------------------ states


async def test_a_step_writes_its_columns_and_no_others(kit: Kit) -> None:
    await kit.equipment(1)
    before = (await kit.storage.read_states([ONE]))[ONE]
    written = await kit.storage.write([step(1, at=SLOT + 7, started=True, ems_order=True)])
    expected = State(before.mode, before.control, before.command, True, SLOT + 7, 0)
    assert written == {ONE: expected} == await kit.storage.read_states([ONE])
    written = await kit.storage.write(
        [step(1, at=SLOT + 9, mode=20, control=15, command=13, ems_order=False, programmed=True)]
    )
    assert written == {ONE: State(20, 15, 13, False, SLOT + 7, SLOT + 9)}


@pytest.mark.parametrize(
    ("mode", "control", "let_through"),
    [
        (1, 25, ()),
        (10, 25, ()),
        (20, 25, (ONE, THREE)),
        (30, 25, (ONE, TWO, THREE)),
        (70, 25, (THREE,)),
        (80, 25, ()),
        (20, 60, ()),
        (30, 60, ()),
        (70, 60, ()),
    ],
)
async def test_guards_of_a_step(
    kit: Kit, mode: int, control: int, let_through: tuple[EquipmentId, ...]
) -> None:
    for number in (ONE, TWO, THREE):
        await kit.equipment(number, mode=mode, control=control)
    writes = Writes(mode=Mode.MANUAL, programmed=True)
    written = await kit.storage.write(
        [
            Step(ONE, writes, SLOT),
            Step(TWO, writes, SLOT, Mode.PILOTED),
            Step(THREE, writes, SLOT, from_disabled=True),
            Step(GONE, writes, SLOT),
        ]
    )
    assert tuple(sorted(written)) == let_through
    for number, state in (await kit.storage.read_states([ONE, TWO, THREE])).items():
        assert (state.last_programmed == SLOT) is (number in let_through)


@pytest.mark.parametrize(("not_after", "written"), [(SLOT - 1, False), (SLOT, True), (None, True)])
async def test_who_programmed_later_keeps_the_last_word(
    kit: Kit, not_after: int | None, written: bool
) -> None:
    """Over what was decided before, and can be written only now."""
    await kit.equipment(1, end=SLOT, duration=3600)
    await kit.equipment(2)
    assert await kit.storage.write([step(n, mode=20, programmed=True) for n in (1, 2)])
    late = replace(step(1, at=SLOT - 5, mode=30, programmed=True), not_after=not_after)
    assert set(await kit.storage.write([late, step(2, command=13)])) == (
        {ONE} if written else set()
    ) | {TWO}
    state = (await kit.storage.read_states([ONE]))[ONE]
    assert (state.mode, state.last_programmed) == ((30, SLOT - 5) if written else (20, SLOT))
    if written and not_after is not None:
        not_after -= 10
        assert await kit.storage.write([step(1, programmed=True)])
        assert not await kit.storage.write_constraints(ONE, Constraints(SLOT + 900), not_after)
        not_after += 10
    done = await kit.storage.write_constraints(ONE, Constraints(SLOT + 900), not_after)
    assert done is written


async def test_two_steps_about_one_equipment_are_a_mistake(kit: Kit) -> None:
    await kit.equipment(1)
    with pytest.raises(ValueError, match="two steps"):
        await kit.storage.write([step(1, mode=20), step(1, mode=30)])
    assert await kit.storage.write([]) == {}


# ------------------------------------------------------------------------------------ wishes


async def test_wishes_are_written_together_and_leave_the_others(kit: Kit) -> None:
    await kit.equipment(1, end=SLOT, duration=3600)
    await kit.equipment(2, end=SLOT, charge=10)
    assert await kit.storage.write_constraints(ONE, Constraints(cycle_duration=5400))
    assert await kit.storage.write_constraints(TWO, Constraints(SLOT + 900, None, 70))
    found = await kit.storage.read_equipments([ONE, TWO])
    assert found[ONE].constraints == Constraints(SLOT, 5400)
    assert found[TWO].constraints == Constraints(SLOT + 900, None, 70)


@pytest.mark.parametrize(
    ("mode", "control", "written"),
    [(1, 25, 0), (10, 25, 0), (20, 25, 1), (30, 15, 1), (70, 25, 0), (80, 25, 0), (30, 60, 0)],
)
async def test_guards_of_wishes(kit: Kit, mode: int, control: int, written: int) -> None:
    await kit.equipment(1, mode=mode, control=control, end=SLOT, duration=3600)
    done = await kit.storage.write_constraints(ONE, Constraints(SLOT + 900, 5400))
    assert done == bool(written)
    found = (await kit.storage.read_equipments([ONE]))[ONE].constraints
    assert found == Constraints(SLOT + 900 * written, 3600 + 1800 * written)


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
async def test_a_wish_that_has_no_place_writes_nothing(
    kit: Kit, number: int, wish: Constraints
) -> None:
    await kit.equipment(1, end=SLOT, duration=3600)
    await kit.equipment(2, end=SLOT, charge=10)
    await kit.equipment(3)
    before = await kit.storage.read_equipments([ONE, TWO, THREE])
    assert not await kit.storage.write_constraints(EquipmentId(number), wish)
    assert await kit.storage.read_equipments([ONE, TWO, THREE]) == before


@pytest.mark.parametrize(
    "refused",
    [
        Constraints(SLOT + 900, 0),
        Constraints(SLOT + 900, -60),
        Constraints(-1, 5400),
        Constraints(2**31, 5400),
    ],
)
async def test_an_impossible_value_is_not_half_written(kit: Kit, refused: Constraints) -> None:
    await kit.equipment(1, end=SLOT, duration=3600)
    with pytest.raises(StorageDataError):
        await kit.storage.write_constraints(ONE, refused)
    found = (await kit.storage.read_equipments([ONE]))[ONE].constraints
    assert found == Constraints(SLOT, 3600)


# ------------------------------------------------------------------------------------- plans


def pulse(place: int) -> list[int]:
    """Return a day with one wanted slot."""
    return [int(index == place) for index in range(96)]


async def plans_at(kit: Kit, slot: int) -> dict[tuple[int, int], DayPlan]:
    read = await kit.storage.read_plans(slot)
    return {(plan.equipment_id, plan.first_valid): plan for plan in read.plans}


async def test_the_newest_plan_in_force_and_that_of_the_next_slot(kit: Kit) -> None:
    for number in (1, 2):
        await kit.equipment(number)
    await kit.plans(
        (1, SLOT - 900, pulse(1)),
        (1, SLOT - 1800, pulse(2)),
        (1, SLOT + 900, pulse(3)),
        (1, SLOT + 1800, pulse(4)),
        (2, SLOT - 95 * 900, pulse(95)),
    )
    found = await plans_at(kit, SLOT)
    assert {key: plan.decisions.index(1) for key, plan in found.items()} == {
        (1, SLOT - 900): 1,
        (1, SLOT + 900): 3,
        (2, SLOT - 95 * 900): 95,
    }
    later = await plans_at(kit, SLOT + 900)
    assert set(later) == {(1, SLOT + 900), (1, SLOT + 1800)}


async def test_of_two_plans_for_one_slot_the_later_one_counts(kit: Kit) -> None:
    await kit.equipment(1)
    await kit.plans((1, SLOT, pulse(1)), (1, SLOT, pulse(2)))
    (found,) = (await plans_at(kit, SLOT)).values()
    assert found.decisions.index(1) == 2
    await kit.plans((1, SLOT, pulse(3)))
    (newer,) = (await plans_at(kit, SLOT)).values()
    assert newer.decisions.index(1) == 3
    assert newer.row_id > found.row_id
