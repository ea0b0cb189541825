"""Entities of Home Assistant as devices: what they say, and what of it answers an order."""

import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.entity_topics import entity_of, topic_of
from custom_components.elfe_commande.core.model import Device, DeviceId, Usage
from custom_components.elfe_commande.drivers import DRIVERS, Driver, Hand, Reading, Reply
from custom_components.elfe_commande.drivers.entity_button import DRIVER as BUTTON
from custom_components.elfe_commande.drivers.entity_power import DRIVER as POWER
from custom_components.elfe_commande.drivers.entity_setting import DRIVER as SETTING
from custom_components.elfe_commande.drivers.entity_switch import DRIVER as SWITCH

TOPIC = topic_of("switch.washing_machine")
TAKEN = {"request": "elfe-1", "ok": True, "reason": None}
REFUSED = {"request": "elfe-1", "ok": False, "reason": "device_unavailable"}


def device(driver: Driver, usage: int = Usage.MEASURE_AND_SWITCH) -> Device:
    return Device(DeviceId("1-11"), driver.type_id, usage, TOPIC, TOPIC)


def read(driver: Driver, **told: Any) -> Reading | None:
    return driver.read(device(driver), TOPIC, json.dumps(told).encode())


def test_topics_stand_for_entities() -> None:
    assert entity_of(TOPIC) == "switch.washing_machine"
    assert entity_of("tele/entity/STATE") is None


def test_orders() -> None:
    for driver in (SWITCH, BUTTON):
        message = driver.order(device(driver), on=True, request="elfe-1")
        assert message is not None
        assert message.topic == TOPIC
        assert json.loads(message.payload) == {"on": True, "request": "elfe-1"}
    assert SWITCH.order(device(SWITCH), on=False, request="elfe-1") is not None
    assert BUTTON.order(device(BUTTON), on=False, request="elfe-1") is None
    assert POWER.order(device(POWER), on=True, request="elfe-1") is None


@pytest.mark.parametrize(
    ("told", "reading"),
    [
        ({"available": True, "state": "on"}, Reading(on=True, online=True)),
        ({"available": True, "state": "unknown"}, Reading(online=True)),
        ({"available": False}, Reading(online=False)),
        ({"state": "on"}, Reading(online=False)),
        # Its state says more than that the call returned; an assumed one says nothing.
        ({"available": True, "state": "off", "answer": TAKEN}, Reading(on=False, online=True)),
        (
            {"available": True, "state": "on", "assumed": True, "answer": TAKEN},
            Reading(online=True, reply=Reply(ok=True, request="elfe-1", sure=False)),
        ),
        (
            {"available": False, "answer": REFUSED},
            Reading(online=False, reply=Reply(False, "elfe-1", reason="device_unavailable")),
        ),
        (
            {"available": True, "state": "on", "hand": {"on": True, "user": "anna"}},
            Reading(on=True, online=True, hand=Hand(on=True, user_id="anna")),
        ),
    ],
)
def test_what_a_switch_says(told: dict[str, Any], reading: Reading) -> None:
    assert read(SWITCH, **told) == reading


def test_what_an_entity_with_chosen_values_says() -> None:
    told = {"available": True, "state": "on", "echo": True, "watched": True, "works": False}
    assert read(SETTING, **told) == Reading(
        on=True, online=True, echo=True, watched=True, works=False
    )
    assert read(SETTING, available=True, state="away", strayed=True, works="yes") == Reading(
        online=True, strayed=True
    )
    assert read(SETTING, available=False, strayed=True) == Reading(online=False)
    # A third value, by somebody.
    neither = read(SETTING, available=True, state="away", hand={"on": None, "user": "anna"})
    assert neither == Reading(online=True, hand=Hand(on=None, user_id="anna"))


THERE, AWAY = Reading(available=True), Reading(available=False)


def test_what_a_button_says() -> None:
    assert read(BUTTON, available=True, state="2026-11-25T20:00:00+00:00") == THERE
    taken = read(BUTTON, available=True, answer=TAKEN)
    assert taken == Reading(available=True, reply=Reply(ok=True, request="elfe-1", sure=False))
    pressed = read(BUTTON, available=True, hand={"on": True, "automation": True})
    assert pressed == Reading(available=True, hand=Hand(on=True, automation=True))
    assert read(BUTTON, available=False, state="unavailable") == AWAY


def test_what_a_power_sensor_says() -> None:
    assert read(POWER, available=True, power=1200.5) == Reading(power=1200.5, available=True)
    assert read(POWER, available=True, power=None) == THERE
    assert read(POWER, available=False, power=3) == AWAY


@pytest.mark.parametrize("driver", [SWITCH, SETTING, BUTTON, POWER])
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b"3",
        b'{"available": 1}',
        b'{"available": true, "hand": 3}',
        b'{"available": true, "answer": {"request": 3}, "hand": {"on": "yes"}}',
    ],
)
def test_nothing_of_nonsense(driver: Driver, payload: bytes) -> None:
    found = driver.read(device(driver), TOPIC, payload)
    assert found is None or (found.reply, found.hand, found.on, found.power) == (None,) * 4


@pytest.mark.parametrize("driver", [d for d in DRIVERS.values() if d.example is not None])
def test_topics_follow_from_a_name(driver: Driver) -> None:
    assert driver.example is not None
    topics = driver.topics_of(driver.example)
    assert topics is not None
    made = Device(DeviceId("1"), driver.type_id, Usage.MEASURE_AND_SWITCH, *topics)
    message = driver.order(made, on=True, request="1")
    assert message is not None
    assert message.topic == topics.command
    assert topics.control in driver.topics(made)
