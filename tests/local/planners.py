"""The planner of a local home, added as a person adds it."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util

from custom_components.elfe_commande.core.plan import Owner, slot_start
from custom_components.elfe_commande.subentries.planner.unit import PlannerUnit
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"
TWO_RATES = {"peak": 0.25, "off_peak": 0.15, "hours": "22:00-06:00"}


def set_clock(home: LocalInstalled, hour: int, minute: int = 5, days: int = 1) -> None:
    """Let it be this time of the clock, tomorrow: nothing is older than the program."""
    wall = dt_util.now() + timedelta(days=days)
    wanted = wall.replace(hour=hour, minute=minute, second=0, microsecond=0)
    home.clock.offset += wanted.timestamp() - home.clock.now()


def local(home: LocalInstalled) -> datetime:
    return dt_util.as_local(dt_util.utc_from_timestamp(home.clock.now()))


async def add_planner(home: LocalInstalled, prices: str, **given: Any) -> PlannerUnit:
    """Add the planner by its forms; `given` is the second one. Wait for its first plan."""
    subentries = home.hass.config_entries.subentries
    flow = await subentries.async_init(
        (home.entry.entry_id, "planner"), context={"source": SOURCE_USER}
    )
    assert flow["type"] is FlowResultType.FORM, flow
    first = given.pop("first", {})
    flow = await subentries.async_configure(flow["flow_id"], {"prices": prices, **first})
    if flow["type"] is FlowResultType.FORM:
        assert flow["step_id"] == prices, flow
        flow = await subentries.async_configure(flow["flow_id"], given)
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
    await wait_for(lambda: planners(home) and planners(home)[0].findings)
    # The planner itself is a background task that never ends.
    await home.hass.async_block_till_done()
    return planners(home)[0]


def planners(home: LocalInstalled) -> list[PlannerUnit]:
    return home.hub.subentries.units(PlannerUnit)


async def tank(home: LocalInstalled, entity_id: str = RELAY, **used: Any) -> int:
    """Add a tank that needs three hours a day, done by six in the morning."""
    given = {"nominal_power": 2000, "daily": 180, "daily_by": "06:00:00", **used}
    return await home.add("Ballon", entity_id, kind="water_heater", operation="continuous", **given)


async def washing(home: LocalInstalled, entity_id: str = OTHER, **used: Any) -> int:
    """Add a washing machine that takes two hours, done by seven in the morning."""
    given = {"nominal_power": 1500, "cycle_duration": 120, "ready_by": "07:00:00", **used}
    return await home.add("Lave-linge", entity_id, **given)


async def hand_over(home: LocalInstalled, number: int) -> None:
    await home.act("switch", "turn_on", number, "pilot")


def runs(home: LocalInstalled, number: int) -> list[tuple[datetime, datetime]]:
    """Return the runs of the plan in force, by the clock; it is the planner's."""
    plan = home.status(number).plan
    assert plan is not None
    assert plan.owner is Owner.PLANNER
    zone = dt_util.get_default_time_zone()
    return [
        (datetime.fromtimestamp(start, zone), datetime.fromtimestamp(end, zone))
        for start, end in plan.runs()
        if end > slot_start(home.clock.now())
    ]


async def until_planned(home: LocalInstalled, number: int) -> list[tuple[datetime, datetime]]:
    """Wait until the planner has planned an appliance."""

    def planned() -> bool:
        plan = home.status(number).plan
        return plan is not None and plan.owner is Owner.PLANNER and not plan.empty

    await wait_for(planned)
    return runs(home, number)


def told(home: LocalInstalled, platform: str, key: str) -> Any:
    """Return the state of an entity of the planner."""
    (unit,) = planners(home)
    return home.state(platform, None, f"{unit.subentry.subentry_id}_{key}")
