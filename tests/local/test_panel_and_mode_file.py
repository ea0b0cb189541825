"""A panel of buttons, and the file of modes, drive loads without a database, over MQTT."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.appliances import Fleet, ShellyPlug, Tasmota
from demo.specs import plug, tasmota
from tests.engine.bench import calm
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

WASHING, HEATER = plug("L201"), tasmota("L202")
KEY_1, KEY_2 = "event.key_1", "binary_sensor.key_2"
LED_1, LED_2 = "input_boolean.relay", "input_boolean.other"
DISPLAY = "input_text.digits"


@dataclass
class Wired:
    """A washing machine on a Shelly Plug, a water heater on a Tasmota plug, and two files."""

    home: LocalInstalled
    fleet: Fleet
    washing: int
    heater: int
    modes: Path
    states: Path

    async def told(self, topic: str, *orders: str) -> None:
        """Wait until these orders, and no others, came to a device."""
        texts = self.fleet.recorder.texts
        await wait_for(lambda: texts(topic) == list(orders))

    def shown(self, entity_id: str) -> str:
        state = self.home.hass.states.get(entity_id)
        assert state is not None
        return state.state

    def mode(self, number: int) -> str:
        return self.home.state("select", number, "mode").state

    def origins(self) -> set[Origin]:
        return {e.origin for e in self.home.events if isinstance(e, ModeChanged)}

    async def will_say(self, path: Path, washing: int, heater: int) -> None:
        """Wait until a file says this of the two loads."""
        wanted = {str(self.washing): washing, str(self.heater): heater}
        await wait_for(lambda: path.exists() and json.loads(path.read_text()) == wanted)


@pytest.fixture
async def wired(
    mqtt_entry: MockConfigEntry, home: LocalInstalled, fleet: Fleet, tmp_path: Path
) -> AsyncIterator[Wired]:
    """Two loads added by clicks; the paths of the files are chosen in the options."""
    await fleet.add(ShellyPlug("L201", WASHING.topics, on=True), Tasmota("L202", HEATER.topics))
    washing = await home.add_mqtt("Lave-linge", "shellies/shellyplug-s-L201", "shelly_plug")
    heater = await home.add_mqtt(
        "Ballon", "L202", "tasmota", kind="water_heater", operation="continuous"
    )
    folder = tmp_path / "shared"
    folder.mkdir()
    home.hass.config.allowlist_external_dirs = {str(folder)}
    home.timing = calm(ack=8.0, panel_wait=0.5, mode_file_look=0.05, mode_file_echo=0.3)
    found = Wired(home, fleet, washing, heater, folder / "modes", folder / "states")
    files = {"mode_file": str(found.modes), "state_file": str(found.states)}
    assert await home.choose("mode_file", **files) is None
    await found.will_say(found.modes, 3, 1)
    yield found
    await home.unload()


async def hang_panel(wired: Wired) -> None:
    """Add a panel of two positions, as a person does."""
    hass = wired.home.hass
    assert await async_setup_component(hass, "input_text", {"input_text": {"digits": {}}})
    hass.states.async_set(KEY_1, "unknown", {"event_type": None})
    hass.states.async_set(KEY_2, "off")
    flows = hass.config_entries.subentries
    form = await flows.async_init(
        (wired.home.entry.entry_id, "panel"), context={"source": SOURCE_USER}
    )
    positions: dict[str, Any] = {f"position_{n}": {} for n in range(3, 9)}
    positions["position_1"] = {"equipment": str(wired.washing), "button": KEY_1, "led": LED_1}
    positions["position_2"] = {"equipment": str(wired.heater), "button": KEY_2, "led": LED_2}
    made = await flows.async_configure(
        form["flow_id"], {"name": "Hall", "display": DISPLAY, **positions}
    )
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_presses_at_a_panel_drive_the_loads(wired: Wired) -> None:
    hass = wired.home.hass
    await hang_panel(wired)
    await wait_for(lambda: wired.shown(DISPLAY) == "~       ")

    hass.states.async_set(KEY_1, dt_util.utcnow().isoformat(), {"event_type": "press"})
    hass.states.async_set(KEY_2, "on")

    await wired.told(WASHING.topics.command, "off")
    await wired.told(HEATER.topics.command, "ON")
    await wait_for(lambda: wired.shown(DISPLAY) == "_~      ")
    assert (wired.mode(wired.washing), wired.mode(wired.heater)) == ("forced_off", "forced_on")
    await wait_for(lambda: wired.shown(LED_2) == "on")
    assert wired.shown(LED_1) == "off"
    await wired.will_say(wired.modes, 0, 3)
    await wired.will_say(wired.states, 0, 1)
    await wait_for(lambda: wired.origins() == {Origin.PANEL})


async def test_a_line_in_the_file_drives_a_load(wired: Wired) -> None:
    def write(washing: int, heater: int) -> None:
        wired.modes.write_text(json.dumps({wired.washing: washing, wired.heater: heater}))

    write(0, 1)
    await wired.told(WASHING.topics.command, "off")
    await wait_for(lambda: wired.mode(wired.washing) == "forced_off")
    await wired.will_say(wired.states, 0, 0)

    write(0, 3)
    await wired.told(HEATER.topics.command, "ON")
    await wait_for(lambda: wired.mode(wired.heater) == "forced_on")
    await wired.will_say(wired.states, 0, 1)

    # A choice made here is written there, and stays when the home starts anew.
    await wired.home.act("select", "select_option", wired.heater, "mode", option="automatic")
    await wired.will_say(wired.modes, 0, 1)
    await wired.home.reload()
    await wired.will_say(wired.modes, 0, 1)
    assert (wired.mode(wired.washing), wired.mode(wired.heater)) == ("forced_off", "automatic")
    await wired.told(WASHING.topics.command, "off")
    await wait_for(lambda: wired.origins() == {Origin.MODE_FILE, Origin.DASHBOARD})


async def test_in_shadow_mode_nothing_is_driven_lit_or_written(wired: Wired) -> None:
    """Presses, lines of the file and plans: what they would do is told, in the record alone."""
    hass = wired.home.hass
    await hang_panel(wired)
    await wait_for(lambda: wired.shown(DISPLAY) == "~       ")
    lit, before = wired.shown(LED_2), wired.modes.read_text()
    assert await wired.home.choose("shadow", shadow=True) is None
    wired.fleet.recorder.clear()
    calls = []
    hass.bus.async_listen("call_service", lambda event: calls.append(event.data))

    hass.states.async_set(KEY_2, "off")
    hass.states.async_set(KEY_2, "on")
    wired.modes.write_text(json.dumps({wired.washing: 0, wired.heater: 3}))
    await wired.home.call("set_plan", equipment_id=wired.heater, slots=[1] * 96)
    await wait_for(lambda: wired.home.ended(wired.heater))
    await hass.async_block_till_done()

    ended = wired.home.ended(wired.heater)[-1]
    assert (ended.act, ended.result.reason) == (Act.ON, "shadow")
    assert list(wired.fleet.recorder) == []
    assert wired.fleet.recorder.questions == []
    assert [call for call in calls if call["domain"] != "elfe_commande"] == []
    assert wired.shown(LED_2) == lit
    assert json.loads(before) == {str(wired.washing): 3, str(wired.heater): 1}
    assert wired.mode(wired.heater) == "automatic"
    # Switched off, it acts on the present quarter-hour.
    assert await wired.home.choose("shadow", shadow=False) is None
    await wired.home.cycle()
    await wait_for(lambda: "ON" in wired.fleet.recorder.texts(HEATER.topics.command))
