"""Devices that are told, with an order, to go back by themselves."""

import json

import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, Usage
from custom_components.elfe_commande.drivers import DRIVERS, Message, Reading, RevertingDriver
from custom_components.elfe_commande.drivers.shelly_plus import DRIVER as SHELLY
from custom_components.elfe_commande.drivers.tasmota import DRIVER as TASMOTA


def plug(command: str = "cmnd/p/POWER", control: str = "stat/p/RESULT") -> Device:
    return Device(DeviceId("D1"), TASMOTA.type_id, Usage.SWITCH, control, command)


def switch() -> Device:
    control, command = "s/status/switch:1", "s/rpc"
    return Device(DeviceId("D2"), SHELLY.type_id, Usage.SWITCH, control, command)


def test_which_can() -> None:
    can = {driver.name for driver in DRIVERS.values() if isinstance(driver, RevertingDriver)}
    assert can == {"shelly_plus", "tasmota"}
    assert [SHELLY.can_revert(switch(), on=on) for on in (True, False)] == [True, True]
    assert [TASMOTA.can_revert(plug(), on=on) for on in (True, False)] == [True, False]


def test_a_shelly_is_told_with_the_order_itself() -> None:
    order = SHELLY.order(switch(), on=False, request="r1", revert_after=1200.0)
    assert json.loads(order.payload)["params"] == {"id": 1, "on": False, "toggle_after": 1200.0}
    assert SHELLY.timer(switch(), 1200.0) is None
    plain = SHELLY.order(switch(), on=True, request="r2")
    assert json.loads(plain.payload)["params"] == {"id": 1, "on": True}
    assert SHELLY.stay(switch(), on=True, request="r2") == plain
    # Its state has to be said, and is not guessed.
    assert SHELLY.stay(switch(), on=None, request="r3") is None


@pytest.mark.parametrize(
    ("seconds", "value"),
    [
        (None, "0"),
        (0.01, "1"),
        (0.5, "5"),
        (11.1, "111"),
        # From there on seconds: what lies between is made longer, or to the second.
        (11.2, "112"),
        (30.0, "130"),
        (1200.0, "1300"),
        (1e6, "64900"),
    ],
)
def test_a_tasmota_has_a_setting_for_it(seconds: float | None, value: str) -> None:
    assert TASMOTA.timer(plug(), seconds) == Message("cmnd/p/PulseTime1", value)


@pytest.mark.parametrize(
    ("command", "topic"),
    [
        ("cmnd/p/POWER2", "cmnd/p/PulseTime2"),
        ("home/p/cmnd/POWER", "home/p/cmnd/PulseTime1"),
        # Every relay, one that shares its timer, and a topic that names none.
        ("cmnd/p/POWER0", None),
        ("cmnd/p/POWER9", None),
        ("cmd/p", None),
    ],
)
def test_each_relay_has_its_own(command: str, topic: str | None) -> None:
    device = plug(command)
    timer = TASMOTA.timer(device, None)
    assert (timer and timer.topic) == topic
    assert TASMOTA.can_revert(device, on=True) is (topic is not None)
    assert TASMOTA.stay(device, on=None, request="r") == timer


@pytest.mark.parametrize(
    ("payload", "reverts"),
    [
        ('{"PulseTime1":{"Set":1300,"Remaining":1300}}', True),
        ('{"PulseTime1":{"Set":0,"Remaining":0}}', False),
        ('{"PulseTime2":{"Set":0,"Remaining":0}}', None),
        ('{"PulseTime1":{"Set":"x"}}', None),
        ('{"PulseTime1":7}', None),
    ],
)
def test_a_tasmota_says_whether_it_is_set(payload: str, reverts: bool | None) -> None:
    reading = TASMOTA.read(plug(), "stat/p/RESULT", payload.encode())
    assert reading == (None if reverts is None else Reading(reverts=reverts))
