"""Entities as they are in the field: polled, remote, restored, named after whoever called last.

Times are those of the loop, which stands still and is moved on by hand.
"""

from collections.abc import AsyncIterator
import json
import time
from typing import Any

from homeassistant.core import Context, CoreState, HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import async_get_integration
import pytest

from custom_components.elfe_commande.adapters.entity_hands import (
    POLLED,
    PUSHED,
    REMOTE,
    SETTLING,
    EntityHands,
)
from custom_components.elfe_commande.adapters.entity_messenger import EntityMessenger
from custom_components.elfe_commande.core.entity_topics import topic_of
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from custom_components.elfe_commande.engine.ground.ports import Arrival
from tests.fixtures_home_assistant import ANNA, wait_for

from .homes import LocalInstalled

HEATER = "switch.water_heater"


class Field:
    """An entity of another integration, and what is told of it."""

    def __init__(self, hass: HomeAssistant, moved: list[float]) -> None:
        self.hass = hass
        self.moved = moved
        self.messenger = EntityMessenger(hass)
        self.arrivals: list[Arrival] = []
        self.calls: list[ServiceCall] = []
        self.contexts: list[Context] = []

    async def open(self, state: str | None = "off") -> None:
        """Begin to listen to it."""

        async def take(call: ServiceCall) -> None:
            self.calls.append(call)
            self.contexts.append(call.context)

        for service in ("turn_on", "turn_off"):
            self.hass.services.async_register("switch", service, take)
        if state is not None:
            self.says(state)
        await self.messenger.subscribe([topic_of(HEATER)], self.arrivals.append)
        await self.hass.async_block_till_done()
        self.arrivals.clear()

    def says(self, state: str, context: Context | None = None, **attributes: Any) -> None:
        """Let its integration write a state, under a context of its own unless given one."""
        self.hass.states.async_set(HEATER, state, attributes, context=context)

    def after(self, seconds: float) -> None:
        """Let time pass, timers included."""
        self.moved[0] += seconds

    async def order(self, *, on: bool) -> None:
        """Order it as the engine does."""
        payload = json.dumps({"on": on, "request": "elfe-1"})
        await self.messenger.publish(topic_of(HEATER), payload)
        await self.hass.async_block_till_done()

    async def heard(self) -> list[dict[str, Any]]:
        """Return what was told since the last look, answers apart."""
        await self.hass.async_block_till_done()
        told = [json.loads(arrival.payload) for arrival in self.arrivals]
        self.arrivals.clear()
        return [each for each in told if "answer" not in each]

    async def states(self) -> list[str]:
        """Return the states that were told since the last look."""
        return [each["state"] for each in await self.heard()]

    async def hands(self) -> list[dict[str, Any]]:
        """Return whose hands were told since the last look."""
        return [each["hand"] for each in await self.heard() if "hand" in each]


@pytest.fixture
async def field(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Field]:
    moved = [0.0]
    real = hass.loop.time
    monkeypatch.setattr(hass.loop, "time", lambda: real() + moved[0])
    found = Field(hass, moved)
    yield found
    found.messenger.close()


async def test_t2_53_a_polled_switch_that_bounces_was_changed_by_nobody(field: Field) -> None:
    await field.open()
    await field.order(on=True)
    field.says("on", field.contexts[-1])
    assert await field.states() == ["on"]
    field.after(12)
    field.says("off", Context())
    # Neither shown nor taken for anybody's doing.
    assert await field.heard() == []
    field.after(30)
    field.says("on", Context())
    (back,) = await field.heard()
    assert back["state"] == "on"
    assert "hand" not in back


async def test_t2_53_the_load_stays_piloted_and_runs(home: LocalInstalled) -> None:
    home.hass.states.async_set(HEATER, "off")
    contexts: list[Context] = []

    async def take(call: ServiceCall) -> None:
        contexts.append(call.context)
        home.hass.states.async_set(HEATER, "on", context=call.context)

    home.hass.services.async_register("switch", "turn_on", take)
    number = await home.add("Ballon", HEATER, kind="water_heater", operation="continuous")
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: home.ended(number))
    home.hass.states.async_set(HEATER, "off", context=Context())
    await home.hass.async_block_till_done()
    assert home.status(number).equipment.piloted
    assert home.state("binary_sensor", number, "running").state == "on"
    home.hass.states.async_set(HEATER, "on", context=Context())
    await home.hass.async_block_till_done()
    assert home.status(number).equipment.piloted
    assert not [e for e in home.events if isinstance(e, ModeChanged)]


async def test_t2_54_a_remote_switch_that_follows_late_was_changed_by_nobody(
    field: Field,
) -> None:
    await field.open()
    for pause in (10, 20, 40, 70):
        await field.order(on=True)
        field.after(pause)
    field.says("on", Context())
    (late,) = await field.heard()
    assert late["state"] == "on"
    assert "hand" not in late


async def test_t2_54_the_late_state_acknowledges(home: LocalInstalled) -> None:
    home.hass.states.async_set(HEATER, "off")
    calls: list[ServiceCall] = []

    async def take(call: ServiceCall) -> None:
        calls.append(call)

    home.hass.services.async_register("switch", "turn_on", take)
    number = await home.add("Ballon", HEATER, kind="water_heater", operation="continuous")
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: calls)
    home.hass.states.async_set(HEATER, "on", context=Context())
    await wait_for(lambda: home.ended(number))
    assert home.ended(number)[-1].result.outcome is Outcome.ACKNOWLEDGED
    assert home.status(number).equipment.piloted


async def test_an_old_state_that_is_repeated_is_not_told_as_how_it_is(field: Field) -> None:
    """Its attributes change with each poll, its state does not yet."""
    await field.open("on")
    await field.order(on=False)
    field.says("off", field.contexts[-1])
    assert await field.states() == ["off"]
    for reading in range(3):
        field.after(30)
        field.says("on", Context(), reading=reading)
    assert await field.heard() == []
    field.after(30)
    field.says("off", Context())
    assert await field.states() == ["off"]


async def test_an_old_poll_under_our_own_context_is_old_all_the_same(field: Field) -> None:
    """Home Assistant names the last caller with all that follows within five seconds."""
    await field.open()
    await field.order(on=True)
    ours = field.contexts[-1]
    field.says("on", ours)
    assert await field.states() == ["on"]
    field.after(3)
    field.says("off", ours)
    assert await field.heard() == []


async def test_an_old_poll_after_a_person_s_choice_is_not_a_second_one(field: Field) -> None:
    await field.open()
    anna = Context(user_id=ANNA)
    field.says("on", anna)
    assert await field.hands() == [{"on": True, "user": ANNA, "automation": False}]
    field.after(3)
    field.says("off", anna)
    assert await field.heard() == []
    field.after(30)
    field.says("off", Context())
    field.says("on", Context())
    assert await field.hands() == []


async def test_who_is_named_is_believed_at_once(field: Field) -> None:
    await field.open()
    await field.order(on=True)
    field.says("on", field.contexts[-1])
    field.after(2)
    field.says("off", Context(user_id=ANNA))
    assert await field.hands() == [{"on": False, "user": ANNA, "automation": False}]
    field.after(2)
    field.says("on", Context(parent_id="an automation's trigger"))
    assert await field.hands() == [{"on": True, "user": None, "automation": True}]


async def test_a_hand_at_the_device_counts_once_it_cannot_be_old(field: Field) -> None:
    await field.open()
    await field.order(on=True)
    field.says("on", field.contexts[-1])
    field.after(REMOTE + 1)
    field.says("off", Context())
    assert await field.hands() == [{"on": False, "user": None, "automation": False}]
    # And the next one at once: nobody ordered anything since.
    field.after(1)
    field.says("on", Context())
    assert await field.hands() == [{"on": True, "user": None, "automation": False}]


async def test_a_state_that_stays_is_believed_in_the_end(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody pressed the button of the device soon after our order."""
    monkeypatch.setattr(EntityHands, "lag_of", lambda *_: 0.2)
    await field.open()
    await field.order(on=True)
    field.says("on", field.contexts[-1])
    assert await field.states() == ["on"]
    field.says("off", Context())
    assert await field.heard() == []
    await wait_for(lambda: field.arrivals)
    (late,) = await field.heard()
    assert (late["state"], late["hand"]["on"]) == ("off", False)


async def test_what_was_restored_and_then_corrected_was_changed_by_nobody(field: Field) -> None:
    """It comes back with the state it had, and says a moment later what it is."""
    await field.open("unavailable")
    field.says("on", Context())
    field.after(5)
    field.says("off", Context())
    assert await field.hands() == []
    field.after(SETTLING + 1)
    field.says("on", Context())
    assert await field.hands() == [{"on": True, "user": None, "automation": False}]


async def test_what_home_assistant_starts_with_is_settled_a_minute_later(
    hass: HomeAssistant, field: Field
) -> None:
    field.messenger.close()
    hass.set_state(CoreState.starting)
    field.messenger = EntityMessenger(hass)
    await field.open("on")
    field.says("off", Context())
    assert await field.hands() == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done()
    field.says("on", Context())
    assert await field.hands() == []
    field.after(SETTLING + 1)
    field.says("off", Context())
    assert await field.hands() == [{"on": False, "user": None, "automation": False}]


async def test_what_comes_back_is_told_at_once(field: Field) -> None:
    """A relay that lost its current is off when it is back: it is ordered anew, if wanted."""
    await field.open()
    await field.order(on=True)
    field.says("on", field.contexts[-1])
    field.says("unavailable", Context())
    field.says("off", Context())
    told = await field.heard()
    assert [each.get("state") for each in told] == ["on", None, "off"]
    assert not any("hand" in each for each in told)


async def test_what_is_kept_from_before_is_as_old_as_it_is(
    hass: HomeAssistant, field: Field
) -> None:
    """What is heard when we begin to listen was said when it was said."""
    hass.states.async_set(HEATER, "on", timestamp=time.time() - 3600)
    await field.messenger.subscribe([topic_of(HEATER)], field.arrivals.append)
    (arrival,) = field.arrivals
    assert hass.loop.time() - arrival.at == pytest.approx(3600, abs=60)


@pytest.mark.parametrize(
    ("platform", "lag"),
    [("mqtt", PUSHED), ("zha", POLLED), ("tuya", REMOTE), ("group", REMOTE), ("absent", REMOTE)],
)
async def test_how_long_old_states_are_possible_follows_from_its_integration(
    hass: HomeAssistant, platform: str, lag: float
) -> None:
    if platform != "absent":
        await async_get_integration(hass, platform)
    entry = er.async_get(hass).async_get_or_create("switch", platform, "1")
    hands = EntityHands(hass, lambda *_: None)
    assert hands.lag_of(entry.entity_id) == lag
    assert hands.lag_of("input_boolean.helper") == 0
    hands.close()
