"""EMHASS as a source of plans: a real little server that says what EMHASS was recorded saying."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.file import WriteError
import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.plan import SLOT, Owner
from custom_components.elfe_commande.diagnostics import async_get_config_entry_diagnostics
from custom_components.elfe_commande.engine.ground.events import PlanReceived
from custom_components.elfe_commande.sources.plans import Reading
from tests.consistency.parsed import words
from tests.fixtures_home_assistant import wait_for
from tests.plan_sources.recordings import Look, recorded

from .emhass_server import PLAN, EmhassServer, emhass_server
from .homes import LocalInstalled
from .sourced import OTHER, RELAY, Sourced, unhurried

DAY = recorded("dayahead-15min")
WORDS = words()["entity"]["sensor"]["plan_source"]["state"]
HEATER_ON = 55
"""The step of that day in which the heater (load 1) begins a run of two hours."""


@pytest.fixture
async def emhass(socket_enabled: None) -> AsyncIterator[EmhassServer]:
    async with emhass_server() as server:
        yield server


@pytest.fixture
async def sourced(home: LocalInstalled) -> Sourced:
    await home.reload(unhurried())
    return Sourced(home)


async def heater(home: LocalInstalled, entity_id: str = RELAY, name: str = "Ballon") -> int:
    return await home.add(
        name, entity_id, kind="water_heater", operation="continuous", nominal_power=2000
    )


def follows(number: int, load: int = 1, power: int = 2000) -> dict[str, Any]:
    return {"equipment": number, "load": load, "power": power}


async def running(
    sourced: Sourced, emhass: EmhassServer, look: Look = DAY, begin: int = HEATER_ON
) -> int:
    """Have a heater follow EMHASS, and run because of it."""
    number = await heater(sourced.home)
    emhass.serve(look, sourced.home.clock.now(), begin=begin)
    await sourced.add("emhass", [follows(number)], address=emhass.address, max_age=24)
    await wait_for(lambda: sourced.relay() == "on")
    await sourced.home.hass.async_block_till_done()
    return number


# ------------------------------------------------------------------------------- being followed


async def test_its_plan_is_followed_shown_and_its_own(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    number = await running(sourced, emhass)
    assert sourced.word == "ok"
    assert sourced.state.attributes["planned"] == ["Ballon"]
    plan = home.status(number).plan
    assert plan is not None
    assert plan.owner is Owner.EMHASS
    assert home.state("sensor", number, "decision").attributes["source"] == "emhass"
    assert emhass.asked == [PLAN, "/api/v1/last-run"] * 2
    # The heater: eight quarter-hours, then two of rest.
    home.clock.offset += 8 * SLOT
    await home.cycle()
    assert sourced.relay() == "off"
    until = home.hass.states.get(sourced.entity("sensor", "plan_until"))
    assert until is not None
    assert until.state != "unknown"


async def test_the_same_plan_again_is_no_news(sourced: Sourced, emhass: EmhassServer) -> None:
    home = sourced.home
    await running(sourced, emhass)
    assert await sourced.look() == "ok"
    assert len([e for e in home.events if isinstance(e, PlanReceived)]) == 1
    # Nor after a restart, which finds it on disk.
    await home.reload()
    home.events.clear()
    await wait_for(lambda: sourced.unit.reading is not None)
    assert await sourced.look() == "ok"
    assert not [e for e in home.events if isinstance(e, PlanReceived)]


async def test_a_new_run_replaces_what_the_one_before_had_for_later(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    """The run before began a step later: of the two it would win from then on."""
    home = sourced.home
    number = await heater(home)
    emhass.serve(DAY, home.clock.now() + SLOT)
    await sourced.add("emhass", [follows(number)], address=emhass.address, max_age=24)
    assert sourced.relay() == "off"
    emhass.serve(recorded("mpc-15min"), home.clock.now() + 1)
    assert await sourced.look() == "ok"
    plans = home.hub.local.storage.plans_of(EquipmentId(number))
    assert [len(plan.decisions) for plan in plans] == [48]


async def test_a_plan_of_two_days_is_followed_on_both(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    """No plan is longer than a day: the second one follows the first."""
    home = sourced.home
    rows = DAY.plan["plan"]
    later = [
        {
            **row,
            "timestamp": f"{datetime.fromisoformat(row['timestamp']) + timedelta(days=1):%FT%TZ}",
        }
        for row in rows
    ]
    number = await running(sourced, emhass, replace(DAY, plan={**DAY.plan, "plan": rows + later}))
    plans = home.hub.local.storage.plans_of(EquipmentId(number))
    assert [len(plan.decisions) for plan in plans] == [96, 96]
    assert plans[0].end == plans[1].first_valid
    home.clock.offset += 20 * SLOT
    await home.cycle()
    assert sourced.relay() == "off"
    home.clock.offset += 76 * SLOT
    await home.cycle()
    assert sourced.relay() == "on"


async def test_a_machine_waits_for_a_plan_made_since_it_was_handed_over(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    number = await home.add("Lave-vaisselle", OTHER, kind="dishwasher", nominal_power=1200)
    emhass.serve(DAY, home.clock.now(), begin=48)
    await sourced.add("emhass", [follows(number, 0, 1200)], address=emhass.address, max_age=24)
    home.clock.offset += 2
    await home.act("switch", "turn_on", number, "pilot")
    await sourced.look()
    await home.cycle()
    assert sourced.relay(OTHER) == "off"
    home.clock.offset += 2
    emhass.serve(DAY, home.clock.now(), begin=48)
    await sourced.look()
    await wait_for(lambda: sourced.relay(OTHER) == "on")


async def test_what_is_removed_from_a_source_has_no_plan(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    number = await running(sourced, emhass)
    subentry = sourced.unit.subentry
    home.hass.config_entries.async_remove_subentry(home.entry, subentry.subentry_id)
    await wait_for(lambda: home.status(number).plan is None)
    await home.cycle()
    # What it switched on is not switched off for that.
    assert sourced.relay() == "on"


# ------------------------------------------------------------------------------------ failures


async def fails(sourced: Sourced, emhass: EmhassServer, how: str) -> None:
    """Have EMHASS fail."""
    now = sourced.home.clock.now()
    match how:
        case "away":
            await emhass.close()
        case "refused":
            emhass.status = 500
        case "unsupported":
            emhass.pages[PLAN] = {**emhass.pages[PLAN], "emhass_schema_version": "2.0"}
        case "unreadable":
            emhass.pages[PLAN] = {"hello": "world"}
        case "no_run":
            emhass.serve(recorded("no-run"), now)
        case "infeasible":
            sourced.home.clock.offset += 5
            emhass.end("infeasible", now + 5)
        case "failed":
            sourced.home.clock.offset += 5
            emhass.end("error", now + 5)
        case "stale":
            # Nothing was computed since, and what is planned is of today all the same.
            made = emhass.pages[PLAN]["generated_at"]
            before = datetime.fromisoformat(made) - timedelta(hours=25)
            emhass.pages[PLAN] = {**emhass.pages[PLAN], "generated_at": before.isoformat()}
        case "over":
            # Still the plan of the day before yesterday, as good as ever.
            emhass.serve(recorded("stale-plan"), now - 200 * SLOT)


@pytest.mark.parametrize(
    ("how", "issue"),
    [
        ("away", "plan_source_lost"),
        ("refused", "plan_source_lost"),
        ("unsupported", "plan_source_lost"),
        ("unreadable", "plan_source_lost"),
        ("no_run", "plan_source_without_plan"),
        ("infeasible", "plan_source_without_plan"),
        ("failed", "plan_source_without_plan"),
        ("stale", "plan_source_without_plan"),
        ("over", "plan_source_without_plan"),
    ],
)
async def test_a_failure_is_shown_and_switches_nothing_off(
    sourced: Sourced, emhass: EmhassServer, how: str, issue: str
) -> None:
    """The plan in force goes on to its end; people are asked after a while, not at once."""
    home = sourced.home
    number = await running(sourced, emhass)
    await fails(sourced, emhass, how)
    assert await sourced.look() == how
    assert not sourced.issues
    # Whoever asked is told at once that nothing could be read.
    if issue == "plan_source_lost":
        assert sourced.refusal is not None
        assert sourced.refusal.translation_key == "plan_source_unread"
        shown = sourced.refusal.translation_placeholders
        assert shown is not None
        assert shown["plan_source"] == "EMHASS"
        assert shown["detail"].startswith(WORDS[how])
    else:
        assert sourced.refusal is None
    home.clock.offset += 2 * SLOT
    await home.cycle()
    assert sourced.relay() == "on"
    assert home.status(number).plan is not None
    assert {end.act for end in home.ended(number)} == {Act.ON}
    # It lasts.
    sourced.unit.timing = unhurried(plan_source_patience=0.0)
    assert await sourced.look() == how
    assert set(sourced.issues) == {issue}
    assert sourced.issues[issue]["plan_source"] == "EMHASS"
    # In the words of the sensor.
    told = sourced.issues[issue]["detail"]
    assert told.startswith(WORDS[how]), told
    # The plan comes to its end, and then the appliance has none: it is left as it is.
    sourced.unit.timing = unhurried()
    home.clock.offset += 100 * SLOT
    await home.cycle()
    assert home.status(number).plan is None
    before = sourced.relay()
    await sourced.look()
    await home.cycle()
    assert sourced.relay() == before

    emhass.status = 200
    emhass.serve(DAY, home.clock.now(), begin=HEATER_ON)
    if how == "away":
        await emhass.open()
    assert await sourced.look() == "ok"
    assert not sourced.issues
    await wait_for(lambda: sourced.relay() == "on")


async def test_a_restart_without_the_server_goes_on_with_the_plan(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    number = await running(sourced, emhass)
    await emhass.close()
    await home.reload()
    await wait_for(lambda: sourced.unit.reading is not None)
    await home.cycle()
    assert sourced.word == "away"
    plan = home.status(number).plan
    assert plan is not None
    assert plan.owner is Owner.EMHASS
    assert sourced.relay() == "on"


async def test_a_mapping_that_fits_no_longer_is_told_at_once_and_not_followed(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    number = await running(sourced, emhass)
    rows = emhass.pages[PLAN]["plan"]
    # The dishwasher is gone from EMHASS: what was load 2, the car, is load 1.
    emhass.pages[PLAN]["plan"] = [
        {
            "timestamp": row["timestamp"],
            "P_deferrable0": row["P_deferrable1"],
            "P_deferrable1": row["P_deferrable2"],
        }
        for row in rows
    ]
    assert await sourced.look() == "ok"
    assert (
        sourced.issues["plan_load_misfit"].items()
        >= {
            "plan_source": "EMHASS",
            "equipment": "Ballon",
            "load": "1",
            "power": "2000",
            "planned": "3700",
        }.items()
    )
    assert sourced.state.attributes["held_back"] == ["Ballon"]
    await home.cycle()
    assert sourced.relay() == "on"
    assert home.status(number).plan is not None
    emhass.serve(DAY, home.clock.now(), begin=HEATER_ON)
    assert await sourced.look() == "ok"
    assert not sourced.issues


async def test_a_disk_that_takes_nothing_is_shown(sourced: Sourced, emhass: EmhassServer) -> None:
    home = sourced.home
    number = await heater(home)
    emhass.serve(recorded("no-run"), home.clock.now())
    await sourced.add("emhass", [follows(number)], address=emhass.address, max_age=24)

    with patch(
        "homeassistant.helpers.storage.write_utf8_file_atomic",
        side_effect=WriteError("no space left"),
    ):
        emhass.serve(DAY, home.clock.now(), begin=HEATER_ON)
        assert await sourced.look() == "not_stored"
        assert sourced.refusal is not None
        assert sourced.refusal.translation_key == "plan_not_stored"
        assert sourced.relay() == "off"
    assert await sourced.look() == "ok"
    await wait_for(lambda: sourced.relay() == "on")


async def test_whoever_waits_for_a_look_is_told_that_the_source_is_gone(
    sourced: Sourced, emhass: EmhassServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = sourced.home
    number = await heater(home)
    emhass.serve(DAY, home.clock.now(), begin=HEATER_ON)
    await sourced.add("emhass", [follows(number)], address=emhass.address, max_age=24)
    unit, asked = sourced.unit, asyncio.Event()

    async def silent() -> Reading:
        asked.set()
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(unit.fetcher, "fetch", silent)
    button = sourced.entity("button", "look_at_plan")
    press = asyncio.create_task(home.use("button.press", button))
    await asked.wait()
    home.hass.config_entries.async_remove_subentry(home.entry, unit.subentry.subentry_id)
    with pytest.raises(HomeAssistantError) as refused:
        await press
    assert refused.value.translation_key == "entry_not_loaded"


# ------------------------------------------------------------------------------------ the form


async def test_a_home_without_appliances_has_nothing_to_plan(sourced: Sourced) -> None:
    end = await sourced.begin()
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "no_equipment")


async def test_the_form_says_what_is_wrong_with_an_address(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    await heater(home)
    form = await home.answer(await sourced.begin(), next_step_id="emhass")
    for address in ("emhass:5000", "ftp://emhass", "http://", "http://[x"):
        form = await home.answer(form, address=address, max_age=24)
        assert form["errors"] == {"address": "invalid_address"}, address
    form = await home.answer(form, address=emhass.address, max_age=24)
    assert form["errors"] == {"base": "source_unsupported"}
    emhass.pages[PLAN] = {"hello": "world"}
    form = await home.answer(form, address=emhass.address, max_age=24)
    assert form["errors"] == {"base": "source_unreadable"}
    emhass.status = 500
    form = await home.answer(form, address=emhass.address, max_age=24)
    assert form["errors"] == {"base": "source_refused"}
    await emhass.close()
    form = await home.answer(form, address=emhass.address, max_age=24)
    assert form["errors"] == {"base": "source_away"}
    assert form["description_placeholders"]["detail"]


async def test_the_form_tells_the_loads_and_suggests_who_they_are(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    number = await heater(home)
    unknown = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    emhass.serve(DAY, home.clock.now())
    form = await home.answer(await sourced.begin(), next_step_id="emhass")
    form = await home.answer(form, address=f" {emhass.address}/ ", max_age=24)
    assert form["step_id"] == "loads"
    assert "- 1: 2000 W, 3 h" in form["description_placeholders"]["heard"]
    (field,) = form["data_schema"].schema
    assert field.description["suggested_value"] == [
        {"equipment": "Ballon", "load": 1, "power": 2000.0}
    ]
    boiler, radiator = sourced.named(follows(number)), sourced.named(follows(unknown, 2, 3700))
    for loads, error in (([], "no_load"), ([boiler, boiler | {"load": 2}], "equipment_twice")):
        form = await home.answer(form, loads=loads)
        assert form["errors"] == {"base": error}
    made = await home.answer(form, loads=[boiler, radiator])
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["title"] == "EMHASS"
    # Each follows one source.
    end = await sourced.begin()
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "no_equipment")


async def test_appliances_come_and_go_while_the_form_is_open(
    sourced: Sourced, emhass: EmhassServer
) -> None:
    home = sourced.home
    emhass.serve(DAY, home.clock.now())
    number = await heater(home)
    gone = await heater(home, OTHER, "Second")
    form = await home.answer(await sourced.begin(), next_step_id="emhass")
    form = await home.answer(form, address=emhass.address, max_age=24)
    stays, lost = sourced.named(follows(number)), sourced.named(follows(gone))
    await home.remove(gone)
    form = await home.answer(form, loads=[stays, lost])
    assert form["errors"] == {"base": "equipment_taken"}
    made = await home.answer(form, loads=[stays])
    assert made["data"]["loads"] == [follows(number)]


async def test_a_source_is_reconfigured(sourced: Sourced, emhass: EmhassServer) -> None:
    home = sourced.home
    other = await heater(home, OTHER, "Second")
    number = await running(sourced, emhass)
    subentry = sourced.unit.subentry
    form = await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "plan_source"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    form = await home.answer(form, address=emhass.address, max_age=12)
    made = await home.answer(form, loads=[sourced.named(follows(other))])
    assert made["reason"] == "reconfigure_successful"
    await wait_for(lambda: home.status(other).plan is not None)
    await wait_for(lambda: home.status(number).plan is None)
    await wait_for(lambda: sourced.relay(OTHER) == "on")


async def test_diagnostics_tell_no_address(sourced: Sourced, emhass: EmhassServer) -> None:
    number = await running(sourced, emhass)
    told = await async_get_config_entry_diagnostics(sourced.hass, sourced.home.entry)
    assert emhass.address not in str(told)
    (source,) = told["units"]["plan_source"]
    assert source["source"] == "emhass"
    assert source["settings"] == {"address": REDACTED, "max_age": 24}
    assert source["loads"] == [{"equipment": number, "load": 1, "power": 2000}]
    assert source["reading"]["finding"] == "ok"
    assert source["reading"]["plans"][0]["decisions"].count("1") == 12
