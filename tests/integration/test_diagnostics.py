"""The file that a person downloads and sends: whole, of a house in which everything has a name."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.ground.ports import Problem
from demo.sml import SerialLine
from demo.specs import plug, relay, screen
from demo.territory import Equipment
from demo.ups import FakeUps
from tests.fixtures_home_assistant import Installed
from tests.meters.house import TWO_WAY, add_meter, speaking
from tests.sources.meters import NET

from .homes import live_in
from .upses import add

NAMED = "xuq7"
"""Whatever a person can type here and whatever a device can say holds it, in any case.

Ids that are drawn by chance have no U.
"""
WASHING = Equipment(2, "XUQ7a", "Lave-linge de xuq7", 112, 120, (plug("XUQ7B01"),), cycle=7200)
HEATER = Equipment(3, "XUQ7b", "Ballon xuq7", 131, 140, (relay("XUQ7B02"), screen("xuq7plate")))
SERIAL, MAC, CONTACT = "471108150815", "00:20:85:d4:c5:b6", "+33 6 12 34 56 78"
NUMBERS = (SERIAL, MAC, CONTACT, "815082", "192.0.2.77")
"""What cannot hold a word."""
UPS_SAYS = {
    "device.contact": CONTACT,
    "device.location": "Cave xuq7",
    "device.macaddr": MAC,
    "device.mfr": "xuq7 Inc.",
    "device.model": f"xuq7 {SERIAL}",
    "device.serial": SERIAL,
    "device.part": "815082",
    "driver.name": "usbhid-ups",
    "driver.parameter.port": "/dev/xuq7",
    "driver.parameter.user": "xuq7",
    "driver.version": "2.8.1-xuq7",
    "driver.version.data": "xuq7 HID 0.4",
    "input.transfer.reason": "seen by xuq7",
    "outlet.1.desc": "xuq7's desk",
    "outlet.1.id": SERIAL,
    "outlet.1.status": "on",
    "ups.alarm": "Replace battery!",
    "ups.contacts": "xuq7",
    "ups.firmware": "xuq7 1.2",
    "ups.id": SERIAL,
    "ups.load.xuq7": "12",
    "ups.mfr.date": "xuq7",
    "ups.serial": SERIAL,
    "ups.status": "OL CHRG XUQ7",
    "xuq7.told": "xuq7",
}


@pytest.fixture
async def fake(socket_enabled: None):
    async with FakeUps(variables=UPS_SAYS) as ups:
        ups.commands |= {"xuq7.toggle", "outlet.1.load.off"}
        yield ups


@pytest.fixture
async def line(tmp_path: Path):
    async with SerialLine(tmp_path / "xuq7") as line:
        yield line


async def download(
    installed: Any, hass_client: ClientSessionGenerator, device_id: str | None = None
) -> tuple[dict[str, Any], str]:
    """Return the file of an entry or a device as it is saved, read and raw."""
    assert await async_setup_component(installed.hass, "diagnostics", {})
    url = f"/api/diagnostics/config_entry/{installed.entry.entry_id}"
    if device_id is not None:
        url += f"/device/{device_id}"
    answer = await (await hass_client()).get(url)
    assert answer.status == 200
    text = await answer.text()
    return json.loads(text), text


def assert_nameless(text: str) -> None:
    """Look for every name that there is."""
    assert NAMED not in text.lower(), text[max(0, text.lower().index(NAMED) - 200) :][:400]
    for number in NUMBERS:
        assert number not in text, number


def add_subentry(installed: Installed, kind: str, **data: Any) -> None:
    """Add a subentry as its flow does."""
    installed.hass.config_entries.async_add_subentry(
        installed.entry,
        ConfigSubentry(
            data=MappingProxyType(data), subentry_type=kind, title="xuq7", unique_id=None
        ),
    )


async def test_a_file_of_a_territory_names_nothing_and_tells_what_helps(
    installed: Installed,
    fake: FakeUps,
    line: SerialLine,
    hass_client: ClientSessionGenerator,
):
    hass, entry = installed.hass, installed.entry
    await live_in(installed, WASHING, HEATER)
    await installed.world.plan(WASHING.id, [0, 1])
    hass.config_entries.async_update_entry(
        entry,
        title="Territoire xuq7",
        options={
            "homes": ["XUQ7a", "XUQ7b", "XUQ7 unknown"],
            "compact": False,
            "connected_words": ["xuq7 mode", "auto"],
            "screens": {
                "chosen": {"XUQ7b": {"6": 3}, "XUQ7 gone": {"2": 1}},
                "label": "bienvenue chez xuq7",
                "indicator_topic": "INDICATEURS/xuq7",
                "piloted_color": "#00FF00",
            },
            "mode_file": "/config/xuq7.json",
            "state_file": "/config/xuq7-state.json",
            "xuq7": "xuq7",
        },
    )
    await installed.setup()
    await add(installed, fake, shedding={"protected_homes": ["XUQ7a"]})
    told = {**TWO_WAY, "1-0:0.0.9*255": None, "1-0:96.1.0*255": None}
    meter = await add_meter(installed, line.url, told, title="xuq7", maker="xuq7")
    add_subentry(
        installed,
        "surplus_rule",
        equipment="3",
        nominal_power=1500,
        surplus="sensor.xuq7_surplus",
        surplus_on=1500,
    )
    add_subentry(
        installed,
        "panel",
        display="input_text.xuq7",
        display_action="esphome.xuq7_show",
        position_1={"equipment": "2", "button": "event.xuq7", "led": "light.xuq7"},
    )
    await hass.async_block_till_done()
    await installed.cycle()
    about = {"equipment": WASHING.name, "id": "2", "detail": "xuq7"}
    for key, subject in (("press_failed", "2"), ("invalid_topic", "XUQ7B01"), ("ups_lost", "2")):
        installed.hub.engine.report(Problem(key, subject, about, EquipmentId(2)))
    async with speaking(line):
        await installed.until("sensor", meter, NET, "-4300.0")
        found, text = await download(installed, hass_client)
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    alone = [await download(installed, hass_client, device.id) for device in devices]

    for each in (text, *(file for _, file in alone)):
        assert_nameless(each)

    assert {issue["domain"] for issue in found["issues"]} >= {"elfe_commande"}
    data = found["data"]
    assert data["entry"]["data"]["port"] == entry.data["port"]
    assert data["entry"]["options"]["homes"] == ["home 3", "home 4", "home 2"]
    assert data["entry"]["options"]["screens"]["chosen"] == {
        "home 1": {"2": 1},
        "home 4": {"6": 3},
    }
    assert data["entry"]["options"]["screens"]["piloted_color"] == "#00FF00"
    assert data["entry"]["options"]["connected_words"] == ["**REDACTED**", "auto"]
    assert data["entry"]["options"]["others"] == 1
    assert data["entry"]["subentries"] == {"meter": 1, "panel": 1, "surplus_rule": 1, "ups": 1}
    assert data["lifecycle"]["code"] == 20
    assert data["lifecycle"]["history"][-1]["name"] == "running"
    assert data["counts"]["equipments"] == 2
    assert data["last_cycle"]["equipments"] == 2
    assert {"key": "press_failed", "equipment_id": 2} in data["problems"]
    (plate,) = data["screens"]
    assert (plate["plate"], plate["home"]) == ("plate 1", "home 4")

    (told_ups,) = data["units"]["ups"]
    assert told_ups["variables"]["ups.status"] == "OL CHRG **REDACTED**"
    assert told_ups["variables"]["driver.name"] == "usbhid-ups"
    assert told_ups["variables"]["driver.version"] == "2.8.1"
    assert told_ups["variables"]["battery.charge"] == "90"
    assert told_ups["variables"]["ups.alarm"] == "Replace battery!"
    assert told_ups["variables"]["outlet.1.status"] == "on"
    assert told_ups["other_variables"] >= 10
    assert {"outlet.1.load.off", "test.battery.start"} <= set(told_ups["commands"])
    assert told_ups["data"]["shedding"]["protected_homes"] == ["home 3"]
    assert told_ups["data"]["looks"]["profile"] == "automatic"
    (told_meter,) = data["units"]["meter"]
    assert told_meter["net_power"] == -4300.0
    assert told_meter["codes"][NET] == {"unit": "W", "value": -4300.0}
    assert told_meter["telegrams"]["valid"] > 0
    (rule,) = data["units"]["surplus_rule"]
    assert rule["rule"]["equipment_id"] == 3
    assert rule["inputs"]["surplus"].startswith("sensor.entity ")
    (panel,) = data["units"]["panel"]
    assert panel["positions"][0]["button"].startswith("event.entity ")

    by_kind = {key: part for file, _ in alone for key, part in file["data"].items()}
    assert {"equipment", "ups", "meter", "surplus_rule", "panel"} <= by_kind.keys()
    (washing,) = (
        part
        for file, _ in alone
        if (part := file["data"].get("equipment")) is not None and part["id"] == WASHING.id
    )
    assert washing["home"] == "home 3"
    assert washing["devices"][0]["control_topic"] == "shellies/name 3/relay/0"
    assert washing["decision"]["reason"] in {"planned", "waiting", "not_running"}
    assert len(washing["plan"]["decisions"]) == 96
