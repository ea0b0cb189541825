"""What entities show, and what they ask of the engine."""

from dataclasses import replace
from datetime import UTC, datetime

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.elfe_commande.core.decision import Act, Decision, Source
from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import (
    Device,
    DeviceId,
    DeviceTypeId,
    EquipmentId,
    Mode,
    Usage,
)
from custom_components.elfe_commande.core.outcome import Outcome, Result
from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.engine.cycle_report import CycleReport
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from custom_components.elfe_commande.engine.ground.events import (
    ConnectionChanged,
    CycleEnded,
    EquipmentChanged,
    LoadDrifted,
    ModeChanged,
    OrderEnded,
)
from custom_components.elfe_commande.engine.ground.status import Observation

from .conftest import Start
from .world import ENTRY_ID, NOW, START, status_of

ONE = EquipmentId(1)


@pytest.fixture
def at(freezer) -> None:
    freezer.move_to("2026-11-18T11:15:30+00:00")


# ------------------------------------------------------------------------------- registry


async def test_registry(hass: HomeAssistant, start: Start, snapshot: SnapshotAssertion, at: None):
    await start([status_of(1, last_start=START - 3600)])

    registry = er.async_get(hass)
    entries = sorted(
        er.async_entries_for_config_entry(registry, ENTRY_ID), key=lambda e: e.entity_id
    )
    assert {
        e.entity_id: (
            e.unique_id,
            e.translation_key,
            e.original_name,
            e.entity_category,
            e.original_device_class,
            hass.states.get(e.entity_id).state,
        )
        for e in entries
    } == snapshot


async def test_enabled_by_default(hass: HomeAssistant, start_default: Start):
    await start_default([status_of(1), status_of(2, typology=130)])

    entries = er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID)
    assert {
        e.unique_id for e in entries if not e.disabled and e.unique_id.startswith("elfe_1_")
    } == {
        "elfe_1_pilot",
        "elfe_1_mode",
        "elfe_1_decision",
        "elfe_1_reason",
        "elfe_1_next_start",
        "elfe_1_running",
        "elfe_1_connected",
    }
    # A load that is pressed has no mode: what bears its name is what happens to it.
    assert {
        e.unique_id for e in entries if not e.disabled and e.unique_id.startswith("elfe_2_")
    } == {
        "elfe_2_pilot",
        "elfe_2_decision",
        "elfe_2_reason",
        "elfe_2_next_start",
        "elfe_2_running",
        "elfe_2_connected",
        "elfe_2_activity",
    }


# --------------------------------------------------------------------- switch and select


@pytest.mark.parametrize(
    ("service", "intent"),
    [("turn_on", Intent.TO_PILOTED), ("turn_off", Intent.TO_MANUAL)],
)
async def test_the_switch_asks_for_the_mode(start: Start, service: str, intent: Intent):
    world = await start([status_of(1)])

    await world.act("switch", service, world.entity_id("switch", 1, "pilot"))

    (wish,) = world.engine.wishes
    assert (wish.equipment_id, wish.intent, wish.origin, wish.user_id) == (
        1,
        intent,
        Origin.DASHBOARD,
        "anna",
    )


@pytest.mark.parametrize("context", [Context(parent_id="cause", user_id="anna"), Context()])
async def test_an_automation_is_told_from_a_person(start: Start, context: Context):
    world = await start([status_of(1)])

    await world.act("switch", "turn_off", world.entity_id("switch", 1, "pilot"), context=context)

    assert world.engine.wishes[0].origin is Origin.AUTOMATION


async def test_the_switch_shows_the_wish_at_once(start: Start):
    world = await start([status_of(1, Mode.MANUAL)])
    assert world.state("switch", 1, "pilot").state == "off"

    status = world.engine.statuses[ONE]
    status.wished_mode = Mode.PILOTED
    await world.put(status)

    assert world.state("switch", 1, "pilot").state == "on"
    assert world.state("select", 1, "mode").state == "automatic"


async def test_only_what_shows_something_else_is_written(start: Start, freezer, at: None):
    """Of all that is told in a cycle, most entities show nothing else."""
    world = await start([status_of(1, Mode.MANUAL)])
    status = world.engine.statuses[ONE]

    async def written() -> set[str]:
        freezer.tick(60)
        await world.put(status)
        now = dt_util.utcnow()
        # A calendar is of all of a home.
        states = [s for s in world.hass.states.async_all() if s.domain != "calendar"]
        return {each.entity_id for each in states if each.last_reported == now}

    assert not await written()
    status.wished_mode = Mode.PILOTED
    shown = {world.entity_id("switch", 1, "pilot"), world.entity_id("select", 1, "mode")}
    assert shown <= await written()
    assert not await written()

    # What somebody else wrote over it does not stay.
    pilot = world.entity_id("switch", 1, "pilot")
    world.hass.states.async_set(pilot, "off")
    assert await written() == {pilot}
    assert world.state("switch", 1, "pilot").state == "on"
    assert not await written()

    state = replace(status.equipment.state, mode=Mode.DISABLED)
    status.equipment, status.wished_mode = status.equipment.with_state(state), None
    assert shown <= await written()
    assert not await written()
    assert world.state("switch", 1, "pilot").state == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("mode", "control"),
    [(Mode.INSTALLING, 25), (Mode.DISABLED, 25), (99, 25), (Mode.PILOTED, 60), (Mode.MANUAL, 60)],
)
async def test_what_nobody_may_order_cannot_be_switched(start: Start, mode: int, control: int):
    world = await start([status_of(1, mode, control=control)])

    assert world.state("switch", 1, "pilot").state == STATE_UNAVAILABLE
    assert world.state("select", 1, "mode").state == STATE_UNAVAILABLE
    assert world.state("button", 1, "start").state == STATE_UNAVAILABLE
    assert world.state("sensor", 1, "decision").state == "off"


@pytest.mark.parametrize(
    ("mode", "control", "option"),
    [
        (Mode.PILOTED, 25, "automatic"),
        (Mode.MANUAL, 15, "by_hand"),
        (Mode.MANUAL, 25, "forced_off"),
    ],
)
async def test_the_select_tells_the_mode(start: Start, mode: int, control: int, option: str):
    world = await start([status_of(1, mode, control=control)])

    assert world.state("select", 1, "mode").state == option


@pytest.mark.parametrize(
    ("option", "intent"),
    [
        ("forced_off", Intent.FORCED_OFF),
        ("automatic", Intent.TO_PILOTED),
        ("forced_on", Intent.FORCED_ON),
        ("by_hand", Intent.TO_MANUAL),
    ],
)
async def test_the_select_asks_for_the_mode(start: Start, option: str, intent: Intent):
    world = await start([status_of(1)])

    entity_id = world.entity_id("select", 1, "mode")
    await world.act("select", "select_option", entity_id, option=option)

    assert world.engine.wishes[0].intent is intent


@pytest.mark.parametrize("typology", [130, 150, 160, 110])
async def test_presses_have_no_select(hass: HomeAssistant, start: Start, typology: int):
    await start([status_of(1, typology=typology)])

    registry = er.async_get(hass)
    assert registry.async_get_entity_id("select", "elfe_commande", "elfe_1_mode") is None


async def test_the_button_starts_the_load(start: Start):
    world = await start([status_of(1)])

    await world.act("button", "press", world.entity_id("button", 1, "start"))

    assert world.engine.wishes[0].intent is Intent.START


async def test_without_a_scenario_there_is_nothing_to_start(hass: HomeAssistant, start: Start):
    await start([status_of(1, typology=110)])

    registry = er.async_get(hass)
    assert registry.async_get_entity_id("button", "elfe_commande", "elfe_1_start") is None


@pytest.mark.parametrize(
    ("refusal", "key", "kind"),
    [
        (NotRunningError(Code.STARTING), "not_running", ServiceValidationError),
        (
            WishRefusedError("mode_not_driven", {"equipment": "Machine 1"}),
            "mode_not_driven",
            ServiceValidationError,
        ),
        (
            WishRefusedError("database_unavailable", {"equipment": "Machine 1"}),
            "database_unavailable",
            HomeAssistantError,
        ),
    ],
)
async def test_refusals_are_told_in_the_users_language(
    start: Start, refusal: Exception, key: str, kind: type[Exception]
):
    world = await start([status_of(1)])
    world.engine.refusals[ONE] = refusal

    with pytest.raises(kind) as caught:
        await world.act("switch", "turn_on", world.entity_id("switch", 1, "pilot"))

    assert type(caught.value) is kind
    assert caught.value.translation_key == key
    assert key not in str(caught.value)


# ------------------------------------------------------------------------------- sensors


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision(Source.EMS, "planned", on=True, act=Act.ON), "on"),
        (Decision(Source.EMS, "waiting", on=False), "off"),
        (Decision(Source.USER, "manual"), "none"),
        (None, STATE_UNKNOWN),
    ],
)
async def test_the_decision_says_who_and_why(start: Start, decision: Decision | None, state: str):
    world = await start([status_of(1, decision=decision)])

    shown = world.state("sensor", 1, "decision")
    assert shown.state == state
    assert shown.attributes.get("source") == (decision and decision.source.value)
    assert shown.attributes.get("reason") == (decision and decision.reason)


async def test_the_slots_are_listed_once_per_plan_and_never_recorded(start: Start):
    world = await start([status_of(1)])
    before = world.state("sensor", 1, "decision")
    assert before.attributes["slots"] == [0, 1, *[0] * 94]

    status = world.engine.statuses[ONE]
    status.decision = Decision(Source.EMS, "planned", on=True)
    await world.put(status)
    after = world.state("sensor", 1, "decision")
    assert after.state == "on"
    assert after.attributes["slots"] is before.attributes["slots"]
    assert {"slots", "plan_start"} <= after.state_info["unrecorded_attributes"]

    status.plan = None
    await world.put(status)
    assert "slots" not in world.state("sensor", 1, "decision").attributes


async def test_values_that_the_tables_do_not_explain_are_unknown(start: Start):
    world = await start([status_of(1, command=77, control=70)])

    for key in ("command_state", "control_state", "last_start", "last_outcome"):
        assert world.state("sensor", 1, key).state == STATE_UNKNOWN


async def test_the_last_outcome_is_explained(start: Start):
    result = Result(Outcome.FAILED, "silent", on=True, at=NOW, latency=None, tries=3)
    world = await start([status_of(1, last_result=result, last_act=Act.ON)])

    shown = world.state("sensor", 1, "last_outcome")
    assert shown.state == "failed"
    assert shown.attributes["reason"] == "silent"
    assert shown.attributes["act"] == "on"
    assert shown.attributes["tries"] == 3
    assert "latency" not in shown.attributes


async def test_scheduled_on_follows_the_clock(start: Start, freezer):
    freezer.move_to(datetime.fromtimestamp(START + 5, UTC))
    world = await start([status_of(1, Mode.MANUAL)])
    assert world.state("binary_sensor", 1, "scheduled_on").state == "off"

    freezer.move_to(datetime.fromtimestamp(START + 905, UTC))
    world.coordinator.handle(CycleEnded())
    await world.settle()
    assert world.state("binary_sensor", 1, "scheduled_on").state == "on"


async def test_without_a_plan_nothing_says_what_is_scheduled(start: Start):
    world = await start([replace(status_of(1), plan=None)])

    assert world.state("binary_sensor", 1, "scheduled_on").state == STATE_UNKNOWN
    assert world.state("binary_sensor", 1, "running").state == STATE_UNKNOWN


# ---------------------------------------------------------------------------------- event


async def test_a_load_that_is_not_as_ordered_is_shown_and_told(start: Start):
    """Its device says on; off was ordered, and confirmed."""
    plug = Device(DeviceId("7"), DeviceTypeId(111), Usage.MEASURE_AND_SWITCH, "p", "p/command")
    status = status_of(1)
    status.equipment = replace(status.equipment, devices=(plug,))
    status.observations[plug.id] = Observation(on=False, heard_at=1.0)
    status.reached_on = False
    world = await start([status])
    assert "differs" not in world.state("binary_sensor", 1, "running").attributes

    status.observations[plug.id].on = True
    world.coordinator.handle(EquipmentChanged(frozenset({ONE})))
    world.coordinator.handle(LoadDrifted(ONE, on=True))
    await world.settle()

    assert world.state("binary_sensor", 1, "running").attributes["differs"] is True
    shown = world.state("event", 1, "activity").attributes
    assert (shown["event_type"], shown["reported"]) == ("drifted", "on")


async def test_orders_and_modes_are_told(start: Start):
    world = await start([status_of(1), status_of(2)])
    order = OrderEnded(
        ONE, Act.START, Source.EMS, Origin.EMS, replace(world.engine.result, latency=0.01234)
    )

    world.coordinator.handle(order)
    await world.settle()
    shown = world.state("event", 1, "activity")
    assert {k: shown.attributes[k] for k in ("event_type", "origin", "source", "act")} == {
        "event_type": "acknowledged",
        "origin": "ems",
        "source": "ems",
        "act": "start",
    }
    assert shown.attributes["reason"] == "acknowledged"
    assert shown.attributes["latency"] == 0.012
    assert world.state("event", 2, "activity").state == STATE_UNKNOWN

    world.coordinator.handle(ModeChanged(ONE, 20, 42, Origin.SCREEN, user_id="anna"))
    await world.settle()
    shown = world.state("event", 1, "activity")
    assert shown.attributes["event_type"] == "mode_changed"
    assert (shown.attributes["before"], shown.attributes["after"]) == ("manual", "42")
    assert shown.attributes["origin"] == "screen"
    assert shown.context.user_id == "anna"


# ---------------------------------------------------------------------------- availability


async def test_losing_the_database_makes_nothing_unavailable(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])

    world.engine.connected = False
    world.coordinator.handle(ConnectionChanged(connected=False))
    await world.settle()

    assert world.state("binary_sensor", None, "ems_connection").state == "off"
    assert not [s for s in hass.states.async_all() if s.state == STATE_UNAVAILABLE]


# ------------------------------------------------------------------------------------ hub


async def test_the_hub_tells_how_the_engine_is(start: Start):
    world = await start([], code=Code.CONNECTED)
    world.engine.lifecycle.note("waiting")
    world.engine.last_cycle = CycleReport(NOW, 0.51234, equipments=8, ordered=5, acknowledged=4)
    world.coordinator.handle(CycleEnded())
    await world.settle()

    lifecycle = world.state("sensor", None, "lifecycle")
    assert lifecycle.state == "connected"
    assert lifecycle.attributes["code"] == 16
    assert lifecycle.attributes["details"] == "waiting"
    assert lifecycle.attributes["since"] == "2026-11-18T11:15:30+00:00"
    cycle = world.state("sensor", None, "last_cycle")
    assert cycle.state == "2026-11-18T11:15:30+00:00"
    assert cycle.attributes["duration"] == 0.512
    assert cycle.attributes["ordered"] == 5
    assert world.state("sensor", None, "newest_plan").state == "2026-11-18T11:15:00+00:00"
    driven = world.state("sensor", None, "driven_homes")
    assert driven.state == "1"
    assert (driven.attributes["served"], driven.attributes["installations"]) == (2, 2)
    assert driven.attributes["homes"] == ["R001"]


async def test_the_hub_runs_a_cycle(start: Start):
    world = await start([])
    entity_id = world.entity_id("button", None, "run_cycle")

    await world.act("button", "press", entity_id)
    assert world.engine.last_cycle is not None

    world.engine.cycle_refusal = NotRunningError(Code.STOPPING)
    with pytest.raises(ServiceValidationError):
        await world.act("button", "press", entity_id)
