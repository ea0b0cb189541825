"""Wall screens: their devices, their two entities, and the action that refreshes them."""

from dataclasses import replace

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.gesture import ScreenTouched
from custom_components.elfe_commande.core.model import DeviceId, EquipmentId, HomeId
from custom_components.elfe_commande.devices import capacity
from custom_components.elfe_commande.devices.identifiers import (
    equipment_identifier,
    home_identifier,
    hub_identifier,
    screen_identifier,
)
from custom_components.elfe_commande.engine.ground.events import ScreensChanged

from .conftest import Start
from .test_services import call
from .world import ENTRY_ID, World, screen_of, status_of


def device(hass: HomeAssistant, identifier: tuple[str, str]) -> dr.DeviceEntry | None:
    return dr.async_get(hass).async_get_device_by_identifier(identifier, ENTRY_ID)


def screen_device(hass: HomeAssistant, screen_id: str) -> dr.DeviceEntry | None:
    return device(hass, screen_identifier(ENTRY_ID, DeviceId(screen_id)))


def home_device(hass: HomeAssistant, home: str) -> dr.DeviceEntry | None:
    return device(hass, home_identifier(ENTRY_ID, HomeId(home)))


def state_of(world: World, platform: str, screen_id: str, key: str):
    registry = er.async_get(world.hass)
    entity_id = registry.async_get_entity_id(
        platform, DOMAIN, f"{ENTRY_ID}_screen_{screen_id}_{key}"
    )
    return entity_id and world.hass.states.get(entity_id)


# ------------------------------------------------------------------------------- devices


async def test_a_screen_hangs_on_its_home(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])

    await world.hang(screen_of("plate1"), screen_of("plate2", "R009"))

    assert screen_device(hass, "PLATE1").name == "Screen plate1"
    assert screen_device(hass, "PLATE1").via_device_id == home_device(hass, "R001").id
    assert screen_device(hass, "PLATE2").via_device_id == home_device(hass, "R009").id
    assert state_of(world, "binary_sensor", "PLATE1", "connection").state == STATE_UNKNOWN
    assert state_of(world, "event", "PLATE1", "touch").state == STATE_UNKNOWN


async def test_screens_come_and_go(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])

    await world.hang(screen_of("plate1"), screen_of("plate2", "R009"))
    await world.hang(screen_of("plate1"))
    assert screen_device(hass, "PLATE1")
    assert screen_device(hass, "PLATE2") is None
    assert home_device(hass, "R009") is None
    assert state_of(world, "event", "PLATE2", "touch") is None

    await world.hang(screen_of("plate1"), screen_of("plate2", "R009", online=True))
    assert state_of(world, "binary_sensor", "PLATE2", "connection").state == STATE_ON


async def test_a_home_stays_while_it_has_a_screen(hass: HomeAssistant, start: Start):
    world = await start([status_of(1), status_of(2, home="R002")])
    await world.hang(screen_of("plate2", "R002"))

    await world.drop(2)
    assert home_device(hass, "R002")
    assert not world.hub.roster.is_stale(home_device(hass, "R002"))

    await world.hang()
    assert home_device(hass, "R002") is None


async def test_a_screen_that_moves_changes_homes(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])
    await world.hang(screen_of("plate1", "R002"))

    status = world.engine.screens[DeviceId("PLATE1")]
    await world.hang(replace(status, screen=replace(status.screen, home=HomeId("R001"))))

    assert screen_device(hass, "PLATE1").via_device_id == home_device(hass, "R001").id
    assert home_device(hass, "R002") is None


async def test_screens_that_left_while_nobody_looked_go_at_the_next_start(
    hass: HomeAssistant, start: Start
):
    world = await start([status_of(1)])
    await world.hang(screen_of("plate1"), screen_of("plate2"))

    # Without the database nothing is known of screens.
    world.engine.screens, screens = {}, world.engine.screens
    world.engine.connected = False
    await world.reload()
    assert screen_device(hass, "PLATE1")

    world.engine.screens = {DeviceId("PLATE1"): screens[DeviceId("PLATE1")]}
    world.engine.connected = True
    await world.reload()
    assert screen_device(hass, "PLATE1")
    assert screen_device(hass, "PLATE2") is None


async def test_a_compact_entry_shows_no_screens(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)], compact=True)

    await world.hang(screen_of("plate1", "R009"))
    stale = dr.async_get(hass).async_get_or_create(
        config_entry_id=ENTRY_ID, identifiers={screen_identifier(ENTRY_ID, DeviceId("PLATE1"))}
    )
    await world.reload()

    assert dr.async_get(hass).async_get(stale.id) is None
    assert home_device(hass, "R009") is None


async def test_screens_are_counted(hass: HomeAssistant, start_default: Start):
    world = await start_default([status_of(1)])
    await world.hang(screen_of("plate1"), screen_of("plate2"))

    enabled = [
        e for e in er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID) if not e.disabled
    ]
    statuses = world.engine.statuses.values()
    assert len(enabled) == capacity.entity_count(statuses, compact=False, screens=2)


# ------------------------------------------------------------------------------- entities


async def test_a_screen_tells_whether_it_is_there(start: Start, monkeypatch: pytest.MonkeyPatch):
    world = await start([status_of(1)])
    await world.hang(screen_of("plate1", online=True), screen_of("plate2", online=True))
    other = state_of(world, "binary_sensor", "PLATE2", "connection")

    world.engine.screens[DeviceId("PLATE1")].online = False
    world.coordinator.handle(ScreensChanged())
    await world.settle()

    assert state_of(world, "binary_sensor", "PLATE1", "connection").state == STATE_OFF
    assert state_of(world, "binary_sensor", "PLATE2", "connection") is other


async def test_every_touch_is_told(start: Start):
    world = await start([status_of(1)])
    await world.hang(screen_of("plate1"), screen_of("plate2"))

    await world.touch("plate1", ScreenTouched("plate1", 2, 5, "changed", 3, "07"))

    shown = state_of(world, "event", "PLATE1", "touch").attributes
    assert {k: shown[k] for k in ("event_type", "page", "object", "event", "value", "text")} == {
        "event_type": "changed",
        "page": 2,
        "object": 5,
        "event": "changed",
        "value": 3,
        "text": "07",
    }
    assert state_of(world, "event", "PLATE2", "touch").state == STATE_UNKNOWN

    await world.touch("plate1", ScreenTouched("plate1", 0, 1, "swipe", None))

    shown = state_of(world, "event", "PLATE1", "touch").attributes
    assert (shown["event_type"], shown["event"]) == ("other", "swipe")
    assert "value" not in shown


# --------------------------------------------------------------------------- the action


@pytest.fixture
async def world(hass: HomeAssistant, start: Start) -> World:
    world = await start([status_of(1), status_of(2, home="R002")])
    await world.hang(screen_of("plate1"), screen_of("plate2", "R002"), screen_of("plate3", "R002"))
    return world


async def test_all_screens_are_refreshed_without_a_target(hass: HomeAssistant, world: World):
    assert await call(hass, "refresh_screens") == {"screens": 3}
    assert await call(hass, "refresh_screens", config_entry_id=ENTRY_ID) == {"screens": 3}
    assert world.engine.refreshed == [None, None]


@pytest.mark.parametrize(
    ("identifiers", "homes", "count"),
    [
        ([home_identifier(ENTRY_ID, HomeId("R001"))], ["R001"], 1),
        ([screen_identifier(ENTRY_ID, DeviceId("PLATE2"))], ["R002"], 2),
        ([equipment_identifier(ENTRY_ID, EquipmentId(2))], ["R002"], 2),
        ([hub_identifier(ENTRY_ID), home_identifier(ENTRY_ID, HomeId("R001"))], [None], 3),
    ],
)
async def test_the_screens_of_a_home_are_refreshed(
    hass: HomeAssistant,
    world: World,
    identifiers: list[tuple[str, str]],
    homes: list[str | None],
    count: int,
):
    devices = [device(hass, identifier).id for identifier in identifiers]

    assert await call(hass, "refresh_screens", device_id=devices) == {"screens": count}
    assert world.engine.refreshed == homes


async def test_an_entity_of_a_screen_stands_for_its_home(hass: HomeAssistant, world: World):
    entity_id = state_of(world, "event", "PLATE1", "touch").entity_id

    assert await call(hass, "refresh_screens", entity_id=entity_id) == {"screens": 1}


async def test_what_is_no_screen_cannot_be_refreshed(hass: HomeAssistant, world: World):
    strange = MockConfigEntry(domain="other")
    strange.add_to_hass(hass)
    lamp = dr.async_get(hass).async_get_or_create(
        config_entry_id=strange.entry_id, identifiers={("other", "lamp")}
    )
    empty = ar.async_get(hass).async_create("Cellar")

    for target, key in (
        ({"device_id": lamp.id}, "not_a_screen"),
        ({"entity_id": "light.lamp"}, "not_a_screen"),
        ({"area_id": empty.id}, "no_screen"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await call(hass, "refresh_screens", **target)
        assert caught.value.translation_key == key
    assert not world.engine.refreshed
