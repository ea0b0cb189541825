"""Whoever asks at a dashboard or by an action is told what was not done, and what follows."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
import logging
from typing import Any

from homeassistant.components import mqtt
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.elfe_commande.automations.chronicle import EVENT_ORDER_ENDED
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.outcome import Outcome
from demo.appliances import Behaviour
from demo.specs import plug
from demo.territory import Equipment, Household
from tests.engine.bench import COMMAND, CONTROL, MODE, calm, lose_patience, until_row
from tests.fixtures_home_assistant import ANNA, Installed, wait_for
from tests.hour import ZONE

from .homes import DISHES, FINGER, FINGER_COMMAND, HEATER, PLUG, RELAY, WASHING, live_in

WINDOW = 890
"""Seconds in which an order is tried again."""
OTHER = Equipment(12, "R001", "Sèche-linge", 113, 120, (plug("I112"),), cycle=7200)


async def silent(installed: Installed, *equipments: Equipment, **waits: Any) -> Household:
    """Start with these equipments; what does not answer is not tried again within a test."""
    household = await live_in(installed, *equipments)
    installed.world.timing = calm(**({"retry_first": 600.0, "retry_max": 600.0} | waits))
    await installed.setup()
    return household


def hush(
    installed: Installed,
    equipment: Equipment,
    name: str,
    behaviour: Behaviour = Behaviour.SILENT,
) -> None:
    """Have a device be silent, or late; nobody waits long for its type any more."""
    installed.world.household.devices[name].behaviour = behaviour
    (spec,) = (each for each in equipment.devices if each.id == name)
    lose_patience(installed.world, spec.type)


async def refused(asked: Coroutine[Any, Any, Any]) -> HomeAssistantError:
    """Return the error of something asked."""
    with pytest.raises(HomeAssistantError) as caught:
        await asked
    assert caught.value.translation_domain == DOMAIN
    # The key itself would mean that there is no text.
    assert caught.value.translation_key != str(caught.value)
    return caught.value


def words(error: HomeAssistantError) -> dict[str, str]:
    return dict(error.translation_placeholders or {})


def local(installed: Installed, seconds: float) -> str:
    """Return a time as clocks at home show it, so many seconds from now."""
    moment = datetime.fromtimestamp(installed.world.clock.now() + seconds, UTC)
    return moment.astimezone(ZONE).strftime("%H:%M")


def unread(installed: Installed, action: str, **data: Any) -> Coroutine[Any, Any, Any]:
    """Return the call of one of our actions by somebody who does not read the answer."""
    return installed.hass.services.async_call(
        DOMAIN, action, data, blocking=True, context=Context(user_id=ANNA)
    )


type Ask = Callable[[Installed], Coroutine[Any, Any, Any]]

SWITCH: Ask = lambda i: i.act("switch", "turn_off", PLUG, "pilot")  # noqa: E731
SELECT: Ask = lambda i: i.act(  # noqa: E731
    "select", "select_option", PLUG, "mode", option="forced_on"
)
ACTION: Ask = lambda i: unread(i, "set_mode", equipment_id=PLUG, mode="forced_on")  # noqa: E731


@pytest.mark.parametrize("ask", [SWITCH, SELECT, ACTION], ids=["switch", "select", "action"])
async def test_a_silent_device_is_told_with_what_follows(installed: Installed, ask: Ask) -> None:
    await silent(installed, WASHING)
    hush(installed, WASHING, "I102")
    first = local(installed, WINDOW)

    error = await refused(ask(installed))

    assert error.translation_key == "order_silent_kept"
    assert words(error)["equipment"] == "Lave-linge"
    assert words(error)["until"] in {first, local(installed, WINDOW)}
    # As it says: the mode is kept, whatever the device does.
    await until_row(installed.world, PLUG, **{MODE: 20, COMMAND: 30})
    assert installed.state("switch", PLUG, "pilot").state == "off"


@pytest.mark.parametrize(
    ("ask", "shown"), [(SWITCH, "by_hand"), (SELECT, "forced_on"), (ACTION, "forced_on")]
)
async def test_what_was_chosen_is_shown_and_told_as_not_confirmed(
    installed: Installed, ask: Ask, shown: str
) -> None:
    """The row still says off, and would be read as forced off."""
    await silent(installed, WASHING)
    hush(installed, WASHING, "I102")
    mode = installed.entity_id("select", PLUG, "mode")
    changes = async_capture_events(installed.hass, EVENT_STATE_CHANGED)
    lines = async_capture_events(installed.hass, EVENT_ORDER_ENDED)

    await refused(ask(installed))
    await until_row(installed.world, PLUG, **{MODE: 20, COMMAND: 30, CONTROL: 25})
    await installed.hass.async_block_till_done()

    seen = {e.data["new_state"].state for e in changes if e.data["entity_id"] == mode}
    assert seen == {shown}
    (line,) = lines
    assert (line.data["outcome"], line.data["will_retry"]) == ("failed", True)


async def test_a_device_that_answers_late_is_told_and_then_confirmed(installed: Installed) -> None:
    household = await silent(installed, WASHING)
    hush(installed, WASHING, "I102", Behaviour.LATE)
    household.devices["I102"].late_delay = 25.0  # type: ignore[misc]

    error = await refused(SWITCH(installed))
    assert error.translation_key == "order_silent_kept"

    await wait_for(lambda: installed.world.ended(PLUG)[-1].result.outcome is Outcome.ACKNOWLEDGED)
    await until_row(installed.world, PLUG, **{MODE: 20, COMMAND: 13})


async def test_a_refusal_is_told_in_the_device_s_own_words(installed: Installed) -> None:
    household = await silent(installed, HEATER)
    household.devices["I103"].behaviour = Behaviour.ERROR

    error = await refused(
        installed.act("select", "select_option", RELAY, "mode", option="forced_on")
    )

    # It would refuse again: nobody sends it blindly.
    assert error.translation_key == "order_given_up"
    assert "overpower" in words(error)["detail"]
    assert "overpower" in str(error)
    answer = await installed.call("set_mode", equipment_id=RELAY, mode="forced_on")
    assert "overpower" in answer["equipments"][0]["detail"]
    assert answer["equipments"][0]["retry_until"] is None


@pytest.mark.usefixtures("every_entity")
async def test_a_button_that_was_not_pressed(installed: Installed) -> None:
    household = await silent(installed, DISHES)
    household.devices["I109"].behaviour = Behaviour.ERROR

    error = await refused(installed.act("button", "press", FINGER, "start"))

    assert error.translation_key == "order_not_pressed_retry"
    assert words(error)["detail"].startswith("error")
    assert household.machine(FINGER).presses == 0


@pytest.mark.usefixtures("every_entity")
async def test_a_doubtful_press_is_told_and_not_raised(installed: Installed) -> None:
    """An error would make whoever asked press a second time."""
    await silent(installed, DISHES)
    hush(installed, DISHES, "I109")

    await installed.act("button", "press", FINGER, "start")

    assert installed.state("sensor", FINGER, "last_outcome").state == "doubtful"
    assert installed.state("event", FINGER, "activity").attributes["event_type"] == "doubtful"

    error = await refused(installed.act("button", "press", FINGER, "start"))

    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "order_recently_pressed"
    assert installed.world.orders(FINGER_COMMAND) == ["ON"]


@pytest.mark.usefixtures("every_entity")
async def test_a_finger_that_is_away(installed: Installed) -> None:
    household = await silent(installed, DISHES)
    installed.world.fleet.lose(household.devices["I109"])
    await installed.until("binary_sensor", FINGER, "connected", "off")

    error = await refused(installed.act("button", "press", FINGER, "start"))

    assert error.translation_key == "order_unavailable_retry"
    assert installed.world.orders(FINGER_COMMAND) == []


async def test_a_lost_broker_is_told(installed: Installed) -> None:
    await silent(installed, WASHING)
    client = installed.hass.data["mqtt"].client
    await client.async_disconnect(disconnect_paho_client=True)
    await wait_for(lambda: not mqtt.is_connected(installed.hass))

    error = await refused(SWITCH(installed))
    assert error.translation_key == "order_disconnected_kept"
    assert installed.state("switch", PLUG, "pilot").state == "off"
    assert (await refused(unread(installed, "refresh_screens"))).translation_key == (
        "screens_unreachable"
    )


async def test_a_newer_order_takes_the_place_of_an_older(installed: Installed) -> None:
    household = await silent(installed, WASHING)
    installed.world.timing = calm()
    await installed.reload()
    household.devices["I102"].behaviour = Behaviour.SILENT
    older = asyncio.create_task(SWITCH(installed))
    await wait_for(lambda: household.devices["I102"].orders == 1)

    household.devices["I102"].behaviour = Behaviour.ACK
    await installed.act("switch", "turn_on", PLUG, "pilot")

    assert (await refused(older)).translation_key == "order_superseded"


@pytest.mark.usefixtures("every_entity")
async def test_without_the_database(installed_alone: Installed) -> None:
    installed = installed_alone
    household = await silent(installed, DISHES, WASHING, fresh_for=0.0)
    await installed.world.database.server.stop()

    error = await refused(installed.act("button", "press", FINGER, "start"))
    assert error.translation_key == "order_database_retry"
    assert household.machine(FINGER).presses == 0
    # What people wish about it is kept, and written once the database is back.
    await installed.act("number", "set_value", PLUG, "cycle_duration", value=60)
    await unread(installed, "set_cycle_duration", equipment_id=PLUG, duration={"hours": 1})
    # A plug obeys all the same: nothing was in vain.
    await SWITCH(installed)
    assert household.devices["I102"].on


async def test_what_the_database_refuses_for_good_is_told(installed: Installed) -> None:
    await silent(installed, WASHING)
    await installed.world.owner.execute(
        "ALTER TABLE bdd_coordination_schema.equipement_pilote_ou_mesure"
        f" ADD CONSTRAINT no_manual CHECK ({MODE} <> 20) NOT VALID"
    )

    error = await refused(SWITCH(installed))

    assert error.translation_key == "order_not_written"
    assert (await installed.world.row(PLUG))[MODE] == 30
    assert installed.state("switch", PLUG, "pilot").state == "on"


async def test_several_that_failed_are_named(installed: Installed) -> None:
    household = await silent(installed, WASHING, HEATER, OTHER)
    hush(installed, WASHING, "I102")
    hush(installed, OTHER, "I112")
    numbers = [PLUG, RELAY, OTHER.id]

    error = await refused(unread(installed, "set_mode", equipment_id=numbers, mode="forced_on"))

    assert error.translation_key == "several_failed"
    assert words(error) == {"count": "2", "asked": "3", "names": "Lave-linge, Sèche-linge"}
    assert household.devices["I103"].on

    # Who asks for the answer gets it.
    answer = await installed.call("set_mode", equipment_id=numbers, mode="forced_on")
    assert [each["outcome"] for each in answer["equipments"]] == [
        "failed",
        "acknowledged",
        "failed",
    ]


async def test_an_engine_that_does_not_come_back_is_told(
    installed: Installed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await silent(installed, WASHING)
    # Home Assistant tells all about it when it is asked to debug us.
    caplog.set_level(logging.INFO, logger=f"custom_components.{DOMAIN}")

    async def no_client(_: object) -> bool:
        return False

    monkeypatch.setattr(mqtt, "async_wait_for_mqtt_client", no_client)
    error = await refused(unread(installed, "restart"))
    assert error.translation_key == "restart_failed"
    assert words(error)["detail"]
