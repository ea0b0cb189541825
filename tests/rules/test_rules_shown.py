"""A rule added by its form moves its load, and Home Assistant shows why."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.elfe_commande.const import DOMAIN
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_home_assistant import Installed, wait_for
from tests.integration.homes import DISHES, FINGER, PLUG, RELAY, WASHING, issues_of, live_in

from .front import (
    SURPLUS,
    add_rule,
    answer,
    begin,
    entity_of,
    fill,
    minutes,
    ordered,
    report,
    rules_of,
    set_threshold,
    shown,
    working,
)

TANK = Equipment(RELAY, "R001", "Ballon d'eau chaude", 131, 120, (plug("I103"),))
TANK_COMMAND = TANK.devices[0].topics.command
FIRST_EVENING = {"equipment": str(RELAY), "surplus": SURPLUS, "nominal_power": 3000}


@pytest.fixture
async def home(hass: HomeAssistant, installed: Installed) -> Installed:
    """A home with a tank, a washing machine and a dishwasher, running."""
    await live_in(installed, TANK, WASHING, DISHES)
    await installed.setup()
    return installed


async def test_three_fields_are_enough_for_a_first_evening(home: Installed) -> None:
    report(home, 3500)
    rule = await add_rule(home, **FIRST_EVENING)
    assert rule.title == "Ballon d'eau chaude (surplus)"
    told = {"equipment": RELAY, "surplus": SURPLUS, "measures": "surplus", "nominal_power": 3000}
    assert dict(rule.data) == told

    await minutes(home, 1, 3500)
    assert shown(home, rule).state == "none"
    assert shown(home, rule).attributes["reason"] == "delay"
    why = entity_of(home, "sensor", rule, "rule_reason")
    assert home.hass.states.get(why).state == "Waiting for the delay to pass"
    assert home.world.orders(TANK_COMMAND) == []
    await minutes(home, 1, 3500)
    await ordered(home, TANK_COMMAND, "on")
    state = shown(home, rule)
    assert (state.state, state.attributes["reason"]) == (STATE_ON, "conditions_met")
    assert (state.attributes["in_charge"], state.attributes["source"]) == (True, "surplus")
    assert state.attributes["trace"] == {"surplus": {"on": True, "off": False, "value": 3500.0}}
    decision = await home.until("sensor", RELAY, "decision", STATE_ON)
    assert decision.attributes["source"] == "surplus"
    assert decision.attributes["reason"] == "conditions_met"

    await minutes(home, 4, -200)
    assert shown(home, rule).attributes["reason"] == "min_on_time"
    await minutes(home, 1, -200)
    await ordered(home, TANK_COMMAND, "on", "off")
    assert shown(home, rule).attributes["reason"] == "imports"
    assert home.state("sensor", RELAY, "decision").state == STATE_OFF


async def test_net_power_is_the_contrary_of_a_surplus(home: Installed) -> None:
    report(home, -3.5, unit_of_measurement="kW")
    rule = await add_rule(home, **FIRST_EVENING, measures="net_power")
    await minutes(home, 2)
    await ordered(home, TANK_COMMAND, "on")
    assert shown(home, rule).attributes["trace"]["surplus"]["value"] == 3500
    report(home, 3.5, unit_of_measurement="kW")
    await minutes(home, 6)
    await ordered(home, TANK_COMMAND, "on", "off")


async def test_a_rule_has_a_device_of_its_own_that_goes_with_it(
    hass: HomeAssistant, home: Installed
) -> None:
    rule = await add_rule(home, **FIRST_EVENING)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{home.entry.entry_id}_{rule.subentry_id}"), home.entry.entry_id
    )
    assert device is not None
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    assert device.via_device_id is not None
    entities = er.async_entries_for_device(er.async_get(hass), device.id)
    assert {entity.config_subentry_id for entity in entities} == {rule.subentry_id}
    assert {entity.domain for entity in entities} == {"sensor", "switch", "number"}

    report(home, 3500)
    await minutes(home, 2, 3500)
    await ordered(home, TANK_COMMAND, "on")
    assert hass.config_entries.async_remove_subentry(home.entry, rule.subentry_id)
    await hass.async_block_till_done()
    # What a rule that is gone had switched on goes off.
    await ordered(home, TANK_COMMAND, "on", "off")
    assert dr.async_get(hass).async_get(device.id) is None
    assert er.async_entries_for_device(er.async_get(hass), device.id) == []
    assert home.state("sensor", RELAY, "decision").attributes["source"] == "default"


async def test_thresholds_and_the_switch_are_used_from_a_dashboard(
    hass: HomeAssistant, home: Installed
) -> None:
    rule = await add_rule(home, **FIRST_EVENING)
    upper = entity_of(home, "number", rule, "surplus_on")
    before = home.hub.subentries
    status = working(home, rule)

    await set_threshold(home, rule, "surplus_on", 3100)
    assert hass.states.get(upper).state == "3100.0"  # type: ignore[union-attr]
    assert rules_of(home)[0].data["surplus_on"] == 3100
    assert home.hub.subentries is before
    assert working(home, rule) is status, "made anew for a threshold"
    with pytest.raises(ServiceValidationError, match="switch-off threshold"):
        await set_threshold(home, rule, "surplus_on", -10)
    with pytest.raises(ServiceValidationError, match="takes 3000 W of the surplus"):
        await set_threshold(home, rule, "surplus_on", 2900)
    assert rules_of(home)[0].data["surplus_on"] == 3100
    report(home, 3150)
    await minutes(home, 2, 3150)
    await ordered(home, TANK_COMMAND, "on")

    enabled = {ATTR_ENTITY_ID: entity_of(home, "switch", rule, "rule_enabled")}
    await hass.services.async_call("switch", "turn_off", enabled, blocking=True)
    await hass.async_block_till_done()
    await wait_for(lambda: "off" in home.world.orders(TANK_COMMAND))
    assert shown(home, rule).attributes["reason"] == "rule_disabled"
    await minutes(home, 2, 3150)
    # Asked again where the device was slow to answer, and never on.
    orders = home.world.orders(TANK_COMMAND)
    assert orders[orders.index("off") :] == ["off"] * orders.count("off")

    await home.reload()
    assert hass.states.get(upper).state == "3100.0"  # type: ignore[union-attr]
    assert hass.states.get(enabled[ATTR_ENTITY_ID]).state == STATE_OFF  # type: ignore[union-attr]
    await hass.services.async_call("switch", "turn_on", enabled, blocking=True)
    await minutes(home, 3, 3150)
    # A device that comes back is told again to be off: hence not the whole list.
    await wait_for(lambda: home.world.orders(TANK_COMMAND)[-1] == "on")


async def test_a_rule_survives_a_restart_and_keeps_its_times(home: Installed) -> None:
    report(home, 3500)
    rule = await add_rule(home, **FIRST_EVENING, times={"min_on": 600})
    await minutes(home, 2, 3500)
    await ordered(home, TANK_COMMAND, "on")
    await home.reload()
    status = working(home, rule)
    assert status.history.on is True
    await minutes(home, 8, -500)
    assert home.world.orders(TANK_COMMAND) == ["on"]
    await minutes(home, 2, -500)
    await ordered(home, TANK_COMMAND, "on", "off")


async def test_free_conditions_are_those_of_the_editor(
    hass: HomeAssistant, home: Installed
) -> None:
    raw = [
        {
            "condition": "state",
            "entity_id": "input_boolean.home",
            "state": "on",
            "for": {"minutes": 0},
        },
        {"condition": "template", "value_template": "{{ 1 == 1 }}"},
    ]
    hass.states.async_set("input_boolean.home", STATE_OFF)
    report(home, 3500)
    rule = await add_rule(home, **FIRST_EVENING, conditions={"on_condition": raw})
    assert rule.data["on_condition"] == raw
    await minutes(home, 3, 3500)
    assert shown(home, rule).attributes["reason"] == "condition_not_met"
    hass.states.async_set("input_boolean.home", STATE_ON)
    await minutes(home, 1, 3500)
    await ordered(home, TANK_COMMAND, "on")


async def test_a_sensor_that_is_gone_is_told_of(hass: HomeAssistant, home: Installed) -> None:
    report(home, 3500)
    rule = await add_rule(home, **FIRST_EVENING)
    await minutes(home, 2, 3500)
    await ordered(home, TANK_COMMAND, "on")
    await minutes(home, 9, STATE_UNAVAILABLE)
    assert home.world.orders(TANK_COMMAND) == ["on"]
    await minutes(home, 2, STATE_UNAVAILABLE)
    await ordered(home, TANK_COMMAND, "on", "off")
    assert shown(home, rule).attributes["reason"] == "stale_inputs"
    issue = issues_of(hass)["stale_rule_inputs"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["inputs"] == SURPLUS
    assert issue.translation_placeholders["equipment"] == "Ballon d'eau chaude"
    await minutes(home, 1, 100)
    assert "stale_rule_inputs" not in issues_of(hass)


async def test_a_sensor_that_somebody_disabled_is_told_of(
    hass: HomeAssistant, home: Installed
) -> None:
    """It has no state any more; the issue names it, and the appliance of the rule."""
    registry = er.async_get(hass)
    power = registry.async_get_or_create("sensor", "vendor", "surplus").entity_id
    report(home, 3500, power)
    await add_rule(home, **FIRST_EVENING | {"surplus": power})
    await minutes(home, 1, 3500)
    registry.async_update_entity(power, disabled_by=er.RegistryEntryDisabler.USER)
    hass.states.async_remove(power)
    await minutes(home, 12, 3500)
    issue = issues_of(hass)["stale_rule_inputs"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["inputs"] == power
    assert issue.translation_placeholders["equipment"] == "Ballon d'eau chaude"


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"surplus_thresholds": {"surplus_on": 2000}}, {"base": "surplus_thresholds"}),
        ({"battery": {"soc": "sensor.soc", "soc_on": 50}}, {"base": "soc_thresholds"}),
        ({"when": {"begin": "10:00:00"}}, {"base": "hours_incomplete"}),
        ({"times": {"max_on": 60}}, {"base": "times_crossed"}),
        ({"times": {"max_on_per_day": 60}}, {"base": "times_crossed"}),
        (
            {"conditions": {"on_condition": [{"condition": "no_such_thing"}]}},
            {"base": "invalid_condition"},
        ),
        ({"surplus": None}, {"base": "no_condition"}),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    home: Installed, values: dict[str, Any], error: dict[str, str]
) -> None:
    given = {key: value for key, value in {**FIRST_EVENING, **values}.items() if value is not None}
    result = await fill(home, **given)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, error)
    assert rules_of(home) == []

    # What was entered is kept, also in a section that is closed: it is emptied.
    emptied: dict[str, Any] = {key: {} for key, value in values.items() if isinstance(value, dict)}
    result = await answer(home, result, **FIRST_EVENING, **emptied)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await home.hass.async_block_till_done()
    assert [rule.data["equipment"] for rule in rules_of(home)] == [RELAY]


async def test_a_threshold_that_its_sensor_never_crosses_is_refused(home: Installed) -> None:
    """A number that people enter says itself how far it goes."""
    number = "input_number.surplus"
    report(home, 0, number, min=0, max=9000)
    given = FIRST_EVENING | {"surplus": number}
    below = {"surplus_thresholds": {"surplus_off": -100}}
    result = await fill(home, **given, **below)
    assert (result["step_id"], result["errors"]) == ("details", {"base": "unreachable_threshold"})
    assert result["description_placeholders"] == {"detail": number}
    above = {"surplus_thresholds": {"surplus_on": 9500}}
    assert (await answer(home, result, **above))["errors"] == {"base": "unreachable_threshold"}
    result = await answer(home, result, surplus_thresholds={"surplus_off": 0})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_rule_there_is_whose_threshold_is_never_crossed_is_told(home: Installed) -> None:
    report(home, 3500)
    rule = await add_rule(home, **FIRST_EVENING, surplus_thresholds={"surplus_off": -100})
    await minutes(home, 2, 3500)
    await ordered(home, TANK_COMMAND, "on")
    assert "unreachable_threshold" not in issues_of(home.hass)
    await minutes(home, 6, 0)
    await ordered(home, TANK_COMMAND, "on", "off")
    issue = issues_of(home.hass)["unreachable_threshold"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["inputs"] == SURPLUS

    # Meanwhile neither the form nor the number takes what the sensor was not seen to tell.
    result = await fill(home, rule, **FIRST_EVENING, rank={"priority": 2})
    assert result["errors"] == {"base": "unreachable_threshold"}
    with pytest.raises(ServiceValidationError, match=f"{SURPLUS} can never tell this value"):
        await set_threshold(home, rule, "surplus_off", -50)
    await set_threshold(home, rule, "surplus_on", 3200)
    await set_threshold(home, rule, "surplus_off", 0)
    await minutes(home, 1, 0)
    assert "unreachable_threshold" not in issues_of(home.hass)


async def test_a_number_takes_no_threshold_beyond_what_its_sensor_says(home: Installed) -> None:
    number = "input_number.surplus"
    report(home, 0, number, min=0, max=9000)
    rule = await add_rule(home, **FIRST_EVENING | {"surplus": number})
    before = rules_of(home)[0].data

    for key, value in (("surplus_on", 9500), ("surplus_off", -100)):
        with pytest.raises(ServiceValidationError, match=f"{number} can never tell"):
            await set_threshold(home, rule, key, value)
    assert rules_of(home)[0].data == before

    await set_threshold(home, rule, "surplus_on", 9000)
    assert rules_of(home)[0].data["surplus_on"] == 9000


async def test_what_stays_of_a_rule_that_changes_must_fit_its_new_load(home: Installed) -> None:
    rule = await add_rule(home, **FIRST_EVENING, other={"other_equipment": str(PLUG)})
    form = await begin(home, rule)
    basics = {"equipment": str(PLUG), "surplus": SURPLUS, "more": False}
    configure = home.hass.config_entries.subentries.async_configure
    form = await configure(form["flow_id"], basics)
    assert form["step_id"] == "measure"
    form = await configure(form["flow_id"], {"nominal_power": 3000})
    assert (form["step_id"], form["errors"]) == ("details", {"base": "depends_on_itself"})
    assert rules_of(home)[0].data["equipment"] == RELAY


async def test_nothing_is_asked_that_an_answer_made_meaningless(home: Installed) -> None:
    asked = [[str(key) for key in (await begin(home))["data_schema"].schema]]
    configure = home.hass.config_entries.subentries.async_configure

    async def details(equipment: int, surplus: str | None) -> set[str]:
        form = await begin(home)
        given = {"equipment": str(equipment), "more": True}
        form = await configure(form["flow_id"], given | ({"surplus": surplus} if surplus else {}))
        if form["step_id"] == "measure":
            asked.append([str(key) for key in form["data_schema"].schema])
            form = await configure(form["flow_id"], {"nominal_power": 3000})
        return {str(key) for key in form["data_schema"].schema}

    tank, machine = await details(RELAY, SURPLUS), await details(PLUG, None)
    assert asked == [["equipment", "surplus", "more"], ["measures", "nominal_power"]]
    assert machine - tank == {"end_time"}
    assert tank - machine == {"surplus_thresholds"}


async def test_when_every_load_has_a_rule_there_is_nothing_to_add(home: Installed) -> None:
    for equipment in (RELAY, PLUG, FINGER):
        await add_rule(home, **FIRST_EVENING | {"equipment": str(equipment)})
    result = await begin(home)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "all_have_rules")


@pytest.mark.parametrize("conditions", ["{{ true }}", ["{{ true }}"]])
async def test_conditions_are_a_list_of_conditions(home: Installed, conditions: Any) -> None:
    """What the editor never sends is refused before it is looked at."""
    given = {"conditions": {"on_condition": conditions}}
    with pytest.raises(InvalidData):
        await fill(home, **FIRST_EVENING, **given)
    assert rules_of(home) == []


async def test_one_rule_per_load(home: Installed) -> None:
    await add_rule(home, **FIRST_EVENING)
    form = await begin(home)
    offered = form["data_schema"].schema["equipment"].config["options"]
    assert {option["value"] for option in offered} == {str(PLUG), str(FINGER)}


async def test_a_rule_is_changed_in_place(home: Installed) -> None:
    report(home, 1500)
    rule = await add_rule(home, **FIRST_EVENING)
    result = await fill(home, rule, **{**FIRST_EVENING, "nominal_power": 1000})
    assert result["reason"] == "reconfigure_successful"
    await home.hass.async_block_till_done()
    await minutes(home, 2, 1500)
    await ordered(home, TANK_COMMAND, "on")
    # Another load in place of this one: what the rule had switched on goes off.
    result = await fill(
        home, rules_of(home)[0], **{**FIRST_EVENING, "equipment": str(PLUG), "nominal_power": 1000}
    )
    assert result["reason"] == "reconfigure_successful"
    await ordered(home, TANK_COMMAND, "on", "off")
    await minutes(home, 2, 1500)
    await wait_for(lambda: home.world.orders(WASHING.devices[0].topics.command)[-1:] == ["on"])


async def test_without_the_engine_there_is_nothing_to_choose(home: Installed) -> None:
    await home.unload()
    assert home.entry.state is ConfigEntryState.NOT_LOADED
    result = await begin(home)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")


async def test_actions_mind_what_a_user_may_do(home: Installed) -> None:
    hass = home.hass
    report(home, 3500)
    rule = await add_rule(home, **FIRST_EVENING)
    sensor = entity_of(home, "sensor", rule, "rule")
    button = home.entity_id("button", None, "run_cycle")

    def who_may(entity_id: str, **policy: bool) -> str:
        user = MockUser(name="Leo").add_to_hass(hass)
        user.mock_policy({"entities": {"entity_ids": {entity_id: policy}}})
        return user.id

    async def ask(user_id: str, action: str, **data: Any) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=user_id),
        )

    assert await ask(who_may(sensor, read=True), "simulate_rule", rule=sensor)
    assert await ask(who_may(button, control=True), "evaluate_rules")
    with pytest.raises(Unauthorized):
        await ask(who_may(button, read=True), "simulate_rule", rule=sensor)
    with pytest.raises(Unauthorized):
        await ask(who_may(sensor, control=True), "evaluate_rules")
