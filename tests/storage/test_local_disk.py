"""A disk that is full for a while: what could not be kept is no part of the state."""

import pytest

from custom_components.elfe_commande.core.model import CommandState, EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Step, Writes
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from custom_components.elfe_commande.storage.local import LocalStorage
from tests.engine.disks import FullDisk

from .kits import defined
from .rows import SLOT

ONE = EquipmentId(1)


async def test_what_was_defined_is_on_disk_once_there_is_room_again() -> None:
    """Nobody defines it a second time, and no number may be given twice."""
    disk = FullDisk()
    storage = LocalStorage(disk.document("home"))
    await storage.open()
    disk.full = True
    with pytest.raises(StorageUnreachableError):
        await storage.define([defined(1)])
    assert set((await storage.read_inventory()).equipments) == {ONE}
    disk.full = False
    await storage.read_inventory()
    await storage.read_inventory()

    assert disk.document("home").saves == 1
    again = LocalStorage(disk.document("home"))
    await again.open()
    assert again.next_id() == 2


async def test_an_outcome_is_written_once_there_is_room_again() -> None:
    """The same step, with the guard that it had: it must not meet what it did not write."""
    disk = FullDisk()
    storage = LocalStorage(disk.document("home"))
    await storage.define([defined(1)])
    await storage.open()
    started = Step(
        ONE,
        Writes(mode=Mode.MANUAL, command=CommandState.ON, started=True),
        SLOT,
        expected_mode=Mode.PILOTED,
    )
    disk.full = True
    with pytest.raises(StorageUnreachableError):
        await storage.write([started])
    assert (await storage.read_states([ONE]))[ONE].mode == Mode.PILOTED
    disk.full = False

    written = await storage.write([started])

    assert (written[ONE].mode, written[ONE].command) == (Mode.MANUAL, CommandState.ON)
    again = LocalStorage(disk.document("home"))
    await again.define([defined(1)])
    await again.open()
    assert (await again.read_states([ONE]))[ONE] == written[ONE]
