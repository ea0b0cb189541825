"""What version 0.1.0 left on disk is taken over: the files are those that it wrote.

It was killed in the middle of a quarter-hour: a person had forced the washer (7) off, a rule had
switched the tank (3) on, the dishwasher (8) was being pressed, and the dryer (9) did not answer.
"""

import json
from pathlib import Path
import time
from typing import Any

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import (
    Constraints,
    Equipment as Load,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from custom_components.elfe_commande.engine.local import rule_memory
from custom_components.elfe_commande.engine.rows import memory
from custom_components.elfe_commande.storage.local import Definition, LocalStorage
from demo.engine_host import MemoryDisk, MemoryDocument, SystemClock
from demo.specs import finger, plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import calm, furnish, status_of, stubborn

LEFT = {
    path.stem: path.read_text("utf-8")
    for path in Path(__file__).with_name("left_by_0_1").glob("*.json")
}
WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("V7"),))
DISHES = Equipment(8, "R001", "Lave-vaisselle", 111, 130, (plug("V8", 21), finger("VF8")))
DRYER = Equipment(9, "R001", "Sèche-linge", 113, 120, (plug("V9"),), cycle=7200)
TANK = Equipment(3, "R001", "Ballon", 131, 120, (plug("V3"),))


def left(name: str) -> MemoryDocument:
    document = MemoryDocument()
    document.text = LEFT[name]
    return document


@pytest.fixture
async def taken_over(world: World) -> World:
    """A world whose engine finds these files a minute later, and no database."""
    await furnish(world, WASHER, DISHES, DRYER, TANK, timing=calm(ack=1.0))
    assert isinstance(world.clock, SystemClock)
    world.clock.offset = json.loads(LEFT["memory"])["at"] + 60 - time.time()
    world.disk = disk = MemoryDisk()
    for name in ("journal", "memory", "rules"):
        disk.document(name).text = LEFT[name]
    storage = stubborn(world)
    storage.failures["all"] = StorageUnreachableError("gone")
    await world.start()
    return world


async def test_it_goes_on_without_the_database(taken_over: World) -> None:
    world = taken_over
    assert set(world.engine.statuses) == {3, 7, 8, 9}
    assert world.engine.unclean_stop
    assert status_of(world, 7).equipment.state.mode == 20
    assert status_of(world, 9).equipment.constraints.cycle_duration == 7200
    wish = world.engine.rooms.rows.journal.wishes[EquipmentId(7)]
    assert (wish.act, wish.reached) == (Act.FORCED_OFF, True)
    assert [(p.key, p.subject) for p in world.engine.problems] == [("press_doubtful", "8")]

    await world.cycle()
    for number in (7, 8, 9, 3):
        await world.idle(number)

    # Kept off; started anew, as it had not answered; not pressed a second time.
    assert world.told("V7") == ["off"]
    assert world.told("V9") == ["on"]
    assert world.told("VF8") == []
    assert status_of(world, 8).equipment.state.mode == 20


async def test_what_is_saved_from_then_on_says_its_version(taken_over: World) -> None:
    await taken_over.cycle()
    await taken_over.engine.stop()
    assert isinstance(taken_over.disk, MemoryDisk)
    versions = {
        name: json.loads(document.text or "{}").get("version")
        for name, document in taken_over.disk.documents.items()
    }
    assert versions["journal"] == 2
    assert versions["memory"] == 1
    assert {"version", "wishes"} <= json.loads(
        taken_over.disk.document("journal").text or ""
    ).keys()


@pytest.mark.parametrize("name", ["memory", "rules"])
async def test_nothing_of_it_is_lost_by_saving_it_again(name: str) -> None:
    module: Any = {"memory": memory, "rules": rule_memory}[name]
    found = await module.load(left(name))
    saved = MemoryDocument()
    await module.save(saved, found)
    before, after = json.loads(LEFT[name]), json.loads(saved.text or "")
    if name == "rules":
        # A threshold may have been left meanwhile: its delay begins anew.
        before["rules"]["rule-3"]["holds"] = {}
        for rule in before["rules"].values():
            # What it had ordered was taken for on.
            rule["ran_since"] = rule["since"] if rule["on"] else None
            rule["signed"] = None
    else:
        before |= {"plan_source": None}
        before["processed"] = [[*row, None] for row in before["processed"]]
    assert after == before | {"version": 1}


async def test_a_local_home_is_as_it_was_left() -> None:
    document = left("local")
    names = {1: "Lave-vaisselle", 2: "Lave-linge"}
    storage = LocalStorage(document, [defined(number, name) for number, name in names.items()])
    await storage.open()

    found = (await storage.read_inventory()).equipments

    assert found[EquipmentId(1)].state == State(20, 25, 11, True, 0, 1_800_000_007)
    assert found[EquipmentId(2)].constraints == Constraints(1_800_040_000, 5400)
    (plan,) = (await storage.read_plans(1_800_000_000)).plans
    assert (plan.equipment_id, plan.decisions.index(1), plan.row_id) == (2, 40, 1)
    assert storage.next_id() == 3
    assert await storage.write_constraints(EquipmentId(2), Constraints(cycle_duration=3600))
    assert json.loads(document.text or "")["version"] == 1


def defined(number: int, name: str) -> Definition:
    """Return what people had defined, as they define it still."""
    return Definition(
        Load(
            EquipmentId(number),
            TypologyId(120),
            EquipmentTypeId(111),
            name,
            HomeId("Maison"),
            State(30, 25, 11, False),
            False,
            (),
            Constraints(1_800_030_000, 5400),
        ),
        ("a", "b", "c"),
    )
