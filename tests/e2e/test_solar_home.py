"""The home without a server: a meter, rules that follow the sun, a UPS whose mains are cut."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
import pytest

from demo.solar import MAINS
from tests.e2e.conftest import House, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.thorough]

TANK, RADIATOR, WASHER = 1, 2, 3
TANK_RELAY, RADIATOR_PLUG = "D121", "A122"
"""What the two are switched by, as the demonstration tells it."""
SUNRISE = 300
"""Seconds until the sun is enough for a load at the latest, and a rule has looked."""


async def decision(home: House, equipment_id: int) -> tuple[str, str, str]:
    """Return the order, who gave it, and why."""
    found: dict[str, Any] = await home.client.state(home.entity("decision", equipment_id))
    attributes = found["attributes"]
    return found["state"], attributes.get("source", ""), attributes.get("reason", "")


async def relay(home: House, device: str) -> str:
    """Return what a device was told last, in its own words."""
    return (await home.told(device) or [""])[-1]


def on(told: str) -> bool:
    """Whether an order of a relay or a plug switches on."""
    return told.upper() == "ON" or '"on":true' in told.replace(" ", "").lower()


async def test_the_meter_tells_what_flows(house: House) -> None:
    (surplus,) = house.solar.ending("surplus")
    (net,) = house.solar.ending("net_power")

    async def flows() -> list[float]:
        """Return both; nothing while the meter is not heard."""
        states = [(await house.client.state(each))["state"] for each in (surplus, net)]
        return [] if STATE_UNAVAILABLE in states else [float(state) for state in states]

    # Two questions: something may have been switched between the answers.
    watts, _ = await eventually(flows, lambda now: bool(now) and abs(sum(now)) <= 1)
    (bought,) = house.solar.ending("1-0:1.8.0*255")
    assert float((await house.client.state(bought))["state"]) > 8000
    # The sun moves before one's eyes, and loads come and go.
    await eventually(flows, lambda now: bool(now) and abs(now[0] - watts) > 20)


async def test_the_planner_places_the_machine_and_tells_what_it_costs(house: House) -> None:
    home = house.solar
    (status,) = home.ending("planner_state")

    async def planner() -> dict[str, Any]:
        return dict(await home.client.state(status))

    found = await eventually(planner, lambda seen: seen["state"] == "ok")
    loads = {load["name"]: load for load in found["attributes"]["loads"]}
    # Tank and heater have no on-time a day: they follow the surplus.
    assert [load["reason"] for load in loads.values()].count("planned") == 1
    (planned,) = (load for load in loads.values() if load["reason"] == "planned")
    assert planned["sun"] > 0.8 * planned["energy"]
    for key in ("planned_cost_today", "planned_sun_today"):
        (number,) = home.ending(key)

        async def value(entity_id: str = number) -> str:
            return str((await home.client.state(entity_id))["state"])

        _ = float(await eventually(value, lambda told: told not in ("unknown", "unavailable")))
    plan = await home.client.ask("elfe_commande.plan_now", config_entry_id=home.entry_id)
    assert plan["findings"] == ["ok"]
    # They count on the day on which the run ends.
    assert any(day["saved"] is not None for day in plan["days"])
    # What the dashboard shows of it is found by its device.
    told = (await home.client.command("elfe_commande/overview"))["entries"]
    (here,) = (each for each in told if each["entry_id"] == home.entry_id)
    kinds = [device["kind"] for device in here["devices"]]
    assert {"hub", "home", "meter", "planner", "surplus_rule", "ups"} == set(kinds)


async def test_a_rule_follows_the_sun_and_gives_way_to_the_mains(house: House) -> None:
    home = house.solar
    order, source, _ = await eventually(
        lambda: decision(home, TANK), lambda seen: seen[0] == "on", within=SUNRISE
    )
    assert (order, source) == ("on", "surplus")
    await eventually(lambda: relay(home, TANK_RELAY), on)
    rule, *_ = home.ending("rule")
    state = await home.client.state(rule)
    assert state["state"] == "on"
    assert state["attributes"]["trace"]["surplus"]["value"] > 0

    mains = home.entities[MAINS]
    (on_battery,) = home.ending("on_battery")
    await home.client.act("switch.turn_off", entity_id=mains)
    cut = await eventually(lambda: decision(home, TANK), lambda seen: seen[1] == "safety")
    assert cut == ("off", "safety", "shed")
    await eventually(lambda: relay(home, TANK_RELAY), lambda told: not on(told))
    assert (await home.client.state(on_battery))["state"] == "on"

    # What a person forces is left alone; what follows rules again is not.
    mode = home.entity("mode", RADIATOR)
    await home.client.act("select.select_option", entity_id=mode, option="forced_on")
    await eventually(lambda: relay(home, RADIATOR_PLUG), on)
    assert (await decision(home, RADIATOR))[1] == "user"
    assert on(await relay(home, RADIATOR_PLUG))
    assert (await home.client.state(mode))["state"] == "forced_on"

    # Taken over by people, it stays as it is: "off" of the switch is no order, and none is "on".
    pilot = home.entity("pilot", RADIATOR)
    for _ in range(2):
        await home.client.act("switch.turn_off", entity_id=pilot)
        assert on(await relay(home, RADIATOR_PLUG))
        assert (await home.client.state(mode))["state"] == "by_hand"
    await home.client.act("select.select_option", entity_id=mode, option="automatic")
    await eventually(lambda: relay(home, RADIATOR_PLUG), lambda told: not on(told))

    await home.client.act("switch.turn_on", entity_id=mains)

    async def decisions() -> list[tuple[str, str]]:
        return [(await decision(home, each))[:2] for each in (TANK, RADIATOR, WASHER)]

    # Which one the sun is enough for first depends on the moment.
    await eventually(
        decisions,
        lambda seen: ("on", "surplus") in seen and all(source != "safety" for _, source in seen),
        within=SUNRISE,
    )
    assert (await home.client.state(on_battery))["state"] == "off"
