"""The forms of what an entity is given: what they offer, what they refuse, how they are changed."""

from typing import Any

from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from tests.fixtures_home_assistant import wait_for

from .homes import ADVANCED, LocalInstalled
from .stage import enter

WIRE, HEATER, CURRENT = "select.wire", "climate.heater", "number.current"


async def at_values(home: LocalInstalled, entity_id: str, way: str | None = None) -> dict[str, Any]:
    flow = await home.answer(await home.start_flow(), next_step_id="entity")
    flow = await home.answer(flow, name="Radiateur", equipment_type="heater", entity_id=entity_id)
    return flow if way is None else await home.answer(flow, way=way)


def offered(flow: dict[str, Any], key: str) -> Any:
    """Return what a field offers, and what it suggests."""
    marker = next(each for each in flow["data_schema"].schema if each == key)
    config = flow["data_schema"].schema[key].config
    if "options" in config:
        return [option["value"] for option in config["options"]], marker.default()
    return config["min"], config["max"], config["step"]


def options(flow: dict[str, Any], key: str) -> list[str]:
    return [option["value"] for option in flow["data_schema"].schema[key].config["options"]]


async def test_a_list_offers_what_it_has_and_suggests_what_is_usual(home: LocalInstalled) -> None:
    await enter(home.hass, WIRE)
    flow = await at_values(home, WIRE)
    assert flow["step_id"] == "values"
    assert offered(flow, "on_value") == (["comfort", "eco", "frost_protection", "off"], "comfort")
    assert offered(flow, "off_value")[1] == "eco"
    with pytest.raises(InvalidData):
        await home.answer(flow, on_value="boost", off_value="eco")
    flow = await home.answer(flow, on_value="eco", off_value="eco")
    assert flow["errors"] == {"base": "same_values"}
    flow = await home.answer(flow, on_value="comfort", off_value="eco")
    assert flow["step_id"] == "habits"
    advanced = flow["data_schema"].schema["advanced"].schema.schema
    # Which of the two is on was chosen.
    assert "inverted" not in {str(key) for key in advanced}


async def test_an_option_that_goes_while_the_form_is_open(home: LocalInstalled) -> None:
    (wire,) = await enter(home.hass, WIRE)
    flow = await at_values(home, WIRE)
    wire.become(options=["eco", "off"])
    flow = await home.answer(flow, on_value="comfort", off_value="eco")
    assert flow["errors"] == {"base": "value_gone"}
    assert options(flow, "on_value") == ["eco", "off"]


async def test_a_thermostat_is_asked_what_is_set(home: LocalInstalled) -> None:
    await enter(home.hass, HEATER)
    flow = await at_values(home, HEATER)
    assert flow["step_id"] == "way"
    selector = flow["data_schema"].schema["way"]
    assert selector.config["options"] == ["preset_mode", "hvac_mode", "temperature"]
    flow = await home.answer(flow, way="temperature")
    assert offered(flow, "on_value") == (5.0, 30.0, 0.5)
    with pytest.raises(InvalidData):
        await home.answer(flow, on_value=35, off_value=17, own_changes="ask")
    flow = await home.answer(flow, on_value=21, off_value=20.9, own_changes="ask")
    assert flow["errors"] == {"base": "same_values"}


async def test_what_is_away_is_offered_by_what_is_known_of_it(home: LocalInstalled) -> None:
    (wire,) = await enter(home.hass, WIRE)
    wire.become(available=False)
    flow = await at_values(home, WIRE)
    assert offered(flow, "on_value")[0] == ["comfort", "eco", "frost_protection", "off"]


async def test_what_offers_nothing_to_choose_between(home: LocalInstalled) -> None:
    config = {"single": {"options": ["comfort"]}}
    assert await async_setup_component(home.hass, "input_select", {"input_select": config})
    flow = await at_values(home, "input_select.single")
    assert (flow["step_id"], flow["errors"]) == ("entity", {"entity_id": "nothing_to_set"})


async def test_what_an_entity_is_given_is_changed(home: LocalInstalled) -> None:
    heater, _ = await enter(home.hass, HEATER, WIRE)
    number = await home.add_setting(
        "Radiateur", HEATER, "preset_mode", ("comfort", "eco"), own="people"
    )
    flow = await home.entry.start_subentry_reconfigure_flow(home.hass, home.subentry_id(number))
    assert flow["menu_options"] == ["entity", "charger", "sg_ready", "mqtt"]
    flow = await home.answer(flow, next_step_id="entity")
    flow = await home.answer(flow, name="Radiateur", equipment_type="heater", entity_id=HEATER)
    assert flow["data_schema"].schema["way"] is not None
    flow = await home.answer(flow, way="preset_mode")
    assert offered(flow, "on_value")[1] == "comfort"
    assert flow["data_schema"]({}) == {
        "on_value": "comfort",
        "off_value": "eco",
        "own_changes": "people",
    }
    flow = await home.answer(flow, on_value="comfort", off_value="away", own_changes="programme")
    flow = await home.answer_habits(flow, "continuous")
    assert flow["type"] is FlowResultType.ABORT
    await home.hass.async_block_till_done()
    (subentry,) = home.entry.subentries.values()
    (device,) = subentry.data["devices"]
    assert device == {
        "driver": "entity_setting",
        "entity_id": HEATER,
        "way": "preset_mode",
        "on_value": "comfort",
        "off_value": "away",
        "own_changes": "programme",
        "usage": 11,
    }
    await home.act("select", "select_option", number, "mode", option="forced_off")
    assert heater.calls == [{"preset_mode": "away"}]


async def test_a_thermostat_that_is_renamed_is_followed(home: LocalInstalled) -> None:
    heater, _ = await enter(home.hass, HEATER, WIRE)
    number = await home.add_setting(
        "Radiateur", HEATER, "preset_mode", ("comfort", "eco"), own="ask"
    )
    er.async_get(home.hass).async_update_entity(HEATER, new_entity_id="climate.salon")
    await home.hass.async_block_till_done()
    await wait_for(
        lambda: "climate.salon" in home.status(number).equipment.devices[0].command_topic
    )
    await home.act("select", "select_option", number, "mode", option="forced_on")
    assert heater.calls == [{"preset_mode": "comfort"}]


# ------------------------------------------------------------------------------- pairs


async def at_pair(home: LocalInstalled, pair: str) -> dict[str, Any]:
    return await home.answer(await home.start_flow(), next_step_id=pair)


async def test_a_charger_that_will_not_do(home: LocalInstalled) -> None:
    current, _, _ = await enter(home.hass, CURRENT, "switch.charge", "switch.other")
    await home.add("Autre", "switch.other")
    flow = await at_pair(home, "charger")
    good = {
        "name": "Voiture",
        "equipment_type": "electric_car",
        "current": CURRENT,
        "switch": "switch.charge",
    }
    for changed, errors in (
        ({"switch": "switch.other"}, {"switch": "entity_taken"}),
        ({"switch": "switch.gone"}, {"switch": "no_such_entity"}),
        ({"current": "number.gone"}, {"current": "no_such_entity"}),
        ({"name": "Autre"}, {"name": "name_taken"}),
    ):
        flow = await home.answer(flow, **good | changed)
        assert (flow["step_id"], flow["errors"]) == ("charger", errors)
    flow = await home.answer(flow, **good)
    assert flow["step_id"] == "current"
    assert offered(flow, "on_value") == (0.0, 32.0, 1.0)
    flow = await home.answer(flow, on_value=5)
    assert flow["errors"] == {"base": "current_too_low"}
    current.become(native_max_value=10.0)
    flow = await home.answer(flow, on_value=16)
    assert flow["errors"] == {"base": "value_gone"}
    flow = await home.answer(flow, on_value=10)
    assert flow["step_id"] == "habits"
    number = await home.finish(flow, "continuous")
    assert home.status(number).equipment.name == "Voiture"


async def test_one_contact_is_not_two(home: LocalInstalled) -> None:
    await enter(home.hass, "switch.sg1", "switch.sg2")
    flow = await at_pair(home, "sg_ready")
    given = {"name": "PAC", "equipment_type": "controlled_heater"}
    flow = await home.answer(flow, **given, contact_1="switch.sg1", contact_2="switch.sg1")
    assert flow["errors"] == {"contact_2": "entity_taken"}
    flow = await home.answer(flow, **given, contact_1="switch.sg1", contact_2="switch.sg2")
    assert flow["step_id"] == "habits"


async def test_a_pair_shows_what_is_kept(home: LocalInstalled) -> None:
    await enter(home.hass, CURRENT, "switch.charge", "switch.other")
    number = await home.add_pair(
        "Voiture", "charger", amps=16, current=CURRENT, switch="switch.charge"
    )
    flow = await home.entry.start_subentry_reconfigure_flow(home.hass, home.subentry_id(number))
    flow = await home.answer(flow, next_step_id="charger")
    kept = flow["data_schema"]({})
    assert (kept["current"], kept["switch"]) == (CURRENT, "switch.charge")
    given = kept | {"equipment_type": "electric_car", "switch": "switch.other"}
    flow = await home.answer(flow, **given)
    marker = next(iter(flow["data_schema"].schema))
    assert marker.description == {"suggested_value": 16.0}
    flow = await home.answer(flow, on_value=20)
    flow = await home.answer(flow, advanced=ADVANCED | {"operation": "continuous"}, measure={})
    assert flow["type"] is FlowResultType.ABORT
    await home.hass.async_block_till_done()
    (subentry,) = home.entry.subentries.values()
    assert subentry.data["devices"][0]["parts"] == [
        {"entity_id": CURRENT, "way": "number", "on_value": 20.0},
        {"entity_id": "switch.other", "way": "on_off", "on_value": "on", "off_value": "off"},
    ]
    await home.act("select", "select_option", number, "mode", option="forced_on")
    assert home.hass.states.is_state("switch.other", "on")
