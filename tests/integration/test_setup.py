"""What the first minutes look like: parts that are missing, and parts that come back."""

from datetime import timedelta
import logging
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.diagnostics import async_get_config_entry_diagnostics
from demo.parts import Broker
from tests.engine.bench import set_row
from tests.fixtures_engine import World
from tests.fixtures_home_assistant import (
    Installed,
    entry_data,
    install_on,
    mqtt_entry_for,
    no_yaml,
    wait_for,
)

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
    world, table = installed.world, "equipement_domotique_specifique_shelly_plug_111"
    rename = "ALTER TABLE bdd_coordination_schema.{} RENAME TO {}"
    found = await world.owner.fetchval(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'bdd_coordination_schema' AND table_name = 'result'"
    )
    assert found, table
    await world.owner.execute(rename.format("result", "elsewhere"))
    await try_to_set_up(installed)

    assert reason(installed.entry) == (ConfigEntryState.SETUP_RETRY, "missing_tables")
    placeholders = installed.entry.error_reason_translation_placeholders
    assert placeholders is not None
    assert "result" in placeholders["tables"]

    await world.owner.execute(rename.format("elsewhere", "result"))
    await retry(installed)
