"""What a local home keeps on disk, over restarts and changes of its equipments."""

from typing import Any, override

import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId, Mode
from custom_components.elfe_commande.core.plan import DAY, DayPlan, Owner
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from custom_components.elfe_commande.storage.local import LocalStorage
from demo.engine_host import MemoryDocument

from .kits import defined
from .rows import SLOT, step

ONE, TWO = EquipmentId(1), EquipmentId(2)
ALWAYS = bytes([1] * DAY)


class FullDisk(MemoryDocument):
    """A document that may have no room."""

    full = False

    @override
    async def save(self, data: dict[str, Any]) -> None:
        if self.full:
            raise OSError("no space left")
        await super().save(data)


async def opened(document: MemoryDocument, *definitions: Any) -> LocalStorage:
    storage = LocalStorage(document)
    await storage.define(definitions)
    await storage.open()
    return storage


async def test_state_wishes_and_plans_outlive_a_restart() -> None:
    document = MemoryDocument()
    wishes = Constraints(SLOT, 3600)
    storage = await opened(document, defined(1, wishes=wishes), defined(2))
    await storage.write([step(1, mode=Mode.MANUAL, programmed=True)])
    await storage.write_constraints(ONE, Constraints(cycle_duration=60))
    (plan,) = await storage.add_plans([DayPlan(TWO, SLOT, ALWAYS, 0, SLOT + 5)], now=SLOT)

    again = await opened(document, defined(1, wishes=wishes), defined(2))

    before, after = (await storage.read_inventory()), (await again.read_inventory())
    assert after.equipments == before.equipments
    assert after.equipments[ONE].constraints == Constraints(SLOT, 60)
    assert (await again.read_plans(SLOT)).plans == (plan,)
    (newer,) = await again.add_plans([DayPlan(TWO, SLOT, ALWAYS)], now=SLOT)
    assert newer.row_id > plan.row_id


async def test_a_number_is_never_used_again() -> None:
    document = MemoryDocument()
    storage = await opened(document)
    first, second = storage.next_id(), storage.next_id()
    assert (first, second) == (1, 2)
    await storage.define([defined(1), defined(2)])
    await storage.define([defined(1)])
    assert storage.next_id() == 3
    again = await opened(document, defined(1))
    assert again.next_id() == 3


async def test_an_equipment_that_goes_takes_what_was_kept_along() -> None:
    document = MemoryDocument()
    storage = await opened(document, defined(1), defined(2))
    await storage.add_plans([DayPlan(ONE, SLOT, ALWAYS)], now=SLOT)
    await storage.write([step(1, mode=Mode.MANUAL)])
    await storage.define([defined(2)])
    assert set((await storage.read_inventory()).equipments) == {TWO}
    assert await storage.write([step(1, mode=Mode.PILOTED)]) == {}
    assert (await storage.read_plans(SLOT)).plans == ()


async def test_only_what_people_define_anew_replaces_what_was_wished() -> None:
    storage = await opened(
        MemoryDocument(), defined(1, wishes=Constraints(SLOT, 3600), marks=("7:00", "3600", ""))
    )
    await storage.write_constraints(ONE, Constraints(SLOT + 900, 5400))
    # The same time of the day, met on another day.
    await storage.define(
        [defined(1, wishes=Constraints(SLOT + 86400, 3600), marks=("7:00", "3600", ""))]
    )
    found = (await storage.read_equipments([ONE]))[ONE].constraints
    assert found == Constraints(SLOT + 900, 5400)
    await storage.define(
        [defined(1, wishes=Constraints(SLOT + 1800, 3600), marks=("8:00", "3600", ""))]
    )
    found = (await storage.read_equipments([ONE]))[ONE].constraints
    assert found == Constraints(SLOT + 1800, 5400)


async def test_a_full_disk_writes_nothing_and_is_told() -> None:
    document = FullDisk()
    storage = await opened(document, defined(1, wishes=Constraints(SLOT)))
    before = await storage.read_inventory()
    document.full = True
    with pytest.raises(StorageUnreachableError):
        await storage.write([step(1, mode=Mode.MANUAL)])
    with pytest.raises(StorageUnreachableError):
        await storage.write_constraints(ONE, Constraints(wished_end=SLOT + 900))
    with pytest.raises(StorageUnreachableError):
        await storage.add_plans([DayPlan(ONE, SLOT, ALWAYS)], now=SLOT)
    assert (await storage.read_inventory()) == before
    assert (await storage.read_plans(SLOT)).plans == ()
    document.full = False
    assert await storage.write([step(1, mode=Mode.MANUAL)])


async def test_plans_that_are_over_are_forgotten() -> None:
    document = MemoryDocument()
    storage = await opened(document, defined(1))
    for day in range(5):
        now = SLOT + day * 86400
        await storage.add_plans([DayPlan(ONE, now, ALWAYS)], now=now)
    assert document.text is not None
    assert len((await document.load() or {})["plans"]) == 1


async def test_an_older_plan_counts_no_more_once_a_newer_one_is_over() -> None:
    document = MemoryDocument()
    storage = await opened(document, defined(1), defined(2))
    await storage.add_plans([DayPlan(ONE, SLOT, ALWAYS)], now=SLOT)
    (short,) = await storage.add_plans([DayPlan(ONE, SLOT + 900, b"\1\0")], now=SLOT + 900)
    over = SLOT + 2700
    assert (await storage.read_plans(over - 900)).plans == (short,)
    assert storage.in_force(ONE, over - 900) == short
    for now in (over, over + 900):
        assert [
            plan for plan in (await storage.read_plans(now)).plans if plan.equipment_id == 1
        ] == []
        assert storage.in_force(ONE, now) is None
        # What is written meanwhile, and a restart, change nothing of it.
        await storage.add_plans([DayPlan(TWO, now, ALWAYS)], now=now)
        storage = await opened(document, defined(1), defined(2))
    end = SLOT + 96 * 900
    await storage.add_plans([DayPlan(TWO, end, ALWAYS)], now=end)
    assert storage.plans_of(ONE) == ()


@pytest.mark.parametrize(
    "content",
    ["[]", "{}", '{"equipments": [], "plans": [], "last_id": 1, "last_row": 1}', '{"plans": 3}'],
)
async def test_a_spoiled_document_is_replaced(content: str) -> None:
    document = MemoryDocument()
    document.text = content
    storage = await opened(document, defined(1))
    assert set((await storage.read_inventory()).equipments) == {ONE}
    assert await storage.write([step(1, mode=Mode.MANUAL)])


@pytest.mark.parametrize("owner", Owner)
async def test_a_plan_keeps_its_owner(owner: Owner) -> None:
    document = MemoryDocument()
    storage = await opened(document, defined(1))
    (plan,) = await storage.add_plans([DayPlan(ONE, SLOT, ALWAYS, owner=owner)], now=SLOT)

    again = await opened(document, defined(1))

    assert (await again.read_plans(SLOT)).plans == (plan,)
    assert plan.owner is owner


async def test_the_disk_answers_for_a_home_without_a_server() -> None:
    document = FullDisk()
    storage = await opened(document, defined(1))
    document.full = True
    await storage.ping()
    with pytest.raises(StorageUnreachableError):
        await storage.write([step(1, mode=Mode.MANUAL)])
    with pytest.raises(StorageUnreachableError):
        await storage.ping()

    document.full = False
    await storage.ping()
