"""A panel made of Home Assistant's own entities, over real devices and a real database."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.elfe_commande.engine.ground.events import ModeChanged
from custom_components.elfe_commande.interfaces.panel import STARTING
from tests.engine.bench import COMMAND, CONTROL, MODE, calm, until_row
from tests.fixtures_home_assistant import Installed, wait_for
from tests.integration.homes import HEATER, PLUG, RELAY, WASHING, WASHING_COMMAND, live_in

HEATER_COMMAND = HEATER.devices[0].topics.command
KEY_1, KEY_2 = "event.key_1", "binary_sensor.key_2"
LED_1, LED_2 = "input_boolean.led_1", "input_boolean.led_2"
DISPLAY = "input_text.digits"
WIRED: Mapping[str, Any] = {
    "display": DISPLAY,
    "position_1": {"equipment": str(PLUG), "button": KEY_1, "led": LED_1},
    "position_2": {"equipment": str(RELAY), "button": KEY_2, "led": LED_2},
}
WAIT = 0.5


@pytest.fixture
async def panel(installed: Installed) -> Installed:
    """A washing machine and a heater on a panel of two positions."""
    hass = installed.hass
    helpers = {"led_1": None, "led_2": None}
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": helpers})
    assert await async_setup_component(hass, "input_text", {"input_text": {"digits": {}}})
    hass.states.async_set(KEY_1, "unknown", {"event_type": None})
    hass.states.async_set(KEY_2, "off")
    await live_in(installed, WASHING, HEATER)
    installed.world.timing = calm(panel_wait=WAIT)
    hass.config_entries.async_add_subentry(
        installed.entry,
        ConfigSubentry(
            data=MappingProxyType(WIRED),
            subentry_id="hall",
            subentry_type="panel",
            title="Hall",
            unique_id=None,
        ),
    )
    return installed


def press_1(hass: HomeAssistant) -> None:
    hass.states.async_set(KEY_1, dt_util.utcnow().isoformat(), {"event_type": "press"})


def press_2(hass: HomeAssistant) -> None:
    hass.states.async_set(KEY_2, "on")
    hass.states.async_set(KEY_2, "off")


def digits(hass: HomeAssistant) -> str:
    return hass.states.get(DISPLAY).state


async def test_presses_are_wishes_that_go_together(panel: Installed) -> None:
    hass = panel.hass
    await panel.setup()
    await wait_for(lambda: digits(hass) == "        ")

    press_1(hass)
    await wait_for(lambda: digits(hass) == "~       .")
    press_1(hass)
    press_2(hass)
    await wait_for(lambda: digits(hass) == "_~      .")
    assert not panel.world.fleet.recorder.messages

    await until_row(panel.world, RELAY, **{MODE: 20})
    await until_row(panel.world, PLUG, **{MODE: 20, COMMAND: 1, CONTROL: 25})
    assert panel.world.orders(WASHING_COMMAND) == ["off"]
    assert len(panel.world.orders(HEATER_COMMAND)) == 1
    changed = [e for e in panel.world.events if isinstance(e, ModeChanged)]
    assert {e.origin for e in changed} == {"panel"}
    await wait_for(lambda: digits(hass) == "_~      ")

    press_1(hass)
    await until_row(panel.world, PLUG, **{MODE: 30})


async def test_leds_show_what_loads_do(panel: Installed) -> None:
    hass = panel.hass
    await panel.world.plan(PLUG, [1])
    await panel.setup()
    await wait_for(lambda: hass.states.get(LED_1).state == "off")

    await panel.cycle()

    await wait_for(lambda: hass.states.get(LED_1).state == "on")
    assert hass.states.get(LED_2).state == "off"
    # Somebody else's hand on a LED does not last.
    await hass.services.async_call("input_boolean", "turn_off", {"entity_id": LED_1}, blocking=True)
    await wait_for(lambda: hass.states.get(LED_1).state == "on")


async def test_what_is_no_press(panel: Installed) -> None:
    hass = panel.hass
    await panel.setup()
    await wait_for(lambda: digits(hass) == "        ")

    now = dt_util.utcnow().isoformat()
    hass.states.async_set(KEY_1, now, {"event_type": "release"})
    hass.states.async_set(KEY_1, "unavailable")
    hass.states.async_set(KEY_1, now, {"event_type": "press"})
    hass.states.async_set(KEY_2, "unavailable")
    hass.states.async_set(KEY_2, "on")
    await hass.async_block_till_done()

    assert digits(hass) == "        "


async def test_before_the_engine_runs_it_boots_and_presses_wait(panel: Installed) -> None:
    from homeassistant.core import CoreState  # noqa: PLC0415

    hass = panel.hass
    hass.set_state(CoreState.not_running)
    await panel.load()
    await panel.until("sensor", None, "lifecycle", "connected")
    await wait_for(lambda: digits(hass) == STARTING.text)
    await wait_for(lambda: hass.states.get(LED_2).state == "on")

    press_1(hass)
    await wait_for(lambda: digits(hass) == "~       .")
    assert not panel.world.fleet.recorder.messages
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")

    await until_row(panel.world, PLUG, **{MODE: 20})
    assert panel.world.orders(WASHING_COMMAND) == ["on"]


async def test_its_entities_come_and_go_with_it(panel: Installed) -> None:
    hass = panel.hass
    await panel.setup()
    registry = er.async_get(hass)
    display = registry.async_get_entity_id(
        "sensor", "elfe_commande", f"{panel.entry.entry_id}_hall_panel_display"
    )
    assert hass.states.get(display).state == "········"
    device = dr.async_get(hass).async_get(registry.async_get(display).device_id)
    assert device.name == "Hall"
    assert device.config_subentry_id == "hall"

    hass.config_entries.async_remove_subentry(panel.entry, "hall")
    await hass.async_block_till_done()

    assert hass.states.get(display) is None
    assert dr.async_get(hass).async_get(device.id) is None
    press_1(hass)
    await hass.async_block_till_done()
    assert not panel.world.fleet.recorder.messages


# ------------------------------------------------------------------------------------- the flow


async def begin(installed: Installed) -> Any:
    return await installed.hass.config_entries.subentries.async_init(
        (installed.entry.entry_id, "panel"), context={"source": SOURCE_USER}
    )


def filled(**changes: Any) -> dict[str, Any]:
    empty = {f"position_{n}": {} for n in range(1, 9)}
    return {"name": "Kitchen", **empty, **WIRED, **changes}


async def test_a_panel_is_added_and_changed_by_its_flow(installed: Installed) -> None:
    hass = installed.hass
    await live_in(installed, WASHING, HEATER)
    await installed.setup()

    form = await begin(installed)
    assert form["type"] is FlowResultType.FORM
    made = await hass.config_entries.subentries.async_configure(form["flow_id"], filled())
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    (subentry,) = installed.entry.get_subentries_of_type("panel")
    assert subentry.title == "Kitchen"
    assert dict(subentry.data) == dict(WIRED)
    former = installed.hub
    form = await installed.entry.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
    changed = await hass.config_entries.subentries.async_configure(
        form["flow_id"], filled(name="Hall", position_2={})
    )
    assert changed["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    (subentry,) = installed.entry.get_subentries_of_type("panel")
    assert (subentry.title, "position_2" in subentry.data) == ("Hall", False)
    assert installed.hub is former


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"position_1": {}, "position_2": {}}, "no_position"),
        ({"position_3": {"button": KEY_1}}, "position_without_equipment"),
        ({"display_action": "show it"}, "invalid_action"),
    ],
)
async def test_a_form_that_means_nothing_is_refused(
    installed: Installed, changes: dict[str, Any], error: str
) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    form = await begin(installed)

    flow = installed.hass.config_entries.subentries
    again = await flow.async_configure(form["flow_id"], filled(**changes))

    assert again["errors"] == {"base": error}
    assert not installed.entry.subentries
    kept = {str(key): key for key in again["data_schema"].schema}
    assert kept["name"].default() == "Kitchen"
    made = await flow.async_configure(again["flow_id"], filled())
    assert made["type"] is FlowResultType.CREATE_ENTRY


async def test_a_panel_needs_no_display(installed: Installed) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    form = await begin(installed)
    bare = {key: value for key, value in filled().items() if key != "display"}

    made = await installed.hass.config_entries.subentries.async_configure(form["flow_id"], bare)

    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert "display" not in made["data"]


async def test_without_the_engine_there_is_nothing_to_wire(installed: Installed) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    await installed.unload()

    end = await begin(installed)

    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")


async def test_our_own_switch_is_no_led(installed: Installed) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    form = await begin(installed)
    own = {"equipment": str(PLUG), "led": installed.entity_id("switch", PLUG, "pilot")}

    flow = installed.hass.config_entries.subentries
    again = await flow.async_configure(form["flow_id"], filled(position_1=own))

    assert again["errors"] == {"base": "own_entity"}
    made = await flow.async_configure(again["flow_id"], filled())
    assert made["type"] is FlowResultType.CREATE_ENTRY
