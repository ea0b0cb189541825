"""A broker or a database that is away does not look healthy, also when nobody asks anything."""

from collections.abc import AsyncIterator
from dataclasses import replace

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from demo.appliances import Fleet
from demo.parts import Broker, PostgresServer
from tests.engine.bench import calm, furnish
from tests.fixtures_engine import SCALE, World
from tests.fixtures_home_assistant import Installed, install_on, mqtt_entry_for, no_yaml, wait_for
from tests.fixtures_parts import fresh_database

from .homes import WASHING, issues_of

LOOK, TOLD = 0.2, 1.0


@pytest.fixture
async def frail(
    hass: HomeAssistant, own_broker: Broker, own_postgres: PostgresServer
) -> AsyncIterator[Installed]:
    """The integration with a broker and a server that may be stopped; it runs."""
    mqtt = mqtt_entry_for(own_broker)
    mqtt.add_to_hass(hass)
    # A broker that goes while it is greeted is no concern of ours.
    hass.config_entries.async_update_entry(mqtt, data={**mqtt.data, "birth_message": {}})
    with no_yaml():
        assert await hass.config_entries.async_setup(mqtt.entry_id)
    database = await fresh_database(own_postgres)
    owner = await database.owner.connect()
    async with Fleet(own_broker.host, own_broker.port, scale=SCALE) as fleet:
        world = World(database, own_broker, fleet, owner)
        async with install_on(hass, world) as installed:
            timing = replace(calm(), connection_look=LOOK, outage_told=TOLD)
            await furnish(world, WASHING, timing=timing)
            await installed.setup()
            yield installed
    await hass.config_entries.async_unload(mqtt.entry_id)


async def test_a_broker_that_is_gone_is_shown_and_then_told(frail: Installed) -> None:
    hass, broker = frail.hass, frail.world.broker
    assert frail.state("binary_sensor", None, "device_connection").state == STATE_ON

    await broker.stop()
    await frail.until("binary_sensor", None, "device_connection", STATE_OFF)
    assert "broker_lost" not in issues_of(hass)
    await wait_for(lambda: "broker_lost" in issues_of(hass))
    # The engine runs: what is lost is told apart from it.
    assert frail.state("binary_sensor", None, "ready").state == STATE_ON

    await broker.start()
    await frail.until("binary_sensor", None, "device_connection", STATE_ON)
    await wait_for(lambda: "broker_lost" not in issues_of(hass))


async def test_a_database_that_nobody_asks_is_looked_for(frail: Installed) -> None:
    hass, server = frail.hass, frail.world.database.server
    assert frail.state("binary_sensor", None, "ems_connection").state == STATE_ON

    await server.stop()
    await frail.until("binary_sensor", None, "ems_connection", STATE_OFF)
    await wait_for(lambda: "database_lost" in issues_of(hass))
    issue = issues_of(hass)["database_lost"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["detail"]

    await server.start()
    await frail.until("binary_sensor", None, "ems_connection", STATE_ON)
    await wait_for(lambda: "database_lost" not in issues_of(hass))


async def test_plans_that_the_role_may_not_read_are_not_taken_for_back(
    frail: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the server answers says nothing of what it refuses."""
    world, storage, answers = frail.world, frail.hub.engine.rooms.rows.storage, 0
    ping = storage.ping

    async def counted() -> None:
        nonlocal answers
        await ping()
        answers += 1

    monkeypatch.setattr(storage, "ping", counted)
    await world.owner.execute("REVOKE SELECT ON bdd_coordination_schema.result FROM commande")
    await frail.cycle()
    assert frail.state("binary_sensor", None, "ems_connection").state == STATE_OFF

    seen = answers
    # The second of them was asked for once the first one was taken note of.
    await wait_for(lambda: answers >= seen + 2)

    await frail.hass.async_block_till_done()
    assert frail.state("binary_sensor", None, "ems_connection").state == STATE_OFF
    assert "database_lost" not in issues_of(frail.hass)
