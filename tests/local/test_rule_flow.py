"""A surplus rule of a home without a server: what its form knows of the appliances."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType

from .homes import START, LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"
SURPLUS = "sensor.surplus"


async def begin(home: LocalInstalled) -> dict[str, Any]:
    """Open the form of a new rule."""
    return await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "surplus_rule"), context={"source": SOURCE_USER}
    )


async def test_a_home_without_appliances_has_nothing_to_choose(home: LocalInstalled) -> None:
    end = await begin(home)

    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "no_equipment")


async def test_the_power_is_that_of_the_appliance(home: LocalInstalled) -> None:
    number = await home.add(
        "Ballon", RELAY, kind="water_heater", operation="continuous", nominal_power=2400
    )
    form = await begin(home)
    shown = {str(key): key for key in form["data_schema"].schema}
    assert shown["nominal_power"].description == {"suggested_value": 2400}

    made = await home.answer(form, equipment=str(number), surplus=SURPLUS)

    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["data"]["nominal_power"] == 2400


async def test_an_appliance_may_go_while_the_form_is_open(home: LocalInstalled) -> None:
    gone = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    stays = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    form = await begin(home)
    await home.remove(gone)

    form = await home.answer(form, equipment=str(gone), surplus=SURPLUS, nominal_power=2400)
    assert form["errors"] == {"equipment": "unknown_equipment"}
    made = await home.answer(form, equipment=str(stays), surplus=SURPLUS, nominal_power=1500)

    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["data"]["equipment"] == stays


async def test_an_appliance_may_get_a_rule_while_the_form_is_open(home: LocalInstalled) -> None:
    taken = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    free = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    given: dict[str, Any] = {"surplus": SURPLUS, "nominal_power": 1000}
    form, other_form = await begin(home), await begin(home)
    await home.answer(other_form, equipment=str(taken), **given)
    await home.hass.async_block_till_done()

    form = await home.answer(form, equipment=str(taken), **given)
    assert form["errors"] == {"equipment": "equipment_taken"}
    made = await home.answer(form, equipment=str(free), **given)

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
    given: dict[str, Any] = {"surplus": SURPLUS, "nominal_power": 1000}

    form = await home.answer(await begin(home), equipment=str(pressed), **given)
    assert form["errors"] == {"base": "cannot_switch"}
    made = await home.answer(form, equipment=str(switched), **given)

    assert made["type"] is FlowResultType.CREATE_ENTRY
