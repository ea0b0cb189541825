"""The hours at which an appliance may run are people's word: nothing is planned outside of them."""

from datetime import timedelta

import pytest

from custom_components.elfe_commande.subentries.planner.findings import Finding
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .planners import (
    OTHER,
    RELAY,
    TWO_RATES,
    add_planner,
    hand_over,
    local,
    runs,
    set_clock,
    told,
    until_planned,
    washing,
)


async def pump(home: LocalInstalled) -> int:
    """Add a pump that needs four hours a day, none of them at night."""
    given = {"nominal_power": 1000, "daily": 240, "from": "10:00:00", "until": "18:00:00"}
    return await home.add("Pompe", RELAY, kind="heater", operation="continuous", **given)


async def test_a_pump_whose_hours_are_over_waits_for_tomorrow(home: LocalInstalled) -> None:
    set_clock(home, 19)
    number = await pump(home)
    await add_planner(home, "two_rates", **TWO_RATES)
    planned = await until_planned(home, number)
    tomorrow = (local(home) + timedelta(days=1)).date()
    assert all(start.date() == tomorrow for start, _ in planned)
    assert all(10 <= start.hour < end.hour <= 18 for start, end in planned)
    answer = await home.call("plan_now")
    (load,) = answer["loads"]
    assert (load["reason"], load["missing"]) == ("window_short", 240)
    assert "240" in load["text"]
    state = told(home, "sensor", "planner_state")
    assert state.state == Finding.INFEASIBLE
    for hour in (20, 22):
        home.clock.offset += (hour - local(home).hour) * 3600
        await home.cycle()
        await home.call("plan_now")
        assert home.hass.states.is_state(RELAY, "off")
    # The day after, nothing is missing any more.
    set_clock(home, 0)
    await home.cycle()
    assert (await home.call("plan_now"))["findings"] == ["ok"]


@pytest.mark.parametrize("hour", [19, 21])
async def test_a_machine_runs_in_its_next_hours_and_says_it_is_late(
    home: LocalInstalled, hour: int
) -> None:
    set_clock(home, hour)
    number = await washing(home, OTHER, **{"from": "08:00:00", "until": "20:00:00"})
    await hand_over(home, number)
    await add_planner(home, "two_rates", **TWO_RATES)
    ((start, end),) = await until_planned(home, number)
    assert start > local(home)
    assert 8 <= start.hour < end.hour <= 20
    answer = await home.call("plan_now")
    (load,) = answer["loads"]
    assert answer["findings"] == ["infeasible"]
    assert (load["reason"], load["missing"]) == ("window_short", 120)
    # The wished end passes, and the plan stands.
    home.clock.offset += (31 - hour) * 3600
    await home.cycle()
    await home.call("plan_now")
    await wait_for(lambda: runs(home, number) == [(start, end)])
