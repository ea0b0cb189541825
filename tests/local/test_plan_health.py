"""What dashboards are told of how plans are made: a plan that says nothing new is as good as new."""

from typing import Any

import pytest

from .homes import LocalInstalled
from .looking import Open, next_change, subscribe
from .planners import TWO_RATES, add_planner, set_clock, tank, until_planned
from .sourced import Sourced
from .test_calendar_source import Family, event, family, follow, heater, sourced

__all__ = ["family", "sourced"]

pytestmark = pytest.mark.usefixtures("socket_enabled")

PRICE = "sensor.price"


def makers(home: LocalInstalled, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what makes plans, as an event tells it."""
    found: list[dict[str, Any]] = told["health"][home.entry.entry_id]["makers"]
    return found


async def test_a_planner_with_nothing_new_to_say_is_well(
    home: LocalInstalled, connect: Open
) -> None:
    set_clock(home, 7)
    number = await tank(home)
    unit = await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, number)
    client = await connect()
    await subscribe(client)

    set_clock(home, 16)
    await home.cycle()
    await unit.async_plan_now()
    now = home.clock.now()
    told = await next_change(
        client, lambda e: "health" in e and makers(home, e)[0]["at"] > now - 60
    )
    assert makers(home, told) == [
        {
            "kind": "planner",
            "title": unit.subentry.title,
            "state": "ok",
            "well": True,
            "at": pytest.approx(now, abs=60),
        }
    ]


async def test_a_planner_without_prices_is_not(home: LocalInstalled, connect: Open) -> None:
    home.hass.states.async_set(PRICE, "0.2", {"unit_of_measurement": "EUR/kWh"})
    await tank(home)
    unit = await add_planner(home, "entity", entity=PRICE)
    client = await connect()
    (well,) = makers(home, await subscribe(client))
    assert well["well"]

    home.hass.states.async_remove(PRICE)
    await unit.async_plan_now()
    told = await next_change(client, lambda e: "health" in e and not makers(home, e)[0]["well"])
    assert makers(home, told)[0]["state"] == "price_missing"


async def test_a_source_is_as_old_as_its_last_answer(
    sourced: Sourced, family: Family, connect: Open
) -> None:
    home = sourced.home
    number = await heater(home)
    family.events = [event(home, "Ballon", 1, 3)]
    await follow(sourced, number)
    client = await connect()
    (before,) = makers(home, await subscribe(client))
    assert (before["kind"], before["state"], before["well"]) == ("plan_source", "ok", True)

    home.clock.offset += 3600
    await sourced.look()
    later = before["at"] + 3600
    told = await next_change(client, lambda e: "health" in e and makers(home, e)[0]["at"] >= later)
    read_at = makers(home, told)[0]["at"]

    family.broken = True
    family.async_write_ha_state()
    home.clock.offset += 3600
    await sourced.look()
    told = await next_change(client, lambda e: "health" in e and not makers(home, e)[0]["well"])
    assert (makers(home, told)[0]["state"], makers(home, told)[0]["at"]) == ("away", read_at)


async def test_plans_of_actions_have_no_maker(home: LocalInstalled, connect: Open) -> None:
    assert makers(home, await subscribe(await connect())) == []
