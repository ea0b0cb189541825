"""The report back: a home's day in data, as whoever plans it reads it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiohttp import web
from homeassistant.core import Context, Event, HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util, yaml as yaml_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed
import voluptuous as vol

from custom_components.elfe_commande.adapters.disk import StoredDocument
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import ControlState
from tests.fixtures_home_assistant import wait_for

from .homes import BLIND, POWER, START, LocalInstalled
from .planners import OTHER, RELAY, hand_over, set_clock, tank, washing

PAGE = Path(__file__).parents[2] / "docs" / "plan-sources.md"
RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "plan_sources" / "recorded" / "mpc-request.json").read_text(
        encoding="utf-8"
    )
)
"""What a run of EMHASS 0.18.7 was really asked, its forecasts apart."""


async def report(home: LocalInstalled, number: int, **given: Any) -> dict[str, Any]:
    (found,) = (await home.call("get_report", equipment_id=number, **given))["equipments"]
    return dict(found)


def pass_by(home: LocalInstalled, minutes: float) -> None:
    home.clock.offset += 60 * minutes


async def planned_now(home: LocalInstalled, number: int, quarters: int) -> None:
    """Plan an appliance for the present and some quarter-hours more."""
    slots = [1] * quarters + [0] * (96 - quarters)
    await home.call("set_plan", equipment_id=number, slots=slots)


async def until_row(home: LocalInstalled, number: int, control: ControlState) -> None:
    await wait_for(lambda: home.status(number).equipment.state.control == control)
    await home.hass.async_block_till_done()


@pytest.fixture
def finished(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return what is told of runs that are over."""
    told: list[dict[str, Any]] = []

    async def hear(event: Event[Any]) -> None:
        told.append(dict(event.data))

    hass.bus.async_listen(f"{DOMAIN}_run_finished", hear)
    return told


async def test_a_day_of_a_tank(home: LocalInstalled, finished: list[dict[str, Any]]) -> None:
    set_clock(home, 10)
    home.measure(0)
    number = await tank(home, power_sensor=POWER)
    await planned_now(home, number, 3)
    await until_row(home, number, ControlState.ON)
    home.measure(1800)
    await home.hass.async_block_till_done()
    for _ in range(2):
        pass_by(home, 15)
        await home.cycle()
    now = await report(home, number)
    assert (now["on"], now["power"], now["due"]) == (True, 1800, 150)
    assert now["minutes"] == pytest.approx(30, abs=0.5)
    pass_by(home, 15)
    await home.cycle()
    await until_row(home, number, ControlState.OFF)
    await wait_for(lambda: finished)

    found = await report(home, number, days=1)
    (day,) = found["days"]
    assert day["planned"]["minutes"] == 45
    assert [run["source"] for run in day["planned"]["runs"]] == ["action"]
    assert day["ordered"]["acknowledged"] == 2
    assert day["on"] == pytest.approx(45, abs=0.5)
    assert day["unconfirmed"] == 0
    assert day["starts"] == 1
    assert day["energy"] == pytest.approx(1.8 * 45 / 60, rel=0.02)
    assert day["why_not"] is None
    (run,) = day["runs"]
    assert (run["source"], run["confirmed"]) == ("action", True)
    # Three quarters of an hour of the three hours, to the quarter-hour.
    assert found["due"] == 135
    assert not found["on"]
    (told,) = finished
    assert told["equipment_id"] == number
    assert told["minutes"] == pytest.approx(45, abs=0.5)
    assert told["energy"] == run["energy"]


async def test_a_power_counts_from_when_it_was_measured(home: LocalInstalled) -> None:
    set_clock(home, 10)
    home.measure(0)
    number = await washing(home, power_sensor=POWER)
    await hand_over(home, number)
    pass_by(home, 0.1)
    await home.call("run_typology", equipment_id=number, order=True)
    home.measure(60)
    await home.hass.async_block_till_done()
    # Who changes how it is used has its row, and its meter's, read anew.
    subentry = home.entry.subentries[home.subentry_id(number)]
    home.hass.config_entries.async_update_subentry(
        home.entry, subentry, data={**subentry.data, "ready_by": "21:00:00"}
    )
    await home.hass.async_block_till_done()
    # Nothing else happens when it draws less: it goes on running.
    for watts, minutes in ((2400, 3), (600, 5), (1200, 4)):
        home.measure(watts)
        await wait_for(lambda watts=watts: home.status(number).power == watts)
        await home.hass.async_block_till_done()
        pass_by(home, minutes)
    await home.cycle()
    (day,) = (await report(home, number, days=1))["days"]
    assert day["energy"] == pytest.approx((2.4 * 3 + 0.6 * 5 + 1.2 * 4) / 60, rel=0.02)


async def test_why_not(home: LocalInstalled) -> None:
    frail = await home.add("Ballon", "switch.frail", kind="water_heater", operation="continuous")
    await planned_now(home, frail, 4)
    await wait_for(lambda: home.ended(frail))
    await home.hass.async_block_till_done()

    (day, *_) = (await report(home, frail))["days"]
    assert day["planned"]["minutes"] == 15
    assert (day["on"], day["ordered"]["acknowledged"]) == (0, 0)
    assert day["why_not"]["act"] == "on"
    assert day["why_not"]["reason"] == home.ended(frail)[-1].result.reason
    # In words.
    assert day["why_not"]["text"].startswith("Switch on: ")
    assert not day["why_not"]["text"].endswith(day["why_not"]["reason"])


async def test_what_nothing_confirms_is_said_to_be_so(home: LocalInstalled) -> None:
    blind = await home.add("Ballon", BLIND, kind="water_heater", operation="continuous")
    await planned_now(home, blind, 2)
    await until_row(home, blind, ControlState.ON)
    pass_by(home, 10)
    await home.cycle()

    (day, *_) = (await report(home, blind))["days"]
    assert day["ordered"]["doubtful"] == 1
    assert day["on"] == 0
    assert day["unconfirmed"] == pytest.approx(10, abs=0.5)


async def test_a_restart_forgets_nothing(
    home: LocalInstalled, finished: list[dict[str, Any]]
) -> None:
    set_clock(home, 10)
    number = await tank(home)
    await planned_now(home, number, 2)
    await until_row(home, number, ControlState.ON)
    pass_by(home, 10)
    await home.reload()
    pass_by(home, 20)
    await home.cycle()
    await until_row(home, number, ControlState.OFF)
    await wait_for(lambda: finished)

    (day, *_) = (await report(home, number))["days"]
    assert day["on"] == pytest.approx(30, abs=0.5)
    assert day["planned"]["minutes"] == 30
    assert day["starts"] == len(day["runs"]) == len(finished) == 1


async def test_a_machine_that_waits_owes_its_run(home: LocalInstalled) -> None:
    set_clock(home, 10)
    machine = await washing(home)
    assert (await report(home, machine))["due"] == 0
    await hand_over(home, machine)
    found = await report(home, machine)
    assert found["due"] == 120
    assert dt_util.as_local(dt_util.parse_datetime(found["due_by"])).hour == 7
    pass_by(home, 0.1)
    await home.call("run_typology", equipment_id=machine, order=True)
    pass_by(home, 30)
    found = await report(home, machine)
    assert found["due"] == pytest.approx(90, abs=0.5)
    assert (found["on"], found["days"][0]["runs"]) == (True, [])
    pass_by(home, 91)
    await home.cycle()
    await wait_for(lambda: not home.hub.record.book.under_way)
    found = await report(home, machine)
    assert found["due"] == 0
    (run,) = found["days"][0]["runs"]
    assert (run["minutes"], run["source"]) == (pytest.approx(120, abs=0.1), "action")


async def test_the_sensors_of_the_day(home: LocalInstalled) -> None:
    set_clock(home, 10)
    number, machine = await tank(home), await washing(home)
    # Where on-time does not count by the day nobody needs them.
    registry = er.async_get(home.hass)
    for key in ("on_time_today", "due_today"):
        entity_id = home.find("sensor", machine, key)
        assert entity_id is not None
        entry = registry.async_get(entity_id)
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert home.state("sensor", number, "due_today").state == "180"
    await planned_now(home, number, 2)
    await until_row(home, number, ControlState.ON)
    for _ in range(2):
        pass_by(home, 15)
        await home.cycle()
    await until_row(home, number, ControlState.OFF)
    await home.until("sensor", number, "on_time_today", "30")
    await home.until("sensor", number, "due_today", "150")
    assert home.state("sensor", number, "due_today").attributes["unit_of_measurement"] == "min"


@pytest.mark.parametrize("days", [0, 9, "many"])
async def test_days_that_are_not_kept_are_refused(home: LocalInstalled, days: Any) -> None:
    number = await tank(home)
    with pytest.raises(vol.Invalid):
        await report(home, number, days=days)


async def test_who_may_not_see_an_appliance_has_no_report(home: LocalInstalled) -> None:
    number = await tank(home)
    stranger = MockUser(id="stranger").add_to_hass(home.hass)
    with pytest.raises(Unauthorized):
        await home.hass.services.async_call(
            DOMAIN,
            "get_report",
            {"equipment_id": number},
            blocking=True,
            return_response=True,
            context=Context(user_id=stranger.id),
        )


async def test_a_disk_that_is_full_costs_nothing_but_the_record(home: LocalInstalled) -> None:
    set_clock(home, 10)
    number = await tank(home)
    await planned_now(home, number, 1)
    await until_row(home, number, ControlState.ON)
    with patch.object(StoredDocument, "_save", side_effect=OSError("full")):
        pass_by(home, 5)
        await home.cycle()
        issues = ir.async_get(home.hass)
        await wait_for(lambda: any("disk_unwritable" in issue_id for _, issue_id in issues.issues))
    assert (await report(home, number))["days"][0]["on"] == pytest.approx(5, abs=0.5)


async def test_a_button_that_nothing_confirms(home: LocalInstalled) -> None:
    set_clock(home, 10)
    machine = await home.add(
        "Linge",
        START,
        advanced={"typology": "plug_and_finger"},
        ready_by="18:00:00",
        cycle_duration=60,
    )
    await hand_over(home, machine)
    # A plan of the same second knows nothing of it.
    pass_by(home, 0.1)
    await planned_now(home, machine, 1)
    await wait_for(lambda: home.ended(machine)[-1].result.outcome == "doubtful")
    pass_by(home, 61)
    await home.cycle()

    (day, *_) = (await report(home, machine))["days"]
    # It may have run; nobody says that it did.
    assert (day["on"], day["unconfirmed"], day["runs"]) == (0, 0, [])
    assert day["planned"]["minutes"] == 60
    assert day["ordered"]["doubtful"] == 1
    assert (day["why_not"]["act"], day["why_not"]["outcome"]) == ("start", "doubtful")


# ----------------------------------------------------------------------- an automation's part


async def test_a_trigger_tells_of_a_finished_run(home: LocalInstalled) -> None:
    set_clock(home, 10)
    number = await tank(home)
    told: list[dict[str, Any]] = []

    async def hear(call: Any) -> None:
        told.append(call.data)

    home.hass.services.async_register("test", "hear", hear)
    pilot = home.find("switch", number, "pilot")
    made = {
        "alias": "Told",
        "triggers": [{"trigger": f"{DOMAIN}.run_finished", "target": {"entity_id": pilot}}],
        "actions": [
            {
                "action": "test.hear",
                "data": {"text": "{{ trigger.name }}: {{ trigger.minutes | round }} min"},
            }
        ],
    }
    assert await async_setup_component(home.hass, "automation", {"automation": [made]})
    await planned_now(home, number, 1)
    await until_row(home, number, ControlState.ON)
    pass_by(home, 15)
    await home.cycle()
    await wait_for(lambda: told)
    assert told[0]["text"] == "Ballon: 15 min"


@asynccontextmanager
async def optimiser() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Listen where EMHASS does; yield the address, and what was asked."""
    asked: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append({"path": request.path, "body": await request.json()})
        return web.Response(text="EMHASS >> Action naive-mpc-optim executed... \n")

    app = web.Application()
    app.router.add_post("/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def test_the_example_for_emhass_tells_it_what_was_done(
    home: LocalInstalled, socket_enabled: None
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    example = (
        text[text.index("## Tell EMHASS what was done") :].split("```yaml\n")[1].split("```")[0]
    )
    set_clock(home, 10)
    heater = await home.add(
        "Water heater",
        RELAY,
        kind="water_heater",
        operation="continuous",
        nominal_power=2000,
        daily=180,
        daily_by="06:00:00",
    )
    washer = await home.add("Dishwasher", OTHER, ready_by="18:00:00", cycle_duration=120)
    await hand_over(home, washer)
    await planned_now(home, heater, 8)
    await until_row(home, heater, ControlState.ON)
    for _ in range(2):
        pass_by(home, 15)
        await home.cycle()
    async with optimiser() as (address, asked):
        config = yaml_util.parse_yaml(example.replace("http://192.168.1.20:5000", address))
        assert isinstance(config, dict)
        for domain in ("rest_command", "automation"):
            assert await async_setup_component(home.hass, domain, {domain: config[domain]})
        await home.hass.async_block_till_done()
        async_fire_time_changed(home.hass, dt_util.utcnow() + timedelta(minutes=16), fire_all=True)
        await wait_for(lambda: asked)
        await home.hass.async_block_till_done()
    call = asked[0]
    assert call["path"] == "/action/naive-mpc-optim"
    body = call["body"]
    # Every key is one that it was really asked with, and has values of the same kind.
    assert body.keys() <= RECORDED.keys()
    for key, value in body.items():
        if isinstance(value, list):
            kinds = (bool,) if isinstance(RECORDED[key][0], bool) else (int, float)
            assert all(isinstance(each, kinds) for each in value), key
        else:
            assert isinstance(value, type(RECORDED[key])), key
    # In the order of its configuration, not in ours.
    assert body["def_current_state"] == [False, True]
    assert body["operating_hours_of_each_deferrable_load"] == [2, 2.5]
