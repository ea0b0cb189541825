"""Triggers over reloads, removals and settings that cannot be used."""

from typing import Any

from homeassistant.helpers.trigger import TriggerConfig
import pytest

from custom_components.elfe_commande.trigger import ModeChangedTrigger
from tests.entities.conftest import Start
from tests.entities.world import status_of

from .conftest import Automate
from .told import about, mode_changed, order_ended, place, plugged, report, strange_device, tell


async def test_triggers_survive_a_reload_of_the_entry(start: Start, automate: Automate):
    world = await start([plugged(1)])
    runs = await automate(
        [
            {"trigger": "elfe_commande.mode_changed", "id": "mode"},
            {"trigger": "elfe_commande.equipment_stopped", "id": "stopped"},
        ]
    )
    old = world.coordinator
    await tell(world, mode_changed())
    await report(world, 1, 800.0)

    await world.reload()
    assert world.coordinator is not old
    await tell(world, mode_changed())
    old.handle(mode_changed())
    # It stopped while nobody looked.
    await report(world, 1, 1.0)

    assert [run.data["trigger"]["id"] for run in runs] == ["mode", "mode", "stopped"]


async def test_triggers_wait_for_the_entry(hass, start: Start, automate: Automate):
    hass.config.components.add("mqtt")
    runs = await automate({"trigger": "elfe_commande.mode_changed"})

    world = await start([status_of(1)])
    await tell(world, mode_changed())

    assert len(runs) == 1


async def test_what_left_the_tables_is_forgotten(start: Start, automate: Automate):
    world = await start([plugged(1)])
    runs = await automate({"trigger": "elfe_commande.equipment_started"})
    await report(world, 1, 1.0)

    await world.drop(1)
    await tell(world, mode_changed(), order_ended())
    await world.put(plugged(1))
    await report(world, 1, 800.0)

    assert not runs


async def test_detached_triggers_are_deaf(hass, start: Start, automate: Automate):
    world = await start([status_of(1)])
    target = (await place(hass, world))["device"]
    runs = await automate({"trigger": "elfe_commande.mode_changed", "target": target})

    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "automation.told"}, blocking=True
    )
    await tell(world, mode_changed())

    assert not runs


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ({"trigger": "elfe_commande.mode_changed", "options": {"to": ["asleep"]}}, "piloted"),
        ({"trigger": "elfe_commande.mode_changed", "options": {"to": []}}, "length"),
        ({"trigger": "elfe_commande.mode_changed", "options": {"who": "me"}}, "who"),
        ({"trigger": "elfe_commande.order_failed", "options": {"outcome": "ok"}}, "doubtful"),
        ({"trigger": "elfe_commande.screen_event", "options": {"page": "first"}}, "page"),
        (
            {"trigger": "elfe_commande.screen_event", "target": {"area_id": "kitchen"}},
            "target",
        ),
        (
            {"trigger": "elfe_commande.mode_changed", "target": {"entity_id": "light.porch"}},
            "Entity light.porch is not of ELFE Commande",
        ),
        (
            {"trigger": "elfe_commande.mode_changed", "target": {"device_id": "DEVICE"}},
            "Device Porch (DEVICE) is not an equipment of ELFE Commande",
        ),
    ],
)
async def test_bad_settings_are_refused(
    hass, start: Start, automate: Automate, caplog, *, trigger, message
):
    world = await start([status_of(1)])
    stranger = strange_device(hass)
    trigger = _with(trigger, stranger)

    runs = await automate(trigger)
    await tell(world, mode_changed())

    assert not runs
    assert hass.states.get("automation.told").state == "unavailable"
    assert message.replace("DEVICE", stranger) in caplog.text


def _with(value: Any, stranger: str) -> Any:
    if isinstance(value, dict):
        return {key: _with(item, stranger) for key, item in value.items()}
    return stranger if value == "DEVICE" else value


async def test_unknown_devices_do_not_disable_an_automation(hass, start: Start, automate: Automate):
    world = await start([status_of(1)])
    known = about(world, 1)["device_id"]
    runs = await automate(
        {"trigger": "elfe_commande.mode_changed", "target": {"device_id": ["gone", known]}}
    )

    await tell(world, mode_changed())

    assert len(runs) == 1


async def test_a_trace_says_why_it_did_not_run(start: Start):
    world = await start([status_of(1)])
    skipped, ran = [], []
    key = {"key": "elfe_commande.mode_changed", "options": {"to": ["piloted"]}}
    unheard = await ModeChangedTrigger(world.hass, TriggerConfig(**key)).async_attach_runner(
        lambda *args: ran.append(args), lambda info, _: skipped.append(info.as_dict())
    )

    await tell(world, mode_changed())
    unheard()
    await tell(world, mode_changed())

    assert not ran
    assert [each["reason"] for each in skipped] == ["to_not_chosen"]
    assert skipped[0]["data"]["after"] == "manual"
