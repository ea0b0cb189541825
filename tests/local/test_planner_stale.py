"""Sources that are gone, or are not renewed any more, never look as if all was well."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.planning.readers.dashboard import Dashboard
from custom_components.elfe_commande.subentries.planner import outlooks
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .planners import (
    TWO_RATES,
    add_planner,
    hand_over,
    local,
    planners,
    runs,
    set_clock,
    told,
    washing,
)

SPOT = "sensor.spot"
EUR = {"unit_of_measurement": "EUR/kWh"}


def rows(day: datetime) -> list[dict[str, Any]]:
    """Return the hours of a local day, those of the night at a third of the others."""
    begin = dt_util.start_of_local_day(day)
    starts = [begin + timedelta(hours=hour) for hour in range(24)]
    return [
        {
            "start": start.isoformat(),
            "end": (start + timedelta(hours=1)).isoformat(),
            "value": 0.1 if start.hour < 6 else 0.3,
        }
        for start in starts
    ]


def spot(home: LocalInstalled, **attributes: Any) -> None:
    """Let the price sensor say this now; what it shows itself is a price at any time."""
    now = home.clock.now()
    home.hass.states.async_set(SPOT, "0.28", {**EUR, **attributes}, timestamp=now)


async def test_a_list_that_is_over_is_no_flat_price(home: LocalInstalled) -> None:
    set_clock(home, 12)
    spot(home, raw_today=rows(local(home) - timedelta(days=1)))
    unit = await add_planner(home, "entity", entity=SPOT)
    answer = await home.call("plan_now")
    assert (answer["findings"], answer["detail"]) == (["price_missing", "no_loads"], SPOT)
    assert told(home, "sensor", "planner_state").state == "price_missing"
    assert unit.planned is not None
    assert unit.planned.seen.outlook.import_price == []


@pytest.mark.parametrize("left", [{"raw_today": []}, {}])
async def test_a_list_that_is_renewed_no_more_is_said(
    home: LocalInstalled, left: dict[str, Any]
) -> None:
    set_clock(home, 12)
    spot(home, raw_today=rows(local(home)))
    machine = await washing(home)
    await add_planner(home, "entity", entity=SPOT)
    assert (await home.call("plan_now"))["findings"] == ["no_loads"]
    home.clock.offset += 13 * 3600
    # Or the entity stays as it was.
    spot(home, **left or home.hass.states.get(SPOT).attributes)
    await home.cycle()
    await hand_over(home, machine)
    answer = await home.call("plan_now")
    assert (answer["findings"], answer["detail"]) == (["price_missing"], SPOT)
    # Late, as prices may still come; done in time all the same.
    ((_, end),) = runs(home, machine)
    assert end.hour == 7


async def test_numbers_of_a_day_are_for_the_day_on_which_they_were_told(
    home: LocalInstalled,
) -> None:
    set_clock(home, 12)
    numbers = [0.1] * 12 + [0.3] * 12
    spot(home, today=numbers)
    await add_planner(home, "entity", entity=SPOT)
    assert (await home.call("plan_now"))["findings"] == ["no_loads"]
    set_clock(home, 9, days=2)
    await home.cycle()
    answer = await home.call("plan_now")
    assert answer["findings"] == ["price_missing", "no_loads"]
    # Its tomorrow is today.
    home.hass.states.async_set(
        SPOT,
        "0.28",
        {**EUR, "today": numbers, "tomorrow": [0.2] * 24},
        timestamp=home.clock.now() - 86_400,
    )
    assert (await home.call("plan_now"))["findings"] == ["no_loads"]
    planned = planners(home)[0].planned
    assert planned is not None
    assert planned.seen.outlook.import_price[0] == pytest.approx(0.2)


@pytest.mark.parametrize("answers", [True, False])
async def test_an_integration_that_tells_no_prices_is_no_flat_price(
    home: LocalInstalled, answers: bool
) -> None:
    set_clock(home, 12)
    entry = MockConfigEntry(domain="nordpool")
    entry.add_to_hass(home.hass)
    entity_id = (
        er.async_get(home.hass)
        .async_get_or_create("sensor", "nordpool", "price", config_entry=entry)
        .entity_id
    )
    home.hass.states.async_set(entity_id, "0.3", EUR)

    async def answer(_: ServiceCall) -> ServiceResponse:
        if not answers:
            raise ValueError("connection error")
        return {"FR": []}

    home.hass.services.async_register(
        "nordpool", "get_prices_for_date", answer, supports_response=SupportsResponse.ONLY
    )
    unit = await add_planner(home, "entity", entity=entity_id)
    assert unit.findings[0] == "price_missing"
    assert unit.detail == (entity_id if answers else "connection error")


SOLD = "sensor.sold"


@pytest.mark.parametrize(
    ("state", "attributes", "detail"),
    [
        ("0.28", {"unit_of_measurement": "EUR"}, f"{SOLD}: EUR"),
        ("unavailable", EUR, SOLD),
        (None, {}, SOLD),
    ],
)
async def test_a_price_of_what_is_sold_that_is_gone_is_said(
    home: LocalInstalled, state: str | None, attributes: dict[str, Any], detail: str
) -> None:
    set_clock(home, 12)
    home.hass.states.async_set(SOLD, "0.12", EUR)
    machine = await washing(home)
    await hand_over(home, machine)
    first = {"export": 0.05, "advanced": {"export_entity": SOLD}}
    unit = await add_planner(home, "two_rates", **TWO_RATES, first=first)
    assert (await home.call("plan_now"))["findings"] == ["ok"]
    assert unit.planned is not None
    assert set(unit.planned.seen.outlook.export_price) == {0.12}
    if state is None:
        home.hass.states.async_remove(SOLD)
    else:
        home.hass.states.async_set(SOLD, state, attributes)
    answer = await home.call("plan_now")
    assert (answer["findings"], answer["detail"]) == (["export_missing"], detail)
    # It plans on, with the number that was given.
    assert answer["loads"][0]["reason"] == "planned"
    assert set(unit.planned.seen.outlook.export_price) == {0.05}
    home.hass.states.async_set(SOLD, "0.12", EUR)
    assert (await home.call("plan_now"))["findings"] == ["ok"]


async def test_known_prices_of_what_is_sold_count_until_their_time_is_over(
    home: LocalInstalled,
) -> None:
    set_clock(home, 12)
    home.hass.states.async_set(SOLD, "0.12", {**EUR, "prices": rows(local(home))})
    unit = await add_planner(
        home, "number", price=0.25, first={"advanced": {"export_entity": SOLD}}
    )
    home.hass.states.async_remove(SOLD)
    assert (await home.call("plan_now"))["findings"] == ["no_loads"]
    assert unit.planned is not None
    assert unit.planned.seen.outlook.export_price[0] == pytest.approx(0.3)
    home.clock.offset += 13 * 3600
    await home.cycle()
    assert (await home.call("plan_now"))["findings"] == ["export_missing", "no_loads"]


async def test_what_is_missing_for_hours_is_named_whatever_else_is_found(
    home: LocalInstalled,
) -> None:
    set_clock(home, 12)
    colours = {f"{c}_{h}": 0.2 for c in ("blue", "white", "red") for h in ("peak", "off_peak")}
    first = {"advanced": {"export_entity": SOLD}}
    given = {"colour": "sensor.none", "hours": "22:00-06:00", **colours}
    await add_planner(home, "tempo", first=first, **given)
    await home.reload(replace(home.timing, planner_patience=0.0))

    def named() -> list[Any]:
        return [
            (issue.translation_placeholders or {})["detail"]
            for issue in ir.async_get(home.hass).issues.values()
            if issue.translation_key == "planner_blind"
        ]

    await wait_for(lambda: named() == [SOLD])


@pytest.mark.parametrize(
    ("state", "finding"), [("unknown", None), ("unavailable", "colour_missing")]
)
async def test_a_colour_of_tomorrow_that_is_gone_is_said(
    home: LocalInstalled, state: str, finding: str | None
) -> None:
    set_clock(home, 9)
    home.hass.states.async_set("sensor.today", "Rouge")
    home.hass.states.async_set("sensor.tomorrow", state)
    colours = {f"{c}_{h}": 0.2 for c in ("blue", "white", "red") for h in ("peak", "off_peak")}
    entities = {"colour": "sensor.today", "next_colour": "sensor.tomorrow"}
    await add_planner(home, "tempo", **entities, hours="22:00-06:00", **colours)
    answer = await home.call("plan_now")
    assert answer["findings"] == [*([finding] if finding else ()), "no_loads"]
    assert answer["detail"] == ("sensor.tomorrow" if finding else "")


@pytest.mark.parametrize(
    ("days", "limit", "findings"),
    [
        (0, 6000, ["no_loads"]),
        (2, 6000, ["base_unknown", "no_loads"]),
        (None, 6000, ["base_unknown", "no_loads"]),
        (2, None, ["no_loads"]),
    ],
)
async def test_meters_that_are_silent_are_said(
    home: LocalInstalled, days: int | None, limit: int | None, findings: list[str]
) -> None:
    set_clock(home, 12)
    last = int(home.clock.now()) // 3600 * 3600 - 7200
    known = 0 if days is None else 240
    history = {last - (days or 0) * 86_400 - hour * 3600: 0.5 for hour in range(known)}
    dashboard = Dashboard(meters=((1, "sensor.grid"),))
    with (
        patch.object(outlooks, "async_dashboard", return_value=dashboard),
        patch.object(outlooks, "async_history", return_value=history),
    ):
        first = {"advanced": {} if limit is None else {"limit": limit}}
        await add_planner(home, "two_rates", **TWO_RATES, first=first)
        answer = await home.call("plan_now")
    assert answer["findings"] == findings
    assert answer["detail"] == ("sensor.grid" if findings[0] == "base_unknown" else "")


async def test_an_energy_dashboard_that_cannot_be_read_is_said(home: LocalInstalled) -> None:
    home.hass.config.components.add("energy")
    with patch(
        "homeassistant.components.energy.data.async_get_manager", side_effect=ImportError("moved")
    ):
        await add_planner(home, "two_rates", **TWO_RATES)
        answer = await home.call("plan_now")
    assert answer["findings"] == ["forecast_missing", "no_loads"]
    assert answer["detail"] == "energy"
