"""Entities that people rename: whatever names them goes on with the new name."""

from typing import Any

from homeassistant.helpers import entity_registry as er

from custom_components.elfe_commande.const import DOMAIN

from .homes import LocalInstalled

RELAY, OTHER, LED = "input_boolean.relay", "input_boolean.other", "input_boolean.third"
POWER = {"unit_of_measurement": "W", "device_class": "power"}


def register(home: LocalInstalled, entity_id: str, platform: str = "test", end: str = "") -> str:
    """Enter an entity in the registry."""
    domain, name = entity_id.split(".")
    found = er.async_get(home.hass).async_get_or_create(
        domain, platform, f"{name}{end}", suggested_object_id=name
    )
    assert found.entity_id == entity_id
    return entity_id


async def rename(home: LocalInstalled, old: str, new: str) -> str:
    """Rename an entity, as a person does; its state goes along."""
    state = home.hass.states.get(old)
    er.async_get(home.hass).async_update_entity(old, new_entity_id=new)
    if state is not None and home.hass.states.get(new) is None:
        home.hass.states.async_remove(old)
        home.hass.states.async_set(new, state.state, state.attributes)
    await home.hass.async_block_till_done()
    return new


def reading(home: LocalInstalled) -> float | str | bool | None:
    """Return what the rule reads of its surplus now."""
    return home.hub.engine.surplus.rules["surplus_rule"].readings.read()["surplus"].value


async def test_a_rule_reads_on_and_its_conditions_ask_on(home: LocalInstalled) -> None:
    tank = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    surplus, guests = register(home, "sensor.surplus"), register(home, "binary_sensor.guests")
    home.hass.states.async_set(surplus, "1700", POWER)
    home.hass.states.async_set(guests, "on")

    def asks(entity_id: str) -> dict[str, Any]:
        return {"condition": "state", "entity_id": [entity_id], "state": "on"}

    either = {"condition": "or", "conditions": [asks(guests), asks(RELAY)]}
    rule = await home.put(
        "surplus_rule",
        equipment=tank,
        surplus=surplus,
        nominal_power=2000,
        on_condition=[either],
    )
    assert reading(home) == 1700

    await rename(home, surplus, "sensor.to_spare")
    await rename(home, guests, "binary_sensor.visitors")

    assert reading(home) == 1700
    status = home.hub.engine.surplus.rules["surplus_rule"]
    assert status.readings.read()["on_condition"].value is True
    (stored,) = rule.data["on_condition"]
    assert stored["conditions"] == [asks("binary_sensor.visitors"), asks(RELAY)]


async def test_a_rule_reads_on_the_net_power_that_it_found_beside_the_surplus(
    home: LocalInstalled,
) -> None:
    tank = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    surplus = register(home, "sensor.meter", DOMAIN, "_surplus")
    net = er.async_get(home.hass).async_get_or_create(
        "sensor", DOMAIN, "meter_net_power", suggested_object_id="net"
    )
    home.hass.states.async_set(surplus, "0", POWER)
    home.hass.states.async_set(net.entity_id, "300", POWER)
    await home.put("surplus_rule", equipment=tank, surplus=surplus, nominal_power=2000)
    assert reading(home) == -300

    await rename(home, net.entity_id, "sensor.grid")

    assert reading(home) == -300


async def test_a_panel_is_pressed_and_lit_on(home: LocalInstalled) -> None:
    tank = await home.add("Ballon", OTHER, kind="water_heater", operation="continuous")
    key, digits = register(home, "binary_sensor.key"), register(home, "text.digits")
    home.hass.states.async_set(key, "off")
    home.hass.states.async_set(digits, "")
    at = {"equipment": str(tank), "button": key, "led": LED}
    panel = await home.put("panel", display=digits, position_1=at)

    key = await rename(home, key, "binary_sensor.hall_key")
    digits = await rename(home, digits, "text.hall")
    led = await rename(home, LED, "input_boolean.hall_led")

    wired = {"equipment": str(tank), "button": key, "led": led}
    assert dict(panel.data) == {"display": digits, "position_1": wired}
    home.hass.states.async_set(key, "on")
    await home.hass.async_block_till_done()
    assert home.state("sensor", None, "panel_panel_last_press").attributes["position"] == 1
    await home.until("binary_sensor", tank, "running", "on")
    state = home.hass.states.get(led)
    assert state is not None
    assert state.state == "on"


async def test_a_home_that_does_not_run_follows_too(home: LocalInstalled) -> None:
    tank = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    await home.unload()

    await rename(home, RELAY, "input_boolean.tank")
    await home.setup()

    assert "input_boolean.tank" in home.status(tank).equipment.devices[0].command_topic
    await home.act("select", "select_option", tank, "mode", option="forced_on")
    state = home.hass.states.get("input_boolean.tank")
    assert state is not None
    assert state.state == "on"


async def test_one_that_cannot_be_read_as_it_is_stored_costs_no_other_its_names(
    home: LocalInstalled,
) -> None:
    await home.put("panel", position_1={"equipment": "first"})
    tank = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")

    await rename(home, RELAY, "input_boolean.tank")

    assert "input_boolean.tank" in home.status(tank).equipment.devices[0].command_topic
