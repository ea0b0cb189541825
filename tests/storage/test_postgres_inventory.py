"""Equipments, their devices and what is wrong with their rows."""

import pytest

from custom_components.elfe_commande.core.model import (
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    EquipmentId,
    HomeId,
    State,
)
from custom_components.elfe_commande.storage.postgres import PostgresStorage

from ..fixtures_parts import Database
from .rows import SLOT, Rows, settings_for

ONE = EquipmentId(1)


async def test_an_equipment_with_everything(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1, programmed=SLOT)
    await rows.device("D2", 1, kind=111, usage=11)
    await rows.machine(1, number=7, end=SLOT + 3600, cycle=3, duration=5400)
    read = await storage.read_inventory()
    found = read.equipments[ONE]
    assert read.problems == ()
    assert (found.typology_id, found.type_id, found.name) == (120, 111, "Lave-vaisselle")
    assert found.home == "R001"
    assert found.state == State(30, 25, 11, False, 0, SLOT)
    assert found.devices == (
        Device(DeviceId("D2"), DeviceTypeId(111), 11, "c/state", "c/set", "c/lwt", "0A1B"),
    )
    constraints = found.constraints
    assert (constraints.wished_end, constraints.cycle_duration) == (SLOT + 3600, 5400)
    assert constraints.charge_left is None
    assert not found.continuous


async def test_constraints_of_a_vehicle_and_of_none(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1, kind=221)
    await rows.vehicle(1, number=2, end=SLOT, charge=0)
    await rows.vehicle(1, number=9, end=SLOT + 1, charge=99)
    await rows.equipment(2)
    await rows.machine(2, number=5, end=0)
    await rows.machine(2, number=6, end=SLOT)
    await rows.equipment(3, kind=151)
    found = (await storage.read_inventory()).equipments
    assert found[ONE].constraints.wished_end == SLOT
    assert found[ONE].constraints.charge_left == 0
    assert found[EquipmentId(2)].constraints.wished_end == 0
    assert found[EquipmentId(3)].constraints.wished_end is None
    assert [e.continuous for e in found.values()] == [False, False, True]


async def test_a_cycle_of_another_machine_is_not_its_own(
    rows: Rows, storage: PostgresStorage
) -> None:
    await rows.equipment(1)
    await rows.equipment(2)
    await rows.machine(1, number=5, cycle=3, duration=5400)
    await rows.machine(2, number=6, cycle=3)
    found = (await storage.read_inventory()).equipments
    assert found[ONE].constraints.cycle_duration == 5400
    assert found[EquipmentId(2)].constraints.cycle_duration is None


async def test_unchanged_is_the_same_object(rows: Rows, storage: PostgresStorage) -> None:
    for number in (1, 2, 3):
        await rows.equipment(number)
        await rows.device(f"D{number}", number)
    first = (await storage.read_inventory()).equipments
    await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 13 WHERE id = 2")
    await rows.run(
        "UPDATE equipement_domotique_shellyplugs_shellycloud_v1 SET topic_mqtt_commande_text = 'x'"
        " WHERE equipement_domotique_id = 'D3'"
    )
    second = (await storage.read_inventory()).equipments
    assert second[ONE] is first[ONE]
    assert second[EquipmentId(2)].state.command == 13
    assert second[EquipmentId(3)].devices[0].command_topic == "x"
    await rows.run("UPDATE equipement_domotique SET utilisateur_affecte = false WHERE id = 'D3'")
    for table, column in (
        ("equipement_domotique_shellyplugs_shellycloud_v1", "equipement_domotique_id"),
        ("equipement_domotique", "id"),
    ):
        await rows.run(f"DELETE FROM {table} WHERE {column} = 'D2'")
    third = (await storage.read_inventory()).equipments
    assert third[ONE] is first[ONE]
    assert not third[EquipmentId(2)].devices
    assert not third[EquipmentId(3)].devices
    await rows.run("DELETE FROM equipement_pilote_ou_mesure WHERE id = 2")
    assert list((await storage.read_inventory()).equipments) == [1, 3]


async def test_devices_that_two_equipments_exchanged(rows: Rows, storage: PostgresStorage) -> None:
    for number in (1, 2, 3, 4):
        await rows.equipment(number)
        await rows.device(f"D{number}", number)
    await storage.read_inventory()
    for one, other in ((1, 2), (3, 4)):
        await rows.run(
            "UPDATE equipement_domotique"
            f" SET equipement_pilote_ou_mesure_id = {one + other} - equipement_pilote_ou_mesure_id"
            f" WHERE equipement_pilote_ou_mesure_id IN ({one}, {other})"
        )
        found = (await storage.read_inventory()).equipments
        assert found[EquipmentId(one)].devices[0].id == f"D{other}"
        assert found[EquipmentId(other)].devices[0].id == f"D{one}"


async def test_homes_served(rows: Rows, database: Database) -> None:
    await rows.equipment(1, home="R001")
    await rows.equipment(2, home="R002")
    await rows.equipment(3, home=None)
    await rows.device("D1", 1, home="R001")
    await rows.device("D2", 2, home="R002")
    storage = PostgresStorage(settings_for(database, homes=frozenset({HomeId("R002")})))
    read = await storage.read_inventory()
    assert list(read.equipments) == [2]
    assert len(read.equipments[EquipmentId(2)].devices) == 1
    assert read.problems == ()
    assert await storage.list_homes() == ["R001", "R002"]
    await storage.close()


@pytest.mark.defect("D-14")
@pytest.mark.parametrize("home", ["O'Neil", "x'; DROP TABLE result; --", 'a"b\\c', "é 🏠 %s $1"])
async def test_any_text_is_a_home(rows: Rows, database: Database, home: str) -> None:
    await rows.equipment(1, home=home, name=home)
    await rows.device(home, 1, home=home, hardware=home, topics=(home, home, "aucun"))
    storage = PostgresStorage(settings_for(database, homes=frozenset({HomeId(home)})))
    read = await storage.read_inventory()
    found = read.equipments[ONE]
    assert (found.home, found.name) == (home, home)
    assert (found.devices[0].id, found.devices[0].control_topic) == (home, home)
    assert read.problems == ()
    assert (await storage.read_plans(SLOT)).plans == ()
    await storage.close()


@pytest.mark.defect("D-13")
async def test_text_never_becomes_sql(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1, hardware="' OR 1=1 --")
    await rows.run(
        "INSERT INTO equipement_domotique_type VALUES"
        " (999, 'x; DROP TABLE result', '', ''), (998, 'X\" --', '', '')"
    )
    await rows.device("D9", 1, kind=999, usage=21, topics=None)
    for _ in range(2):
        read = await storage.read_inventory()
        assert [device.id for device in read.equipments[ONE].devices] == ["D1"]
        assert read.problems == ()


@pytest.mark.defect("D-23")
async def test_only_assigned_devices_of_the_home(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1, assigned=False)
    await rows.device("D2", 1, home="R002")
    await rows.device("D3", 1, home=None)
    await rows.device("S1", 1, kind=711, usage=71)
    await rows.device("D4", 1)
    read = await storage.read_inventory()
    assert [device.id for device in read.equipments[ONE].devices] == ["D4"]
    assert read.problems == ()


async def test_some_equipments_whole(rows: Rows, storage: PostgresStorage) -> None:
    for number in (1, 2, 3, 4):
        await rows.equipment(number)
        await rows.device(f"D{number}", number)
        await rows.machine(number, number=number, end=SLOT, cycle=number, duration=60)
    await rows.device("S1", 1, kind=711, usage=71)
    some = [EquipmentId(3), ONE, EquipmentId(404)]
    cold = await storage.read_equipments(some)
    assert list(cold) == [1, 3]
    everything = (await storage.read_inventory()).equipments
    assert all(everything[number] is found for number, found in cold.items())
    assert await storage.read_equipments(some) == cold
    assert await storage.read_equipments([]) == {}
    again = (await storage.read_inventory()).equipments
    assert all(again[number] is found for number, found in everything.items())


async def test_some_equipments_as_they_are_now(rows: Rows, storage: PostgresStorage) -> None:
    for number in (1, 2, 3):
        await rows.equipment(number)
        await rows.device(f"D{number}", number)
        await rows.machine(number, number=number, cycle=number, duration=60)
    before = (await storage.read_inventory()).equipments
    await rows.run("UPDATE equipement_pilote_ou_mesure SET etat_commande_id = 13 WHERE id = 1")
    await rows.run("UPDATE equipement_domotique SET utilisateur_affecte = false WHERE id = 'D2'")
    await rows.run("UPDATE equipement_pilote_machine_generique_cycle SET duree_cycle = 9")
    await rows.run("DELETE FROM equipement_pilote_machine_generique_cycle WHERE id = 3")
    some = await storage.read_equipments(list(before))
    assert [e.state.command for e in some.values()] == [13, 11, 11]
    assert [len(e.devices) for e in some.values()] == [1, 0, 1]
    assert [e.constraints.cycle_duration for e in some.values()] == [9, 9, None]
    read = await storage.read_inventory()
    assert all(read.equipments[number] is found for number, found in some.items())
    assert [(p.key, p.equipment_id) for p in read.problems] == [("missing_device", 2)]


async def test_what_is_put_back_after_some_were_read_is_read_again(
    rows: Rows, storage: PostgresStorage
) -> None:
    await rows.equipment(1)
    await rows.machine(1, number=1, end=SLOT)
    before = (await storage.read_inventory()).equipments[ONE]
    assert await storage.write_constraints(ONE, Constraints(SLOT + 900))
    assert (await storage.read_equipments([ONE]))[ONE].constraints.wished_end == SLOT + 900
    assert await storage.write_constraints(ONE, Constraints(SLOT))
    assert (await storage.read_inventory()).equipments[ONE] == before


async def test_some_equipments_of_homes_served_only(rows: Rows, database: Database) -> None:
    await rows.equipment(1, home="R001")
    await rows.equipment(2, home="R002")
    storage = PostgresStorage(settings_for(database, homes=frozenset({HomeId("R002")})))
    assert list(await storage.read_equipments([ONE, EquipmentId(2)])) == [2]
    await storage.close()
