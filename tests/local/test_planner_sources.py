"""What the planner reads of Home Assistant: prices, forecasts, colours; and what is missing."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.plan import slot_start
from custom_components.elfe_commande.planning.readers.dashboard import Dashboard
from custom_components.elfe_commande.subentries.planner import energy_dashboard, outlooks, sun
from custom_components.elfe_commande.subentries.planner.findings import Finding
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .planners import (
    OTHER,
    add_planner,
    hand_over,
    local as today,
    planners,
    runs,
    set_clock,
    tank,
    told,
    until_planned,
    washing,
)

PRICE = "sensor.price"
HOUR = 3600


def hours(home: LocalInstalled, cheap: int, count: int = 30, unit: str = "EUR/kWh") -> None:
    """Let the price sensor tell hours to come; the one so many hours ahead is the cheap one."""
    start = int(home.clock.now()) // HOUR * HOUR
    rows = [
        {
            "start": dt_util.utc_from_timestamp(start + number * HOUR).isoformat(),
            "price": 0.1 if cheap <= number < cheap + 3 else 0.3,
        }
        for number in range(count)
    ]
    home.hass.states.async_set(PRICE, "0.3", {"unit_of_measurement": unit, "prices": rows})


async def test_prices_of_an_entity_and_new_ones_make_a_new_plan(home: LocalInstalled) -> None:
    set_clock(home, 12)
    hours(home, cheap=5)
    machine = await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "entity", entity=PRICE)
    (first,) = await until_planned(home, machine)
    assert first[0].hour == 17
    hours(home, cheap=8)
    await wait_for(lambda: runs(home, machine)[0][0].hour == 20)


async def test_a_sensor_that_chatters_makes_no_plan_for_each_word(home: LocalInstalled) -> None:
    set_clock(home, 12)
    hours(home, cheap=5)
    home.timing = replace(home.timing, planner_rest=3600.0)
    await home.reload()
    unit = await add_planner(home, "entity", entity=PRICE)
    await home.hass.async_block_till_done()
    plan = unit.planned
    for number in range(20):
        hours(home, cheap=number)
        await home.hass.async_block_till_done()
    assert unit.planned is plan
    # What people do is planned at once all the same.
    await home.call("plan_now")
    assert unit.planned is not plan


async def test_what_is_paid_is_more_than_the_market(home: LocalInstalled) -> None:
    set_clock(home, 12)
    hours(home, cheap=5, unit="ct/kWh")
    machine = await washing(home)
    await hand_over(home, machine)
    advanced = {"factor": 1.0, "offset": 0.1, "vat": 20.0}
    await add_planner(home, "entity", entity=PRICE, advanced=advanced)
    (load,) = (await home.call("plan_now"))["loads"]
    assert load["cost"] == pytest.approx(3 * (0.1 / 100 + 0.1) * 1.2)


async def test_prices_that_go_leave_the_plan_where_it_is(home: LocalInstalled) -> None:
    set_clock(home, 12)
    hours(home, cheap=5)
    machine, heater = await washing(home), await tank(home)
    await hand_over(home, machine)
    await add_planner(home, "entity", entity=PRICE)
    before = await until_planned(home, machine)
    home.hass.states.async_set(PRICE, "unavailable")
    # What was known is known until its time is over.
    answer = await home.call("plan_now")
    assert answer["findings"] == ["ok"]
    # After a restart nothing is known any more, and nothing moves all the same.
    await home.reload()
    await wait_for(lambda: planners(home) and planners(home)[0].planned is not None)
    answer = await home.call("plan_now")
    assert answer["findings"] == ["price_missing"]
    assert answer["detail"] == PRICE
    assert told(home, "sensor", "planner_state").state == Finding.PRICE_MISSING
    assert runs(home, machine) == before
    assert await until_planned(home, heater)


async def test_prices_missing_for_hours_ask_a_person(home: LocalInstalled) -> None:
    set_clock(home, 12)
    unit = await add_planner(home, "entity", entity="sensor.gone")
    assert unit.findings[0] is Finding.PRICE_MISSING
    issues = ir.async_get(home.hass)

    def asked() -> set[str]:
        return {
            str(issue.translation_key)
            for (domain, _), issue in issues.issues.items()
            if domain == DOMAIN
        }

    assert "planner_blind" not in asked()
    await home.reload(replace(home.timing, planner_patience=0.0))
    await wait_for(lambda: "planner_blind" in asked())
    home.hass.states.async_set("sensor.gone", "0.2", {"unit_of_measurement": "EUR/kWh"})
    await wait_for(lambda: "planner_blind" not in asked())


async def test_a_unit_that_is_none_of_energy_is_said(home: LocalInstalled) -> None:
    hours(home, cheap=5, unit="EUR/m³")
    unit = await add_planner(home, "entity", entity=PRICE)
    assert unit.findings[0] is Finding.PRICE_UNIT
    assert unit.detail == "EUR/m³"


async def test_a_price_of_now_alone_is_a_guess_for_the_rest(home: LocalInstalled) -> None:
    set_clock(home, 12)
    home.hass.states.async_set(PRICE, "250", {"unit_of_measurement": "EUR/MWh"})
    # Not now: what has been started is planned no more.
    machine = await washing(home, **{"from": "20:00:00", "until": "06:00:00"})
    await hand_over(home, machine)
    await add_planner(home, "entity", entity=PRICE)
    answer = await home.call("plan_now")
    (load,) = answer["loads"]
    assert load["cost"] == pytest.approx(3 * 0.25)
    next_slot = dt_util.utc_from_timestamp(slot_start(home.clock.now()) + 900)
    assert answer["estimated_from"] == next_slot.isoformat()


class Market:
    """An integration whose action answers with prices."""

    def __init__(self, hass: HomeAssistant, home: LocalInstalled, domain: str, action: str) -> None:
        """Have an entry with a sensor, and the action."""
        self.home, self.calls = home, []
        self.tomorrow = True
        entry = MockConfigEntry(domain=domain)
        entry.add_to_hass(hass)
        self.entry_id = entry.entry_id
        registry = er.async_get(hass)
        self.entity_id = registry.async_get_or_create(
            "sensor", domain, "price", config_entry=entry, suggested_object_id="market"
        ).entity_id
        hass.states.async_set(self.entity_id, "0.3", {"unit_of_measurement": "EUR/kWh"})
        hass.services.async_register(
            domain, action, self.answer, supports_response=SupportsResponse.ONLY
        )

    async def answer(self, call: ServiceCall) -> ServiceResponse:
        """Answer a day as Nord Pool does: EUR/MWh by area."""
        self.calls.append(dict(call.data))
        day = datetime.fromisoformat(call.data["date"])
        begin = int(
            datetime(
                day.year, day.month, day.day, tzinfo=dt_util.get_default_time_zone()
            ).timestamp()
        )
        if day.date() != today(self.home).date() and not self.tomorrow:
            raise ServiceValidationError("connection error")
        return {
            area: [
                {
                    "start": dt_util.utc_from_timestamp(at).isoformat(),
                    "end": dt_util.utc_from_timestamp(at + 900).isoformat(),
                    "price": price,
                }
                for at in range(begin, begin + 24 * HOUR, 900)
                for price in (50 if (at - begin) // HOUR in {2, 3} else 300 + more,)
            ]
            for area, more in (("FR", 0), ("BE", 100))
        }


async def test_an_integration_is_asked_by_its_action(home: LocalInstalled) -> None:
    set_clock(home, 12)
    market = Market(home.hass, home, "nordpool", "get_prices_for_date")
    machine = await washing(home)
    await hand_over(home, machine)
    unit = await add_planner(home, "entity", entity=market.entity_id)
    assert unit.findings[0] is Finding.PRICE_CHOICE
    assert unit.detail == "BE, FR"
    home.hass.config_entries.async_update_subentry(
        home.entry, unit.subentry, data={**unit.subentry.data, "chosen": "fr"}
    )
    await wait_for(
        lambda: (found := planners(home)) and found[0] is not unit and found[0].planned is not None
    )
    (load,) = (await home.call("plan_now"))["loads"]
    assert load["cost"] == pytest.approx(3 * 0.05)
    assert {call["config_entry"] for call in market.calls} == {market.entry_id}
    # It follows the night, and the first plan was made without a price.
    await wait_for(lambda: runs(home, machine)[0][0].hour == 2)


async def test_an_entity_that_is_renamed_is_read_on(home: LocalInstalled) -> None:
    set_clock(home, 1)
    market = Market(home.hass, home, "nordpool", "get_prices_for_date")
    unit = await add_planner(
        home, "entity", entity=market.entity_id, advanced=ADVANCED | {"chosen": "FR"}
    )
    er.async_get(home.hass).async_update_entity(market.entity_id, new_entity_id="sensor.spot")
    await wait_for(lambda: (found := planners(home)) and found[0] is not unit and found[0].findings)
    (unit,) = planners(home)
    assert unit.subentry.data["entity"] == "sensor.spot"
    assert Finding.PRICE_MISSING not in unit.findings


async def test_an_integration_that_breaks_costs_its_prices_only(home: LocalInstalled) -> None:
    set_clock(home, 1)
    market = Market(home.hass, home, "nordpool", "get_prices_for_date")
    machine = await washing(home)
    await hand_over(home, machine)

    async def broken(_: ServiceCall) -> ServiceResponse:
        raise KeyError("somebody else's code")

    home.hass.services.async_register(
        "nordpool", "get_prices_for_date", broken, supports_response=SupportsResponse.ONLY
    )
    home.hass.states.async_set(market.entity_id, "unavailable")
    unit = await add_planner(home, "entity", entity=market.entity_id)
    assert unit.findings == (Finding.PRICE_MISSING,)
    # Late, as prices may still come; done in time all the same.
    (run,) = await until_planned(home, machine)
    assert run[1].hour == 7


async def test_todays_answer_stands_when_tomorrows_fails(home: LocalInstalled) -> None:
    set_clock(home, 1)
    market = Market(home.hass, home, "nordpool", "get_prices_for_date")
    market.tomorrow = False
    machine = await washing(home)
    await hand_over(home, machine)
    await add_planner(home, "entity", entity=market.entity_id, advanced=ADVANCED | {"chosen": "FR"})
    answer = await home.call("plan_now")
    assert answer["findings"] == ["ok"]
    assert answer["loads"][0]["cost"] == pytest.approx(3 * 0.05)
    assert answer["estimated_from"] is not None


ADVANCED = {"factor": 1.0, "offset": 0.0, "vat": 0.0}


async def test_the_sun_of_the_dashboard_is_used(home: LocalInstalled) -> None:
    set_clock(home, 8)
    now = slot_start(home.clock.now())
    noon = now + 4 * HOUR
    wh = {dt_util.utc_from_timestamp(noon + n * 1800).isoformat(): 1500.0 for n in range(4)}
    answers: list[Any] = [(MappingProxyType(wh), False)]

    async def forecast(*_: object) -> Any:
        return answers[-1]

    dashboard = Dashboard(forecasts=("roof",))
    machine = await washing(home, ready_by="20:00:00")
    with (
        patch.object(outlooks, "async_dashboard", return_value=dashboard),
        patch.object(sun, "async_forecast_of", side_effect=forecast),
    ):
        await hand_over(home, machine)
        given = {"advanced": {"base_load": 200}}
        await add_planner(home, "number", price=0.25, first={"export": 0.05, **given})
        (run,) = await until_planned(home, machine)
        assert run[0].timestamp() == noon
        (load,) = (await home.call("plan_now"))["loads"]
        assert load["runs"][0]["sun_share"] == 1.0
        assert load["cost"] == pytest.approx(3 * 0.05)
        # The last forecast stays until its time is over.
        answers.append(None)
        assert (await home.call("plan_now"))["findings"] == ["ok"]
        set_clock(home, 15)
        answer = await home.call("plan_now")
    assert "forecast_missing" in answer["findings"]


async def test_without_a_dashboard_there_is_nothing_to_know(home: LocalInstalled) -> None:
    assert await energy_dashboard.async_dashboard(home.hass) == Dashboard()
    assert await energy_dashboard.async_forecast_of(home.hass, "none") is None


@pytest.mark.parametrize("failure", [HomeAssistantError("away"), TimeoutError(), None])
async def test_whoever_forecasts_may_fail(home: LocalInstalled, failure: Exception | None) -> None:
    entry = MockConfigEntry(domain="forecast_solar")
    entry.add_to_hass(home.hass)
    home.hass.config.components.add("energy")

    async def ask(*_: object) -> Any:
        if failure is not None:
            raise failure
        return {"wh_hours": {}}

    where = "homeassistant.components.energy.websocket_api.async_get_energy_platforms"
    with patch(where, return_value={"forecast_solar": ask}):
        assert await energy_dashboard.async_forecast_of(home.hass, entry.entry_id) is None


async def test_tempo_by_its_colours(home: LocalInstalled) -> None:
    set_clock(home, 12)
    states = home.hass.states
    states.async_set("sensor.today", "Rouge")
    states.async_set("sensor.tomorrow", "Bleu")
    machine = await washing(home, ready_by="20:00:00", late=True)
    await hand_over(home, machine)
    prices = {
        "blue_off_peak": 0.12,
        "blue_peak": 0.15,
        "white_off_peak": 0.14,
        "white_peak": 0.17,
        "red_off_peak": 0.15,
        "red_peak": 0.65,
    }
    await add_planner(
        home,
        "tempo",
        colour="sensor.today",
        next_colour="sensor.tomorrow",
        hours="22:00-06:00",
        **prices,
    )
    (load,) = (await home.call("plan_now"))["loads"]
    assert load["cost"] == pytest.approx(3 * 0.65)
    states.async_set("sensor.today", "Blanc")
    await wait_for(lambda: _cost(home) == pytest.approx(3 * 0.17))
    states.async_set("sensor.today", "unknown")
    assert (await home.call("plan_now"))["findings"] == ["ok"]


def _cost(home: LocalInstalled) -> float | None:
    planned = planners(home)[0].planned
    return None if planned is None else planned.plan.loads[0].cost


async def test_a_colour_that_nobody_knows_is_said(home: LocalInstalled) -> None:
    prices = {f"{c}_{h}": 0.2 for c in ("blue", "white", "red") for h in ("peak", "off_peak")}
    unit = await add_planner(home, "tempo", colour="sensor.none", hours="22:00-06:00", **prices)
    assert Finding.COLOUR_MISSING in unit.findings


async def test_the_forms_are_filled_by_the_dashboard(home: LocalInstalled) -> None:
    dashboard = Dashboard(price_entity=PRICE, export=0.08)
    with patch(
        "custom_components.elfe_commande.subentries.planner.discovery.async_dashboard",
        return_value=dashboard,
    ):
        flow = await home.hass.config_entries.subentries.async_init(
            (home.entry.entry_id, "planner"), context={"source": "user"}
        )
    given = {
        str(marker): marker.default() if callable(marker.default) else marker.description
        for marker in flow["data_schema"].schema
    }
    assert given["prices"] == "entity"
    assert given["export"] == {"suggested_value": 0.08}
    flow = await home.hass.config_entries.subentries.async_configure(
        flow["flow_id"], {"prices": "entity"}
    )
    (entity,) = [m for m in flow["data_schema"].schema if str(m) == "entity"]
    assert entity.default() == PRICE


async def test_a_load_of_another_source_is_left(home: LocalInstalled) -> None:
    set_clock(home, 19)
    machine = await tank(home, OTHER)
    await home.call("set_plan", equipment_id=machine, slots=[0] * 96)
    await add_planner(home, "none")
    (load,) = (await home.call("plan_now"))["loads"]
    assert load["reason"] == "other_plan"
    home.clock.offset += timedelta(days=1).total_seconds()
    await home.cycle()
    (load,) = (await home.call("plan_now"))["loads"]
    assert load["reason"] == "planned"
