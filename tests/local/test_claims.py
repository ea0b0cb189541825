"""Whatever is switched has one master: an appliance or a panel, of whatever home."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN

from .homes import ADVANCED, POWER_BUTTON, START, LocalInstalled
from .test_panel_wiring import begin, fill, hang

RELAY, OTHER, LED = "input_boolean.relay", "input_boolean.other", "input_boolean.third"
NEIGHBOUR = [
    {"driver": "entity_switch", "entity_id": OTHER, "usage": 11},
    {
        "driver": "switchbot",
        "control_topic": "switchbot/esp32/bot/B2/status",
        "command_topic": "switchbot/esp32/bot/B2/set",
        "usage": 31,
    },
    {
        "driver": "shelly_plus",
        "control_topic": "shelly/status/switch:0",
        "command_topic": "shelly/rpc",
        "usage": 11,
    },
]


@pytest.fixture
def neighbour(home: LocalInstalled) -> MockConfigEntry:
    """Another home, which does not run; its appliance has an entity, a finger robot, a Shelly."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={"entry_type": "local", "home": "Gîte"},
        subentries_data=[
            ConfigSubentryData(
                data={"equipment_id": 1, "devices": NEIGHBOUR},
                subentry_type="equipment",
                title="Lave-linge",
                unique_id=None,
            )
        ],
    )
    entry.add_to_hass(home.hass)
    return entry


@pytest.fixture
async def tank(home: LocalInstalled) -> int:
    """A water heater on an entity."""
    return await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")


# ------------------------------------------------------------------------------ of a panel


@pytest.mark.usefixtures("neighbour")
async def test_a_panel_has_leds_and_buttons_of_its_own(home: LocalInstalled, tank: int) -> None:
    await home.add("Linge", START, advanced={"typology": "plug_and_finger"})
    number = str(tank)
    hall = await hang(home, {"equipment": number, "led": LED})
    spare = {"equipment": number, "led": "input_boolean.spare"}
    cases: list[tuple[list[dict[str, Any]], str]] = [
        ([{"equipment": number, "led": RELAY}], "drives_appliance"),
        ([spare, {"equipment": number, "led": OTHER}], "drives_appliance"),
        ([{"equipment": number, "button": START}], "drives_appliance"),
        ([spare, spare], "led_taken"),
        ([{"equipment": number, "led": LED}], "led_taken"),
    ]
    form = await begin(home)
    for wired, error in cases:
        form = await fill(home, form, *wired)
        assert form["errors"] == {"base": error}, wired
    made = await fill(home, form, spare, {"equipment": number})
    assert made["type"] is FlowResultType.CREATE_ENTRY

    # What it has is its own.
    changed = await fill(home, await begin(home, hall), {"equipment": number, "led": LED})
    assert changed["reason"] == "reconfigure_successful"


# --------------------------------------------------------------------------- of an appliance


async def test_what_a_panel_has_drives_no_appliance(home: LocalInstalled, tank: int) -> None:
    await hang(home, {"equipment": str(tank), "led": LED, "button": START})
    form = await home.answer(await home.start_flow(), next_step_id="entity")
    given = {"name": "Linge", "equipment_type": "washing_machine"}
    for entity_id in (LED, START):
        form = await home.answer(form, **given, entity_id=entity_id)
        assert form["errors"] == {"entity_id": "entity_of_panel"}
    form = await home.answer(form, **given, entity_id=POWER_BUTTON)
    form = await home.answer(form, advanced=ADVANCED | {"typology": "plug_and_two_fingers"})
    form = await home.answer(form, entity_id=START)
    assert (form["step_id"], form["errors"]) == ("second_entity", {"entity_id": "entity_of_panel"})


@pytest.mark.usefixtures("neighbour")
async def test_an_entity_drives_one_appliance_of_all_homes(home: LocalInstalled) -> None:
    form = await home.answer(await home.start_flow(), next_step_id="entity")
    given = {"name": "Linge", "equipment_type": "washing_machine"}
    form = await home.answer(form, **given, entity_id=OTHER)
    assert form["errors"] == {"entity_id": "entity_taken"}
    form = await home.answer(form, **given, entity_id=RELAY)
    assert form["step_id"] == "habits"


async def at_topics(
    home: LocalInstalled, name: str, driver: str, form: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the form that asks for the topics of a device."""
    form = await home.answer(form or await home.start_flow(), next_step_id="mqtt")
    return await home.answer(form, name=name, equipment_type="washing_machine", driver=driver)


@pytest.mark.usefixtures("neighbour")
async def test_a_device_of_the_broker_drives_one_appliance_of_all_homes(
    home: LocalInstalled,
) -> None:
    MockConfigEntry(domain="mqtt", data={"broker": "127.0.0.1"}).add_to_hass(home.hass)
    form = await at_topics(home, "Linge", "switchbot")
    form = await home.answer(form, topic="switchbot/esp32/bot/B2", advanced={})
    assert (form["step_id"], form["errors"]) == ("topics", {"base": "device_taken"})
    form = await home.answer(form, topic="switchbot/esp32/bot/A1", advanced={})
    form = await home.answer(form, advanced=ADVANCED | {"typology": "plug_and_two_fingers"})
    for name, error in (("A1", "same_device"), ("B2", "device_taken")):
        form = await home.answer(form, topic=f"switchbot/esp32/bot/{name}", advanced={})
        assert (form["step_id"], form["errors"]) == ("second_topics", {"base": error})
    made = await home.answer(form, topic="switchbot/esp32/bot/A2", advanced={})
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await home.hass.async_block_till_done()

    # Another kind of device on the same topic is the same device.
    form = await at_topics(home, "Séchage", "tasmota")
    for name in ("A1", "A2", "B2"):
        own = {"control_topic": "stat/dry", "command_topic": f"switchbot/esp32/bot/{name}/set"}
        form = await home.answer(form, topic="", advanced=own)
        assert (form["step_id"], form["errors"]) == ("topics", {"base": "device_taken"})

    # An appliance keeps its own.
    (mine,) = home.entry.get_subentries_of_type("equipment")
    form = await home.entry.start_subentry_reconfigure_flow(home.hass, mine.subentry_id)
    form = await at_topics(home, "Linge", "switchbot", form)
    form = await home.answer(form, topic="switchbot/esp32/bot/A2", advanced={})
    assert form["step_id"] == "habits"


@pytest.mark.usefixtures("neighbour")
async def test_two_outputs_of_one_device_drive_two_appliances(home: LocalInstalled) -> None:
    MockConfigEntry(domain="mqtt", data={"broker": "127.0.0.1"}).add_to_hass(home.hass)
    form = await at_topics(home, "Linge", "shelly_plus")
    form = await home.answer(form, topic="shelly", advanced={})
    assert form["errors"] == {"base": "device_taken"}
    second = {"control_topic": "shelly/status/switch:1", "command_topic": "shelly/rpc"}
    form = await home.answer(form, topic="", advanced=second)
    assert form["step_id"] == "habits"
