"""Wall screens of the homes served, and what is wrong with their rows."""

from typing import Any

import pytest

from custom_components.elfe_commande.core.model import DeviceId, HomeId
from custom_components.elfe_commande.core.screens import Screen
from custom_components.elfe_commande.engine.ground.ports import InventoryRead
from custom_components.elfe_commande.storage.postgres import PostgresStorage

from ..fixtures_parts import Database
from .rows import Rows, settings_for

TABLE = "equipement_domotique_m5stackcore2_openhasp_v0"
TOPICS = ("hasp/g/page", "hasp/g/command/jsonl", "hasp/g/LWT")


async def add(rows: Rows, label: str, plate: str | None, **changes: Any) -> None:
    """Insert a screen that hangs on the first equipment."""
    values: dict[str, Any] = {"kind": 711, "usage": 71, "hardware": plate, "topics": TOPICS}
    await rows.device(label, 1, **values | changes)


def told(read: InventoryRead) -> list[tuple[str, str]]:
    return [(problem.key, problem.subject) for problem in read.problems]


@pytest.fixture(autouse=True)
async def home(rows: Rows) -> None:
    """A home whose one equipment is in order."""
    await rows.equipment(1)
    await rows.device("D1", 1)


@pytest.mark.defect("D-21")
async def test_screens_by_id(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(2, mode=10, home="R002")
    await add(rows, "S9", "g009")
    await rows.device("S1", 2, kind=711, usage=71, home="R001", hardware="g001", topics=TOPICS)
    await add(rows, "S10", "g010", home="R002", topics=("p", "c", "aucun"))
    read = await storage.read_inventory()
    assert read.problems == ()
    assert read.screens == (
        Screen(DeviceId("S1"), "g001", HomeId("R001"), TOPICS[1], TOPICS[2]),
        Screen(DeviceId("S10"), "g010", HomeId("R002"), "c", None),
        Screen(DeviceId("S9"), "g009", HomeId("R001"), TOPICS[1], TOPICS[2]),
    )
    assert [[device.id for device in e.devices] for e in read.equipments.values()] == [["D1"], []]


@pytest.mark.defect("D-22")
@pytest.mark.parametrize("plate", ["G001", "g001", "gOo1-_Z", "p" * 32])
async def test_a_plate_in_any_case(rows: Rows, storage: PostgresStorage, plate: str) -> None:
    await add(rows, "S1", plate)
    assert [screen.plate for screen in (await storage.read_inventory()).screens] == [plate.lower()]


@pytest.mark.defect("D-13")
@pytest.mark.parametrize(
    "plate",
    [
        None,
        "",
        "non renseigné",
        "g 1",
        "g/1",
        "g+",
        "#",
        "g1\n",
        "p" * 33,
        "' OR 1=1 --",
        "\u212a1",
    ],
)
async def test_plates_that_cannot_be(
    rows: Rows, storage: PostgresStorage, plate: str | None
) -> None:
    await add(rows, "S1", plate)
    await add(rows, "S2", "G002")
    read = await storage.read_inventory()
    assert [screen.id for screen in read.screens] == ["S2"]
    assert told(read) == [("invalid_plate", "S1")]
    shown = {"device": "S1", "plate": plate or "", "home": "R001"}
    assert read.problems[0].placeholders == shown
    assert read.problems[0].equipment_id is None


async def test_one_plate_twice(rows: Rows, storage: PostgresStorage) -> None:
    await add(rows, "S2", "g001", home="R002")
    await add(rows, "S1", "G001")
    await add(rows, "S0", "G001", topics=None)
    read = await storage.read_inventory()
    assert [(screen.id, screen.home) for screen in read.screens] == [("S1", "R001")]
    assert told(read) == [("missing_screen_topics", "S0"), ("duplicate_plate", "S2")]
    shown = {"device": "S2", "plate": "g001", "home": "R002", "chosen": "S1"}
    assert read.problems[1].placeholders == shown


@pytest.mark.defect("D-28")
async def test_a_screen_without_its_row_is_left_out(rows: Rows, storage: PostgresStorage) -> None:
    await add(rows, "S1", "g001", topics=None)
    await add(rows, "S2", "g002")
    read = await storage.read_inventory()
    assert [screen.id for screen in read.screens] == ["S2"]
    assert told(read) == [("missing_screen_topics", "S1")]
    assert read.problems[0].placeholders == {"device": "S1", "plate": "g001", "home": "R001"}
    assert [device.id for e in read.equipments.values() for device in e.devices] == ["D1"]


@pytest.mark.parametrize("topic", ["", "aucun", "hasp/#", "a/+/b"])
async def test_topics_that_cannot_be(rows: Rows, storage: PostgresStorage, topic: str) -> None:
    await add(rows, "S1", "g001", topics=("p", topic, "l"))
    await add(rows, "S2", "g002", topics=(topic, "c", "l/#"))
    read = await storage.read_inventory()
    assert read.screens == (Screen(DeviceId("S2"), "g002", HomeId("R001"), "c"),)
    assert told(read) == [("invalid_screen_topic", "S1"), ("invalid_screen_topic", "S2")]
    assert [(p.placeholders["which"], p.placeholders["topic"]) for p in read.problems] == [
        ("command", topic),
        ("lwt", "l/#"),
    ]


async def test_only_assigned_screens_of_homes_served(rows: Rows, database: Database) -> None:
    await add(rows, "S1", "g001", assigned=False)
    await add(rows, "S2", "g002", home=None)
    await add(rows, "S3", "g003", home="R002")
    await add(rows, "S4", "g004")
    await add(rows, "S5", "§", home=None)
    for homes, expected in ((set(), ["S3", "S4"]), ({HomeId("R001")}, ["S4"])):
        storage = PostgresStorage(settings_for(database, homes=frozenset(homes)))
        read = await storage.read_inventory()
        assert [screen.id for screen in read.screens] == expected
        assert read.problems == ()
        await storage.close()


async def test_unchanged_is_the_same_tuple(rows: Rows, storage: PostgresStorage) -> None:
    await add(rows, "S1", "g001")
    first = (await storage.read_inventory()).screens
    assert (await storage.read_inventory()).screens is first
    await rows.run(
        "UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 13;"
        "UPDATE equipement_domotique SET marque = 'x', id_materiel = upper(id_materiel);"
        f"UPDATE {TABLE} SET topic_mqtt_controle_json = 'other'"
    )
    assert (await storage.read_inventory()).screens is first
    await rows.run(f"UPDATE {TABLE} SET topic_mqtt_commande_text = 'hasp/x'")
    second = (await storage.read_inventory()).screens
    assert [screen.command_topic for screen in second] == ["hasp/x"]
    await rows.run("UPDATE equipement_domotique SET utilisateur_affecte = false WHERE id = 'S1'")
    assert (await storage.read_inventory()).screens == ()


@pytest.mark.parametrize(
    "drift",
    [
        f"DROP TABLE {TABLE}",
        f"ALTER TABLE {TABLE} DROP topic_mqtt_commande_text",
        "ALTER TABLE equipement_domotique DROP id_materiel",
    ],
)
async def test_levels_without_screens(rows: Rows, storage: PostgresStorage, drift: str) -> None:
    await add(rows, "S1", "g001")
    assert len((await storage.read_inventory()).screens) == 1
    await rows.run(drift)
    read = await storage.read_inventory()
    assert (read.screens, read.problems) == ((), ())
    assert [device.id for e in read.equipments.values() for device in e.devices] == ["D1"]
