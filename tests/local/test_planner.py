"""A home with a tariff of two rates: planned, shown, executed."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import Context
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import ControlState, Mode
from custom_components.elfe_commande.core.plan import Owner
from custom_components.elfe_commande.subentries.planner import unit as unit_module
from custom_components.elfe_commande.subentries.planner.findings import Finding
from tests.fixtures_home_assistant import wait_for
from tests.integration.test_diagnostics import download

from .homes import LocalInstalled
from .planners import (
    OTHER,
    RELAY,
    TWO_RATES,
    add_planner,
    hand_over,
    local,
    planners,
    runs,
    set_clock,
    tank,
    told,
    until_planned,
    washing,
)


def is_on(home: LocalInstalled, entity_id: str) -> bool:
    state = home.hass.states.get(entity_id)
    return state is not None and state.state == "on"


async def until_on(home: LocalInstalled, number: int) -> None:
    """Wait until a load is on, and known to be."""
    await wait_for(lambda: home.status(number).equipment.state.control == ControlState.ON)
    assert is_on(home, RELAY)


def acts(home: LocalInstalled, number: int) -> list[Act]:
    """Return what a load was ordered; the same again is no other order."""
    return [act for act, _ in groupby(end.act for end in home.ended(number))]


async def test_two_loads_wait_for_the_night_and_run(home: LocalInstalled) -> None:
    set_clock(home, 19)
    heater, machine = await tank(home), await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "two_rates", **TWO_RATES)

    (night,) = await until_planned(home, heater)
    # Late is as cheap as early, and hot water is better late.
    assert (night[1] - night[0], night[1].hour) == (timedelta(hours=3), 6)
    (wash,) = await until_planned(home, machine)
    assert (wash[0].hour, wash[1] - wash[0]) == (22, timedelta(hours=2))
    assert not is_on(home, RELAY)
    assert not is_on(home, OTHER)
    # Tonight: what runs before midnight is today's.
    await wait_for(lambda: told(home, "sensor", "planner_state").state == Finding.OK)
    assert float(told(home, "sensor", "planned_cost_today").state) == pytest.approx(3 * 0.15)
    assert float(told(home, "sensor", "planned_cost_tomorrow").state) == pytest.approx(6 * 0.15)
    assert float(told(home, "sensor", "planned_savings_today").state) == pytest.approx(3 * 0.1)
    assert float(told(home, "sensor", "planned_sun_today").state) == 0

    set_clock(home, 22, 1)
    await home.cycle()
    await wait_for(lambda: is_on(home, OTHER))
    assert not is_on(home, RELAY)
    assert home.status(machine).equipment.state.mode == Mode.MANUAL

    set_clock(home, 3, 1, days=2)
    await home.cycle()
    await until_on(home, heater)
    set_clock(home, 6, 0, days=2)
    await home.cycle()
    await wait_for(lambda: not is_on(home, RELAY))
    assert acts(home, heater) == [Act.OFF, Act.ON, Act.OFF]
    # What is over counts as it was: on since a minute past three, and asked for at seven.
    await home.call("plan_now")
    await home.hass.async_block_till_done()
    had = 2 * (3 - 1 / 60)
    today = float(told(home, "sensor", "planned_cost_today").state)
    assert today == pytest.approx(had * 0.15, rel=0.01)
    saved = float(told(home, "sensor", "planned_savings_today").state)
    # The machine was started a minute late, and ended a minute after midnight.
    assert saved == pytest.approx(had * 0.1 + 3 * 0.1, rel=0.01)


async def test_a_plan_made_as_the_last_start_is_due_leaves_it(home: LocalInstalled) -> None:
    set_clock(home, 4)
    machine = await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "two_rates", **TWO_RATES | {"hours": "05:00-07:00"})
    planned = await until_planned(home, machine)
    assert (planned[0][0].hour, planned[0][1].hour) == (5, 7)
    # Some seconds into the quarter-hour, before its cycle: two hours until seven are too long.
    set_clock(home, 5, 0)
    answer = await home.call("plan_now")
    assert [load["reason"] for load in answer["loads"]] == ["planned"]
    await home.cycle()
    await wait_for(lambda: is_on(home, OTHER))
    assert home.status(machine).equipment.state.mode == Mode.MANUAL


async def test_what_is_handed_over_again_has_no_start_that_is_due(home: LocalInstalled) -> None:
    set_clock(home, 4)
    machine = await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "two_rates", **TWO_RATES | {"hours": "05:00-07:00"})
    await until_planned(home, machine)
    set_clock(home, 5)
    await home.act("switch", "turn_off", machine, "pilot")
    await hand_over(home, machine)
    answer = await home.call("plan_now")
    assert [load["reason"] for load in answer["loads"]] == ["window_short"]


async def test_a_run_under_way_is_not_moved(home: LocalInstalled) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False)
    await add_planner(home, "two_rates", **TWO_RATES)
    (first,) = await until_planned(home, heater)
    await until_on(home, heater)
    set_clock(home, 23, 31)
    await home.cycle()
    # Now another hour would be far cheaper.
    await _reconfigure(home, prices="two_rates", peak=0.5, off_peak=0.01, hours="04:00-05:00")
    (unit,) = planners(home)
    await unit.async_plan_now()
    await wait_for(lambda: unit.planned is not None)
    assert runs(home, heater)[0][1] == first[1]
    assert is_on(home, RELAY)
    assert acts(home, heater) == [Act.ON]


async def _reconfigure(home: LocalInstalled, prices: str, **given: Any) -> None:
    (before,) = planners(home)
    subentries = home.hass.config_entries.subentries
    flow = await subentries.async_init(
        (home.entry.entry_id, "planner"),
        context={"source": "reconfigure", "subentry_id": before.subentry.subentry_id},
    )
    flow = await subentries.async_configure(flow["flow_id"], {"prices": prices})
    flow = await subentries.async_configure(flow["flow_id"], given)
    assert flow["type"] is FlowResultType.ABORT, flow
    await wait_for(
        lambda: (
            (found := planners(home)) and found[0] is not before and found[0].planned is not None
        )
    )


async def test_plan_now_answers_and_says_why(home: LocalInstalled) -> None:
    set_clock(home, 19)
    heater, machine = await tank(home), await washing(home)
    await add_planner(home, "two_rates", **TWO_RATES)
    answer = await home.call("plan_now")
    assert answer["findings"] == ["ok"]
    assert answer["cost"] == pytest.approx(6 * 0.15)
    assert answer["saved"] == pytest.approx(6 * 0.1)
    by_id = {load["equipment_id"]: load for load in answer["loads"]}
    load = by_id[heater]
    assert (load["reason"], load["energy"], load["missing"]) == ("planned", 6.0, 0)
    (run,) = load["runs"]
    assert run["cost"] == pytest.approx(0.9)
    assert run["next_best"]["extra"] == 0
    assert "0.90 EUR" in run["text"]
    assert by_id[machine]["reason"] == "by_hand"
    assert by_id[machine]["text"] == "It was not handed over to the plan."

    await hand_over(home, machine)
    answer = await home.call("plan_now")
    (load,) = [each for each in answer["loads"] if each["equipment_id"] == machine]
    assert load["reason"] == "planned"
    assert load["at_once"]["extra"] == pytest.approx(2 * 1.5 * 0.1)


async def test_what_if_changes_nothing(home: LocalInstalled) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "two_rates", **TWO_RATES)
    before = await until_planned(home, machine)
    (answer,) = (await home.call("what_if", equipment_id=machine, time="22:00:00"))["equipments"]
    # An hour and a half of it cannot wait for the night.
    assert answer["extra"] == pytest.approx(3 * 0.1)
    assert answer["asked"]["reason"] == "planned"
    (answer,) = (await home.call("what_if", equipment_id=machine, time="20:00:00"))["equipments"]
    assert answer["asked"]["reason"] == "window_short"
    assert "120" in answer["asked"]["text"]
    assert runs(home, machine) == before
    with pytest.raises(ServiceValidationError):
        await home.call("what_if", equipment_id=machine, datetime="2020-01-01 10:00:00")


async def test_what_if_a_machine_was_handed_over(home: LocalInstalled) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    await add_planner(home, "two_rates", **TWO_RATES)
    (answer,) = (await home.call("what_if", equipment_id=machine, time="07:00:00"))["equipments"]
    assert answer["present"]["reason"] == "by_hand"
    assert answer["asked"]["cost"] == pytest.approx(3 * 0.15) == answer["extra"]
    assert home.status(machine).plan is None


async def test_without_a_planner_it_is_said(home: LocalInstalled) -> None:
    machine = await washing(home)
    for action, given in (("plan_now", {}), ("what_if", {"equipment_id": machine, "time": "7:00"})):
        with pytest.raises(ServiceValidationError) as caught:
            await home.call(action, **given)
        assert caught.value.translation_key == "no_planner"


async def test_a_wished_end_makes_a_new_plan(home: LocalInstalled) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "two_rates", **TWO_RATES)
    (wash,) = await until_planned(home, machine)
    assert wash[0].hour == 22
    end = local(home).replace(hour=21, minute=30)
    await home.call("set_deadline", equipment_id=machine, datetime=end)
    await wait_for(lambda: runs(home, machine) and runs(home, machine)[0][1].hour == 21)
    assert runs(home, machine)[0][0].hour == 19


async def test_a_plan_that_moves_for_nothing_is_not_handed_on(home: LocalInstalled) -> None:
    set_clock(home, 19)
    heater = await tank(home)
    unit = await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, heater)
    plan = home.status(heater).plan
    await unit.async_plan_now()
    set_clock(home, 20, 1)
    await unit.async_plan_now()
    assert home.status(heater).plan is plan


async def test_somebody_elses_plan_is_left(home: LocalInstalled) -> None:
    set_clock(home, 19)
    heater = await tank(home)
    unit = await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, heater)
    await home.call("set_plan", equipment_id=heater, slots=[0] * 96)
    answer = await home.call("plan_now")
    assert [load["reason"] for load in answer["loads"]] == ["other_plan"]
    assert answer["findings"] == ["no_loads"]
    plan = home.status(heater).plan
    assert plan is not None
    assert plan.owner is Owner.ACTION
    assert unit.findings == (Finding.NO_LOADS,)


async def test_what_is_missing_is_said_of_each(home: LocalInstalled) -> None:
    first = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    second = await home.add(
        "Radiateur", OTHER, kind="heater", operation="continuous", nominal_power=1000
    )
    await add_planner(home, "none")
    answer = await home.call("plan_now")
    assert {load["equipment_id"]: load["reason"] for load in answer["loads"]} == {
        first: "power_missing",
        second: "duration_missing",
    }
    assert answer["cost"] is None


async def test_a_planner_that_breaks_leaves_what_is_planned(
    home: LocalInstalled, caplog: pytest.LogCaptureFixture
) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False)
    await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, heater)
    await until_on(home, heater)
    plan = home.status(heater).plan
    with patch.object(unit_module, "plan", side_effect=RuntimeError("broken")):
        with pytest.raises(HomeAssistantError) as refused:
            await home.call("plan_now")
        button = told(home, "button", "plan_now").entity_id
        with pytest.raises(HomeAssistantError):
            await home.use("button.press", button)
    assert refused.value.translation_key == "not_planned"
    assert told(home, "sensor", "planner_state").state == Finding.FAILED
    assert home.status(heater).plan is plan
    assert is_on(home, RELAY)
    await home.call("plan_now")
    assert told(home, "sensor", "planner_state").state == Finding.OK
    assert "broken" in caplog.text


async def test_a_load_that_owes_nothing_any_more_ends_the_run_that_was_planned(
    home: LocalInstalled,
) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False)
    unit = await add_planner(home, "two_rates", **TWO_RATES)
    (first,) = await until_planned(home, heater)
    await until_on(home, heater)
    set_clock(home, 23, 31)
    await home.cycle()
    subentry = home.entry.subentries[home.subentry_id(heater)]
    home.hass.config_entries.async_update_subentry(
        home.entry, subentry, data={**subentry.data, "daily": 900}
    )
    # A quarter-hour a day: today's is over, tomorrow's is planned.
    await wait_for(lambda: unit.planned is not None and unit.planned.loads[0].minutes == 15)
    await home.call("plan_now")
    assert runs(home, heater)[0][1] == first[1]
    assert acts(home, heater) == [Act.ON]


async def test_after_a_restart_the_plan_and_the_run_are_the_same(home: LocalInstalled) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False)
    await add_planner(home, "two_rates", **TWO_RATES)
    before = await until_planned(home, heater)
    await until_on(home, heater)
    home.clock.offset += 300
    await home.reload()
    await wait_for(lambda: planners(home) and planners(home)[0].planned is not None)
    assert runs(home, heater) == before
    assert acts(home, heater) == [Act.ON]
    (load,) = (await home.call("plan_now"))["loads"]
    assert load["runs"][0]["under_way"]


async def test_a_restart_leaves_no_quarter_hour_out_of_what_a_day_costs(
    home: LocalInstalled,
) -> None:
    set_clock(home, 12)
    heater = await tank(home, late=False)
    await add_planner(home, "number", price=0.25)
    await until_planned(home, heater)
    await until_on(home, heater)
    set_clock(home, 13)
    await home.reload()
    await wait_for(lambda: planners(home) and planners(home)[0].planned is not None)
    # An hour less some minutes, and the two that are left of three.
    await wait_for(lambda: told(home, "sensor", "planned_cost_today").state != "unknown")
    cost = float(told(home, "sensor", "planned_cost_today").state)
    assert cost == pytest.approx((55 / 60 + 2) * 2 * 0.25, abs=0.2)


async def test_an_entry_has_one_planner(home: LocalInstalled) -> None:
    await add_planner(home, "none")
    flow = await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "planner"), context={"source": SOURCE_USER}
    )
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_hours_that_are_none_are_refused(home: LocalInstalled) -> None:
    subentries = home.hass.config_entries.subentries
    flow = await subentries.async_init(
        (home.entry.entry_id, "planner"), context={"source": SOURCE_USER}
    )
    flow = await subentries.async_configure(flow["flow_id"], {"prices": "two_rates"})
    for hours in ("night", " , "):
        flow = await subentries.async_configure(flow["flow_id"], {**TWO_RATES, "hours": hours})
        assert flow["errors"] == {"hours": "invalid_hours"}
    flow = await subentries.async_configure(
        flow["flow_id"], {**TWO_RATES, "advanced": {"summer_hours": "12"}}
    )
    assert flow["errors"] == {"base": "invalid_hours"}
    flow = await subentries.async_configure(flow["flow_id"], {**TWO_RATES, "advanced": {}})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_removing_the_planner_takes_its_plans_and_cuts_nothing(home: LocalInstalled) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False)
    unit = await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, heater)
    await until_on(home, heater)
    home.hass.config_entries.async_remove_subentry(home.entry, unit.subentry.subentry_id)
    await wait_for(lambda: home.status(heater).plan is None)
    await home.cycle()
    assert is_on(home, RELAY)
    assert local(home).hour == 23


async def test_diagnostics_of_the_planner_name_nobody(
    home: LocalInstalled, hass_client: ClientSessionGenerator
) -> None:
    set_clock(home, 19)
    home.hass.states.async_set("sensor.xuq7", "0.2", {"unit_of_measurement": "EUR/kWh"})
    heater = await tank(home, advanced={"home": "xuq7"})
    await add_planner(home, "entity", entity="sensor.xuq7")
    await until_planned(home, heater)
    found, text = await download(home, hass_client)
    assert "xuq7" not in text
    assert '"prices": "entity"' in text
    assert found


async def test_who_may_ask_the_planner(home: LocalInstalled) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    await add_planner(home, "none")

    async def ask(action: str, entity_id: str | None, **given: Any) -> Any:
        """Ask as somebody who may use this entity alone."""
        assert entity_id is not None
        user = MockUser(name="Leo").add_to_hass(home.hass)
        policy = {"entity_ids": {entity_id: {"read": True, "control": True}}}
        user.mock_policy({"entities": policy})
        return await home.hass.services.async_call(
            DOMAIN,
            action,
            given,
            blocking=True,
            return_response=True,
            context=Context(user_id=user.id),
        )

    button, decision = (
        home.find("button", None, "run_cycle"),
        home.find("sensor", machine, "decision"),
    )
    assert (await ask("plan_now", button))["findings"] == ["no_loads"]
    assert await ask("what_if", decision, equipment_id=machine, time="07:00:00")
    for action, entity_id, given in (
        ("plan_now", decision, {}),
        ("what_if", button, {"equipment_id": machine, "time": "07:00:00"}),
    ):
        with pytest.raises(Unauthorized):
            await ask(action, entity_id, **given)
