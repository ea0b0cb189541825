"""Unloading, reloading and removing leave nothing behind."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.adapters.mqtt import MqttMessenger
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.devices.roster import Roster
from custom_components.elfe_commande.engine.engine import Engine
from custom_components.elfe_commande.engine.ground.ports import Arrival, Handler, MessengerError
from custom_components.elfe_commande.subentries.rules.rule_settings import SUBENTRY_RULE
from custom_components.elfe_commande.subentries.rules.unit import RuleUnit
from demo.appliances.device import Message
from tests.engine.bench import until_row
from tests.fixtures_home_assistant import Installed, no_yaml, wait_for

from .homes import DISHES, HEATER, PLUG, RELAY, WASHING, WASHING_COMMAND, live_in

REPORT = "shellies/shellyplug-s-I102/relay/0"


@pytest.fixture
def arrivals(monkeypatch: pytest.MonkeyPatch) -> list[Arrival]:
    """Collect every message that any engine, the present or a former one, is given."""
    found: list[Arrival] = []

    def tap(way: str) -> None:
        subscribe = getattr(MqttMessenger, way)

        async def tapped(
            self: MqttMessenger, topics: Iterable[str], handler: Handler, *granted: Any
        ) -> Any:
            def note(arrival: Arrival) -> None:
                found.append(arrival)
                handler(arrival)

            return await subscribe(self, topics, note, *granted)

        monkeypatch.setattr(MqttMessenger, way, tapped)

    tap("subscribe")
    tap("subscribe_each")
    return found


def our_tasks() -> list[str]:
    """Return the names of what still runs for an engine."""
    return [task.get_name() for task in asyncio.all_tasks() if "elfe" in task.get_name()]


def subscriptions(hass: HomeAssistant) -> set[str]:
    """Return the topics of our devices that the MQTT client listens to."""
    info = hass.data[mqtt.DATA_MQTT].client.subscriptions
    return {found.topic for found in info if found.topic.startswith(("shell", "switchbot"))}


async def round_trip(installed: Installed) -> None:
    """Return once all that the broker had for us has come, its grants included."""
    marker, heard = f"{REPORT}/marker", asyncio.Event()
    unsubscribe = await mqtt.async_subscribe(installed.hass, marker, lambda _: heard.set())
    async with asyncio.timeout(45):
        while not heard.is_set():
            installed.world.fleet.say([Message(marker, "now")])
            await asyncio.sleep(0.02)
    unsubscribe()


async def report_once(installed: Installed, arrivals: list[Arrival], payload: str) -> int:
    """Have the plug say something; return how many times it was handled."""
    await round_trip(installed)
    arrivals.clear()
    installed.world.fleet.say([Message(REPORT, payload)])
    running = STATE_ON if payload == "on" else STATE_OFF
    await installed.until("binary_sensor", PLUG, "running", running)
    await round_trip(installed)
    return len([arrival for arrival in arrivals if arrival.topic == REPORT])


def before(kind: type, step: str, act: Callable[[], Any]) -> Any:
    """Return what lets something happen each time that a step of the set-up begins."""
    begin = getattr(kind, step)

    def begun(*arguments: Any, **options: Any) -> Any:
        act()
        return begin(*arguments, **options)

    return patch.object(kind, step, begun)


async def test_a_message_is_handled_once_after_every_kind_of_reload(
    installed: Installed, mqtt_entry: MockConfigEntry, arrivals: list[Arrival]
) -> None:
    hass = installed.hass
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    assert await report_once(installed, arrivals, "on") == 1

    await installed.reload()
    assert await report_once(installed, arrivals, "on") == 1

    with no_yaml():
        assert await hass.config_entries.async_reload(mqtt_entry.entry_id)
    await installed.until("binary_sensor", PLUG, "running", STATE_ON)
    await wait_for(lambda: mqtt.is_connected(hass))
    assert await report_once(installed, arrivals, "off") == 1

    await installed.reload()
    assert await report_once(installed, arrivals, "on") == 1
    assert await report_once(installed, arrivals, "off") == 1

    await installed.cycle()
    await installed.act("switch", "turn_off", PLUG, "pilot")
    assert installed.world.orders(WASHING_COMMAND)[-1:] == ["on"]


async def test_unloading_leaves_nothing_running(
    installed: Installed, arrivals: list[Arrival]
) -> None:
    hass, world = installed.hass, installed.world
    await live_in(installed, WASHING, HEATER, DISHES)
    await installed.setup()
    await installed.cycle()
    assert subscriptions(hass)
    assert our_tasks()
    engine = installed.hub.engine

    await installed.unload()

    assert engine.lifecycle.code is Code.STOPPED
    assert not subscriptions(hass)
    assert not our_tasks()
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'elfe_commande%'"
    async with asyncio.timeout(5):
        while await world.owner.fetchval(sessions + " AND datname = current_database()"):
            await asyncio.sleep(0.01)
    for entity in er.async_entries_for_config_entry(er.async_get(hass), installed.entry.entry_id):
        state = hass.states.get(entity.entity_id)
        assert state is None or state.state == STATE_UNAVAILABLE
    arrivals.clear()
    sent = len(world.fleet.recorder)
    world.fleet.say([Message(REPORT, "on")])
    await world.fleet.settle()
    assert not arrivals
    assert len(world.fleet.recorder) == sent


async def test_what_is_given_up_while_it_is_asked_for_is_given_up_once(
    installed: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    """The client sent for it, and the broker did not answer yet."""
    hass, topic = installed.hass, "shellies/new"
    await live_in(installed, WASHING)
    await installed.setup()
    await round_trip(installed)
    client = hass.data[mqtt.DATA_MQTT].client
    asking = asyncio.create_task(installed.hub.messenger.subscribe([topic], lambda _: None))
    while topic not in subscriptions(hass) or client.is_pending_subscription(topic):
        await asyncio.sleep(0)

    asking.cancel()

    await asyncio.wait([asking])
    assert asking.cancelled()
    await round_trip(installed)
    assert topic not in subscriptions(hass)
    assert "Error doing job" not in caplog.text


async def test_what_is_sent_in_the_middle_of_a_reload_is_refused_in_our_words(
    installed: Installed, mqtt_entry: MockConfigEntry
) -> None:
    """For a while there is a client that cannot send yet, and says so in words of its own."""
    hass = installed.hass
    await live_in(installed, WASHING)
    await installed.setup()
    messenger, refused = installed.hub.messenger, 0
    with no_yaml():
        reloading = hass.async_create_task(hass.config_entries.async_reload(mqtt_entry.entry_id))
        while not reloading.done():
            try:
                await messenger.publish(f"{REPORT}/marker", "now")
            except MessengerError:
                refused += 1
            await asyncio.sleep(0)
    assert await reloading
    assert refused
    await wait_for(lambda: mqtt.is_connected(hass))
    await messenger.publish(f"{REPORT}/marker", "now")


async def test_new_options_are_served_after_a_reload(installed: Installed) -> None:
    hass, entry = installed.hass, installed.entry
    await live_in(installed, WASHING, DISHES)
    await installed.setup()
    assert installed.find("switch", 1, "pilot")
    former = installed.hub

    hass.config_entries.async_update_entry(entry, options={**entry.options, "homes": ["R001"]})

    await installed.running_again(former)
    assert former.engine.lifecycle.code is Code.STOPPED
    assert installed.hub.engine.statuses.keys() == {PLUG}
    assert installed.find("switch", 1, "pilot") is None


@pytest.mark.parametrize(
    "step", [(Engine, "open"), (Roster, "async_start")], ids=["reading", "starting"]
)
async def test_options_changed_while_it_is_set_up_are_served(
    installed: Installed, step: tuple[type, str]
) -> None:
    await live_in(installed, WASHING, DISHES)
    changed: list[bool] = []

    def change() -> None:
        changed.append(
            installed.hass.config_entries.async_update_entry(
                installed.entry, options={"homes": ["R001"], "shadow": True}
            )
        )

    with before(*step, change), no_yaml():
        await installed.hass.config_entries.async_setup(installed.entry.entry_id)
        await wait_for(
            lambda: len(changed) == 2 and installed.entry.state is ConfigEntryState.LOADED
        )
        await installed.hass.async_block_till_done()
    assert changed == [True, False]
    assert installed.hub.shadow
    assert installed.hub.engine.statuses.keys() == {PLUG}


@pytest.mark.parametrize(
    "step", [(Engine, "open"), (Roster, "async_start")], ids=["reading", "starting"]
)
async def test_a_part_that_is_added_while_it_is_set_up_is_made_once(
    installed: Installed, step: tuple[type, str]
) -> None:
    await live_in(installed, HEATER)
    data = {"equipment": RELAY, "surplus": "sensor.surplus", "nominal_power": 1000}
    rule = ConfigSubentry(
        data=MappingProxyType(data), subentry_type=SUBENTRY_RULE, title="Rule", unique_id=None
    )
    made: list[str] = []
    with (
        before(
            *step,
            lambda: installed.hass.config_entries.async_add_subentry(installed.entry, rule),
        ),
        before(RuleUnit, "__init__", lambda: made.append(rule.subentry_id)),
    ):
        await installed.setup()
    assert made == [rule.subentry_id]
    assert list(installed.hub.engine.surplus.rules) == made


async def test_removing_the_entry_removes_all_of_it(installed: Installed, stored: Path) -> None:
    hass, entry, world = installed.hass, installed.entry, installed.world
    await live_in(installed, WASHING, replace(HEATER, devices=()))
    await installed.setup()
    await installed.act("select", "select_option", PLUG, "mode", option="forced_off")
    await until_row(world, PLUG, equipement_pilote_ou_mesure_mode_id=20)
    await installed.cycle()

    def files() -> list[str]:
        return sorted(path.name for path in stored.glob(f"{DOMAIN}.*"))

    def issues() -> list[str]:
        return [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN]

    assert {name.split(".", 2)[2].partition("-")[0] for name in files()} == {
        "journal",
        "memory",
        "owner",
        "record.db",
    }
    assert issues()

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()

    assert not files()
    assert not issues()
    assert not our_tasks()
    assert not dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert not hass.states.async_entity_ids("switch")
    assert hass.config_entries.async_entries(DOMAIN) == []
    assert entry.state is ConfigEntryState.NOT_LOADED
