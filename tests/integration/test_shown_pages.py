"""Which equipment a page of the wall screens shows, chosen in the options."""

from dataclasses import replace

from homeassistant.components import mqtt
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.engine.ground.events import ScreenEvent
from demo.specs import plug, screen
from demo.territory import MANUAL, PILOTED, Equipment
from tests.configuration.flows import open_options
from tests.engine.bench import MODE, furnish, until_row
from tests.engine.wall import HALL, Wall, together
from tests.fixtures_home_assistant import Installed, no_yaml, wait_for

FIRST, SECOND, ALONE = 7, 8, 9


def machines(mode: int = MANUAL) -> tuple[Equipment, ...]:
    """Return two washing machines of a home with a screen, and one of another home."""
    first = Equipment(FIRST, "R001", "Lave-linge", 112, 120, (plug("Y7"), screen(HALL)), mode)
    return (
        first,
        replace(first, id=SECOND, name="Lave-linge du sous-sol", devices=(plug("Y8"),)),
        replace(first, id=ALONE, home="R002", devices=(plug("Y9"),)),
    )


@pytest.mark.defect("D-21", "D-64")
async def test_a_page_shows_what_was_chosen(installed: Installed) -> None:
    hass, world = installed.hass, installed.world
    wall = Wall(world, await furnish(world, *machines(), timing=together()))
    await wall.held(online=True)
    await installed.setup()
    await wall.drawn()
    result = await open_options(hass, installed.entry, "shown")
    (selector,) = result["data_schema"].schema.values()
    assert selector.config["options"] == [
        {"value": "7", "label": "R001 · 3 · Lave-linge (7)"},
        {"value": "8", "label": "R001 · 3 · Lave-linge du sous-sol (8)"},
    ]
    flow, former = hass.config_entries.options, installed.hub

    result = await flow.async_configure(result["flow_id"], {"shown": ["7", "8"]})
    assert result["errors"] == {"shown": "shown_twice"}
    assert result["description_placeholders"] == {"home": "R001", "page": "3"}
    result = await flow.async_configure(result["flow_id"], {"shown": ["8"]})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    await installed.running_again(former)
    wall.turn(HALL, 3, 1)
    await until_row(world, SECOND, **{MODE: PILOTED})
    assert (await world.row(FIRST))[MODE] == MANUAL

    result = await open_options(hass, installed.entry, "shown")
    former = installed.hub
    (marker,) = result["data_schema"].schema
    assert marker.description == {"suggested_value": ["8"]}
    await flow.async_configure(result["flow_id"], {})
    await installed.running_again(former)
    assert installed.entry.options["screens"]["chosen"] == {}


async def test_a_choice_that_is_not_offered_is_kept(installed: Installed) -> None:
    """Of a page that has one equipment for now."""
    hass, world = installed.hass, installed.world
    hass.config_entries.async_update_entry(
        installed.entry, options={"screens": {"chosen": {"R002": {"3": 12}, "R001": {"3": 7}}}}
    )
    await furnish(world, *machines(), timing=together())
    await installed.setup()
    result = await open_options(hass, installed.entry, "shown")
    former = installed.hub

    await hass.config_entries.options.async_configure(result["flow_id"], {"shown": ["8"]})

    await installed.running_again(former)
    assert installed.entry.options["screens"]["chosen"] == {"R002": {"3": 12}, "R001": {"3": 8}}


async def test_a_press_counts_once_after_every_kind_of_reload(
    installed: Installed, mqtt_entry: MockConfigEntry
) -> None:
    """Home Assistant restores subscriptions on a new client: a former engine may hear them too."""
    hass, world = installed.hass, installed.world
    wall = Wall(world, await furnish(world, machines()[0], timing=together()))
    await installed.setup()
    with no_yaml():
        assert await hass.config_entries.async_reload(mqtt_entry.entry_id)
    await wait_for(lambda: mqtt.is_connected(hass))
    await installed.reload()
    await wait_for(lambda: installed.hub.engine.screens)
    await world.settled()
    world.events.clear()
    before = len(wall.orders("Y7"))

    wall.turn(HALL, 3, 1)

    await until_row(world, FIRST, **{MODE: PILOTED})
    await world.settled()
    touches = [e.touched.event for e in world.events if isinstance(e, ScreenEvent)]
    assert touches == ["down", "up"]
    assert len(wall.orders("Y7")) == before + 1


async def test_a_page_that_somebody_waits_for_is_not_held_back(installed: Installed) -> None:
    """The broker confirms each line at once, which lets the next one go; orders are sent once."""
    world = installed.world
    wall = Wall(world, await furnish(world, machines()[0], timing=together()))
    await wall.held(online=True)
    await installed.setup()
    await wall.drawn()
    heard = world.fleet.recorder
    heard.clear()

    wall.turn(HALL, 3, 1)
    await until_row(world, FIRST, **{MODE: PILOTED})
    await wall.drawn()
    await world.settled()

    lines = [each for each in heard if each.topic.startswith("hasp/")]
    orders = [each for each in heard if each not in lines]
    assert [each.qos for each in lines].count(1) > 1
    assert orders
    assert {each.qos for each in orders} == {0}
    assert not any(each.retain for each in heard)
    # Nobody waits for what is drawn anew as a whole: hundreds of pages are not sent one by one.
    heard.clear()
    await installed.call("refresh_screens")
    await wall.drawn()
    again = [each for each in heard if each.topic.startswith("hasp/")]
    assert len(again) > 1
    assert {each.qos for each in again} == {0}


async def test_there_may_be_nothing_to_choose(installed: Installed) -> None:
    await furnish(installed.world, machines()[0], timing=together())
    await installed.setup()

    result = await open_options(installed.hass, installed.entry, "shown")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "nothing_to_choose")
