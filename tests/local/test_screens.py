"""A wall screen in a home without a server: named in the options, it shows and switches loads."""

from collections.abc import AsyncIterator

from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.appliances import Fleet, Screen, ShellyPlug
from demo.specs import plug
from tests.engine.bench import calm
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

WASHING = plug("L301")
PAGE, SWITCH = 3, 3
"""Where washing machines are shown."""


@pytest.fixture
def plate() -> Screen:
    """The screen in the hall."""
    return Screen("hall")


@pytest.fixture
async def home_with_plug(
    mqtt_entry: MockConfigEntry, home: LocalInstalled, fleet: Fleet, plate: Screen
) -> AsyncIterator[LocalInstalled]:
    """A home with a washing machine behind a plug."""
    await fleet.add(ShellyPlug("L301", WASHING.topics, on=True), plate)
    home.timing = calm(ack=8.0)
    await home.add_mqtt("Lave-linge", "shellies/shellyplug-s-L301", "shelly_plug")
    yield home
    await home.unload()


async def test_a_screen_shows_a_load_and_switches_it(
    home_with_plug: LocalInstalled, fleet: Fleet, plate: Screen
) -> None:
    home = home_with_plug
    assert await home.choose("plates", plates=[" Hall "]) is None
    # Found online, the screen is drawn: the machine waits in manual mode.
    await wait_for(lambda: plate.shown(PAGE, SWITCH) == {"val": 0})

    fleet.say(plate.toggle(PAGE, SWITCH, 1))

    await wait_for(lambda: fleet.recorder.texts(WASHING.topics.command) == ["off"])
    await wait_for(lambda: plate.shown(PAGE, SWITCH) == {"val": 1})
    (number,) = home.hub.engine.statuses
    await home.until("select", number, "mode", "automatic")
    assert {e.origin for e in home.events if isinstance(e, ModeChanged)} == {Origin.SCREEN}
    devices = dr.async_entries_for_config_entry(dr.async_get(home.hass), home.entry.entry_id)
    assert [d.name for d in devices if d.name and "hall" in d.name] == ["Screen hall"]

    # Named no longer, it is heard no longer, and its device goes.
    assert await home.choose("plates", plates=[]) is None
    assert home.hub.engine.screens == {}
    devices = dr.async_entries_for_config_entry(dr.async_get(home.hass), home.entry.entry_id)
    assert not [d for d in devices if d.name and "hall" in d.name]


@pytest.mark.parametrize(
    ("names", "error"),
    [(["hall", "HALL"], "plate_twice"), (["h/#"], "invalid_plate"), (["é"], "invalid_plate")],
)
async def test_names_that_no_plate_has_are_refused(
    home_with_plug: LocalInstalled, names: list[str], error: str
) -> None:
    home = home_with_plug
    assert await home.choose("plates", plates=list(names)) == {"plates": error}
    assert "plates" not in home.entry.options

    # In the same form, put right.
    options = home.hass.config_entries.options
    menu = await options.async_init(home.entry.entry_id)
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "plates"})
    form = await options.async_configure(form["flow_id"], {"plates": list(names)})
    assert form["errors"] == {"plates": error}
    made = await options.async_configure(form["flow_id"], {"plates": ["Hall"]})
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert home.entry.options["plates"] == ["hall"]
    await home.hass.async_block_till_done()
