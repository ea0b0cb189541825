"""The planner leaves alone what others plan, and what it may plan no more."""

from collections.abc import Awaitable, Callable

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import ControlState
from custom_components.elfe_commande.core.plan import Owner
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .planners import RELAY, TWO_RATES, add_planner, local, set_clock, tank, until_planned


async def test_a_plan_that_was_set_for_later_stands_when_it_begins(home: LocalInstalled) -> None:
    set_clock(home, 19)
    heater = await tank(home)
    await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, heater)
    start = local(home).replace(hour=20, minute=0, second=0)
    await home.call("set_plan", equipment_id=heater, start=start, slots=[1] * 96)
    # The quarter-hour at which it begins, before its cycle; and there is something to plan anew.
    set_clock(home, 20, 0)
    subentry = home.entry.subentries[home.subentry_id(heater)]
    data = {**subentry.data, "daily": 4 * 3600}
    home.hass.config_entries.async_update_subentry(home.entry, subentry, data=data)
    answer = await home.call("plan_now")
    assert [load["reason"] for load in answer["loads"]] == ["other_plan"]
    await home.cycle()
    plan = home.status(heater).plan
    assert plan is not None
    assert plan.owner is Owner.ACTION
    await wait_for(lambda: home.hass.states.is_state(RELAY, "on"))


async def without_power(home: LocalInstalled, number: int) -> None:
    clear(home, number, "nominal_power")


async def without_time(home: LocalInstalled, number: int) -> None:
    clear(home, number, "daily")


async def on_the_list_of_a_source(home: LocalInstalled, number: int) -> None:
    settings = {"calendar": "calendar.none"}
    await home.put(
        "plan_source", source="calendar", settings=settings, loads=[{"equipment": number}]
    )


def clear(home: LocalInstalled, number: int, field: str) -> None:
    """Have a field of an appliance's form empty from now on."""
    subentry = home.entry.subentries[home.subentry_id(number)]
    data = {key: value for key, value in subentry.data.items() if key != field}
    assert len(data) < len(subentry.data)
    home.hass.config_entries.async_update_subentry(home.entry, subentry, data=data)


@pytest.mark.parametrize("drop_out", [without_power, without_time, on_the_list_of_a_source])
async def test_what_is_planned_no_more_follows_no_old_plan(
    home: LocalInstalled, drop_out: Callable[[LocalInstalled, int], Awaitable[None]]
) -> None:
    set_clock(home, 23)
    heater = await tank(home, late=False)
    await add_planner(home, "two_rates", **TWO_RATES)
    await until_planned(home, heater)
    await wait_for(lambda: home.status(heater).equipment.state.control == ControlState.ON)
    await drop_out(home, heater)
    await home.call("plan_now")
    assert home.status(heater).plan is None
    # What runs, runs on.
    await home.cycle()
    assert home.hass.states.is_state(RELAY, "on")
    assert Act.OFF not in [event.act for event in home.ended(heater)]
