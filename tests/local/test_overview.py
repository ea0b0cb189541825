"""What dashboards that write themselves ask first: what there is, and what is not loaded now."""

import asyncio
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntries, ConfigEntryDisabler, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ConfigEntryNotReady
import pytest

from custom_components.elfe_commande.const import DOMAIN
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .looking import Client, Open
from .test_rule_flow import basics as rule_basics, begin as begin_rule
from .test_set_plan import water_heater

pytestmark = pytest.mark.usefixtures("socket_enabled")

OVERVIEW = Path(__file__).parents[2] / "frontend" / "test" / "fixtures" / "overview.json"


async def overview(client: Client) -> dict[str, Any]:
    await client.send_json_auto_id({"type": f"{DOMAIN}/overview"})
    result: dict[str, Any] = (await client.receive_json())["result"]
    return result


async def test_what_there_is_beside_appliances(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    form = await home.answer(await begin_rule(home), **rule_basics(number))
    made = await home.answer(form, nominal_power=1000)
    assert made["type"] is FlowResultType.CREATE_ENTRY, made
    await home.hass.async_block_till_done(wait_background_tasks=True)
    client = await connect()

    result = await overview(client)
    (entry,) = result["entries"]

    assert result["away"] == {}
    assert (entry["local"], entry["homes"]) == (True, ["Maison"])
    (appliance,) = entry["equipments"]
    kinds = {each["kind"]: each for each in entry["devices"]}
    assert set(kinds) == {"hub", "home", "surplus_rule"}
    assert kinds["home"]["home"] == "Maison"
    assert kinds["surplus_rule"]["behind"] == appliance["device_id"]
    assert kinds["surplus_rule"]["name"]
    # What the tests of the frontend take for granted.
    (told,) = (each for each in json.loads(OVERVIEW.read_text())["entries"] if each["local"])
    assert told.keys() == entry.keys()
    assert told["equipments"][0].keys() == appliance.keys()
    fields = {key for each in told["devices"] for key in each}
    assert fields | {"home"} == {key for each in entry["devices"] for key in each}


async def test_an_entry_that_is_not_loaded_is_no_home_without_appliances(
    home: LocalInstalled, connect: Open
) -> None:
    await water_heater(home)
    client, entries = await connect(), home.hass.config_entries
    entry_id, title = home.entry.entry_id, home.entry.title
    with patch(f"custom_components.{DOMAIN}.async_setup_entry", side_effect=ConfigEntryNotReady):
        await entries.async_reload(entry_id)
        away = {entry_id: {"title": title, "state": "retry"}}
        assert await overview(client) == {"entries": [], "away": away}
        await entries.async_set_disabled_by(entry_id, ConfigEntryDisabler.USER)
        away[entry_id]["state"] = "disabled"
        assert await overview(client) == {"entries": [], "away": away}


async def test_one_whose_entities_are_being_added_is_waited_for(
    home: LocalInstalled, connect: Open
) -> None:
    """Its first sensor is there before it is loaded, and a page that asks then asks no more."""
    await water_heater(home)
    client, entries = await connect(), home.hass.config_entries
    forward, go_on = ConfigEntries.async_forward_entry_setups, asyncio.Event()

    async def forward_late(*arguments: Any) -> None:
        await forward(*arguments)
        await go_on.wait()

    with patch.object(ConfigEntries, "async_forward_entry_setups", forward_late):
        reloading = asyncio.create_task(entries.async_reload(home.entry.entry_id))
        await wait_for(
            lambda: (
                home.entry.state is ConfigEntryState.SETUP_IN_PROGRESS
                and getattr(home.entry, "runtime_data", None) is not None
            )
        )
        await client.send_json_auto_id({"type": f"{DOMAIN}/overview"})
        await client.send_json_auto_id({"type": "ping"})
        # Not answered yet, and nobody else has to wait for that.
        assert (await client.receive_json())["type"] == "pong"
        go_on.set()
        result = (await client.receive_json())["result"]
        assert await reloading
    assert [each["entry_id"] for each in result["entries"]] == [home.entry.entry_id]
    assert result["away"] == {}
