"""Why a load is as it is, as people read it: a sentence, and whose plan it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.elfe_commande.core.decision import Act, Decision, Source
from custom_components.elfe_commande.core.model import Constraints, Mode
from custom_components.elfe_commande.core.plan import DAY, DayPlan, Owner
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import PlanReceived
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus

from .conftest import Start
from .world import START, World, status_of

MANUAL = Decision(Source.USER, "manual")
CYCLE = 5400
RUNS = {"mode": Mode.MANUAL, "control": 15, "command": 13, "decision": MANUAL}
"""A row as a start leaves it."""


@pytest.fixture(autouse=True)
async def at(hass: HomeAssistant, freezer) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(datetime.fromtimestamp(START + 30, UTC))


def clock(at: float) -> str:
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).strftime("%H:%M")


def sentence(world: World) -> str:
    return world.state("sensor", 1, "reason").state


def started(**changes) -> EquipmentStatus:
    row = RUNS | {"last_start": START, "last_programmed": START - 3600}
    return status_of(1, constraints=Constraints(cycle_duration=CYCLE), **row | changes)


async def test_what_runs_because_of_a_plan_says_so_until_it_is_done(
    hass: HomeAssistant, start: Start, freezer
):
    world = await start([started(last_act=Act.START, last_origin=Origin.EMS)])
    begin, end = clock(START), clock(START + CYCLE)
    assert sentence(world) == f"Started by the EMS’s plan at {begin}, done about {end}"

    over = datetime.fromtimestamp(START + CYCLE, UTC) + timedelta(seconds=1)
    freezer.move_to(over)
    async_fire_time_changed(hass, over)
    await world.settle()

    assert sentence(world) == "By hand: neither plan nor rule switches it"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # Before a restart, in a quarter-hour that its plan did not want.
        ({}, "Started at {begin}, done about {end}"),
        (
            {"last_act": Act.START, "last_origin": Origin.DASHBOARD},
            "Started at {begin}, done about {end}",
        ),
        (
            {"last_act": Act.START, "last_origin": Origin.RULE},
            "Started by its surplus rule at {begin}, done about {end}",
        ),
        # Handed over to people, which powers it: nobody started anything.
        ({"last_programmed": START}, "By hand: neither plan nor rule switches it"),
        ({"command": 30}, "By hand: neither plan nor rule switches it"),
        ({"forced": True, "last_programmed": START}, "Forced on by a person"),
    ],
)
async def test_what_people_started_is_nobodys_plan(start: Start, changes, expected: str):
    world = await start([started(**changes)])

    assert sentence(world) == expected.format(begin=clock(START), end=clock(START + CYCLE))


async def test_after_a_restart_the_plan_of_that_quarter_hour_is_named(start: Start):
    status = started()
    status.plan = DayPlan(status.equipment.id, START, b"\1" + bytes(DAY - 1), owner=Owner.ACTION)
    world = await start([status])

    begin, end = clock(START), clock(START + CYCLE)
    assert sentence(world) == f"Started by the plan set by an action at {begin}, done about {end}"


WHOSE = {
    Owner.EMS: "the EMS’s plan",
    Owner.ACTION: "the plan set by an action",
    Owner.PLANNER: "the built-in planner",
    Owner.EMHASS: "EMHASS’s plan",
    Owner.CALENDAR: "the calendar’s plan",
}


def planned_by(owner: Owner, **changes) -> EquipmentStatus:
    status = status_of(1, **changes)
    assert status.plan is not None
    return replace(status, plan=replace(status.plan, owner=owner))


@pytest.mark.parametrize(("owner", "whose"), WHOSE.items())
async def test_a_plan_says_whose_it_is(start: Start, owner: Owner, whose: str):
    world = await start([planned_by(owner)])

    assert sentence(world) == f"Waits: {whose} starts it at {clock(START + 900)}"
    assert world.state("sensor", 1, "decision").attributes["source"] == owner.value
    calendar = world.hass.states.get("calendar.home_r001_plan")
    assert calendar.attributes["description"] == whose[:1].upper() + whose[1:]


async def test_it_is_in_the_language_of_the_home(hass: HomeAssistant, start: Start):
    hass.config.language = "fr"
    world = await start([planned_by(Owner.ACTION)])

    at = clock(START + 900)
    assert sentence(world) == f"En attente\u00a0: le plan fixé par une action le démarre à {at}"


async def test_a_continuous_load_says_until_when(start: Start):
    status = status_of(1, continuous=True, decision=Decision(Source.EMS, "planned", on=True))
    status.plan = DayPlan(status.equipment.id, START, b"\1\1" + bytes(DAY - 2))
    world = await start([status])
    assert sentence(world) == f"On until {clock(START + 1800)}: the EMS’s plan wants it"

    status.decision, status.next_start = Decision(Source.EMS, "planned", on=False), None
    await world.put(status)
    assert sentence(world) == "Off: the EMS’s plan does not want it on"


async def test_what_waits_without_a_start_says_that_there_is_none(start: Start):
    world = await start([replace(status_of(1), next_start=None)])

    assert sentence(world) == "Waits: the EMS’s plan has no start for it"


async def test_other_reasons_are_told_in_their_words(start: Start):
    world = await start([status_of(1, decision=Decision(Source.SURPLUS, "not_enough_surplus"))])
    assert sentence(world) == "Not enough surplus"

    await world.put(status_of(1, decision=None))
    assert sentence(world) == STATE_UNKNOWN


async def test_what_was_found_running_is_nobodys_plan(start: Start):
    running = Decision(Source.EMS, "already_running", on=True, act=Act.RECORD_STARTED)
    world = await start([replace(status_of(1, decision=running), plan=None)])

    assert world.state("sensor", 1, "decision").attributes["source"] == "default"


async def test_a_plan_is_in_force_at_once(start: Start, monkeypatch: pytest.MonkeyPatch):
    world = await start([status_of(1)])
    monkeypatch.setattr(world.engine, "plan_time", lambda: START + 900)

    world.coordinator.handle(PlanReceived(frozenset({1})))
    await world.settle()

    shown = world.state("sensor", None, "newest_plan").state
    assert shown == dt_util.utc_from_timestamp(START + 900).isoformat()
