"""Conditions, each in a real automation."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.devices.identifiers import home_identifier
from tests.entities.conftest import Start
from tests.entities.world import ENTRY_ID, World, status_of

from .conftest import Automate
from .told import device_id, plugged, report, strange_device


async def ask(hass: HomeAssistant, runs: list[Any]) -> bool:
    """Return whether the automation runs now."""
    before = len(runs)
    hass.bus.async_fire("ask")
    await hass.async_block_till_done()
    return len(runs) > before


def target_of(world: World, *numbers: int) -> dict[str, Any]:
    return {"entity_id": [world.entity_id("switch", number, "pilot") for number in numbers]}


# ------------------------------------------------------------------------------ equipments


@pytest.mark.parametrize(
    ("modes", "any_", "all_"),
    [
        ((Mode.PILOTED, Mode.PILOTED), True, True),
        ((Mode.PILOTED, Mode.MANUAL), True, False),
        ((Mode.MANUAL, Mode.DISABLED), False, False),
    ],
)
@pytest.mark.parametrize("behavior", [None, "any", "all"])
async def test_is_piloted(hass, start: Start, automate: Automate, *, modes, any_, all_, behavior):
    world = await start([status_of(1, modes[0]), status_of(2, modes[1]), status_of(3)])
    options = {} if behavior is None else {"options": {"behavior": behavior}}

    runs = await automate(
        None,
        {"condition": "elfe_commande.is_piloted", "target": target_of(world, 1, 2), **options},
    )

    assert await ask(hass, runs) is (all_ if behavior == "all" else any_)


async def test_is_running_by_the_meter(hass, start: Start, automate: Automate):
    world = await start([plugged(1), plugged(2, home="R002")])
    home = {"device_id": device_id(hass, home_identifier(ENTRY_ID, "R001"))}
    runs = await automate(None, {"condition": "elfe_commande.is_running", "target": home})

    assert not await ask(hass, runs)
    await report(world, 2, 900.0)
    assert not await ask(hass, runs)
    await report(world, 1, 900.0)
    assert await ask(hass, runs)
    await report(world, 1, 1.0)
    assert not await ask(hass, runs)


async def test_conditions_survive_a_reload_of_the_entry(hass, start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate(
        None,
        {"condition": "elfe_commande.is_piloted", "target": target_of(world, 1)},
        {"condition": "elfe_commande.is_ready"},
    )

    await world.reload()
    assert await ask(hass, runs)

    assert await hass.config_entries.async_unload(world.entry.entry_id)
    assert not await ask(hass, runs)


async def test_nothing_is_true_of_what_is_gone(hass, start: Start, automate: Automate):
    world = await start([status_of(1), status_of(2)])
    runs = await automate(
        None,
        {
            "condition": "elfe_commande.is_piloted",
            "target": target_of(world, 1),
            "options": {"behavior": "all"},
        },
    )

    await world.drop(1)

    assert not await ask(hass, runs)


# ------------------------------------------------------------------------------- the engine


@pytest.mark.parametrize(
    ("options", "at", "connected", "fresh"),
    [
        pytest.param({}, "11:40", True, True, id="within half an hour"),
        pytest.param({}, "11:46", True, False, id="older"),
        pytest.param({}, "11:40", False, False, id="database lost"),
        pytest.param({"max_age": 60}, "12:10", True, True, id="within an hour, as chosen"),
        pytest.param({"max_age": "5"}, "11:21", True, False, id="older than chosen"),
        pytest.param({}, "11:00", True, True, id="for later"),
        pytest.param({"config_entry_id": ENTRY_ID}, "11:40", True, True, id="of this entry"),
    ],
)
async def test_ems_plan_fresh(
    hass, start: Start, automate: Automate, freezer, *, options, at, connected, fresh
):
    freezer.move_to(f"2026-11-18T{at}:00+00:00")
    world = await start([status_of(1)])
    world.engine.connected = connected

    runs = await automate(None, {"condition": "elfe_commande.ems_plan_fresh", "options": options})

    assert await ask(hass, runs) is fresh


async def test_no_plan_is_not_fresh(hass, start: Start, automate: Automate):
    world = await start([status_of(1)])
    world.engine.plan_time = lambda: None

    runs = await automate(None, {"condition": "elfe_commande.ems_plan_fresh"})

    assert not await ask(hass, runs)


@pytest.mark.parametrize(("code", "ready"), [(Code.RUNNING, True), (Code.CONNECTED, False)])
async def test_is_ready(hass, start: Start, automate: Automate, code, ready):
    await start([status_of(1)], code=code)

    runs = await automate(None, {"condition": "elfe_commande.is_ready"})

    assert await ask(hass, runs) is ready


# ---------------------------------------------------------------------------- bad settings


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"condition": "elfe_commande.is_piloted"}, "target"),
        ({"condition": "elfe_commande.is_piloted", "target": {}}, "at least one entity"),
        (
            {
                "condition": "elfe_commande.is_running",
                "target": {"area_id": "kitchen"},
                "options": {"behavior": "most"},
            },
            "behavior",
        ),
        (
            {"condition": "elfe_commande.is_running", "target": {"entity_id": "light.porch"}},
            "Entity light.porch is not of ELFE Commande",
        ),
        (
            {"condition": "elfe_commande.ems_plan_fresh", "options": {"max_age": 0}},
            "max_age",
        ),
        (
            {"condition": "elfe_commande.is_ready", "options": {"config_entry_id": "other"}},
            "other is not an entry of ELFE Commande",
        ),
    ],
)
async def test_bad_settings_are_refused(
    hass, start: Start, automate: Automate, caplog, *, condition, message
):
    world = await start([status_of(1)])
    strange_device(hass)

    runs = await automate(None, condition)

    assert not await ask(hass, runs)
    assert hass.states.get("automation.told").state == "unavailable"
    assert message in caplog.text
    assert EquipmentId(1) in world.engine.statuses
