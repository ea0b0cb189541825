"""The two homes, as rows and as appliances."""

import aiomqtt
import asyncpg

from demo.appliances import Finger, Fleet, Machine
from demo.parts import Broker
from demo.territory import HOMES, PILOTED, build, install, many, two_homes
from tests.fixtures_parts import Database

SCHEMA = "bdd_coordination_schema"


def test_everything_is_there_between_them() -> None:
    homes = two_homes()
    assert {each.home for each in homes} == set(HOMES)
    assert {each.typology for each in homes} >= {120, 130, 140, 150, 160, 180, 190}
    devices = [device for each in homes for device in each.devices]
    assert {device.type for device in devices} >= {111, 112, 311, 411, 811}
    assert len({device.id for device in devices}) == len(devices)
    for home in HOMES:
        owned = [device for each in homes if each.home == home for device in each.devices]
        assert [device.type for device in owned].count(711) == 1
    commands = [device.topics.command for device in devices]
    assert len(set(commands)) == len(commands)


async def test_rows_of_v6(owner: asyncpg.Connection) -> None:
    await install(owner, two_homes(), now=1_800_000_000)
    pilots = await owner.fetchval(f"SELECT count(*) FROM {SCHEMA}.equipement_pilote_ou_mesure")
    assert pilots == len(two_homes())
    row = await owner.fetchrow(
        f"SELECT t.* FROM {SCHEMA}.equipement_domotique d"
        f" JOIN {SCHEMA}.equipement_domotique_shellyplus1pm_shellycloud_v1 t"
        " ON t.id = d.equipement_domotique_specifique_id WHERE d.id = 'D103'"
    )
    assert row is not None
    assert row["topic_mqtt_commande_json"] == "shelly/D103/rpc"
    added = await owner.fetchval(
        f"INSERT INTO {SCHEMA}.equipement_pilote_ballon_ecs (equipement_pilote_ou_mesure_id,"
        " volume_ballon, puissance_chauffe, mesures_puissance_elec_id) VALUES (3, 1, 1, 1)"
        " RETURNING id"
    )
    assert added > 14


async def test_rows_of_v7(database_v7: Database) -> None:
    connection = await database_v7.owner.connect()
    await install(connection, two_homes())
    homes = await connection.fetch(f"SELECT id FROM {SCHEMA}.utilisateur ORDER BY id")
    specific = await connection.fetchval(
        f"SELECT equipement_domotique_specifique_id FROM {SCHEMA}.equipement_domotique LIMIT 1"
    )
    await connection.close()
    assert [row[0] for row in homes] == list(HOMES)
    assert isinstance(specific, str)


async def test_many(owner: asyncpg.Connection) -> None:
    await install(owner, many(1000))
    await install_again_fails(owner)
    count = await owner.fetchval(
        f"SELECT count(DISTINCT utilisateur) FROM {SCHEMA}.equipement_pilote_ou_mesure"
    )
    assert count == 100


async def install_again_fails(owner: asyncpg.Connection) -> None:
    try:
        await install(owner, many(1))
    except asyncpg.UniqueViolationError:
        return
    raise AssertionError


def test_loads_wait_as_their_mode_says() -> None:
    household = build(two_homes())
    for each in two_homes():
        load = household.loads.get(each.id)
        if isinstance(load, Machine):
            assert not load.running
            waits_for_power = each.mode == PILOTED and each.typology not in {130, 150, 160}
            assert load.powered is not waits_for_power
    heater_relay = household.devices["A104"]
    assert heater_relay.on
    assert heater_relay.watts == 0.0


async def test_a_finger_starts_the_dishes_once(broker: Broker, socket_enabled: None) -> None:
    household = build(two_homes(), delay=0.0)
    machine = household.machine(1)
    async with (
        Fleet(broker.host, broker.port, household.everything, scale=0.01) as fleet,
        aiomqtt.Client(broker.host, broker.port) as client,
    ):
        finger = household.devices["C101"]
        assert isinstance(finger, Finger)
        await client.publish(finger.topics.command, "ON")
        await fleet.recorder.wait(1)
        await fleet.settle()
        assert (machine.running, finger.presses, machine.unharmed) == (True, 1, True)
        assert household.devices["D101"].watts > 50
        await client.publish(household.devices["D102"].topics.command, "on")
        await fleet.recorder.wait(2)
        await fleet.settle()
        assert household.machine(2).running
