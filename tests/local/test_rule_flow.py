"""A surplus rule of a home without a server: what its form knows of the appliances."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType
import pytest

from .homes import START, LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"
THIRD = "input_boolean.third"
SURPLUS = "sensor.surplus"


async def begin(home: LocalInstalled) -> dict[str, Any]:
    """Open the form of a new rule."""
    return await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "surplus_rule"), context={"source": SOURCE_USER}
    )


async def test_a_home_without_appliances_has_nothing_to_choose(home: LocalInstalled) -> None:
    end = await begin(home)

    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "no_equipment")


def basics(equipment: int, *, more: bool = False) -> dict[str, Any]:
    return {"equipment": str(equipment), "surplus": SURPLUS, "more": more}


async def test_the_power_is_that_of_the_appliance(home: LocalInstalled) -> None:
    number = await home.add(
        "Ballon", RELAY, kind="water_heater", operation="continuous", nominal_power=2400
    )
    form = await home.answer(await begin(home), **basics(number, more=True))
    assert [str(key) for key in form["data_schema"].schema] == ["measures"]
    form = await home.answer(form, measures="surplus")
    thresholds = form["data_schema"].schema["surplus_thresholds"].schema.schema
    shown = {str(key): key for key in thresholds}
    assert shown["nominal_power"].default() == 2400

    made = await home.answer(form)

    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["data"]["nominal_power"] == 2400


async def test_an_appliance_may_go_while_the_form_is_open(home: LocalInstalled) -> None:
    gone = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    going = await home.add("Radiateur", THIRD, kind="heater", operation="continuous")
    stays = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    form = await begin(home)
    await home.remove(gone)

    form = await home.answer(form, **basics(gone))
    assert form["errors"] == {"equipment": "unknown_equipment"}
    form = await home.answer(form, **basics(going))
    await home.remove(going)
    form = await home.answer(form, nominal_power=2400)
    assert form["errors"] == {"equipment": "unknown_equipment"}
    made = await home.answer(form, **basics(stays))
    if made["type"] is FlowResultType.FORM:
        made = await home.answer(made, nominal_power=1500)

    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["data"]["equipment"] == stays


@pytest.mark.parametrize("step", ["measure", "details"])
async def test_the_entry_may_be_unloaded_while_the_form_is_open(
    home: LocalInstalled, step: str
) -> None:
    number = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    said = {"nominal_power": 2400, "measures": "surplus"}
    form = await home.answer(await begin(home), **basics(number, more=True))
    if step == "details":
        form, said = await home.answer(form, **said), {}
    assert form["step_id"] == step
    await home.unload()

    end = await home.answer(form, **said)

    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")


async def test_an_appliance_may_get_a_rule_while_the_form_is_open(home: LocalInstalled) -> None:
    taken = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    free = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    form, other_form = await begin(home), await begin(home)
    other_form = await home.answer(other_form, **basics(taken))
    await home.answer(other_form, nominal_power=1000)
    await home.hass.async_block_till_done()

    form = await home.answer(form, **basics(taken))
    assert form["errors"] == {"equipment": "equipment_taken"}
    form = await home.answer(form, **basics(free))
    made = await home.answer(form, nominal_power=1000)

    assert made["type"] is FlowResultType.CREATE_ENTRY


async def test_what_is_only_pressed_cannot_follow_a_surplus(home: LocalInstalled) -> None:
    pressed = await home.add(
        "Pompe",
        START,
        kind="generic_machine",
        operation="continuous",
        advanced={"typology": "plug_and_finger"},
    )
    switched = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")

    form = await home.answer(await begin(home), **basics(pressed))
    assert form["errors"] == {"equipment": "cannot_switch"}
    form = await home.answer(form, **basics(switched))
    made = await home.answer(form, nominal_power=1000)

    assert made["type"] is FlowResultType.CREATE_ENTRY


async def test_a_rule_is_changed_after_the_appliance_that_it_waits_for_went(
    home: LocalInstalled,
) -> None:
    tank = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    going = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    await home.add("Radiateur", THIRD, kind="heater", operation="continuous")
    form = await home.answer(await begin(home), **basics(tank, more=True))
    form = await home.answer(form, measures="surplus", nominal_power=1000)
    made = await home.answer(form, other={"other_equipment": str(going)})
    assert made["data"]["other_equipment"] == going
    await home.hass.async_block_till_done()
    await home.remove(going)

    (rule,) = home.entry.get_subentries_of_type("surplus_rule")
    form = await home.entry.start_subentry_reconfigure_flow(home.hass, rule.subentry_id)
    form = await home.answer(form, **basics(tank, more=True))
    sections = {str(key): key.default() for key in form["data_schema"].schema}
    assert "other_equipment" not in sections["other"]
    changed = await home.answer(form, **sections)

    assert changed["reason"] == "reconfigure_successful"
    assert "other_equipment" not in rule.data
