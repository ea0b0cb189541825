"""Finger robots behind gateways whose last will the broker kept."""

import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, Usage
from custom_components.elfe_commande.drivers import Reading
from custom_components.elfe_commande.drivers.switchbot import DRIVER

BOT = "switchbot/gw/bot/f"


def finger(control: str = f"{BOT}/status") -> Device:
    return Device(
        DeviceId("D1"),
        DRIVER.type_id,
        Usage.PRESS_START,
        control,
        f"{BOT}/set",
        "switchbot/gw/lastwill",
    )


@pytest.mark.parametrize("control", [f"{BOT}/status", f"{BOT}/attributes"])
@pytest.mark.parametrize(
    ("leaf", "payload"),
    [
        ("attributes", {"rssi": -70, "battLevel": 96, "state": "OFF"}),
        ("status", {"status": "connected"}),
        ("status", {"status": "commandSent", "command": "ON"}),
    ],
)
def test_t2_57_what_speaks_is_there(control: str, leaf: str, payload: Any) -> None:
    """The gateway told *online* without having it kept; the broker still says *offline*."""
    device = finger(control)
    assert f"{BOT}/{leaf}" in DRIVER.topics(device)
    assert DRIVER.read_online(b"offline") == Reading(online=False)
    found = DRIVER.read(device, f"{BOT}/{leaf}", json.dumps(payload).encode())
    assert found == Reading(online=True)


@pytest.mark.parametrize("payload", [b"", b"offline", b"[1]", b"\xff", b'{"status":'])
def test_what_is_not_said_by_it_does_not_bring_it_back(payload: bytes) -> None:
    assert DRIVER.read(finger(), f"{BOT}/status", payload) is None


@pytest.mark.parametrize("status", ["errorConnect", "errorCommand", "failed", "ERROR"])
def test_its_own_word_says_why_nothing_was_pressed(status: str) -> None:
    payload = json.dumps({"status": status, "command": "ON"}).encode()
    found = DRIVER.read(finger(), f"{BOT}/status", payload)
    assert found is not None
    assert found.reply is not None
    assert (found.reply.ok, found.reply.detail) == (False, status)
