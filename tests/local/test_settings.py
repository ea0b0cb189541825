"""Loads driven by entities that are given one of two values: every kind, its good and bad days."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.components.climate import HVACAction, HVACMode
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from tests.fixtures_home_assistant import ANNA, wait_for

from .homes import POWER, LocalInstalled
from .stage import Heater, enter

HEATER = "climate.heater"
PRESETS = ("comfort", "eco")

WAYS = [
    ("climate.heater", "preset_mode", PRESETS, {"preset_mode": "away"}),
    ("climate.heater", "hvac_mode", ("heat", "off"), None),
    ("climate.heater", "temperature", (21, 17), {"target_temperature": 19.0}),
    ("water_heater.tank", "operation_mode", ("performance", "eco"), {"current_operation": "off"}),
    ("water_heater.tank", "temperature", (60, 45), {"target_temperature": 50.0}),
    ("water_heater.tank", "away_mode", None, None),
    ("water_heater.tank", "on_off", None, None),
    ("select.wire", "option", PRESETS, {"current_option": "frost_protection"}),
    ("number.current", "number", (16, 0), {"native_value": 10.0}),
    ("fan.air", "on_off", None, None),
    ("fan.air", "percentage", (60, 0), {"percentage": 30}),
    ("fan.air", "preset_mode", ("boost", "off"), {"preset_mode": "calm", "percentage": 30}),
    ("humidifier.cellar", "on_off", None, None),
    ("humidifier.cellar", "mode", ("auto", "sleep"), None),
    ("humidifier.cellar", "humidity", (40, 70), {"target_humidity": 55.0}),
    ("valve.tap", "open_close", None, None),
]
"""Entity, way, values, and a third one where there is one."""


async def follow(home: LocalInstalled, number: int, *, on: bool) -> None:
    """Give a plan that wants it on or off, and let it be ordered."""
    before = len(home.ended(number))
    home.clock.offset += 1
    await home.call("set_plan", equipment_id=number, slots=[int(on)] * 96)
    await wait_for(lambda: len(home.ended(number)) > before)
    await home.hass.async_block_till_done()


def last(home: LocalInstalled, number: int) -> tuple[Outcome, str]:
    result = home.ended(number)[-1].result
    return result.outcome, result.reason


DONE = (Outcome.ACKNOWLEDGED, "acknowledged")


# --------------------------------------------------------------------------- every kind


@pytest.mark.parametrize(("entity_id", "way", "values", "third"), WAYS)
async def test_every_kind_is_given_its_values_and_taken_over(
    home: LocalInstalled,
    entity_id: str,
    way: str,
    values: tuple[Any, Any] | None,
    third: dict[str, Any] | None,
) -> None:
    (entity,) = await enter(home.hass, entity_id)
    own = "people" if entity_id.startswith(("climate", "water_heater")) and values else None
    number = await home.add_setting("Chauffage", entity_id, way, values, own=own)
    for on in (True, False, True):
        await follow(home, number, on=on)
        assert last(home, number) == DONE
        assert home.status(number).reported_on is on
    assert len(entity.calls) == 3
    assert home.state("binary_sensor", number, "running").state == "on"
    # All of it was ours.
    assert not [e for e in home.events if isinstance(e, ModeChanged)]
    if third is None:
        return

    entity.become(Context(user_id=ANNA), **third)
    await home.until("switch", number, "pilot", "off")
    (change,) = (e for e in home.events if isinstance(e, ModeChanged))
    assert (change.after, change.origin, change.user_id) == (20, Origin.DASHBOARD, ANNA)
    home.clock.offset += 900
    await home.cycle()
    # As they left it.
    assert len(entity.calls) == 3


async def test_a_fan_that_runs_at_another_speed_did_not_follow(home: LocalInstalled) -> None:
    """That it is on says nothing of what it was told."""
    await home.reload(replace(home.timing, setting_timeout=0.5))
    (fan,) = await enter(home.hass, "fan.air")
    fan.become(percentage=30)
    fan.follows = False
    number = await home.add_setting("Chauffage", "fan.air", "percentage", (60, 0))
    await follow(home, number, on=True)
    assert fan.calls
    assert last(home, number) == (Outcome.FAILED, "silent")
    assert home.status(number).reported_on is None


@pytest.mark.parametrize(
    ("helper", "config", "values"),
    [
        ("input_select.wire", {"options": ["comfort", "eco"], "initial": "eco"}, PRESETS),
        ("input_number.level", {"min": 0, "max": 100, "step": 5, "initial": 0}, (80, 0)),
    ],
)
async def test_helpers_are_given_values(
    home: LocalInstalled, helper: str, config: dict[str, Any], values: tuple[Any, Any]
) -> None:
    domain, name = helper.split(".")
    assert await async_setup_component(home.hass, domain, {domain: {name: config}})
    number = await home.add_setting("Chauffage", helper, "", values)
    await follow(home, number, on=True)
    # There is nothing that could tell more.
    assert last(home, number) == DONE
    state = home.hass.states.get(helper)
    assert state is not None
    assert state.state in {"comfort", "80.0"}
    other = {"input_select": {"option": "eco"}, "input_number": {"value": 35}}[domain]
    action = {"input_select": "select_option", "input_number": "set_value"}[domain]
    await home.use(f"{domain}.{action}", helper, **other)
    await home.until("switch", number, "pilot", "off")


async def test_an_inverted_switch_is_off_while_its_load_is_on(home: LocalInstalled) -> None:
    (relay,) = await enter(home.hass, "switch.wire")
    number = await home.add(
        "Radiateur",
        "switch.wire",
        kind="heater",
        operation="continuous",
        advanced={"inverted": True},
    )
    await follow(home, number, on=False)
    assert (last(home, number), relay.calls[-1]) == (DONE, {"is_on": True})
    await follow(home, number, on=True)
    assert (last(home, number), relay.calls[-1]) == (DONE, {"is_on": False})
    assert home.state("binary_sensor", number, "running").state == "on"
    relay.become(Context(user_id=ANNA), is_on=True)
    await home.until("select", number, "mode", "forced_off")


# ------------------------------------------------------------------------ what goes wrong


async def heater(home: LocalInstalled, own: str = "ask", **used: Any) -> tuple[Heater, int]:
    (entity,) = await enter(home.hass, HEATER, iot_class=used.pop("iot_class", "local_push"))
    assert isinstance(entity, Heater)
    for key, value in used.pop("how", {}).items():
        setattr(entity, f"_attr_{key}", value)
    entity.async_write_ha_state()
    number = await home.add_setting("Radiateur", HEATER, "preset_mode", PRESETS, own=own, **used)
    return entity, number


async def test_what_refuses_says_why_and_is_tried_again(home: LocalInstalled) -> None:
    await home.reload(replace(home.timing, retry_first=0.2, retry_max=0.2))
    entity, number = await heater(home)
    entity.refuses = "the window is open"
    with pytest.raises(HomeAssistantError, match="the window is open"):
        await home.act("select", "select_option", number, "mode", option="forced_on")
    assert last(home, number) == (Outcome.FAILED, "refused")
    entity.refuses = None
    await wait_for(lambda: entity.calls == [{"preset_mode": "comfort"}])
    await home.until("select", number, "mode", "forced_on")


async def test_what_is_unavailable_fails_at_once_and_is_ordered_when_it_is_back(
    home: LocalInstalled,
) -> None:
    entity, number = await heater(home)
    entity.become(available=False)
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "device_unavailable")
    assert home.state("binary_sensor", number, "connected").state == "off"
    entity.alone(available=True)
    await wait_for(lambda: entity.calls == [{"preset_mode": "comfort"}])
    await wait_for(lambda: last(home, number) == DONE)
    assert home.status(number).equipment.piloted


async def test_what_does_not_follow_is_told_and_its_late_state_counts(
    home: LocalInstalled,
) -> None:
    await home.reload(replace(home.timing, setting_timeout=0.3, retry_first=60.0))
    entity, number = await heater(home)
    entity.follows = False
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "silent")
    # What it says meanwhile, its old preset included, is nobody's wish.
    entity.alone(current_temperature=18.5)
    entity.alone(preset_mode="comfort")
    await wait_for(lambda: last(home, number) == DONE)
    assert home.status(number).equipment.piloted


@pytest.mark.parametrize(
    ("entity_id", "way", "values", "shrunk"),
    [
        ("select.wire", "option", PRESETS, {"options": ["eco", "off"]}),
        ("climate.heater", "preset_mode", PRESETS, {"preset_modes": ["eco", "away"]}),
        ("number.current", "number", (16, 0), {"native_max_value": 10.0}),
    ],
)
async def test_a_value_that_is_gone_is_an_error_in_words_and_a_repair(
    home: LocalInstalled,
    entity_id: str,
    way: str,
    values: tuple[Any, Any],
    shrunk: dict[str, Any],
) -> None:
    (entity,) = await enter(home.hass, entity_id)
    own = "ask" if entity_id == HEATER else None
    number = await home.add_setting("Chauffage", entity_id, way, values, own=own)
    kept = {key: getattr(entity, f"_attr_{key}") for key in shrunk}
    entity.become(**shrunk)
    with pytest.raises(HomeAssistantError, match=entity_id) as told:
        await home.act("select", "select_option", number, "mode", option="forced_on")
    assert told.value.translation_key == "order_value_kept"
    assert last(home, number) == (Outcome.FAILED, "value_gone")
    assert not entity.calls
    await home.cycle()
    (problem,) = home.hub.engine.problems
    assert (problem.key, problem.placeholders["entity"]) == ("value_gone", entity_id)
    assert problem.placeholders["holder"] == f"{values[0]}"

    entity.become(**kept)
    await home.cycle()
    assert not home.hub.engine.problems


async def test_a_restart_in_the_middle_goes_on_with_what_was_wished(home: LocalInstalled) -> None:
    entity, number = await heater(home)
    entity.follows = False
    asked = asyncio.create_task(
        home.act("select", "select_option", number, "mode", option="forced_on")
    )
    await wait_for(lambda: entity.calls)
    await home.unload()
    with pytest.raises(HomeAssistantError):
        await asked
    entity.follows = True
    await home.setup()
    await wait_for(lambda: entity.preset_mode == "comfort")
    await wait_for(lambda: home.ended(number) and last(home, number) == DONE)
    await home.until("select", number, "mode", "forced_on")


# --------------------------------------------------------------------------- what proves it


async def test_an_echo_proves_nothing_where_power_tells(home: LocalInstalled) -> None:
    """A cloud shows what it was told: the sensor says later whether the heater heats."""
    home.measure(0)
    await home.reload(replace(home.timing, setting_timeout=0.3))
    entity, number = await heater(home, iot_class="cloud_polling", power_sensor=POWER)
    await follow(home, number, on=True)
    assert entity.preset_mode == "comfort"
    assert last(home, number) == (Outcome.DOUBTFUL, "unconfirmed")
    assert home.status(number).last_result is not None
    home.measure(900)
    await wait_for(lambda: last(home, number) == DONE)
    # Once is enough, and nothing is ordered for it.
    home.measure(950)
    await home.hass.async_block_till_done()
    assert [e.result.outcome for e in home.ended(number)] == [
        Outcome.DOUBTFUL,
        Outcome.ACKNOWLEDGED,
    ]
    assert entity.calls == [{"preset_mode": "comfort"}]


async def test_a_doubt_ends_with_the_next_order(home: LocalInstalled) -> None:
    home.measure(0)
    await home.reload(replace(home.timing, setting_timeout=0.3))
    _, number = await heater(home, iot_class="cloud_polling", power_sensor=POWER)
    await follow(home, number, on=True)
    home.measure(5)
    await follow(home, number, on=False)
    told = len(home.ended(number))
    home.measure(900)
    await home.hass.async_block_till_done()
    assert len(home.ended(number)) == told


async def test_what_the_device_says_itself_needs_no_meter(home: LocalInstalled) -> None:
    """A thermostat that is warm enough draws nothing, and has followed all the same."""
    home.measure(0)
    _, number = await heater(home, power_sensor=POWER)
    await follow(home, number, on=True)
    assert last(home, number) == DONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"hvac_action": HVACAction.IDLE}, {"hvac_action": HVACAction.HEATING}),
        ({"current_temperature": 18.0}, {"current_temperature": 18.6}),
    ],
)
async def test_what_a_thermostat_measures_confirms_an_echo(
    home: LocalInstalled, before: dict[str, Any], after: dict[str, Any]
) -> None:
    await home.reload(replace(home.timing, setting_timeout=0.3))
    entity, number = await heater(home, iot_class="cloud_push", how=before)
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.DOUBTFUL, "unconfirmed")
    entity.alone(**after)
    await wait_for(lambda: last(home, number) == DONE)


# -------------------------------------------------------------------------- whose change


async def test_who_switches_the_thermostat_off_takes_it_over(home: LocalInstalled) -> None:
    entity, number = await heater(home)
    await follow(home, number, on=True)
    entity.become(Context(user_id=ANNA), hvac_mode=HVACMode.OFF)
    await home.until("select", number, "mode", "forced_off")


@pytest.mark.parametrize("own", ["ask", "people", "programme"])
async def test_a_change_of_which_nobody_knows_who_made_it(home: LocalInstalled, own: str) -> None:
    """A programme of its own, or a hand at its knob: whoever owns it said what that means."""
    entity, number = await heater(home, own)
    # Nothing was ordered: no echo is possible.
    entity.alone(preset_mode="away")
    await home.hass.async_block_till_done()
    taken = own == "people"
    await wait_for(lambda: home.status(number).equipment.piloted is not taken)
    asked = [problem.key for problem in home.hub.engine.problems]
    assert asked == (["changed_by_itself"] if own == "ask" else [])
    home.clock.offset += 900
    if taken:
        await home.cycle()
        assert entity.preset_mode == "away"
    else:
        await follow(home, number, on=True)
        assert entity.preset_mode == "comfort"


async def test_a_valve_that_moves_has_not_arrived_and_is_nobody_s_wish(
    home: LocalInstalled,
) -> None:
    (tap,) = await enter(home.hass, "valve.tap")
    number = await home.add_setting("Arrosage", "valve.tap", "open_close")
    tap.follows = False
    home.clock.offset += 1
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: tap.calls)
    tap.alone(is_opening=True)
    await home.hass.async_block_till_done()
    assert not home.ended(number)
    tap.alone(is_opening=False, is_closed=False)
    await wait_for(lambda: home.ended(number))
    assert last(home, number) == DONE
    assert home.status(number).equipment.piloted
