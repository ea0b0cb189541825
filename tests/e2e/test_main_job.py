"""The main job in a Home Assistant of its own, set up by its own flows."""

from itertools import groupby
import re

import pytest

from demo.home_assistant.onboarding import DOMAIN, wait_loaded
from tests.e2e.conftest import House, eventually

pytestmark = pytest.mark.e2e

DISHWASHER, WASHING_MACHINE, DRYER, METER = 1, 2, 13, 16
MANUAL, PILOTED = 20, 30

# What Home Assistant says of a machine that stood still for a moment, whatever ran on it then.
SLOW_MACHINE = re.compile(r"took [\d.]+ seconds|taking over \d+ seconds")


async def test_the_flows_made_what_people_look_at(house: House) -> None:
    entries = await house.client.get("/api/config/config_entries/entry")
    states = {entry["domain"]: entry["state"] for entry in entries}
    assert states["mqtt"] == states[DOMAIN] == "loaded"
    await eventually(lambda: house.state("lifecycle"), lambda s: s == "running")
    assert await house.state("ems_connection") == "on"
    assert await house.state("pilot", WASHING_MACHINE) == "on"
    assert await house.state("pilot", DRYER) == "off"
    assert f"{house.demo.status['entry_id']}_{METER}_pilot" not in house.entities
    dashboards = await house.client.command("lovelace/dashboards/list")
    assert [each["url_path"] for each in dashboards if each["mode"] == "storage"].count("elfe-demo")


async def test_the_plan_starts_an_appliance(house: House) -> None:
    # While it is pressed, the row is claimed: manual, and not the plan's yet.
    row = await eventually(lambda: house.row(DISHWASHER), lambda r: r["ems_order"])
    assert (row["mode"], row["command"]) == (MANUAL, 13)
    assert row["started"] > 0
    await eventually(lambda: house.watts(DISHWASHER), lambda watts: watts > 50)
    await eventually(lambda: house.state("running", DISHWASHER), lambda s: s == "on")
    await eventually(lambda: house.state("pilot", DISHWASHER), lambda s: s == "off")
    assert await house.told("C101") == ["ON"]


async def test_a_switch_reaches_the_appliance_and_the_database(house: House) -> None:
    switch = house.entity("pilot", WASHING_MACHINE)
    before = len(await house.told("D102"))

    await house.client.act("switch.turn_off", entity_id=switch)

    await eventually(lambda: house.row(WASHING_MACHINE), lambda row: row["mode"] == MANUAL)
    await eventually(lambda: house.watts(WASHING_MACHINE), lambda watts: watts > 1000)
    await eventually(lambda: house.state("pilot", WASHING_MACHINE), lambda s: s == "off")

    await house.client.act("switch.turn_on", entity_id=switch)

    row = await eventually(lambda: house.row(WASHING_MACHINE), lambda row: row["mode"] == PILOTED)
    assert (row["command"], row["control"]) == (11, 25)
    await eventually(lambda: house.watts(WASHING_MACHINE), lambda watts: watts == 0)
    orders = (await house.told("D102"))[before:]
    # Off is kept alive each quarter, and one may begin meanwhile.
    assert [each for each, _ in groupby(orders)][-2:] == ["on", "off"]


async def test_a_mode_is_chosen(house: House) -> None:
    select = house.entity("mode", DRYER)

    await house.client.act("select.select_option", entity_id=select, option="forced_off")

    await eventually(lambda: house.row(DRYER), lambda row: row["control"] == 25)
    await eventually(lambda: house.state("mode", DRYER), lambda s: s == "forced_off")
    assert (await house.told("A114"))[-1].lower() == "off"


async def test_actions_answer(house: House) -> None:
    (told,) = (await house.ask("get_plan", equipment_id=WASHING_MACHINE))["equipments"]
    assert told["name"] == "Washing machine"
    assert len(told["plan"]["slots"]) == 96
    assert told["plan"]["runs"]

    ran = await house.ask("run_typology", equipment_id=DRYER, order="on")
    (result,) = ran["equipments"]
    assert (result["outcome"], result["acknowledged"]) == ("acknowledged", True)
    assert result["written"]["mode"] == MANUAL

    report = await house.ask("run_cycle")
    assert report["equipments"] >= 11
    assert report["failed"] == report["doubtful"] == 0


async def test_a_reload_presses_nothing_again(house: House) -> None:
    entry_id = house.demo.status["entry_id"]
    answer = await house.client.post(f"/api/config/config_entries/entry/{entry_id}/reload")
    assert answer == {"require_restart": False}
    await wait_loaded(house.client, entry_id)
    await eventually(lambda: house.state("lifecycle"), lambda s: s == "running")
    await house.ask("run_cycle")
    assert await house.told("C101") == ["ON"]


async def test_nothing_is_wrong_in_the_log(house: House) -> None:
    log = house.demo.home_assistant_log
    ours = re.findall(r"(?:WARNING|ERROR|CRITICAL) .*elfe.*", log)
    # A reload may cut an order short, and says so; one appliance is of an unsupported kind.
    expected = (
        "has not been tested",
        "Ended before their devices answered",
        "In the tables: unsupported_typology",
    )
    told = [line for line in ours if not SLOW_MACHINE.search(line)]
    assert [line for line in told if not any(words in line for words in expected)] == []
    assert "Detected blocking call" not in log
    assert "Detected that custom integration" not in log
