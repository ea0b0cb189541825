"""What dashboards are told: all that a user may see, then only what changed."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.plan import SLOT, slot_start
from custom_components.elfe_commande.websocket import pictures, views
from tests.fixtures_home_assistant import wait_for

from .homes import POWER, LocalInstalled
from .looking import Client, Open, next_change, subscribe
from .planners import set_clock
from .test_record import a_run
from .test_set_plan import FIRST, RELAY, relay, water_heater

pytestmark = pytest.mark.usefixtures("socket_enabled")

PACKAGE = f"custom_components.{DOMAIN}"
OVERVIEW = Path(__file__).parents[2] / "frontend" / "test" / "fixtures" / "overview.json"


async def nothing_more(client: Client) -> None:
    with pytest.raises(TimeoutError):
        await client.receive_json(timeout=0.7)


async def test_all_is_shown_then_what_changes(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    other = await home.add("Lave-linge", "input_boolean.other")
    client = await connect()
    all_of_it = await subscribe(client)

    shown = {each["equipment_id"]: each for each in all_of_it["equipments"]}
    assert shown.keys() == {number, other}
    one = shown[number]
    assert (one["name"], one["kind"], one["mode"]) == ("Ballon", "water_heater", "piloted")
    assert one["entity_id"] == home.find("switch", number, "pilot")
    assert one["can"] == ["pilot", "start", "mode"]
    assert one["plan"] is None
    assert all_of_it["slot"] == SLOT
    assert all_of_it["health"][home.entry.entry_id]["running"]
    assert not all_of_it["health"][home.entry.entry_id]["server"]

    await home.call("set_plan", equipment_id=number, slots=FIRST)
    await wait_for(lambda: relay(home) == "on")
    event = await next_change(client, lambda e: e["equipments"] and e["equipments"][0]["running"])
    (changed,) = event["equipments"]
    assert changed["equipment_id"] == number
    assert changed["plan"]["slots"] == "".join(map(str, FIRST))
    assert changed["plan"]["owner"] == "action"
    assert (changed["decision"]["on"], changed["decision"]["source"]) == ("on", "action")
    assert changed["decision"]["sentence"]
    assert "past" not in changed


async def test_a_new_plan_says_what_it_changed(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    await home.call("set_plan", equipment_id=number, slots=FIRST)
    client = await connect()
    (before,) = (await subscribe(client))["equipments"]
    assert before["plan"]["changed"] == []
    await home.call("set_plan", equipment_id=number, slots=[1, 0, 1, *[0] * 93])
    event = await next_change(
        client, lambda e: e["equipments"] and e["equipments"][0]["plan"]["changed"]
    )
    plan = event["equipments"][0]["plan"]
    assert plan["changed"] == [plan["start"] + 2 * SLOT]


async def test_a_plan_older_than_what_was_set_is_not_shown_as_followed(
    home: LocalInstalled, connect: Open
) -> None:
    number = await home.add("Lave-linge", RELAY)
    later = [*[0] * 8, 1, *[0] * 87]
    await home.act("switch", "turn_on", number, "pilot")
    home.clock.offset += 60
    await home.call("set_plan", equipment_id=number, slots=later)
    client = await connect()
    (before,) = (await subscribe(client))["equipments"]
    assert before["plan"]["valid"]
    assert before["next_start"]

    home.clock.offset += 60
    for act in ("turn_off", "turn_on"):
        await home.act("switch", act, number, "pilot")
    (changed,) = (await next_change(client, lambda e: shows(e, valid=False)))["equipments"]
    assert changed["next_start"] is None
    assert changed["decision"]["reason"] == "programmed_after_plan"

    home.clock.offset += 60
    await home.call("set_plan", equipment_id=number, slots=later)
    (after,) = (await next_change(client, lambda e: shows(e, valid=True)))["equipments"]
    assert after["next_start"] == before["next_start"]


def shows(event: dict[str, Any], *, valid: bool) -> bool:
    """Whether an appliance that is left to its plan has one that counts, or one that does not."""
    return any(
        (each["mode"], each["plan"]["valid"]) == ("piloted", valid) for each in event["equipments"]
    )


@pytest.mark.parametrize("waits", [True, False], ids=["waited for", "the clock was set"])
async def test_a_run_is_told_no_longer_once_it_is_over(
    home: LocalInstalled, connect: Open, waits: bool
) -> None:
    set_clock(home, 9)
    machine = await home.add("Lave-linge", RELAY, cycle_duration=30)
    await home.act("switch", "turn_on", machine, "pilot")
    home.clock.offset += 60
    wished = dt_util.utc_from_timestamp(slot_start(home.clock.now()) + SLOT)
    await home.call("set_deadline", equipment_id=machine, datetime=wished)
    switch = home.find("switch", machine, "pilot")
    await home.call("run_typology", entity_id=switch, order="on")
    end = home.status(machine).equipment.state.last_start + 30 * 60
    client = await connect()
    home.clock.offset += end - home.clock.now() - (1.5 if waits else 600)

    (runs,) = (await subscribe(client))["equipments"]
    assert (runs["ready_at"], runs["late"]) == (end, True)
    assert "done about" in runs["decision"]["sentence"]
    if not waits:
        home.clock.offset += SLOT
        await home.cycle()
    (over,) = (await next_change(client, lambda e: e["equipments"]))["equipments"]
    assert (over["ready_at"], over["late"]) == (None, False)
    assert "done about" not in over["decision"]["sentence"]

    # Started anew, the end that was wished of the run before is no word about this one.
    await home.call("run_typology", entity_id=switch, order="on")
    runs = await next_change(client, lambda e: e["equipments"] and e["equipments"][0]["ready_at"])
    assert runs["equipments"][0]["late"] is False


async def test_the_past_is_there_and_grows(home: LocalInstalled, connect: Open) -> None:
    number = await a_run(home)
    client = await connect()
    (shown,) = (await subscribe(client))["equipments"]
    assert shown["equipment_id"] == number
    past = shown["past"]
    assert [row["on"] for row in past if row["outcome"] == "acknowledged"] == [True, False]
    assert past == sorted(past, key=lambda row: row["at"])
    home.clock.offset += SLOT
    await home.cycle()
    event = await next_change(client, lambda e: e["equipments"] and "past" in e["equipments"][0])
    new = event["equipments"][0]["past"]
    assert new[-1]["until"] > past[-1]["until"]


async def test_what_did_not_change_is_not_sent(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    client = await connect()
    await subscribe(client, hours_back=0)
    home.hub.engine.rooms.goals.look_again([number])
    await nothing_more(client)


async def test_at_most_two_pushes_a_second_over_one_connection(
    home: LocalInstalled, connect: Open
) -> None:
    home.measure(100)
    await home.add("Ballon", "input_boolean.relay", kind="water_heater", power_sensor=POWER)
    client = await connect()
    for _ in range(2):
        await subscribe(client, hours_back=0)
    loop = asyncio.get_running_loop()
    began, number = loop.time(), 0
    while loop.time() - began < 1.3:
        number += 1
        home.measure(100 + number)
        await asyncio.sleep(0.01)
    ended, last = loop.time(), 100.0 + number
    times: dict[int, list[float]] = {}
    seen: dict[int, float] = {}
    async with asyncio.timeout(10):
        while list(seen.values()) != [last, last]:
            message = await client.receive_json()
            (shown,) = message["event"]["equipments"]
            seen[message["id"]] = shown["power"]
            times.setdefault(message["id"], []).append(loop.time())
    assert number > 20
    for each in times.values():
        # At once, then after each pause; the last may come after the last measure.
        assert len(each) <= 2 + (ended - began) / views.PAUSE


async def test_who_may_not_read_an_appliance_is_not_shown_it(
    home: LocalInstalled, connect: Open
) -> None:
    number = await water_heater(home)
    await home.add("Lave-linge", "input_boolean.other")
    leo = MockUser(name="Leo").add_to_hass(home.hass)
    switch = home.find("switch", number, "pilot")
    leo.mock_policy({"entities": {"entity_ids": {switch: {"read": True}}}})
    client = await connect(leo)
    shown = (await subscribe(client))["equipments"]
    assert [each["equipment_id"] for each in shown] == [number]

    await client.send_json_auto_id({"type": f"{DOMAIN}/overview"})
    told = (await client.receive_json())["result"]["entries"]
    assert [each["name"] for each in told[0]["equipments"]] == ["Ballon"]
    assert told[0]["devices"] == []

    # Taken away while they look: looked at anew with the next change.
    leo.mock_policy({"entities": {"entity_ids": {}}})
    await home.call("set_mode", equipment_id=number, mode="forced_off")
    event = await next_change(client, lambda e: e["removed"])
    assert event["removed"] == [shown[0]["id"]]
    assert event["equipments"] == []
    # The record is not theirs either.
    asked = {"config_entry_id": home.entry.entry_id, "from": 0, "to": 2e9}
    await client.send_json_auto_id({"type": f"{DOMAIN}/record/list", **asked})
    while (answer := await client.receive_json())["type"] != "result":
        pass
    assert answer["error"]["code"] == "unauthorized"


async def test_a_renamed_entity_is_followed(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    switch, registry = home.find("switch", number, "pilot"), er.async_get(home.hass)
    assert switch is not None
    leo = MockUser(name="Leo").add_to_hass(home.hass)
    leo.mock_policy({"entities": {"entity_ids": {"switch.cellar": {"read": True}}}})
    client, his = await connect(), await connect(leo)
    (before,) = (await subscribe(client))["equipments"]
    assert before["entity_id"] == switch
    assert (await subscribe(his))["equipments"] == []

    registry.async_update_entity(switch, new_entity_id="switch.cellar")
    for each in (client, his):
        (after,) = (await next_change(each, lambda e: e["equipments"]))["equipments"]
        assert after["entity_id"] == "switch.cellar"

    # Another of its entities gives access too: who may read that one follows it as well.
    sensor = home.find("sensor", number, "decision")
    assert sensor is not None
    registry.async_update_entity(sensor, new_entity_id="sensor.cellar")
    leo.mock_policy({"entities": {"entity_ids": {"sensor.cellar": {"read": True}}}})
    await home.call("set_mode", equipment_id=number, mode="forced_off")
    await next_change(his, lambda e: e["equipments"] and e["equipments"][0]["mode"] == "manual")


async def test_an_entity_that_is_not_there_is_not_told(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    switch, sensor = home.find("switch", number, "pilot"), home.find("sensor", number, "decision")
    assert switch is not None
    assert sensor is not None
    client = await connect()
    await subscribe(client)
    registry = er.async_get(home.hass)

    registry.async_update_entity(switch, disabled_by=er.RegistryEntryDisabler.USER)
    (shown,) = (await next_change(client, lambda e: e["equipments"]))["equipments"]
    assert shown["entity_id"] == sensor

    registry.async_remove(sensor)
    (shown,) = (await next_change(client, lambda e: e["equipments"]))["equipments"]
    assert shown["entity_id"] == home.find("sensor", number, "reason")


async def test_only_what_was_selected(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    other = await home.add("Lave-linge", "input_boolean.other")
    client = await connect()
    for wanted, found in (
        ({"entity_ids": [home.find("switch", other, "pilot")]}, [other]),
        ({"home": "Maison"}, [number, other]),
        ({"home": "elsewhere"}, []),
        ({"config_entry_id": "another"}, []),
    ):
        shown = (await subscribe(client, **wanted))["equipments"]
        assert [each["equipment_id"] for each in shown] == found


async def test_an_appliance_that_goes_and_one_that_comes(
    home: LocalInstalled, connect: Open
) -> None:
    number = await water_heater(home)
    client = await connect()
    (shown,) = (await subscribe(client))["equipments"]
    await home.remove(number)
    event = await next_change(client, lambda e: e["removed"])
    assert event["removed"] == [shown["id"]]
    other = await home.add("Lave-linge", "input_boolean.other")
    event = await next_change(client, lambda e: e["equipments"])
    assert event["equipments"][0]["equipment_id"] == other


async def test_a_reload_shows_everything_anew(home: LocalInstalled, connect: Open) -> None:
    number = await water_heater(home)
    client = await connect()
    await subscribe(client)
    await home.reload()
    event = await next_change(client, lambda e: e["type"] == "all" and e["equipments"])
    assert [each["equipment_id"] for each in event["equipments"]] == [number]
    await home.call("set_mode", equipment_id=number, mode="forced_off")
    await next_change(client, lambda e: e["equipments"] and e["equipments"][0]["mode"] == "manual")


async def test_an_entry_that_is_not_loaded_is_told(home: LocalInstalled, connect: Open) -> None:
    await water_heater(home)
    client = await connect()
    first = await subscribe(client)
    assert first["away"] == {}
    entry_id, entries = home.entry.entry_id, home.hass.config_entries

    async def told(state: str) -> None:
        about = {entry_id: {"title": home.entry.title, "state": state}}
        event = await next_change(client, lambda e: e.get("away") == about)
        assert event["health"] == {}

    with patch(f"{PACKAGE}.async_setup_entry", side_effect=ConfigEntryNotReady):
        await entries.async_reload(entry_id)
        await told("retry")
    with patch(f"{PACKAGE}.async_setup_entry", return_value=False):
        await entries.async_reload(entry_id)
        await told("failed")
        newcomer = await subscribe(await connect())
        assert newcomer["away"][entry_id]["state"] == "failed"
        other = await subscribe(await connect(), config_entry_id="another")
        assert other["away"] == {}
    await entries.async_set_disabled_by(entry_id, ConfigEntryDisabler.USER)
    await told("disabled")
    await entries.async_set_disabled_by(entry_id, None)
    event = await next_change(client, lambda e: e["type"] == "all" and e["equipments"])
    assert event["away"] == {}
    await entries.async_remove(entry_id)
    event = await next_change(client, lambda e: e.get("away") == {})
    assert event["health"] == {}


async def test_nobody_who_looks_costs_nothing(home: LocalInstalled, connect: Open) -> None:
    await water_heater(home)
    client = await connect()
    await subscribe(client)
    await client.close()
    await wait_for(lambda: not home.hass.data[pictures.BOARDS])
    assert not home.hass.data[views.PACES]


async def test_the_record_is_told_the_newest_first(home: LocalInstalled, connect: Open) -> None:
    number = await a_run(home)
    client = await connect()
    now = home.clock.now()
    asked = {
        "type": f"{DOMAIN}/record/list",
        "config_entry_id": home.entry.entry_id,
        "from": now - timedelta(days=40).total_seconds(),
        "to": now + 1,
    }
    await client.send_json_auto_id(asked)
    everything = (await client.receive_json())["result"]
    assert not everything["more"]
    rows = everything["rows"]
    assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), reverse=True)
    assert {row["name"] for row in rows} == {None, "Ballon"}

    paged: list[dict[str, Any]] = []
    more, before = True, now + 1
    while more:
        await client.send_json_auto_id({**asked, "limit": 2, "before": before})
        page = (await client.receive_json())["result"]
        paged += page["rows"]
        more, before = page["more"], page["rows"][-1]["time"]
    assert paged == rows

    await client.send_json_auto_id({**asked, "config_entry_id": "another"})
    assert (await client.receive_json())["error"]["code"] == "not_found"
    assert number in {row["equipment_id"] for row in rows}
