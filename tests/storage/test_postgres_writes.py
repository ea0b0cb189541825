"""Guarded writes: whole, in one statement, and never over a person's choice."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.model import (
    CommandState,
    ControlState,
    EquipmentId,
    Mode,
    State,
)
from custom_components.elfe_commande.engine.ground.ports import (
    StorageDataError,
    StorageUnreachableError,
)
from custom_components.elfe_commande.storage.postgres import PostgresStorage, StepsRefusedError

from ..fixtures_parts import Database
from .rows import BUSY, SLOT, Rows, settings_for, step

ONE, TWO = EquipmentId(1), EquipmentId(2)
STARTED = {
    "mode": Mode.MANUAL,
    "command": CommandState.ON,
    "control": ControlState.ON,
    "ems_order": True,
    "started": True,
}


async def test_a_whole_step(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1, programmed=5)
    after = State(20, 15, 13, True, SLOT, 5)
    assert await storage.write([step(1, **STARTED)]) == {ONE: after}
    assert await storage.read_states([ONE, TWO]) == {ONE: after}
    found = await storage.write([step(1, SLOT + 9, mode=Mode.PILOTED, programmed=True)])
    assert found == {ONE: State(30, 15, 13, True, SLOT, SLOT + 9)}
    found = await storage.write([step(1, ems_order=False)])
    assert found == {ONE: State(30, 15, 13, False, SLOT, SLOT + 9)}


async def test_nothing_to_do(storage: PostgresStorage) -> None:
    assert await storage.write([]) == {}
    assert await storage.read_states([]) == {}
    assert await storage.write([step(404, **STARTED)]) == {}
    with pytest.raises(ValueError, match="two steps"):
        await storage.write([step(1), step(1)])


async def test_guards(rows: Rows, storage: PostgresStorage) -> None:
    for number, mode in enumerate((1, 10, 20, 30, 70, 80), 1):
        await rows.equipment(number, mode=mode)
    await rows.equipment(7, control=60)
    await rows.equipment(8, mode=20)
    steps = [step(n, command=CommandState.ERROR) for n in range(1, 8)]
    steps.append(step(8, expected=Mode.PILOTED, command=CommandState.ERROR))
    assert set(await storage.write(steps)) == {3, 4}
    states = await storage.read_states([EquipmentId(n) for n in range(1, 9)])
    assert [n for n, state in states.items() if state.command == 30] == [3, 4]


async def test_a_choice_made_meanwhile_wins(
    rows: Rows, storage: PostgresStorage, database: Database
) -> None:
    await rows.equipment(1)
    await rows.equipment(2)
    async with rows.connection.transaction():
        await rows.run(
            "UPDATE equipement_pilote_ou_mesure SET equipement_pilote_ou_mesure_mode_id"
            " = 20, timestamp_derniere_programmation = 77 WHERE id = 1"
        )
        writing = asyncio.create_task(
            storage.write([step(n, expected=Mode.PILOTED, **STARTED) for n in (1, 2)])
        )
        await asyncio.sleep(0.2)
        assert not writing.done()
    assert set(await writing) == {2}
    assert (await storage.read_states([ONE]))[ONE] == State(20, 25, 11, False, 0, 77)


async def test_columns_left_alone_keep_what_another_wrote(
    rows: Rows, storage: PostgresStorage
) -> None:
    await rows.equipment(1)
    async with rows.connection.transaction():
        await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 21")
        writing = asyncio.create_task(storage.write([step(1, control=ControlState.ON)]))
        await asyncio.sleep(0.2)
    assert await writing == {ONE: State(30, 15, 21, False, 0, 0)}


@pytest.mark.defect("D-16")
async def test_a_write_given_up_never_happens_later(rows: Rows, database: Database) -> None:
    await rows.equipment(1)
    storage = PostgresStorage(settings_for(database, command_timeout=BUSY))
    await storage.open()
    async with rows.connection.transaction():
        await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 21")
        with pytest.raises(StorageUnreachableError):
            await storage.write([step(1, **STARTED)])
    await asyncio.sleep(0.2)
    assert (await storage.read_states([ONE]))[ONE] == State(30, 25, 21, False, 0, 0)
    await storage.close()


@pytest.mark.defect("D-20")
async def test_a_refused_step_is_not_half_written_and_costs_no_other(
    rows: Rows, storage: PostgresStorage
) -> None:
    for number in range(1, 8):
        await rows.equipment(number)
    steps = [step(n, **STARTED) for n in range(1, 8)]
    steps[2] = step(3, -5, **STARTED)
    steps[5] = step(6, 2**40, **STARTED)
    with pytest.raises(StepsRefusedError) as caught:
        await storage.write(steps)
    assert isinstance(caught.value, StorageDataError)
    assert set(caught.value.failed) == {3, 6}
    assert set(caught.value.written) == {1, 2, 4, 5, 7}
    states = await storage.read_states([EquipmentId(n) for n in range(1, 8)])
    assert {n: state.mode for n, state in states.items() if state.mode == 30} == {3: 30, 6: 30}
    assert states[EquipmentId(3)] == State(30, 25, 11, False, 0, 0)


async def test_lost_while_setting_refused_steps_apart(rows: Rows, database: Database) -> None:
    for number in (1, 2):
        await rows.equipment(number)
    storage = PostgresStorage(settings_for(database, command_timeout=BUSY))
    async with rows.connection.transaction():
        await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 21 WHERE id = 2")
        # The first is refused before the database sees the batch, the second waits for a lock.
        with pytest.raises(StorageUnreachableError):
            await storage.write([step(1, 2**40, **STARTED), step(2, **STARTED)])
    assert (await storage.read_states([TWO]))[TWO] == State(30, 25, 21, False, 0, 0)
    await storage.close()


async def test_a_panel_disables_and_gives_back(rows: Rows, storage: PostgresStorage) -> None:
    for number, mode in enumerate((1, 10, 20, 30, 70, 80), 1):
        await rows.equipment(number, mode=mode)
    await rows.equipment(7, mode=70, control=60)
    await rows.equipment(8, mode=30, control=60)
    numbers = range(1, 9)

    disabled = await storage.write([step(n, mode=Mode.DISABLED, programmed=True) for n in numbers])
    assert disabled == {EquipmentId(n): State(70, 25, 11, False, 0, SLOT) for n in (3, 4)}
    assert await storage.write([step(5, mode=Mode.MANUAL)]) == {}

    back = [replace(step(n, mode=Mode.PILOTED), from_disabled=True) for n in numbers]
    assert set(await storage.write(back)) == {3, 4, 5}
    states = await storage.read_states([EquipmentId(n) for n in numbers])
    assert [states[EquipmentId(n)].mode for n in numbers] == [1, 10, 30, 30, 30, 80, 70, 30]


async def test_given_back_only_while_still_disabled(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1, mode=70)
    await rows.equipment(2, mode=20)
    steps = [
        replace(step(n, expected=Mode.DISABLED, mode=Mode.PILOTED), from_disabled=True)
        for n in (1, 2)
    ]
    assert set(await storage.write(steps)) == {1}
    assert (await storage.read_states([TWO]))[TWO].mode == 20
