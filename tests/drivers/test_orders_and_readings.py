"""What each device is told, where it is listened to, and what its messages mean."""

import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, DeviceTypeId, Usage
from custom_components.elfe_commande.drivers import DRIVERS, Driver, Message, Reading, Reply


def device(
    kind: int, control: str, command: str, *, usage: int = Usage.MEASURE_AND_SWITCH
) -> tuple[Driver, Device]:
    found = Device(DeviceId("D1"), DeviceTypeId(kind), usage, control, command, "x/lwt")
    return DRIVERS[found.type_id], found


def read(driver: Driver, of: Device, topic: str, payload: str | bytes) -> Reading | None:
    return driver.read(of, topic, payload if isinstance(payload, bytes) else payload.encode())


def test_the_drivers_there_are() -> None:
    assert {int(number): driver.name for number, driver in DRIVERS.items()} == {
        111: "shelly_plug",
        112: "tasmota",
        211: "teleinfo",
        311: "switchbot",
        411: "shelly_plus",
        811: "socorel",
        # Ours, for entities of Home Assistant.
        90001: "entity_switch",
        90002: "entity_button",
        90003: "entity_power",
        90004: "entity_setting",
    }
    assert {int(n) for n, d in DRIVERS.items() if d.presses} == {311, 90002}


@pytest.mark.parametrize("kind", DRIVERS)
@pytest.mark.defect("D-53")
def test_presence_is_read_from_the_last_will(kind: int) -> None:
    driver = DRIVERS[DeviceTypeId(kind)]
    for payload in (b"true", b"online", b"Online", b" ONLINE "):
        assert driver.read_online(payload) == Reading(online=True)
    for payload in (b"false", b"offline", b"Offline"):
        assert driver.read_online(payload) == Reading(online=False)
    for payload in (b"", b"1", b"\xff", b"perhaps", b"{}"):
        assert driver.read_online(payload) is None


class TestShellyPlug:
    """Type 111."""

    control, command = "shellies/p/relay/0", "shellies/p/relay/0/command"
    heat = "shellies/p/overtemperature"

    def test_topics_and_orders(self) -> None:
        driver, plug = device(111, self.control, self.command)
        assert driver.topics(plug) == (self.control, f"{self.control}/power", self.heat)
        assert driver.order(plug, on=True, request="1") == Message(self.command, "on")
        assert driver.order(plug, on=False, request="1") == Message(self.command, "off")

    def test_its_power_matters_only_where_it_measures(self) -> None:
        driver, plug = device(111, self.control, self.command, usage=Usage.SWITCH)
        assert driver.topics(plug) == (self.control, self.heat)

    @pytest.mark.defect("D-49")
    @pytest.mark.parametrize(
        ("payload", "on"),
        [
            ("on", True),
            ("off", False),
            (" on\n", True),
            ("ON", None),
            ("online", None),
            ("turn on", None),
            ("", None),
            ('{"ison":true}', None),
        ],
    )
    def test_its_state_is_the_exact_word(self, payload: str, on: bool | None) -> None:
        driver, plug = device(111, self.control, self.command)
        found = read(driver, plug, self.control, payload)
        assert found == (None if on is None else Reading(on=on))

    @pytest.mark.parametrize(
        ("payload", "power"),
        [("12.34", 12.34), ("0", 0.0), ("-3", -3.0), ("nan", None), ("inf", None), ("on", None)],
    )
    def test_its_power_is_a_number_of_watts(self, payload: str, power: float | None) -> None:
        driver, plug = device(111, self.control, self.command)
        found = read(driver, plug, f"{self.control}/power", payload)
        assert found == (None if power is None else Reading(power=power))


class TestTasmota:
    """Type 112."""

    @pytest.mark.parametrize(
        ("control", "command"),
        [
            ("stat/A1/RESULT", "cmnd/A1/POWER"),
            ("tele/A1/STATE", "cmnd/A1/POWER"),
            ("tele/A1", "cmnd/A1/POWER"),
            ("stat/A1/RESULT", "cmd/A1"),
            ("tele/A1/STATE", "cmd/A1"),
        ],
    )
    @pytest.mark.defect("D-44")
    def test_it_is_listened_to_where_it_answers_whatever_the_tables_name(
        self, control: str, command: str
    ) -> None:
        driver, plug = device(112, control, command)
        topics = driver.topics(plug)
        assert topics[0] == control
        assert {"stat/A1/RESULT", "stat/A1/POWER", "tele/A1/STATE", "tele/A1/SENSOR"} <= {*topics}
        assert len(set(topics)) == len(topics)
        assert driver.order(plug, on=True, request="1") == Message(command, "ON")
        assert driver.order(plug, on=False, request="1") == Message(command, "OFF")

    def test_a_topic_of_several_levels(self) -> None:
        driver, plug = device(112, "x", "cmnd/house/A1/POWER", usage=Usage.SWITCH)
        assert driver.topics(plug) == (
            "x",
            "stat/house/A1/RESULT",
            "stat/house/A1/POWER",
            "stat/house/A1/POWER1",
            "stat/house/A1/STATUS",
            "stat/house/A1/WARNING",
            "tele/house/A1/STATE",
        )

    def test_topics_it_cannot_take_apart_are_used_as_they_are(self) -> None:
        driver, plug = device(112, "home/plug", "home/plug/set")
        assert driver.topics(plug) == ("home/plug",)

    @pytest.mark.defect("D-44", "D-49")
    @pytest.mark.parametrize(
        ("payload", "expected"),
        [
            ('{"POWER":"ON"}', Reading(on=True)),
            ('{"POWER":"off"}', Reading(on=False)),
            ('{"POWER1":"ON"}', Reading(on=True)),
            ("ON", Reading(on=True)),
            ("off", Reading(on=False)),
            ('{"Time":"2026-11-01","POWER":"OFF","Wifi":{}}', Reading(on=False)),
            ('{"ENERGY":{"Power":42,"Voltage":230}}', Reading(power=42.0)),
            ('{"POWER":"ON","ENERGY":{"Power":"7.5"}}', Reading(on=True, power=7.5)),
            ('{"ENERGY":"ON"}', None),
            (
                '{"Command":"Unknown"}',
                Reading(reply=Reply(ok=False, detail="Command: Unknown")),
            ),
            ('{"POWER":"TOGGLE"}', None),
            ('{"POWER":true}', None),
            ('{"status":"success"}', None),
            ("success", None),
            ('["ON"]', None),
            ("", None),
        ],
    )
    def test_readings(self, payload: str, expected: Reading | None) -> None:
        driver, plug = device(112, "stat/A1/RESULT", "cmnd/A1/POWER")
        assert read(driver, plug, "stat/A1/RESULT", payload) == expected


class TestSwitchBot:
    """Type 311."""

    status, command = "switchbot/gw/bot/f/status", "switchbot/gw/bot/f/set"

    @pytest.mark.defect("D-54")
    def test_it_presses_and_cannot_be_switched_off(self) -> None:
        driver, finger = device(311, self.status, self.command, usage=Usage.PRESS_START)
        assert driver.presses
        assert driver.order(finger, on=True, request="1") == Message(self.command, "ON")
        assert driver.order(finger, on=False, request="1") is None

    @pytest.mark.defect("D-48")
    def test_where_the_tables_name_its_attributes_its_status_is_heard_too(self) -> None:
        attributes = self.status.replace("status", "attributes")
        driver, finger = device(311, attributes, self.command, usage=Usage.PRESS_START)
        assert set(driver.topics(finger)) == {attributes, self.status}
        assert driver.answers(finger) == (self.status,)
        _, finger = device(311, "x", self.command, usage=Usage.PRESS_START)
        assert driver.topics(finger) == driver.answers(finger) == ("x",)

    @pytest.mark.defect("D-49")
    @pytest.mark.parametrize(
        ("payload", "reply"),
        [
            ({"status": "success", "value": 1, "command": "ON"}, Reply(ok=True, command="ON")),
            ({"status": "success"}, Reply(ok=True)),
            ({"status": "errorConnect"}, Reply(ok=False, detail="errorConnect")),
            ({"status": "errorCommand"}, Reply(ok=False, detail="errorCommand")),
            (
                {"status": "failed", "command": "ON"},
                Reply(ok=False, command="ON", detail="failed"),
            ),
            ({"status": "connected"}, None),
            ({"status": "commandSent", "command": "ON"}, None),
            ({"status": "busy"}, None),
            ({"status": ["success"]}, None),
            ({"rssi": -70, "note": "success"}, None),
            ({"status": "unsuccessful"}, None),
        ],
    )
    def test_readings(self, payload: Any, reply: Reply | None) -> None:
        driver, finger = device(311, self.status, self.command, usage=Usage.PRESS_START)
        found = read(driver, finger, self.status, json.dumps(payload))
        # Whatever is said of it, it is there.
        assert found == Reading(online=True, reply=reply)


class TestShellyPlus:
    """Type 411."""

    control, command = "shelly/r/status/switch:0", "shelly/r/rpc"

    @pytest.mark.defect("D-46")
    def test_each_order_has_an_id_of_its_own_and_says_where_to_answer(self) -> None:
        driver, relay = device(411, self.control, self.command)
        assert driver.topics(relay) == (
            f"{self.control}/rpc",
            self.control,
            "shelly/r/events/rpc",
        )
        assert driver.answers(relay) == (f"{self.control}/rpc",)
        message = driver.order(relay, on=False, request="elfe-7")
        assert message is not None
        assert message.topic == self.command
        assert json.loads(message.payload) == {
            "id": "elfe-7",
            "src": self.control,
            "method": "Switch.Set",
            "params": {"id": 0, "on": False},
        }

    @pytest.mark.defect("D-46", "D-49")
    @pytest.mark.parametrize(
        ("payload", "reply"),
        [
            ('{"id":"a","src":"x","result":{"was_on":false}}', Reply(ok=True, request="a")),
            ('{ "id" : "a", "result" : {} }', Reply(ok=True, request="a")),
            ('{"id":7,"result":null}', Reply(ok=True, request="7")),
            (
                '{"id":"a","error":{"code":-103}}',
                Reply(ok=False, request="a", detail="-103", final=True),
            ),
            ('{"result":{"was_on":true}}', None),
            ('{"id":"a"}', None),
            ('{"id":null,"result":{}}', None),
            ('{"id":"on","method":"Switch.Set","params":{},"result":{}}', None),
            ('"id":"on"', None),
        ],
    )
    def test_replies(self, payload: str, reply: Reply | None) -> None:
        driver, relay = device(411, self.control, self.command)
        found = read(driver, relay, f"{self.control}/rpc", payload)
        assert found == (None if reply is None else Reading(reply=reply))

    @pytest.mark.parametrize(
        ("payload", "expected"),
        [
            ({"output": True, "apower": 12.5}, Reading(on=True, power=12.5, certain=False)),
            ({"output": False}, Reading(on=False, certain=False)),
            ({"apower": 0}, Reading(power=0.0, certain=False)),
            ({"output": "on"}, None),
            ({"output": 1, "apower": None}, None),
            ({}, None),
        ],
    )
    def test_its_status(self, payload: Any, expected: Reading | None) -> None:
        driver, relay = device(411, self.control, self.command)
        assert read(driver, relay, self.control, json.dumps(payload)) == expected

    def test_its_power_says_nothing_where_it_only_switches(self) -> None:
        driver, relay = device(411, self.control, self.command, usage=Usage.SWITCH)
        payload = '{"output":true,"apower":900}'
        assert read(driver, relay, self.control, payload) == Reading(on=True, certain=False)


class TestSocorel:
    """Type 811."""

    @pytest.mark.defect("D-52")
    def test_orders_need_a_channel(self) -> None:
        driver, output = device(811, "Socorel/S/EtatSortie3", "Socorel/S/sortie3")
        assert driver.topics(output) == ("Socorel/S/EtatSortie3",)
        assert driver.order(output, on=True, request="1") == Message("Socorel/S/sortie3", "1")
        assert driver.order(output, on=False, request="1") == Message("Socorel/S/sortie3", "0")
        for command in ("Socorel/S/sortie", "Socorel/S/sortie1/", ""):
            driver, output = device(811, "Socorel/S/EtatSortie3", command)
            assert driver.order(output, on=True, request="1") is None

    @pytest.mark.defect("D-45", "D-49")
    @pytest.mark.parametrize(
        ("payload", "on"),
        [
            ("1", True),
            ("0", False),
            (" 1\r\n", True),
            ("00100000", True),
            ("11011111", False),
            ("10000000", False),
            ("0010000", None),
            ("001000000", None),
            ("1700000001", None),
            ("2", None),
            ("true", None),
            ("", None),
        ],
    )
    def test_its_state_is_its_channel_s(self, payload: str, on: bool | None) -> None:
        driver, output = device(811, "Socorel/S/EtatSorties", "Socorel/S/sortie3")
        found = read(driver, output, "Socorel/S/EtatSorties", payload)
        assert found == (None if on is None else Reading(on=on))


class TestTeleinfo:
    """Type 211: it only measures, and a whole home at that."""

    def test_its_power_is_read_and_nothing_can_be_ordered(self) -> None:
        driver, found = device(211, "tele/B008/SENSOR", "cmnd/B008/POWER", usage=Usage.MEASURE)

        assert driver.order(found, on=True, request="1") is None
        assert (driver.drives, driver.measures_load) == (False, False)
        assert driver.topics(found) == ("tele/B008/SENSOR",)
        for payload, power in (
            ('{"ENERGY": {"Power": 740}}', 740.0),
            ('{"ENERGY": {"Power": "12"}}', 12.0),
        ):
            assert read(driver, found, "tele/B008/SENSOR", payload) == Reading(power=power)
        for payload in ('{"ENERGY": 3}', "[]", "on", '{"ENERGY": {}}'):
            assert read(driver, found, "tele/B008/SENSOR", payload) is None
