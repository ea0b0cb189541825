"""What happened is kept: across restarts, in backups, and told to those who may know."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.elfe_commande import backup, diagnostics, system_health
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.plan import SLOT, slot_start
from custom_components.elfe_commande.record.keeping import Keeper
from tests.fixtures_home_assistant import ANNA, wait_for

from .homes import POWER, LocalInstalled
from .test_set_plan import FIRST, relay, water_heater


def keeper_of(home: LocalInstalled) -> Keeper:
    keeper = home.hub.archive.keeper
    assert keeper is not None
    return keeper


def files(folder: Path) -> list[Path]:
    """Return all that is on disk of records."""
    return list(folder.glob(".storage/*record.db*"))


async def a_run(home: LocalInstalled) -> int:
    """Have a water heater run for a quarter-hour of its plan, and be off in the next one."""
    number = await water_heater(home)
    await home.call("set_plan", equipment_id=number, slots=FIRST)
    await wait_for(lambda: relay(home) == "on")
    await home.cycle()
    home.clock.offset += SLOT
    await home.cycle()
    await wait_for(lambda: relay(home) == "off")
    home.clock.offset += SLOT
    await home.cycle()
    return number


async def record(home: LocalInstalled, number: int, **asked: Any) -> dict[str, Any]:
    """Return what is told of a load, up to the time of its home."""
    end = datetime.fromtimestamp(home.clock.now() + 1, UTC)
    answer = await home.call("get_record", **{"equipment_id": number, "to": end} | asked)
    (told,) = answer["equipments"]
    return told | {"more": answer["more"]}


async def test_planned_decided_ordered_confirmed(home: LocalInstalled) -> None:
    number = await a_run(home)
    began = slot_start(home.clock.now()) - 2 * SLOT

    told = await record(home, number)

    at = datetime.fromtimestamp(began, UTC)
    first = next(row for row in told["slots"] if row["start"] == at.isoformat())
    assert (first["planned"], first["decision"], first["source"]) == (True, "on", "action")
    assert (first["reason"], first["mode"], first["outcome"]) == (
        "planned",
        "piloted",
        "acknowledged",
    )
    later = next(row for row in told["slots"] if row["start"] > at.isoformat())
    assert (later["planned"], later["decision"], later["outcome"]) == (False, "off", "acknowledged")
    # The clock was set ahead in the middle of them.
    assert first["ran"] > 0
    assert first["ran"] + later["ran"] <= SLOT + 60
    orders = [row for row in told["events"] if row["kind"] == "order"]
    assert [(row["act"], row["outcome"], row["source"]) for row in orders][-2:] == [
        ("on", "acknowledged", "action"),
        ("off", "acknowledged", "action"),
    ]
    assert [row["owner"] for row in told["plans"]] == ["action"]
    assert told["plans"][0]["slots"] == "".join(map(str, FIRST))
    (run,) = told["runs"]
    assert (run["origin"], run["source"], run["under_way"]) == ("ems", "action", False)
    assert told["more"] == []


async def test_a_person_is_named_and_only_administrators_hear_who(home: LocalInstalled) -> None:
    number = await water_heater(home)
    await home.call("set_mode", equipment_id=number, mode="forced_off")
    told = await record(home, number, kinds=["events"])
    (mode,) = [row for row in told["events"] if row["kind"] == "mode"]
    assert (mode["before"], mode["after"], mode["origin"]) == ("piloted", "manual", "action")
    assert mode["user_id"] == ANNA

    leo = MockUser(name="Leo").add_to_hass(home.hass)
    switch = home.find("switch", number, "pilot")
    leo.mock_policy({"entities": {"entity_ids": {switch: {"read": True}}}})
    asked = {"equipment_id": number, "kinds": ["events"]}
    answer = await home.hass.services.async_call(
        DOMAIN,
        "get_record",
        asked,
        blocking=True,
        return_response=True,
        context=Context(user_id=leo.id),
    )
    assert {row["user_id"] for row in answer["equipments"][0]["events"]} == {None}
    # All there is, and what is not theirs to read, is not for them.
    other = await home.add("Lave-linge", "input_boolean.other")
    for denied in ({}, {"equipment_id": other}):
        with pytest.raises(Unauthorized):
            await home.hass.services.async_call(
                DOMAIN,
                "get_record",
                denied,
                blocking=True,
                return_response=True,
                context=Context(user_id=leo.id),
            )


async def test_after_a_restart_the_past_is_there(home: LocalInstalled) -> None:
    number = await a_run(home)
    before = await record(home, number)
    calendar = home.hass.states.async_entity_ids("calendar")
    shown = await _events(home, calendar[0])
    assert [event["summary"] for event in shown] == ["Ballon"]
    assert shown[0]["description"]

    await home.reload()
    await home.cycle()

    assert await _events(home, calendar[0]) == shown
    after = await record(home, number)
    assert after["runs"] == before["runs"]
    assert after["plans"][: len(before["plans"])] == before["plans"]
    orders = [[row for row in each["events"] if row["kind"] == "order"] for each in (before, after)]
    assert orders[1][: len(orders[0])] == orders[0]


async def _events(home: LocalInstalled, calendar: str) -> list[dict[str, Any]]:
    now = datetime.fromtimestamp(home.clock.now(), UTC)
    answer = await home.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": calendar,
            "start_date_time": (now - timedelta(days=3)).isoformat(),
            "end_date_time": (now + timedelta(minutes=1)).isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    events: list[dict[str, Any]] = answer[calendar]["events"]
    return events


async def test_as_tables_for_a_spreadsheet(home: LocalInstalled) -> None:
    number = await a_run(home)
    answer = await home.call(
        "get_record", equipment_id=number, format="csv", kinds=["runs", "events"]
    )
    header, *lines = answer["csv"]["runs"].splitlines()
    assert header == "equipment_id,name,start,end,under_way,energy,origin,source,reason"
    assert len(lines) == 1
    assert lines[0].startswith(f"{number},Ballon,")
    assert answer["csv"]["events"].startswith("equipment_id,name,at,kind,")


async def test_all_of_an_entry_is_told_with_what_the_engine_did(home: LocalInstalled) -> None:
    number = await a_run(home)
    answer = await home.call("get_record", kinds=["events"])
    told = {each["equipment_id"]: each for each in answer["equipments"]}
    assert told.keys() == {0, number}
    assert told[0]["name"] == home.entry.title
    assert 20 in [row["after"] for row in told[0]["events"] if row["kind"] == "lifecycle"]


async def test_what_is_more_than_wanted_is_said(home: LocalInstalled) -> None:
    number = await a_run(home)
    told = await record(home, number, limit=1)
    assert len(told["events"]) == 1
    assert "events" in told["more"]


async def test_a_time_that_is_none_is_refused(home: LocalInstalled) -> None:
    number = await water_heater(home)
    now = datetime.fromtimestamp(home.clock.now(), UTC)
    with pytest.raises(ServiceValidationError) as refusal:
        await home.call("get_record", equipment_id=number, **{"from": now, "to": now})
    assert refusal.value.translation_key == "record_period"


async def test_kept_for_no_day_nothing_is_kept(home: LocalInstalled, tmp_path: Path) -> None:
    number = await a_run(home)
    await home.call("get_record", equipment_id=number)
    assert files(tmp_path)
    assert await home.choose("record", record_days=0, record_megabytes=250) is None
    assert not files(tmp_path)
    with pytest.raises(ServiceValidationError) as refusal:
        await home.call("get_record", equipment_id=number)
    assert refusal.value.translation_key == "no_record"
    await home.cycle()


async def test_a_removed_entry_leaves_nothing(home: LocalInstalled, tmp_path: Path) -> None:
    await a_run(home)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert not files(tmp_path)


async def test_a_backup_has_all_that_is_known(home: LocalInstalled, tmp_path: Path) -> None:
    await a_run(home)
    keeper = keeper_of(home)
    await backup.async_pre_backup(home.hass)
    assert keeper.waiting == 0
    file = next(each for each in files(tmp_path) if each.suffix == ".db")
    saved = file.read_bytes()
    await home.cycle()
    home.clock.offset += SLOT
    await home.cycle()
    await wait_for(lambda: keeper.waiting > 0)
    assert file.read_bytes() == saved
    await backup.async_post_backup(home.hass)
    await wait_for(lambda: keeper.waiting == 0)
    # Nobody held it.
    with pytest.raises(HomeAssistantError):
        await backup.async_post_backup(home.hass)


async def test_how_much_is_kept_is_told(home: LocalInstalled) -> None:
    number = await a_run(home)
    keeper = keeper_of(home)
    await wait_for(lambda: keeper.size is not None)
    health = await system_health.async_info(home.hass)
    assert " MB (" in health["record"]
    told = await diagnostics.async_get_config_entry_diagnostics(home.hass, home.entry)
    assert told["record"]["octets"] > 0
    assert told["record"]["lost"] == 0
    answer = await home.call("get_record", equipment_id=number)
    assert answer["kept_since"] is not None


async def test_power_and_energy_follow_the_meter_of_an_appliance(home: LocalInstalled) -> None:
    home.measure(0)
    number = await home.add(
        "Ballon", "input_boolean.relay", kind="water_heater", power_sensor=POWER
    )
    home.measure(1200)
    assert (await home.until("sensor", number, "power", "1200.0")).attributes[
        "unit_of_measurement"
    ] == "W"
    # It ran before, and runs on: only its power changes.
    home.measure(1500)
    await home.until("sensor", number, "power", "1500.0")
    home.clock.offset += 600
    home.measure(0)
    await home.until("sensor", number, "power", "0.0")
    energy = home.state("sensor", number, "energy")
    # It ran for a moment at first, and then for ten minutes at 1500 W.
    assert 0.25 <= float(energy.state) < 0.3

    home.clock.offset += SLOT
    await home.reload()
    await home.cycle()
    again = home.state("sensor", number, "energy")
    assert float(again.state) == pytest.approx(float(energy.state), abs=0.001)
    told = await record(home, number, kinds=["slots", "runs"])
    assert sum(row["energy"] or 0 for row in told["slots"]) == pytest.approx(
        float(energy.state) * 1000, abs=1
    )
