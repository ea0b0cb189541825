"""Loads driven by entities of Home Assistant: what acknowledges, what does not, whose wish it is."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Context, CoreState, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.elfe_commande.adapters import entity_orders
from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from tests.engine.bench import until
from tests.fixtures_engine import is_busy
from tests.fixtures_home_assistant import ANNA, wait_for

from .homes import BLIND, FRAIL, POWER, START, THIRD, LocalInstalled
from .stage import enter

RELAY, OTHER, TANK = "input_boolean.relay", "input_boolean.other", "switch.tank"


def shown(home: LocalInstalled, entity_id: str) -> str:
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state.state


async def force(home: LocalInstalled, number: int, option: str) -> None:
    await home.act("select", "select_option", number, "mode", option=option)


# ---------------------------------------------------------------------- what acknowledges


async def test_the_entity_s_own_state_acknowledges(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)
    await force(home, number, "forced_on")
    assert shown(home, RELAY) == "on"
    # It is on already and says nothing new: its integration took the order.
    await force(home, number, "forced_on")
    await force(home, number, "forced_off")
    assert shown(home, RELAY) == "off"
    results = [event.result for event in home.ended(number)]
    assert [result.outcome for result in results] == [Outcome.ACKNOWLEDGED] * 3
    assert [result.tries for result in results] == [1] * 3
    # Nothing of it was taken for somebody else's doing.
    assert {e.origin for e in home.events if isinstance(e, ModeChanged)} <= {Origin.DASHBOARD}


async def test_a_state_that_is_assumed_is_doubtful_and_not_repeated(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", BLIND)
    await force(home, number, "forced_on")
    (event,) = home.ended(number)
    assert (event.result.outcome, event.result.reason) == (Outcome.DOUBTFUL, "unconfirmed")
    assert (event.result.tries, event.result.will_retry) == (1, False)
    assert shown(home, THIRD) == "on"
    assert home.state("select", number, "mode").state == "forced_on"


@pytest.mark.parametrize(("unit", "value"), [("W", 1200), ("kW", 1.2)])
async def test_a_power_sensor_confirms_what_an_entity_cannot(
    home: LocalInstalled, unit: str, value: float
) -> None:
    home.measure(0)
    await home.reload(replace(home.timing, meter_wait=20.0))
    number = await home.add("Lave-linge", BLIND, power_sensor=POWER)
    asked = asyncio.create_task(force(home, number, "forced_on"))
    await wait_for(lambda: shown(home, THIRD) == "on")
    assert not home.ended(number)
    home.measure(value, unit)
    await asked
    (event,) = home.ended(number)
    assert event.result.outcome is Outcome.ACKNOWLEDGED
    assert home.status(number).power == pytest.approx(1200)
    assert home.state("binary_sensor", number, "running").state == "on"


async def test_a_meter_that_says_nothing_leaves_it_doubtful(home: LocalInstalled) -> None:
    home.measure(0)
    await home.reload(replace(home.timing, ack_timeout=0.2))
    number = await home.add("Lave-linge", BLIND, power_sensor=POWER)
    await force(home, number, "forced_on")
    (event,) = home.ended(number)
    assert event.result.outcome is Outcome.DOUBTFUL


async def test_a_button_is_pressed_once_and_doubtful(home: LocalInstalled) -> None:
    number = await home.add("Lave-vaisselle", START, kind="dishwasher", advanced=PRESSED)
    await home.act("switch", "turn_on", number, "pilot")
    answer = await home.call("run_typology", equipment_id=number, order=True)
    assert answer["equipments"][0]["outcome"] == "doubtful"
    assert shown(home, THIRD) == "on"
    assert home.status(number).equipment.state.mode == 20
    pressed = shown(home, START)
    again = await home.call("run_typology", equipment_id=number, order=True)
    assert (again["equipments"][0]["outcome"], again["equipments"][0]["reason"]) == (
        "skipped",
        "recently_pressed",
    )
    assert shown(home, START) == pressed


PRESSED = {"typology": "plug_and_finger"}


async def test_a_press_that_ends_in_an_error_may_have_been_made(home: LocalInstalled) -> None:
    """An integration may deliver it, and miss the confirmation."""
    await home.reload(replace(home.timing, ack_timeout=0.2, retry_first=0.1, retry_max=0.1))
    number = await home.add("Lave-vaisselle", START, kind="dishwasher", advanced=PRESSED)
    await home.act("switch", "turn_on", number, "pilot")
    pressed: list[ServiceCall] = []

    async def press(call: ServiceCall) -> None:
        pressed.append(call)
        raise HomeAssistantError("no confirmation")

    home.hass.services.async_register("button", "press", press)
    answer = await home.call("run_typology", equipment_id=number, order=True)
    assert answer["equipments"][0]["outcome"] == "doubtful"
    await until(lambda: not is_busy(), "the end of the order")
    assert len(pressed) == 1
    assert home.status(number).equipment.state.mode == 20


async def test_a_press_that_was_not_even_tried_is_made_again(home: LocalInstalled) -> None:
    await home.reload(replace(home.timing, retry_first=0.1, retry_max=0.1))
    number = await home.add("Lave-vaisselle", START, kind="dishwasher", advanced=PRESSED)
    await home.act("switch", "turn_on", number, "pilot")
    pressed: list[ServiceCall] = []

    async def press(call: ServiceCall) -> None:
        pressed.append(call)
        if len(pressed) == 1:
            raise ServiceValidationError("it is locked")

    home.hass.services.async_register("button", "press", press)
    answer = await home.call("run_typology", equipment_id=number, order=True)
    assert answer["equipments"][0]["outcome"] == "failed"
    await wait_for(lambda: home.ended(number)[-1].result.outcome is Outcome.DOUBTFUL)
    assert len(pressed) == 2


# ------------------------------------------------------------------------ what goes wrong


async def test_an_unavailable_entity_fails_at_once_and_is_ordered_when_it_is_back(
    home: LocalInstalled,
) -> None:
    number = await home.add("Ballon", FRAIL, kind="water_heater", operation="continuous")
    assert shown(home, FRAIL) == "unavailable"
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: home.ended(number))
    first = home.ended(number)[0].result
    assert (first.outcome, first.reason) == (Outcome.FAILED, "device_unavailable")
    assert first.will_retry
    assert shown(home, THIRD) == "off"
    assert home.state("binary_sensor", number, "connected").state == "off"
    with pytest.raises(HomeAssistantError) as told:
        await force(home, number, "automatic")
    assert told.value.translation_key == "order_unavailable_kept"

    await home.use("input_boolean.turn_on", OTHER)
    await wait_for(lambda: shown(home, THIRD) == "on")
    await wait_for(lambda: home.ended(number)[-1].result.outcome is Outcome.ACKNOWLEDGED)
    assert home.status(number).equipment.piloted


async def test_an_integration_that_refuses_is_told(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)

    async def refuse(_: object) -> None:
        raise HomeAssistantError("the radio is jammed")

    home.hass.services.async_register("input_boolean", "turn_on", refuse)
    with pytest.raises(HomeAssistantError, match="the radio is jammed") as told:
        await force(home, number, "forced_on")
    assert told.value.translation_key == "order_refused_kept"
    first = home.ended(number)[0].result
    assert (first.outcome, first.reason) == (Outcome.FAILED, "refused")
    assert shown(home, RELAY) == "off"


async def test_an_order_without_end_does_not_act_later(
    home: LocalInstalled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An integration that hangs for minutes would switch the load on long after it was let go."""
    monkeypatch.setattr(entity_orders, "CALL_LIMIT", 0.3)
    number = await home.add("Lave-linge", RELAY)
    broken_off = asyncio.Event()

    async def hang(_: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            broken_off.set()

    home.hass.services.async_register("input_boolean", "turn_on", hang)
    with pytest.raises(HomeAssistantError) as told:
        await force(home, number, "forced_on")
    assert told.value.translation_key == "order_silent_kept"
    await asyncio.wait_for(broken_off.wait(), 30)
    await force(home, number, "forced_off")
    assert shown(home, RELAY) == "off"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The orders that were given to an entity so far."""
    found: list[bool] = []
    real = entity_orders.EntityOrders.begin

    def begin(self: entity_orders.EntityOrders, *given: Any, on: bool, **more: Any) -> None:
        found.append(on)
        real(self, *given, on=on, **more)

    monkeypatch.setattr(entity_orders.EntityOrders, "begin", begin)
    return found


async def test_a_newer_order_waits_for_the_call_before_it(
    home: LocalInstalled, begun: list[bool]
) -> None:
    """A call that hangs must not have the last word, nor its return be the answer to the newer."""
    await home.reload(replace(home.timing, ack_timeout=60.0))
    (switch,) = await enter(home.hass, TANK)
    number = await home.add("Ballon", TANK)
    await force(home, number, "forced_on")
    before, calls = len(home.ended(number)), []
    returns = {"turn_off": asyncio.Event(), "turn_on": asyncio.Event()}

    async def slow(call: ServiceCall) -> None:
        calls.append(call.service)
        await returns[call.service].wait()
        if call.service == "turn_on":
            # What it shows after off is as old as it was: it is polled.
            switch.become(call.context, is_on=True)

    for service in returns:
        home.hass.services.async_register("switch", service, slow)
    begun.clear()
    off = asyncio.create_task(force(home, number, "forced_off"))
    await wait_for(lambda: begun == [False])
    on = asyncio.create_task(force(home, number, "forced_on"))
    await wait_for(lambda: begun == [False, True])
    assert calls == ["turn_off"]

    returns["turn_off"].set()
    await wait_for(lambda: calls == ["turn_off", "turn_on"])
    outcomes = [event.result.outcome for event in home.ended(number)[before:]]
    assert Outcome.ACKNOWLEDGED not in outcomes
    returns["turn_on"].set()
    await asyncio.gather(off, on, return_exceptions=True)
    assert home.ended(number)[-1].result.outcome is Outcome.ACKNOWLEDGED
    assert (calls, begun) == (["turn_off", "turn_on"], [False, True])


async def test_an_order_that_waits_for_a_call_is_not_given_once_there_is_a_newer_one(
    home: LocalInstalled, begun: list[bool]
) -> None:
    await home.reload(replace(home.timing, ack_timeout=60.0))
    (switch,) = await enter(home.hass, TANK)
    number = await home.add("Ballon", TANK)
    await force(home, number, "forced_on")
    calls, returns = [], asyncio.Event()

    async def slow(call: ServiceCall) -> None:
        calls.append(call.service)
        await returns.wait()
        switch.become(call.context, is_on=call.service == "turn_on")

    for service in ("turn_off", "turn_on"):
        home.hass.services.async_register("switch", service, slow)
    begun.clear()
    asked = []
    for option in ("forced_off", "forced_on", "forced_off"):
        asked.append(asyncio.create_task(force(home, number, option)))
        await wait_for(lambda: len(begun) == len(asked))
    returns.set()
    await asyncio.gather(*asked, return_exceptions=True)
    assert home.ended(number)[-1].result.outcome is Outcome.ACKNOWLEDGED
    assert begun == [False, True, False]
    assert calls == ["turn_off", "turn_off"]


async def test_the_same_order_again_waits_for_its_call_under_way(
    home: LocalInstalled, begun: list[bool]
) -> None:
    """Nothing is gained by a second call; the first one answers in the end."""
    await home.reload(replace(home.timing, ack_timeout=0.2, retry_first=0.1, retry_max=0.2))
    number = await home.add("Lave-linge", BLIND)
    calls, returns = [], asyncio.Event()

    async def slow(call: ServiceCall) -> None:
        calls.append(call.service)
        await returns.wait()

    home.hass.services.async_register("switch", "turn_on", slow)
    asked = asyncio.create_task(force(home, number, "forced_on"))
    await wait_for(lambda: len(begun) > 2)
    returns.set()
    await wait_for(lambda: home.ended(number)[-1].result.outcome is Outcome.DOUBTFUL)
    await asyncio.gather(asked, return_exceptions=True)
    assert calls == ["turn_on"]


async def test_an_entity_that_goes_and_comes_back_was_changed_by_nobody(
    home: LocalInstalled,
) -> None:
    await home.use("input_boolean.turn_on", OTHER)
    number = await home.add("Ballon", FRAIL, kind="water_heater", operation="continuous")
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await home.until("binary_sensor", number, "running", "on")
    await home.use("input_boolean.turn_off", OTHER)
    # Its relay falls off with the current, and is off when it is back.
    await home.use("input_boolean.turn_off", THIRD)
    await home.use("input_boolean.turn_on", OTHER)
    await wait_for(lambda: shown(home, THIRD) == "on")
    assert home.status(number).equipment.piloted


async def test_what_an_entity_says_holds_until_it_is_away(home: LocalInstalled) -> None:
    """Its power stays the same for hours: Home Assistant keeps it, and says when it is lost."""
    home.measure(1200)
    await home.reload(replace(home.timing, feedback_fresh_for=0.0))
    number = await home.add("Lave-linge", RELAY, power_sensor=POWER)
    await home.until("binary_sensor", number, "running", "on")
    assert home.state("binary_sensor", number, "connected").state == "on"

    home.measure("unknown")
    # Its switch still tells.
    await home.until("binary_sensor", number, "running", "off")
    assert home.state("binary_sensor", number, "connected").state == "on"
    home.measure("unavailable")
    await home.until("binary_sensor", number, "connected", "off")
    assert home.status(number).power is None

    home.measure(1300)
    await home.until("binary_sensor", number, "running", "on")
    assert home.state("binary_sensor", number, "connected").state == "on"


async def test_a_button_that_is_away(home: LocalInstalled) -> None:
    number = await home.add("Lave-vaisselle", START, kind="dishwasher", advanced=PRESSED)
    await home.until("binary_sensor", number, "connected", "on")
    home.hass.states.async_set(START, "unavailable")
    await home.until("binary_sensor", number, "connected", "off")


# ----------------------------------------------------------------------- whose wish it is


@pytest.mark.parametrize(
    ("context", "origin", "user"),
    [
        (Context(user_id=ANNA), Origin.DASHBOARD, ANNA),
        (Context(parent_id="an automation's trigger"), Origin.AUTOMATION, None),
        (Context(), Origin.DEVICE, None),
    ],
)
async def test_who_changes_the_entity_takes_the_load_over(
    home: LocalInstalled, context: Context, origin: Origin, user: str | None
) -> None:
    number = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    await home.call("set_plan", equipment_id=number, slots=[0] * 96)
    await wait_for(lambda: home.ended(number))
    await home.hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": RELAY}, blocking=True, context=context
    )
    await home.until("switch", number, "pilot", "off")
    assert home.state("select", number, "mode").state == "by_hand"
    (change,) = (e for e in home.events if isinstance(e, ModeChanged))
    assert (change.after, change.origin, change.user_id) == (20, origin, user)

    orders = len(home.ended(number))
    home.clock.offset += 900
    await home.cycle()
    assert len(home.ended(number)) == orders
    assert shown(home, RELAY) == "on"


async def test_a_load_switched_off_by_hand_stays_off(home: LocalInstalled) -> None:
    number = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: home.ended(number))
    assert shown(home, RELAY) == "on"
    await home.use("input_boolean.turn_off", RELAY)
    await home.until("select", number, "mode", "forced_off")
    home.clock.offset += 900
    await home.cycle()
    assert shown(home, RELAY) == "off"

    await home.act("switch", "turn_on", number, "pilot")
    await home.cycle()
    await wait_for(lambda: shown(home, RELAY) == "on")


@pytest.mark.parametrize(
    ("entity_id", "metered", "left", "control"),
    [(RELAY, True, "off", 25), (RELAY, False, "off", 25), (TANK, True, "on", 15)],
)
async def test_what_a_helper_is_restored_to_is_nobody_s_word(
    home: LocalInstalled, entity_id: str, metered: bool, left: str, control: int
) -> None:
    """Home Assistant was killed before it stored it; what a device says at a start is so."""
    await enter(home.hass, TANK)
    home.measure(0)
    used: dict[str, Any] = {"power_sensor": POWER} if metered else {}
    number = await home.add("Ballon", entity_id, **used)
    await force(home, number, "forced_off")
    await home.unload()
    home.hass.set_state(CoreState.starting)
    home.hass.states.async_set(entity_id, "on")
    setting_up = asyncio.create_task(home.setup())
    loaded = ConfigEntryState.LOADED
    await wait_for(lambda: home.entry.state is loaded and home.status(number).reported_on)
    home.hass.set_state(CoreState.running)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await setting_up

    await home.cycle()

    await until(lambda: not is_busy(), "the end of what follows")
    assert shown(home, entity_id) == left
    assert home.status(number).equipment.state.control == control


async def test_a_machine_started_at_its_button_is_not_pressed_again(home: LocalInstalled) -> None:
    number = await home.add("Lave-vaisselle", START, kind="dishwasher", advanced=PRESSED)
    await home.act("switch", "turn_on", number, "pilot")
    home.clock.offset += 900
    await home.use("button.press", START)
    await home.until("switch", number, "pilot", "off")
    pressed = shown(home, START)
    assert home.status(number).equipment.state.command == 13
    await home.act("switch", "turn_on", number, "pilot")
    home.clock.offset += 1
    await home.call("set_plan", equipment_id=number, slots=[1, *[0] * 95])
    await wait_for(lambda: any(e.act is Act.START for e in home.ended(number)))
    assert home.ended(number)[-1].result.reason == "recently_pressed"
    assert shown(home, START) == pressed
