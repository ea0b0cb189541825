"""Every level of the schema in the field, and a schema that changes under way."""

import sys

import pytest

from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.engine.ground.ports import (
    StoragePrivilegesError,
    StorageSchemaError,
)
from custom_components.elfe_commande.storage.postgres import PostgresStorage, check, discovery
from custom_components.elfe_commande.storage.postgres.schema import DEVICE, REQUIRED
from demo.database import PlanRow, insert_plans, load_schema, pulse
from demo.parts import PostgresServer
from demo.parts.postgres import COMMANDE

from ..fixtures_parts import Database
from .rows import SLOT, Rows, settings_for, step

ONE = EquipmentId(1)

# Ids of devices are numbers there, as are the references to them.
NUMBERED = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
    WHERE contype = 'f' AND confrelid = 'equipement_domotique'::regclass
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.owner, found.conname);
    EXECUTE format('ALTER TABLE %s ALTER equipement_domotique_id TYPE integer'
      ' USING equipement_domotique_id::integer', found.owner);
  END LOOP;
  ALTER TABLE equipement_domotique ALTER id TYPE integer USING id::integer;
END $$
"""


async def test_ids_of_devices_as_numbers(rows: Rows, database: Database) -> None:
    await rows.run(NUMBERED)
    await rows.equipment(1)
    for label in (10, 9):
        await rows.device(label, 1)
    storage = PostgresStorage(settings_for(database))
    read = await storage.read_inventory()
    assert [device.id for device in read.equipments[ONE].devices] == ["9", "10"]
    assert read.problems[0].subject == "10"
    await storage.close()


async def test_v7(database_v7: Database) -> None:
    connection = await database_v7.owner.connect()
    rows = Rows(connection)
    await rows.run("INSERT INTO utilisateur VALUES ('R001')")
    await rows.equipment(1, mode=30)
    await rows.run("INSERT INTO equipement_pilote_machine_generique VALUES (1, 1, $1, 0, 1)", SLOT)
    await rows.device("D1", 1, kind=411)
    await rows.device("F1", 1, kind=611, usage=61, topics=None)
    await rows.device("X1", 1, kind=212, usage=21, topics=None)
    await rows.device("S1", 1, kind=711, usage=71, hardware="G001")
    await insert_plans(connection, [PlanRow(1, SLOT, pulse(0))])
    storage = PostgresStorage(settings_for(database_v7))
    read = await storage.read_inventory()
    found = read.equipments[ONE]
    assert [device.id for device in found.devices] == ["D1"]
    assert (found.constraints.wished_end, found.constraints.cycle_duration) == (SLOT, None)
    # Its command topic is none that a Shelly has.
    assert [problem.key for problem in read.problems] == ["unheard_device"]
    assert [screen.plate for screen in read.screens] == ["g001"]
    assert (await storage.read_equipments([ONE]))[ONE] is found
    assert not await storage.write_constraints(ONE, Constraints(SLOT + 900, 3600))
    assert await storage.write_constraints(ONE, Constraints(SLOT + 900))
    assert (await storage.read_equipments([ONE]))[ONE].constraints == Constraints(SLOT + 900)
    assert len((await storage.read_plans(SLOT)).plans) == 1
    assert set(await storage.write([step(1, ems_order=True)])) == {1}
    await storage.close()
    await connection.close()


async def test_another_schema(postgres_server: PostgresServer, socket_enabled: None) -> None:
    access = await postgres_server.create_database("other_schema")
    connection = await access.connect()
    await load_schema(connection, schema="ailleurs", result_table="public.plans")
    rows = Rows(connection, "ailleurs")
    await rows.equipment(1)
    await rows.device("D1", 1)
    await insert_plans(connection, [PlanRow(1, SLOT, pulse(0))], "public.plans")
    database = Database(postgres_server, "other_schema")
    storage = PostgresStorage(settings_for(database, schema="ailleurs", ems_table="plans"))
    assert len((await storage.read_inventory()).equipments[ONE].devices) == 1
    assert len((await storage.read_plans(SLOT)).plans) == 1
    await storage.close()
    await connection.close()
    await postgres_server.drop_database("other_schema")


@pytest.mark.parametrize("hashes", [True, False])
async def test_upgraded_under_way(
    rows: Rows, database: Database, hashes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.equipment(1)
    await rows.machine(1, number=1, cycle=1, duration=60)
    await rows.device("D1", 1)
    if not hashes:
        monkeypatch.setattr(discovery, "HASHES_ROWS", sys.maxsize)
    storage = PostgresStorage(settings_for(database))
    await storage.open()
    before = (await storage.read_inventory()).equipments[ONE]
    assert before.constraints.cycle_duration == 60
    await rows.run("DROP TABLE equipement_pilote_machine_generique_cycle")
    await rows.run(
        "ALTER TABLE equipement_pilote_machine_generique"
        " DROP cycle_equipement_pilote_machine_generique_id"
    )
    after = (await storage.read_inventory()).equipments[ONE]
    assert after.constraints.cycle_duration is None
    assert after.devices == before.devices
    await rows.run("ALTER TABLE equipement_pilote_ou_mesure RENAME etat_controle_id TO x")
    with pytest.raises(StorageSchemaError) as caught:
        await storage.read_inventory()
    assert caught.value.missing == ("equipement_pilote_ou_mesure.etat_controle_id",)
    await rows.run("ALTER TABLE equipement_pilote_ou_mesure RENAME x TO etat_controle_id")
    assert (await storage.read_inventory()).equipments[ONE] == after
    await storage.close()


async def test_a_type_of_device_that_comes_later(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1)
    assert len((await storage.read_inventory()).equipments[ONE].devices) == 1
    await rows.run("INSERT INTO equipement_domotique_type VALUES (555, 'neuf', '', '')")
    await rows.run(
        "CREATE TABLE equipement_domotique_neuf (id serial PRIMARY KEY,"
        " equipement_domotique_id text, topic_mqtt_controle_json text,"
        " topic_mqtt_commande_text text);"
        "INSERT INTO equipement_domotique_neuf VALUES (3, 'N1', 'n/c', 'n/s');"
        "GRANT SELECT ON equipement_domotique_neuf TO commande;"
        "INSERT INTO equipement_domotique VALUES"
        " ('N1', 1, 555, 21, '', '', 'R001', true, 3)"
    )
    devices = (await storage.read_inventory()).equipments[ONE].devices
    assert [(d.id, d.control_topic, d.lwt_topic) for d in devices] == [
        ("D1", "c/state", "c/lwt"),
        ("N1", "n/c", None),
    ]


async def test_check_of_a_good_database(database: Database, database_v7: Database) -> None:
    for each in (database, database_v7):
        report = await check(settings_for(each))
        assert report.usable
        assert report.server_version.startswith("18")


async def test_check_names_what_is_missing(rows: Rows, database: Database) -> None:
    await rows.run(
        "DROP TABLE equipement_pilote_vehicule_electrique_generique;"
        "ALTER TABLE equipement_domotique DROP utilisateur_affecte;"
        "ALTER TABLE result DROP decisions_95"
    )
    missing = (
        "equipement_domotique.utilisateur_affecte",
        "equipement_pilote_vehicule_electrique_generique",
        "result.decisions_95",
    )
    report = await check(settings_for(database))
    assert (report.missing, report.missing_privileges) == (missing, ())
    with pytest.raises(StorageSchemaError) as caught:
        await PostgresStorage(settings_for(database)).open()
    assert caught.value.missing == missing
    report = await check(settings_for(database, schema="nowhere", ems_table="nowhere.plan"))
    assert report.missing[0] == "equipement_pilote_ou_mesure"
    assert report.missing[-1] == "plan"


async def test_check_names_missing_privileges(rows: Rows, database: Database) -> None:
    await rows.run(
        f"REVOKE UPDATE ON equipement_pilote_ou_mesure FROM {COMMANDE};"
        f"GRANT UPDATE (etat_controle_id, etat_commande_id) ON equipement_pilote_ou_mesure"
        f" TO {COMMANDE};"
        f"REVOKE SELECT ON result FROM {COMMANDE}"
    )
    missing = (
        "SELECT result",
        "UPDATE equipement_pilote_ou_mesure.equipement_pilote_ou_mesure_mode_id",
        "UPDATE equipement_pilote_ou_mesure.ems_consigne_marche",
        "UPDATE equipement_pilote_ou_mesure.timestamp_derniere_mise_en_marche",
        "UPDATE equipement_pilote_ou_mesure.timestamp_derniere_programmation",
    )
    report = await check(settings_for(database))
    assert (report.missing, report.missing_privileges) == ((), missing)
    with pytest.raises(StoragePrivilegesError) as caught:
        await PostgresStorage(settings_for(database)).open()
    assert caught.value.missing == missing
    await rows.run(f'REVOKE USAGE ON SCHEMA "{rows.schema}" FROM {COMMANDE}')
    report = await check(settings_for(database))
    assert report.missing_privileges[0] == "USAGE bdd_coordination_schema"


async def test_check_names_what_the_screens_need(rows: Rows, database: Database) -> None:
    await rows.run(
        f"REVOKE UPDATE ON equipement_pilote_machine_generique_cycle,"
        f" equipement_pilote_vehicule_electrique_generique FROM {COMMANDE};"
        "GRANT UPDATE (timestamp_dispo_souhaitee)"
        f" ON equipement_pilote_vehicule_electrique_generique TO {COMMANDE};"
        f"REVOKE SELECT ON equipement_domotique_m5stackcore2_openhasp_v0,"
        f" equipement_domotique FROM {COMMANDE};"
        f"GRANT SELECT ({', '.join(REQUIRED[DEVICE])}) ON equipement_domotique TO {COMMANDE}"
    )
    assert (await check(settings_for(database))).missing_privileges == (
        "SELECT equipement_domotique.id_materiel",
        "SELECT equipement_domotique_m5stackcore2_openhasp_v0",
        "UPDATE equipement_pilote_machine_generique_cycle",
        "UPDATE equipement_pilote_vehicule_electrique_generique.pourcentage_charge_restant",
    )
    # Nothing is asked about tables that a level does not have.
    await rows.run(
        "DROP TABLE equipement_domotique_m5stackcore2_openhasp_v0,"
        " equipement_pilote_machine_generique_cycle;"
        "GRANT UPDATE ON equipement_pilote_vehicule_electrique_generique"
        f" TO {COMMANDE}"
    )
    assert (await check(settings_for(database))).usable


async def test_least_privileges(rows: Rows, database: Database) -> None:
    await rows.equipment(1)
    await rows.machine(1, number=1, cycle=2, duration=60)
    await rows.equipment(2, kind=221)
    await rows.vehicle(2, number=1, end=0, charge=10)
    await rows.device("D1", 1)
    await rows.device("S1", 1, kind=711, usage=71, hardware="G001")
    await rows.run(
        f"REVOKE ALL ON ALL TABLES IN SCHEMA bdd_coordination_schema FROM {COMMANDE};"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA bdd_coordination_schema TO {COMMANDE};"
        f"REVOKE SELECT ON equipement_pilote_ballon_ecs FROM {COMMANDE};"
        "GRANT UPDATE (equipement_pilote_ou_mesure_mode_id, etat_controle_id, etat_commande_id,"
        " ems_consigne_marche, timestamp_derniere_mise_en_marche,"
        f" timestamp_derniere_programmation) ON equipement_pilote_ou_mesure TO {COMMANDE};"
        "GRANT UPDATE (timestamp_de_fin_souhaite) ON equipement_pilote_machine_generique"
        f" TO {COMMANDE};"
        "GRANT UPDATE (duree_cycle) ON equipement_pilote_machine_generique_cycle"
        f" TO {COMMANDE};"
        "GRANT UPDATE (timestamp_dispo_souhaitee, pourcentage_charge_restant)"
        f" ON equipement_pilote_vehicule_electrique_generique TO {COMMANDE}"
    )
    assert (await check(settings_for(database))).usable
    storage = PostgresStorage(settings_for(database))
    await storage.open()
    read = await storage.read_inventory()
    assert len(read.equipments[ONE].devices) == len(read.screens) == 1
    assert await storage.read_equipments([ONE]) == {ONE: read.equipments[ONE]}
    assert (await storage.read_plans(SLOT)).plans == ()
    assert set(await storage.write([step(1, ems_order=True, started=True)])) == {1}
    assert await storage.write_constraints(ONE, Constraints(SLOT, 3600))
    assert await storage.write_constraints(EquipmentId(2), Constraints(SLOT, None, 50))
    await storage.close()


async def test_two_databases(
    database: Database, ems_database: Database, postgres_server: PostgresServer
) -> None:
    settings = settings_for(database, ems_database=ems_database.name, ems_table="result")
    assert (await check(settings)).usable
    wrong = settings_for(database, ems_database="no such database", ems_table="result")
    with pytest.raises(StorageSchemaError):
        await check(wrong)
