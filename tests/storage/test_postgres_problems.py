"""What is wrong with the rows, told once and without hiding anything else."""

from collections.abc import Sequence

import pytest

from custom_components.elfe_commande.core.model import EquipmentId, Usage
from custom_components.elfe_commande.engine.ground.ports import InventoryRead
from custom_components.elfe_commande.storage.postgres import PostgresStorage

from .rows import Rows

ONE = EquipmentId(1)


def keys(read: InventoryRead) -> list[str]:
    return [problem.key for problem in read.problems]


@pytest.mark.defect("D-24")
async def test_a_device_without_topics_matters_only_where_needed(
    rows: Rows, storage: PostgresStorage
) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1)
    await rows.device("T1", 1, kind=611, usage=61, topics=None)
    await rows.equipment(2)
    await rows.device("D2", 2, topics=None)
    read = await storage.read_inventory()
    assert [device.id for device in read.equipments[ONE].devices] == ["D1"]
    assert keys(read) == ["missing_topics"]
    assert read.problems[0].equipment_id == 2
    assert read.problems[0].placeholders["device"] == "D2"


@pytest.mark.defect("D-25")
async def test_duplicate_usage_takes_the_lowest_id(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    for label in ("D2", "D10", "D1"):
        await rows.device(label, 1)
    read = await storage.read_inventory()
    device = read.equipments[ONE].device(Usage.MEASURE_AND_SWITCH)
    assert device is not None
    assert device.id == "D1"
    assert keys(read) == ["duplicate_usage"] * 2
    assert {p.subject for p in read.problems} == {"D2", "D10"}
    assert {p.placeholders["chosen"] for p in read.problems} == {"D1"}


@pytest.mark.defect("D-27")
@pytest.mark.parametrize("typology", [110, 170, 200])
async def test_typology_without_scenario(
    rows: Rows, storage: PostgresStorage, typology: int
) -> None:
    await rows.equipment(1, typology=typology)
    read = await storage.read_inventory()
    assert read.equipments[ONE].typology_id == typology
    assert keys(read) == ["unsupported_typology"]
    assert read.problems[0].placeholders == {
        "equipment": "Lave-vaisselle",
        "id": "1",
        "home": "R001",
        "typology": str(typology),
    }


@pytest.mark.parametrize(
    ("mode", "kind"), [(1, 111), (10, 111), (70, 111), (80, 111), (30, 410), (20, 910)]
)
async def test_nothing_is_asked_of_what_nobody_drives(
    rows: Rows, storage: PostgresStorage, mode: int, kind: int
) -> None:
    await rows.equipment(1, mode=mode, kind=kind, typology=200)
    await rows.equipment(2, mode=mode, kind=kind)
    await rows.equipment(3, mode=mode, kind=kind, home=None)
    read = await storage.read_inventory()
    assert list(read.equipments) == [1, 2]
    assert read.problems == ()


@pytest.mark.parametrize(
    ("typology", "usages"), [(120, ["11"]), (180, ["12"]), (130, ["32"]), (150, ["31", "32"])]
)
async def test_missing_device(
    rows: Rows, storage: PostgresStorage, typology: int, usages: Sequence[str]
) -> None:
    await rows.equipment(1, typology=typology)
    read = await storage.read_inventory()
    assert keys(read) == ["missing_device"] * len(usages)
    assert [p.placeholders["usage"] for p in read.problems] == usages


async def test_device_that_nobody_can_talk_to(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    await rows.device("T1", 1, kind=211)
    await rows.equipment(2)
    await rows.device("D2", 2)
    await rows.device("T2", 2, kind=211, usage=21)
    read = await storage.read_inventory()
    assert keys(read) == ["unsupported_device_type"]
    assert read.problems[0].placeholders["type"] == "211"
    meter = read.equipments[EquipmentId(2)].devices[1]
    assert (meter.id, meter.type_id) == ("T2", 211)


@pytest.mark.parametrize(
    ("topics", "which"),
    [
        (("", "c/set", "aucun"), "control"),
        (("aucun", "c/set", "aucun"), "control"),
        (("hasp/#", "c/set", "aucun"), "control"),
        (("c/state", "c/+/set", "aucun"), "command"),
        (("c/state", "  ", "aucun"), "command"),
        (("c/state", "c/" + "x" * 65_536, "aucun"), "command"),
        (("c/state", "é" * 513, "aucun"), "command"),
        (("$SYS/broker/clients", "c/set", "aucun"), "control"),
        (("$share/all/c/state", "c/set", "aucun"), "control"),
        (("c/state\n", "c/set", "aucun"), "control"),
        (("c/state", "c/set" + "/" * 100, "aucun"), "command"),
    ],
)
async def test_topics_that_cannot_be(
    rows: Rows, storage: PostgresStorage, topics: tuple[str, str, str], which: str
) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1, topics=topics)
    read = await storage.read_inventory()
    assert read.equipments[ONE].devices == ()
    assert keys(read) == ["invalid_topic"]
    assert read.problems[0].placeholders["which"] == which
    told = read.problems[0].placeholders["topic"]
    assert len(told) <= 110
    assert "\n" not in told


async def test_optional_topics(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1, topics=("c", "s", "aucun"), hardware="non renseigné")
    await rows.device("D2", 1, kind=611, usage=61, topics=("t", "", ""), hardware=None)
    await rows.device("D3", 1, kind=211, usage=21, topics=("u", "#", "l/#"))
    read = await storage.read_inventory()
    assert [d.lwt_topic for d in read.equipments[ONE].devices] == [None, None, None]
    assert [d.hardware_id for d in read.equipments[ONE].devices] == [None, None, "0A1B"]
    assert [(p.key, p.placeholders["which"]) for p in read.problems] == [("invalid_topic", "lwt")]


async def test_nobodys_equipment(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1, home=None)
    await rows.equipment(2, home="non renseigné")
    await rows.device("D2", 2, home="non renseigné")
    read = await storage.read_inventory()
    assert list(read.equipments) == [2]
    assert [(p.key, p.subject) for p in read.problems] == [("missing_home", "1")]


async def test_a_malformed_row_hides_no_other(rows: Rows, storage: PostgresStorage) -> None:
    await rows.run(
        "ALTER TABLE equipement_pilote_ou_mesure"
        " ALTER equipement_pilote_ou_mesure_mode_id DROP NOT NULL,"
        " ALTER nom_humain DROP NOT NULL"
    )
    for number in (1, 2, 3):
        await rows.equipment(number)
        await rows.device(f"D{number}", number)
    await rows.run(
        "UPDATE equipement_pilote_ou_mesure SET equipement_pilote_ou_mesure_mode_id = NULL"
        " WHERE id = 2"
    )
    await rows.run("UPDATE equipement_pilote_ou_mesure SET nom_humain = NULL WHERE id = 3")
    read = await storage.read_inventory()
    assert list(read.equipments) == [1, 3]
    assert read.equipments[EquipmentId(3)].name == "3"
    assert keys(read) == ["malformed_equipment"]
    assert read.problems[0].placeholders["columns"] == "equipement_pilote_ou_mesure_mode_id"
