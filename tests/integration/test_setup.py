"""What the first minutes look like: parts that are missing, and parts that come back."""

from datetime import timedelta
import logging
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, STATE_OFF, STATE_ON
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.diagnostics import async_get_config_entry_diagnostics
from demo.parts import Broker
from tests.engine.bench import calm, pass_slots, until_row
from tests.fixtures_engine import World
from tests.fixtures_home_assistant import Installed, install_on, mqtt_entry_for, no_yaml, wait_for

from .homes import DISHES, FINGER, FINGER_COMMAND, PLUG, WASHING, WASHING_COMMAND, live_in

FIRST_RETRY = timedelta(seconds=15)


async def try_to_set_up(installed: Installed) -> None:
    with no_yaml():
        await installed.hass.config_entries.async_setup(installed.entry.entry_id)
    await installed.hass.async_block_till_done()


async def retry(installed: Installed) -> None:
    """Let Home Assistant's own retry begin, and wait for its success."""
    with no_yaml():
        async_fire_time_changed(installed.hass, dt_util.utcnow() + FIRST_RETRY)
        await wait_for(lambda: installed.entry.state is ConfigEntryState.LOADED)
    await wait_for(lambda: installed.hub.engine.lifecycle.running)


def reason(entry: MockConfigEntry) -> tuple[ConfigEntryState, str | None]:
    return entry.state, entry.error_reason_translation_key


async def test_without_mqtt_it_waits_for_it(
    hass: HomeAssistant, world: World, broker: Broker
) -> None:
    async with install_on(hass, world) as installed:
        await live_in(installed, WASHING)
        await try_to_set_up(installed)
        assert reason(installed.entry) == (ConfigEntryState.SETUP_RETRY, "mqtt_missing")

        mqtt_entry = mqtt_entry_for(broker)
        mqtt_entry.add_to_hass(hass)
        with no_yaml():
            assert await hass.config_entries.async_setup(mqtt_entry.entry_id)
        await retry(installed)

        assert installed.state("switch", PLUG, "pilot").state == STATE_ON
        await installed.unload()
        await hass.config_entries.async_unload(mqtt_entry.entry_id)


async def test_a_database_that_is_away_is_waited_for(installed_alone: Installed) -> None:
    installed, server = installed_alone, installed_alone.world.database.server
    await live_in(installed, WASHING)
    await server.stop()
    await try_to_set_up(installed)
    assert reason(installed.entry) == (ConfigEntryState.SETUP_RETRY, "cannot_connect")
    found = await async_get_config_entry_diagnostics(installed.hass, installed.entry)
    assert (found["state"], found["reason"]) == ("setup_retry", "cannot_connect")
    assert found["entry"]["data"]["password"] == REDACTED

    await server.start()
    await retry(installed)

    assert installed.state("switch", PLUG, "pilot").state == STATE_ON


async def test_a_wrong_password_asks_for_the_right_one(installed: Installed) -> None:
    hass, entry = installed.hass, installed.entry
    await live_in(installed, WASHING)
    right = entry.data["password"]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "password": "wrong"})
    await try_to_set_up(installed)
    assert reason(entry) == (ConfigEntryState.SETUP_ERROR, "invalid_auth")
    [flow] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH

    done = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": entry.data["username"], "password": right}
    )

    assert done["reason"] == "reauth_successful"
    await wait_for(lambda: entry.state is ConfigEntryState.LOADED)
    await wait_for(lambda: installed.hub.engine.lifecycle.running)
    assert installed.state("switch", PLUG, "pilot").state == STATE_ON


async def test_a_missing_table_is_named(installed: Installed) -> None:
    world, rename = installed.world, "ALTER TABLE bdd_coordination_schema.{} RENAME TO {}"
    await world.owner.execute(rename.format("result", "elsewhere"))
    await try_to_set_up(installed)

    assert reason(installed.entry) == (ConfigEntryState.SETUP_RETRY, "missing_tables")
    placeholders = installed.entry.error_reason_translation_placeholders
    assert placeholders is not None
    assert "result" in placeholders["tables"]

    await world.owner.execute(rename.format("elsewhere", "result"))
    await retry(installed)


async def test_with_a_memory_it_starts_without_the_database(
    installed_alone: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    """Entities show what was known, plugs follow the plan, and nobody presses a button."""
    installed, world = installed_alone, installed_alone.world
    household = await live_in(installed, WASHING, DISHES)
    for machine in (PLUG, FINGER):
        await world.plan(machine, [1], offset=1)
    await installed.setup()
    await installed.cycle()
    await installed.unload()
    await world.database.server.stop()
    world.fleet.recorder.clear()

    await installed.setup()

    assert installed.state("binary_sensor", None, "ems_connection").state == STATE_OFF
    for machine in (PLUG, FINGER):
        assert installed.state("switch", machine, "pilot").state == STATE_ON
    pass_slots(world, 1)
    await installed.cycle()
    assert world.orders(WASHING_COMMAND) == ["on"]
    assert household.devices["I102"].on
    assert world.orders(FINGER_COMMAND) == []
    assert installed.state("switch", PLUG, "pilot").state == STATE_OFF
    assert installed.state("switch", FINGER, "pilot").state == STATE_ON

    await world.database.server.start()
    await installed.cycle()

    assert installed.state("binary_sensor", None, "ems_connection").state == STATE_ON
    assert caplog.text.count("The database answers again") == 1
    await until_lasting_row(world, PLUG, equipement_pilote_ou_mesure_mode_id=20)


async def until_lasting_row(world: World, machine: int, **columns: Any) -> None:
    """Wait for a row of a database whose server was restarted."""
    world.owner = await world.database.owner.connect()
    try:
        await until_row(world, machine, **columns)
    finally:
        await world.owner.close()


async def test_passwords_are_never_told(
    installed_alone: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    for library in ("homeassistant", "asyncio"):
        caplog.set_level(logging.DEBUG, library)
    installed, world = installed_alone, installed_alone.world
    secret = installed.entry.data["password"]
    await live_in(installed, WASHING)
    await installed.setup()
    await installed.cycle()
    await world.database.server.stop()
    await installed.cycle()
    await installed.unload()
    installed.hass.config_entries.async_update_entry(
        installed.entry, data={**installed.entry.data, "database": "nowhere"}
    )
    await world.database.server.start()
    await installed.setup()

    found: dict[str, Any] = await async_get_config_entry_diagnostics(
        installed.hass, installed.entry
    )

    assert secret not in caplog.text
    assert secret not in repr(found)
    assert REDACTED in repr(found)


async def test_t2_56_nothing_is_ordered_before_home_assistant_has_started(
    installed: Installed,
) -> None:
    hass, world = installed.hass, installed.world
    world.timing = calm(first_cycle=0.0)
    await live_in(installed, WASHING)
    world.timing = calm(first_cycle=0.0)
    await world.plan(PLUG, [1])
    hass.set_state(CoreState.starting)
    await installed.load()
    await wait_for(lambda: installed.hub.engine.lifecycle.code is Code.CONNECTED)

    for ask in (
        installed.act("switch", "turn_off", PLUG, "pilot"),
        installed.act("button", "press", None, "run_cycle"),
        installed.call("run_typology", equipment_id=PLUG, order="on"),
        installed.call("run_cycle"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await ask
        assert refused.value.translation_key == "not_running"
        assert refused.value.translation_placeholders == {"code": "16", "state": "connected"}
    decision = installed.state("sensor", PLUG, "decision")
    assert (decision.state, decision.attributes["source"]) == ("none", "lifecycle")
    await installed.until("sensor", None, "lifecycle", "connected")
    # Some other integration holds the start up: what is awaited is said with the code.
    assert installed.hub.engine.lifecycle.details == "home_assistant"
    assert len(world.fleet.recorder) == 0

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)

    await world.fleet.recorder.wait(topic=WASHING_COMMAND)
    await installed.until("sensor", None, "lifecycle", "running")
    await installed.until("switch", PLUG, "pilot", STATE_OFF)
    assert world.orders(WASHING_COMMAND) == ["on"]
