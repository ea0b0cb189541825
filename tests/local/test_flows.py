"""A home and its equipments by clicks: the steps, the mistakes, the changes afterwards."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.subentries.appliances.checks import entity_error, sensor_error
from demo.parts import Broker
from tests.fixtures_home_assistant import mqtt_entry_for, no_yaml, wait_for

from .homes import ADVANCED, POWER, POWER_BUTTON, START, LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"


# -------------------------------------------------------------------------------- the home


async def test_a_home_is_made_by_its_name_and_goes_on_with_an_equipment(
    home: LocalInstalled,
) -> None:
    flows = home.hass.config_entries.flow
    flow = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["menu_options"][0] == "local"
    flow = await flows.async_configure(flow["flow_id"], {"next_step_id": "local"})
    for name, error in ((" ", "home_missing"), ("Maison", "home_exists")):
        flow = await flows.async_configure(flow["flow_id"], {"home": name})
        assert flow["errors"] == {"home": error}
    flow = await flows.async_configure(flow["flow_id"], {"home": " Chalet "})
    assert flow["step_id"] == "plan"
    flow = await flows.async_configure(flow["flow_id"], {"next_step_id": "later"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    assert (entry.title, dict(entry.data)) == (
        "Chalet",
        {"entry_type": "local", "home": "Chalet"},
    )
    assert entry.state is ConfigEntryState.LOADED
    (following,) = home.hass.config_entries.subentries.async_progress()
    assert following["handler"] == (entry.entry_id, "equipment")
    assert flow["next_flow"][1] == following["flow_id"]
    await home.hass.config_entries.async_unload(entry.entry_id)


async def test_the_name_of_a_home_is_changed(home: LocalInstalled) -> None:
    flow = await home.entry.start_reconfigure_flow(home.hass)
    assert flow["step_id"] == "reconfigure_local"
    MockConfigEntry(domain=DOMAIN, data={"entry_type": "local", "home": "Gîte"}).add_to_hass(
        home.hass
    )
    for name, error in ((" ", "home_missing"), ("Gîte", "home_exists")):
        flow = await home.hass.config_entries.flow.async_configure(flow["flow_id"], {"home": name})
        assert flow["errors"] == {"home": error}
    flow = await home.hass.config_entries.flow.async_configure(flow["flow_id"], {"home": "Ferme"})
    assert flow["reason"] == "reconfigure_successful"
    await wait_for(lambda: home.entry.state is ConfigEntryState.LOADED)
    await home.hass.async_block_till_done()
    assert (home.entry.title, home.entry.data["home"]) == ("Ferme", "Ferme")


async def test_options_of_a_home(home: LocalInstalled) -> None:
    options = home.hass.config_entries.options
    flow = await options.async_init(home.entry.entry_id)
    assert "local" in flow["menu_options"]
    flow = await options.async_configure(flow["flow_id"], {"next_step_id": "local"})
    flow = await options.async_configure(flow["flow_id"], {"orders_at_once": 16})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert home.entry.options["orders_at_once"] == 16
    await home.hass.async_block_till_done()
    await wait_for(lambda: home.entry.state is ConfigEntryState.LOADED)


async def test_a_database_has_no_equipments_to_add(hass: HomeAssistant) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"entry_type": "postgresql"})
    assert "equipment" not in entry.supported_subentry_types


# -------------------------------------------------------------------------- an equipment


async def at_entity(home: LocalInstalled) -> dict[str, Any]:
    return await home.answer(await home.start_flow(), next_step_id="entity")


async def test_an_entity_that_will_not_do(home: LocalInstalled) -> None:
    await home.add("Lave-linge", RELAY)
    flow = await at_entity(home)
    good = {"name": "Sèche-linge", "equipment_type": "tumble_dryer", "entity_id": OTHER}
    for changed, errors in (
        ({"entity_id": "input_boolean.absent"}, {"entity_id": "no_such_entity"}),
        ({"entity_id": RELAY}, {"entity_id": "entity_taken"}),
        ({"entity_id": "sensor.power"}, {"entity_id": "wrong_domain"}),
        ({"name": "Lave-linge"}, {"name": "name_taken"}),
        ({"name": " "}, {"name": "name_missing"}),
    ):
        flow = await home.answer(flow, **good | changed)
        assert (flow["step_id"], flow["errors"]) == ("entity", errors)
    flow = await home.answer(flow, **good)
    assert flow["step_id"] == "habits"
    number = await home.finish(flow)
    assert home.status(number).equipment.name == "Sèche-linge"


async def test_our_own_entities_cannot_be_chosen(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)
    own = home.find("switch", number, "pilot")
    flow = await at_entity(home)
    selector = flow["data_schema"].schema["entity_id"]
    assert own in selector.config["exclude_entities"]
    with pytest.raises(InvalidData):
        await home.answer(flow, name="Autre", equipment_type="heater", entity_id=own)
    assert entity_error(home.hass, str(own), {}) == "own_entity"
    assert sensor_error(home.hass, home.find("sensor", number, "decision")) == "own_entity"


async def test_what_is_usual_is_filled_in(home: LocalInstalled) -> None:
    flow = await at_entity(home)
    flow = await home.answer(flow, name="Ballon", equipment_type="water_heater", entity_id=RELAY)
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert shown["advanced"].default() == {
        "home": "Maison",
        "typology": "plug",
        "operation": "continuous",
        "inverted": False,
        "hand_over": "leave",
    }
    # A tank is not done, and nothing is asked twice of those who know no more.
    assert not shown.keys() & {"ready_by", "cycle_duration"}
    flow = await home.answer(flow, advanced=ADVANCED | {"operation": "once"})
    assert {"ready_by", "cycle_duration"} <= {str(key) for key in flow["data_schema"].schema}
    assert flow["errors"] == {}

    flow = await at_entity(home)
    flow = await home.answer(flow, name="Linge", equipment_type="washing_machine", entity_id=START)
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert shown["advanced"].default() == {
        "home": "Maison",
        "typology": "plug_and_finger",
        "operation": "once",
    }
    assert shown["cycle_duration"].description == {"suggested_value": 120}


async def test_habits_that_will_not_do(home: LocalInstalled) -> None:
    home.hass.states.async_set("sensor.warmth", "20", {"unit_of_measurement": "°C"})
    flow = await at_entity(home)
    flow = await home.answer(flow, name="Linge", equipment_type="washing_machine", entity_id=RELAY)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"measure": {"power_sensor": "sensor.absent"}}, "no_such_entity", "measure"),
        ({"measure": {"power_sensor": "sensor.warmth"}}, "not_a_power_sensor", "measure"),
        ({"advanced": ADVANCED | {"home": " "}}, "home_missing", "advanced"),
    ]
    for changed, error, where in cases:
        flow = await home.answer(flow, **{"advanced": ADVANCED, "measure": {}} | changed)
        assert (flow["step_id"], flow["errors"]) == ("habits", {"base": error})
        # What is wrong is in sight.
        assert flow["data_schema"].schema[where].options == {"collapsed": False}
    number = await home.finish(flow)
    assert home.status(number).equipment.home == "Maison"


async def test_an_equipment_has_what_was_entered(home: LocalInstalled) -> None:
    home.measure(0)
    number = await home.add(
        "Borne",
        RELAY,
        kind="electric_car",
        advanced={"home": "Garage", "inverted": True},
        ready_by="07:00:00",
        cycle_duration=90,
        nominal_power=7400,
        power_sensor=POWER,
    )
    equipment = home.status(number).equipment
    assert (equipment.name, equipment.home, equipment.typology_id) == ("Borne", "Garage", 190)
    assert equipment.constraints.cycle_duration == 5400
    assert equipment.constraints.charge_left == 0
    (subentry,) = home.entry.subentries.values()
    assert subentry.data["nominal_power"] == 7400
    await home.act("select", "select_option", number, "mode", option="forced_on")
    state = home.hass.states.get(RELAY)
    assert state is not None
    assert state.state == "off"
    answer = await home.call("set_deadline", equipment_id=number, time="08:00")
    assert answer["equipments"][0]["outcome"] == "written"


async def test_an_equipment_is_changed(home: LocalInstalled) -> None:
    number = await home.add("Linge", RELAY, ready_by="07:00:00")
    await home.act("switch", "turn_on", number, "pilot")
    await home.call("set_deadline", equipment_id=number, time="09:00")
    wished = home.status(number).equipment.constraints.wished_end
    flows = home.hass.config_entries.subentries
    subentry_id = home.subentry_id(number)
    flow = await flows.async_init(
        (home.entry.entry_id, "equipment"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
    )
    flow = await home.answer(flow, next_step_id="entity")
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert (shown["name"].default(), shown["entity_id"].default()) == ("Linge", RELAY)
    flow = await home.answer(
        flow, name="Lave-linge", equipment_type="washing_machine", entity_id=OTHER
    )
    flow = await home.answer(flow, ready_by="07:00:00", cycle_duration=60, advanced=ADVANCED)
    assert flow["reason"] == "reconfigure_successful"
    await wait_for(lambda: home.status(number).equipment.name == "Lave-linge")
    await home.hass.async_block_till_done(wait_background_tasks=True)

    equipment = home.status(number).equipment
    assert equipment.piloted
    assert equipment.constraints.wished_end == wished
    assert equipment.constraints.cycle_duration == 3600
    await home.act("select", "select_option", number, "mode", option="forced_on")
    state = home.hass.states.get(OTHER)
    assert state is not None
    assert state.state == "on"


async def test_an_appliance_switched_another_way_is_offered_the_usual_wiring(
    home: LocalInstalled,
) -> None:
    number = await home.add("Linge", RELAY, advanced={"typology": "relay_and_meter"})
    flow = await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "equipment"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": home.subentry_id(number)},
    )
    # A page that is loaded again.
    flow = await home.hass.config_entries.subentries.async_configure(flow["flow_id"])
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "reconfigure")
    flow = await home.answer(flow, next_step_id="entity")
    flow = await home.answer(flow, name="Linge", equipment_type="washing_machine", entity_id=START)
    shown = {str(key): key for key in flow["data_schema"].schema}
    wiring = {"home": "Maison", "typology": "plug_and_finger", "operation": "once"}
    assert shown["advanced"].default() == wiring

    flow = await home.answer(flow, advanced=wiring)
    assert flow["reason"] == "reconfigure_successful"
    await wait_for(lambda: home.status(number).equipment.typology_id == 130)


async def test_a_home_that_does_not_run_takes_no_appliance(home: LocalInstalled) -> None:
    flow = await at_entity(home)
    flow = await home.answer(flow, name="Linge", equipment_type="washing_machine", entity_id=RELAY)
    await home.unload()

    end = await home.answer(flow, advanced=ADVANCED)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")
    end = await home.start_flow()
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")
    assert not home.entry.subentries

    await home.setup()
    number = await home.add("Linge", RELAY)
    assert home.status(number).equipment.name == "Linge"


# ----------------------------------------------------------------------- an MQTT device


async def test_an_mqtt_device_needs_the_mqtt_integration(home: LocalInstalled) -> None:
    flow = await home.answer(await home.start_flow(), next_step_id="mqtt")
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "mqtt_missing")


async def test_topics_that_will_not_do(home: LocalInstalled) -> None:
    MockConfigEntry(domain="mqtt", data={"broker": "127.0.0.1"}).add_to_hass(home.hass)
    flow = await home.answer(await home.start_flow(), next_step_id="mqtt")
    flow = await home.answer(flow, name="Ballon", equipment_type="water_heater", driver="socorel")
    assert flow["description_placeholders"] == {"example": "Socorel/PLC001/sortie3"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"advanced": {}}, "topics_missing"),
        ({"advanced": {"control_topic": "a/b"}}, "topics_missing"),
        ({"topic": "nothing", "advanced": {}}, "unknown_name"),
        ({"topic": "Socorel/+/sortie3", "advanced": {}}, "invalid_topic"),
        ({"advanced": {"control_topic": "a/#", "command_topic": "b"}}, "invalid_topic"),
        ({"advanced": {"control_topic": "a", "command_topic": "$SYS/b"}}, "invalid_topic"),
        (
            {"advanced": {"control_topic": "a", "command_topic": "entity/lock.door"}},
            "invalid_topic",
        ),
        (
            {"topic": "Socorel/PLC001/sortie3", "advanced": {"lwt_topic": "$share/all/a"}},
            "invalid_topic",
        ),
    ]
    for given, error in cases:
        flow = await home.answer(flow, **given)
        assert (flow["step_id"], flow["errors"]) == ("topics", {"base": error})
    flow = await home.answer(flow, topic="Socorel/PLC001/sortie3", advanced={})
    assert flow["step_id"] == "habits"
    flow = await home.answer_habits(flow, "continuous")
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["data"]["devices"][0]["command_topic"] == "Socorel/PLC001/sortie3"


async def test_an_mqtt_device_needs_a_name_of_its_own(home: LocalInstalled) -> None:
    await home.add("Lave-linge", RELAY)
    MockConfigEntry(domain="mqtt", data={"broker": "127.0.0.1"}).add_to_hass(home.hass)
    flow = await home.answer(await home.start_flow(), next_step_id="mqtt")
    given = {"equipment_type": "water_heater", "driver": "socorel"}
    for name, error in ((" ", "name_missing"), ("Lave-linge", "name_taken")):
        flow = await home.answer(flow, name=name, **given)
        assert (flow["step_id"], flow["errors"]) == ("mqtt", {"name": error})

    flow = await home.answer(flow, name="Ballon", **given)
    assert flow["step_id"] == "topics"


@pytest.mark.usefixtures("socket_enabled")
async def test_topics_of_one_s_own_win(home: LocalInstalled, broker: Broker) -> None:
    mqtt = mqtt_entry_for(broker)
    mqtt.add_to_hass(home.hass)
    with no_yaml():
        assert await home.hass.config_entries.async_setup(mqtt.entry_id)
    flow = await home.answer(await home.start_flow(), next_step_id="mqtt")
    flow = await home.answer(flow, name="Ballon", equipment_type="water_heater", driver="tasmota")
    flow = await home.answer(
        flow, topic="tasmota_1", advanced={"command_topic": "cellar/POWER", "lwt_topic": ""}
    )
    number = await home.finish(flow, "continuous")
    (device,) = home.status(number).equipment.devices
    assert (device.control_topic, device.command_topic, device.lwt_topic) == (
        "stat/tasmota_1/RESULT",
        "cellar/POWER",
        "tele/tasmota_1/LWT",
    )
    await home.unload()
    await home.hass.config_entries.async_unload(mqtt.entry_id)


# -------------------------------------------------------------------------- two fingers

TWO_FINGERS = ADVANCED | {"typology": "plug_and_two_fingers"}


async def test_two_buttons_are_pressed_one_after_the_other(home: LocalInstalled) -> None:
    flow = await at_entity(home)
    flow = await home.answer(flow, name="Linge", equipment_type="washing_machine", entity_id=START)
    flow = await home.answer(flow, advanced=TWO_FINGERS)
    assert flow["step_id"] == "second_entity"
    for entity_id, error in (
        (START, "entity_taken"),
        (RELAY, "not_a_button"),
        ("button.absent", "no_such_entity"),
    ):
        flow = await home.answer(flow, entity_id=entity_id)
        assert (flow["step_id"], flow["errors"]) == ("second_entity", {"entity_id": error})
    flow = await home.answer(flow, entity_id=POWER_BUTTON)
    number: int = flow["data"]["equipment_id"]
    await wait_for(lambda: number in home.hub.engine.statuses)
    await home.hass.async_block_till_done(wait_background_tasks=True)

    pressed: list[str] = []
    track = async_track_state_change_event(
        home.hass, [START, POWER_BUTTON], lambda event: pressed.append(event.data["entity_id"])
    )
    await home.act("switch", "turn_on", number, "pilot")
    await home.call("run_typology", equipment_id=number, order=True)
    await wait_for(lambda: len(pressed) == 2)
    track()
    assert pressed == [POWER_BUTTON, START]


async def test_two_fingers_on_the_broker_and_one_afterwards(
    home: LocalInstalled, broker: Broker, socket_enabled: None
) -> None:
    mqtt = mqtt_entry_for(broker)
    mqtt.add_to_hass(home.hass)
    with no_yaml():
        assert await home.hass.config_entries.async_setup(mqtt.entry_id)
    flow = await home.answer(await home.start_flow(), next_step_id="mqtt")
    flow = await home.answer(
        flow, name="Linge", equipment_type="washing_machine", driver="switchbot"
    )
    flow = await home.answer(flow, topic="switchbot/esp32/bot/A1", advanced={})
    flow = await home.answer(flow, advanced=TWO_FINGERS)
    assert flow["step_id"] == "second_topics"
    for topic, error in (("", "topics_missing"), ("switchbot/esp32/bot/A1", "same_device")):
        flow = await home.answer(flow, topic=topic, advanced={})
        assert (flow["step_id"], flow["errors"]) == ("second_topics", {"base": error})
    flow = await home.answer(flow, topic="switchbot/esp32/bot/A2", advanced={})
    number: int = flow["data"]["equipment_id"]
    await wait_for(lambda: number in home.hub.engine.statuses)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    found = {d.usage: d.command_topic for d in home.status(number).equipment.devices}
    assert found == {32: "switchbot/esp32/bot/A1/set", 31: "switchbot/esp32/bot/A2/set"}

    flow = await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "equipment"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": home.subentry_id(number)},
    )
    flow = await home.answer(flow, next_step_id="mqtt")
    flow = await home.answer(
        flow, name="Linge", equipment_type="washing_machine", driver="switchbot"
    )
    flow = await home.answer(flow, topic="switchbot/esp32/bot/A1", advanced={})
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert shown["advanced"].default()["typology"] == "plug_and_two_fingers"
    flow = await home.answer(flow, advanced=ADVANCED | {"typology": "double_press"})
    assert flow["reason"] == "reconfigure_successful"
    await wait_for(lambda: len(home.status(number).equipment.devices) == 1)
    await home.unload()
    await home.hass.config_entries.async_unload(mqtt.entry_id)


async def test_a_safe_state_is_declared_where_a_relay_can_go_back_to_it(
    home: LocalInstalled, broker: Broker, socket_enabled: None
) -> None:
    mqtt = mqtt_entry_for(broker)
    mqtt.add_to_hass(home.hass)
    with no_yaml():
        assert await home.hass.config_entries.async_setup(mqtt.entry_id)
    flow = await home.answer(await home.start_flow(), next_step_id="mqtt")
    flow = await home.answer(flow, name="Radiateur", equipment_type="heater", driver="tasmota")
    flow = await home.answer(flow, topic="radiateur", advanced={})
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert shown["advanced"].default()["safe_state"] == "none"
    for operation, changed, error in (
        ("once", {"safe_state": "off"}, "safe_state_of_machine"),
        ("continuous", {"safe_state": "on"}, "safe_state_impossible"),
        ("continuous", {"safe_state": "off", "inverted": True}, "safe_state_impossible"),
    ):
        flow = await home.answer(flow, advanced=ADVANCED | {"operation": operation} | changed)
        assert (flow["step_id"], flow["errors"]) == ("habits", {"base": error})
    straight = {"safe_state": "off", "inverted": False}
    number = await home.finish(flow, "continuous", straight)
    assert home.status(number).equipment.safe_on is False

    # Declared no longer.
    flow = await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "equipment"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": home.subentry_id(number)},
    )
    flow = await home.answer(flow, next_step_id="mqtt")
    flow = await home.answer(flow, name="Radiateur", equipment_type="heater", driver="tasmota")
    flow = await home.answer(flow, topic="radiateur", advanced={})
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert shown["advanced"].default()["safe_state"] == "off"
    flow = await home.answer(flow, advanced=ADVANCED | {"safe_state": "none"})
    assert flow["reason"] == "reconfigure_successful"
    await wait_for(lambda: home.status(number).equipment.safe_on is None)
    await home.unload()
    await home.hass.config_entries.async_unload(mqtt.entry_id)


async def test_what_cannot_go_back_by_itself_has_no_safe_state(home: LocalInstalled) -> None:
    flow = await at_entity(home)
    flow = await home.answer(flow, name="Radiateur", equipment_type="heater", entity_id=RELAY)
    shown = {str(key): key for key in flow["data_schema"].schema}
    assert "safe_state" not in shown["advanced"].default()
