"""Whoever follows us in Home Assistant may raise: the next cycles run, and the log says so once."""

import asyncio
from collections.abc import Callable, Iterator
import logging
from typing import Any
from unittest.mock import PropertyMock, patch

from homeassistant.components.calendar import DOMAIN as CALENDAR
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, HomeAssistant, ServiceCall, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_setup_component
import pytest

from custom_components.elfe_commande.automations.chronicle import Chronicle
from custom_components.elfe_commande.automations.signals import SIGNAL_TOLD, Told
from custom_components.elfe_commande.calendar import PlanCalendar
from custom_components.elfe_commande.engine.ground.events import (
    EquipmentChanged,
    Event as EngineEvent,
    ModeChanged,
    OrderEnded,
)
from custom_components.elfe_commande.engine.ground.ports import Problem
from custom_components.elfe_commande.sensor import DecisionSensor
from demo.territory import Household
from tests.engine.bench import pass_slots
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import HEATER, PLUG, RELAY, WASHING, live_in

OURS = "custom_components.elfe_commande"
HUB = f"{OURS}.hub"
CYCLES = 4

pytestmark = pytest.mark.no_fail_on_log_exception


class BrokenError(Exception):
    """What whoever follows us raises."""


def fail(*_: Any, **__: Any) -> None:
    raise BrokenError


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Accept the tracebacks that these tests provoke, and no other."""
    yield
    for record in caplog.get_records("call"):
        if record.exc_info and record.name.startswith(OURS):
            assert record.exc_info[0] is BrokenError, record.getMessage()


@pytest.fixture
async def household(installed: Installed) -> Household:
    """Two loads in a home, one of them on in every other quarter-hour."""
    household = await live_in(installed, WASHING, HEATER)
    await installed.world.plan(RELAY, [1, 0] * CYCLES)
    await installed.setup()
    return household


async def go_on(installed: Installed, household: Household) -> None:
    """Check that cycles run and obey the plan, and that people are obeyed."""
    engine = installed.hub.engine
    for number in range(CYCLES):
        async with asyncio.timeout(60):
            report = await engine.run_cycle()
        await installed.hass.async_block_till_done()
        # The washing machine is kept off.
        assert (report.acknowledged, report.not_ended) == (2, 0)
        assert household.devices["I103"].on is (number % 2 == 0)
        pass_slots(installed.world, 1)
    await installed.act("switch", "turn_off", PLUG, "pilot")
    await installed.until("switch", PLUG, "pilot", STATE_OFF)
    await installed.act("switch", "turn_on", PLUG, "pilot")
    await installed.until("switch", PLUG, "pilot", STATE_ON)
    assert (await installed.world.row(RELAY))["etat_controle_id"] == 25


def our_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the lines of ours that have a traceback."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.exc_info and record.name.startswith(OURS)
    ]


def their_lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return the errors that Home Assistant logged."""
    return [
        record
        for record in caplog.records
        if record.levelno >= logging.ERROR and not record.name.startswith(OURS)
    ]


# -- what we guard


async def test_an_entity_that_raises_while_it_is_written(
    installed: Installed,
    household: Household,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(DecisionSensor, "native_value", property(fail))
    await go_on(installed, household)

    # One line of each: of the heater's, which cycles change, and of the machine's, which is
    # written at once when a person changes its mode.
    entities = sorted(line.partition(" ")[0] for line in our_lines(caplog))
    decisions = (installed.entity_id("sensor", number, "decision") for number in (PLUG, RELAY))
    assert entities == sorted(decisions)
    assert not their_lines(caplog)
    # Its siblings tell what the last cycle did.
    await installed.until("binary_sensor", RELAY, "running", STATE_OFF)
    assert installed.state("sensor", RELAY, "next_start").state != "unknown"


@pytest.mark.usefixtures("every_entity")
async def test_entities_that_raise_when_they_are_told_at_once(
    installed: Installed,
    household: Household,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What a person did is shown at once, in a callback of the event loop."""
    monkeypatch.setattr(f"{OURS}.event.ActivityEvent._trigger_event", fail)
    await go_on(installed, household)
    told = {line.partition(";")[0] for line in our_lines(caplog)}
    assert told == {
        f"{installed.entity_id('event', number, 'activity')} (ActivityEvent._tell)"
        f" fails when it is told ({kind})"
        for number, kind in (
            (PLUG, "OrderEnded"),
            (PLUG, "ModeChanged"),
            (RELAY, "OrderEnded"),
        )
    }
    assert len(our_lines(caplog)) == 3
    assert not their_lines(caplog)


def watching(kind: type[EngineEvent]) -> Callable[[EngineEvent], None]:
    def watcher(event: EngineEvent) -> None:
        if isinstance(event, kind):
            fail()

    return watcher


@pytest.mark.parametrize("kind", [OrderEnded, ModeChanged, EquipmentChanged])
async def test_a_watcher_that_raises_each_time(
    installed: Installed,
    household: Household,
    caplog: pytest.LogCaptureFixture,
    kind: type[EngineEvent],
) -> None:
    heard: list[EngineEvent] = []
    coordinator = installed.hub.coordinator
    coordinator.watch_all(watching(kind))
    coordinator.watch_all(heard.append)
    await go_on(installed, household)
    assert any(isinstance(event, kind) for event in heard)
    assert len(our_lines(caplog)) == 1


async def test_a_calendar_that_raises(
    installed: Installed,
    household: Household,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await installed.reload()
    monkeypatch.setattr(PlanCalendar, "event", PropertyMock(side_effect=BrokenError))
    await go_on(installed, household)
    assert len(our_lines(caplog)) == 1
    [state] = installed.hass.states.async_all(CALENDAR)
    assert state.state != "unavailable"


async def test_a_logbook_that_raises_takes_no_trigger_along(
    installed: Installed,
    household: Household,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    @callback
    def listen(message: Told) -> None:
        told.append(type(message.event).__name__)

    async_dispatcher_connect(installed.hass, SIGNAL_TOLD, listen)
    monkeypatch.setattr(Chronicle, "_fire", fail)
    await go_on(installed, household)
    assert {"OrderEnded", "ModeChanged", "RunningChanged", "EquipmentChanged"} <= set(told)
    # The end of an order; it tells of the change of mode too.
    assert len(our_lines(caplog)) == 1


async def test_repairs_that_raise(
    installed: Installed,
    household: Household,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with patch(f"{HUB}.sync_issues", side_effect=BrokenError):
        engine = installed.hub.engine
        engine.report(Problem("press_doubtful", "2", {"equipment": "Lave-linge", "id": "2"}))
        engine.settle_problem("press_doubtful", "2")
        await go_on(installed, household)
    assert len(our_lines(caplog)) == 1


# -- what Home Assistant guards; nothing of it reaches us


async def test_a_listener_on_our_signal_that_raises(
    installed: Installed, household: Household, caplog: pytest.LogCaptureFixture
) -> None:
    raised: list[Told] = []

    @callback
    def listen(message: Told) -> None:
        if isinstance(message.event, OrderEnded):
            raised.append(message)
            fail()

    async_dispatcher_connect(installed.hass, SIGNAL_TOLD, listen)
    await go_on(installed, household)
    assert len(raised) == 2 * CYCLES + 2
    assert not our_lines(caplog)
    # One line each time: Home Assistant's own.
    assert len(their_lines(caplog)) == len(raised)


@pytest.mark.parametrize("event_type", ["elfe_commande_order_ended", "state_changed"])
async def test_a_listener_on_the_bus_that_raises(
    installed: Installed, household: Household, caplog: pytest.LogCaptureFixture, event_type: str
) -> None:
    raised: list[Event] = []

    @callback
    def listen(event: Event) -> None:
        raised.append(event)
        fail()

    stop = installed.hass.bus.async_listen(event_type, listen)
    await go_on(installed, household)
    stop()
    assert raised
    assert not our_lines(caplog)
    assert len(their_lines(caplog)) == len(raised)


async def test_an_automation_that_raises(
    hass: HomeAssistant,
    installed: Installed,
    household: Household,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runs: list[ServiceCall] = []

    async def run(call: ServiceCall) -> None:
        runs.append(call)
        fail()

    hass.services.async_register("test", "run", run)
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "Broken",
                "mode": "queued",
                "triggers": [
                    {
                        "trigger": "elfe_commande.mode_changed",
                        "target": {"entity_id": installed.entity_id("switch", PLUG, "pilot")},
                    }
                ],
                "actions": [{"action": "test.run"}],
            }
        },
    )
    await hass.async_block_till_done()
    await go_on(installed, household)
    await wait_for(lambda: len(runs) == 2)
    await hass.async_block_till_done()
    assert not our_lines(caplog)
    said = [record.getMessage() for record in their_lines(caplog)]
    assert said
    assert all("Broken" in line or "broken" in line for line in said), said


async def test_a_trigger_that_raises_takes_no_other_along(
    hass: HomeAssistant,
    installed: Installed,
    household: Household,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runs: list[ServiceCall] = []

    async def run(call: ServiceCall) -> None:
        runs.append(call)

    hass.services.async_register("test", "run", run)
    trigger = f"{OURS}.trigger.EquipmentStartedTrigger.payload"
    monkeypatch.setattr(trigger, fail)
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": [
                {
                    "alias": name,
                    "triggers": [{"trigger": f"elfe_commande.{name}"}],
                    "actions": [{"action": "test.run"}],
                }
                for name in ("equipment_started", "mode_changed")
            ]
        },
    )
    await hass.async_block_till_done()
    await go_on(installed, household)
    await wait_for(lambda: len(runs) == 2)
    assert not our_lines(caplog)


async def test_a_wish_is_answered_whoever_is_told(
    installed: Installed, household: Household
) -> None:
    installed.hub.coordinator.watch_all(fail)
    answer = await installed.call("set_mode", equipment_id=RELAY, mode="forced_on")
    assert answer["equipments"][0]["acknowledged"] is True
    assert household.devices["I103"].on
