"""Whatever fails is said in words, and never switches off what runs."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import ControlState
from custom_components.elfe_commande.core.plan import Owner
from custom_components.elfe_commande.subentries.planner import outlooks
from custom_components.elfe_commande.subentries.planner.findings import Finding
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .planners import RELAY, TWO_RATES, add_planner, planners, set_clock, tank, told, until_planned

PRICE, SUN = "sensor.price", "sensor.sun"
TEXTS = Path(__file__).parents[2] / "custom_components" / "elfe_commande" / "translations"


def price(home: LocalInstalled, **attributes: Any) -> None:
    home.hass.states.async_set(PRICE, "0.2", {"unit_of_measurement": "EUR/kWh", **attributes})


def two_areas(home: LocalInstalled) -> dict[str, Any]:
    """Return prices to come of two areas, of which nobody said which is meant."""
    hour = int(home.clock.now()) // 3600 * 3600
    starts = [dt_util.utc_from_timestamp(hour + number * 3600).isoformat() for number in range(3)]
    rows = [{"start": start, "price": 0.2} for start in starts]
    return {"DE": rows, "FR": rows}


def shine(home: LocalInstalled) -> None:
    """Forecast two hours of sun, the present one included."""
    hour = int(home.clock.now()) // 3600 * 3600
    watts = {
        dt_util.utc_from_timestamp(hour + number * 3600).isoformat(): 3000 for number in range(2)
    }
    home.hass.states.async_set(SUN, "3000", {"watts": watts})


async def running(home: LocalInstalled, prices: str, **given: Any) -> int:
    """Have a tank heat now, because the planner wants it to."""
    set_clock(home, 23)
    price(home)
    shine(home)
    heater = await tank(home, late=False)
    await add_planner(home, prices, **given)
    await until_planned(home, heater)
    await wait_for(lambda: home.status(heater).equipment.state.control == ControlState.ON)
    return heater


def is_on(home: LocalInstalled) -> bool:
    return home.hass.states.is_state(RELAY, "on")


async def goes_on(home: LocalInstalled, heater: int, end: int) -> None:
    """See that the run goes on to its end, the next quarter-hours included."""
    for _ in range(2):
        home.clock.offset += 900
        await home.cycle()
        await home.call("plan_now")
        await home.hass.async_block_till_done()
        assert is_on(home)
    plan = home.status(heater).plan
    assert plan is not None
    assert plan.owner is Owner.PLANNER
    slot = int(home.clock.now()) // 900 * 900
    assert next(until for start, until in plan.runs() if start <= slot < until) == end
    assert Act.OFF not in [event.act for event in home.ended(heater)]


def end_of_run(home: LocalInstalled, heater: int) -> int:
    plan = home.status(heater).plan
    assert plan is not None
    return plan.runs()[0][1]


@pytest.mark.parametrize(
    ("spoil", "finding", "detail"),
    [
        (lambda home: home.hass.states.async_set(PRICE, "unavailable"), "price_missing", PRICE),
        (lambda home: home.hass.states.async_remove(PRICE), "price_missing", PRICE),
        (lambda home: price(home, unit_of_measurement="EUR/m³"), "price_unit", "EUR/m³"),
        (lambda home: price(home, prices=two_areas(home)), "price_choice", "DE, FR"),
    ],
)
async def test_prices_that_cannot_be_read(
    home: LocalInstalled, spoil: Callable[[LocalInstalled], None], finding: str, detail: str
) -> None:
    heater = await running(home, "entity", entity=PRICE)
    end = end_of_run(home, heater)
    spoil(home)
    answer = await home.call("plan_now")
    assert (answer["findings"][0], answer["detail"]) == (finding, detail)
    state = told(home, "sensor", "planner_state")
    assert (state.state, state.attributes["detail"]) == (finding, detail)
    await goes_on(home, heater, end)


async def test_a_forecast_that_is_gone(home: LocalInstalled) -> None:
    heater = await running(
        home, "two_rates", **TWO_RATES, first={"advanced": {"forecasts": [SUN], "base_load": 0}}
    )
    end = end_of_run(home, heater)
    home.hass.states.async_remove(SUN)
    # What was forecast counts until its time is over.
    assert (await home.call("plan_now"))["findings"] == ["ok"]
    home.clock.offset += 2 * 3600
    await home.cycle()
    answer = await home.call("plan_now")
    assert (answer["findings"][0], answer["detail"]) == ("forecast_missing", SUN)
    assert is_on(home)
    await home.reload()
    await wait_for(lambda: planners(home) and planners(home)[0].findings)
    await wait_for(lambda: told(home, "sensor", "planner_state").state == Finding.FORECAST_MISSING)
    assert is_on(home)
    assert end_of_run(home, heater) == end


async def test_what_planned_loads_took_is_no_base_load_after_a_restart_either(
    home: LocalInstalled,
) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False, daily=60)
    await add_planner(home, "two_rates", **TWO_RATES)
    await wait_for(lambda: home.status(heater).equipment.state.control == ControlState.ON)
    set_clock(home, 0, 15, days=2)
    await home.cycle()
    await wait_for(lambda: home.status(heater).equipment.state.control == ControlState.OFF)
    with patch.object(outlooks, "async_history", return_value={}) as history:
        await home.reload()
        await wait_for(lambda: planners(home) and planners(home)[0].planned is not None)
        _, _, _, taken, _ = history.call_args_list[0].args
    # At 2 kW, from some minutes past eleven on.
    assert sum(sum(hours.values()) for hours in taken) == pytest.approx(2.3, abs=0.5)


async def test_no_time_to_plan_in(home: LocalInstalled) -> None:
    heater = await running(home, "two_rates", **TWO_RATES)
    end = end_of_run(home, heater)
    with patch.object(outlooks, "SLOTS", 0):
        answer = await home.call("plan_now")
        (load,) = answer["loads"]
        assert load["reason"] == "no_horizon"
        assert load["text"].strip()
        assert load["text"] != "no_horizon"
        await goes_on(home, heater, end)
    answer = await home.call("plan_now")
    assert answer["findings"] == ["ok"]


async def test_a_disk_that_takes_no_plan(home: LocalInstalled) -> None:
    heater = await running(home, "two_rates", **TWO_RATES)
    subentry = home.entry.subentries[home.subentry_id(heater)]
    with patch(
        "homeassistant.helpers.storage.write_utf8_file_atomic",
        side_effect=WriteError("no space left"),
    ):
        home.hass.config_entries.async_update_subentry(
            home.entry, subentry, data={**subentry.data, "daily": 4 * 3600}
        )
        await home.hass.async_block_till_done()
        with pytest.raises(HomeAssistantError) as refused:
            await home.call("plan_now")
        assert refused.value.translation_key == "plan_not_stored"
        assert told(home, "sensor", "planner_state").state == Finding.NOT_STORED
        assert is_on(home)
    assert (await home.call("plan_now"))["findings"] == ["ok"]
    assert is_on(home)
    assert Act.OFF not in [event.act for event in home.ended(heater)]


async def test_what_has_no_room_runs_as_long_as_it_can(home: LocalInstalled) -> None:
    heater = await running(home, "two_rates", **TWO_RATES)
    subentry = home.entry.subentries[home.subentry_id(heater)]
    home.hass.config_entries.async_update_subentry(
        home.entry, subentry, data={**subentry.data, "daily": 12 * 3600}
    )
    await home.hass.async_block_till_done()
    answer = await home.call("plan_now")
    assert answer["findings"][0] == "infeasible"
    (load,) = answer["loads"]
    assert str(round(load["missing"])) in load["text"]
    assert is_on(home)
    assert Act.OFF not in [event.act for event in home.ended(heater)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_finding_has_its_words(language: str) -> None:
    texts = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    known = texts["entity"]["sensor"]["planner_state"]["state"]
    assert set(known) == set(Finding)
    for key, text in known.items():
        assert text
        assert text != key
