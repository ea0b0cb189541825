"""What triggers listen to: equipments by any target, and the exceptions."""

from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.target import TargetSelection
import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.devices.identifiers import home_identifier, hub_identifier
from custom_components.elfe_commande.engine.ground.events import PlanReceived
from tests.entities.conftest import Start
from tests.entities.world import ENTRY_ID, status_of

from .conftest import Automate
from .told import about, device_id, mode_changed, place, tell


@pytest.mark.parametrize("by", ["entity", "device", "area", "label", "home"])
async def test_targets(hass, start: Start, automate: Automate, by):
    world = await start([status_of(1), status_of(2, home="R002")])
    target = (await place(hass, world))[by]
    runs = await automate({"trigger": "elfe_commande.mode_changed", "target": target})

    await tell(world, mode_changed(2), mode_changed(1))

    assert [run.data["trigger"]["equipment_id"] for run in runs] == [1]


async def test_target_of_a_home_or_an_entry_has_what_comes_later(
    hass, start: Start, automate: Automate
):
    world = await start([status_of(1)])
    runs = await automate(
        [
            {
                "trigger": "elfe_commande.mode_changed",
                "target": {"device_id": device_id(hass, identifier)},
            }
            for identifier in (hub_identifier(ENTRY_ID), home_identifier(ENTRY_ID, "R001"))
        ]
    )

    await world.put(status_of(3))
    await tell(world, mode_changed(3))

    assert [run.data["trigger"]["idx"] for run in runs] == ["0", "1"]


async def test_target_follows_the_registries(hass, start: Start, automate: Automate):
    world = await start([status_of(1), status_of(2)])
    target = (await place(hass, world))["area"]
    runs = await automate({"trigger": "elfe_commande.mode_changed", "target": target})
    await tell(world, mode_changed(1))

    dr.async_get(hass).async_update_device(about(world, 1)["device_id"], area_id=None)
    await world.settle()
    await tell(world, mode_changed(1))

    assert len(runs) == 1


async def test_plan_received_for_a_target(hass, start: Start, automate: Automate):
    world = await start([status_of(1), status_of(2)])
    target = (await place(hass, world))["device"]
    runs = await automate({"trigger": "elfe_commande.plan_received", "target": target})

    await tell(
        world,
        PlanReceived(frozenset(map(EquipmentId, (1, 2)))),
        PlanReceived(frozenset({EquipmentId(2)})),
    )

    assert [run.data["trigger"]["equipment_ids"] for run in runs] == [[1]]


@pytest.mark.skipif(
    not hasattr(TargetSelection({}), "exclude"), reason="targets have no exceptions yet"
)
async def test_exceptions_of_a_target(hass, start: Start, automate: Automate):
    world = await start([status_of(1), status_of(2)])
    home = device_id(hass, home_identifier(ENTRY_ID, "R001"))
    runs = await automate(
        {
            "trigger": "elfe_commande.mode_changed",
            "target": {
                "device_id": home,
                "exclude": {"entity_id": world.entity_id("switch", 2, "pilot")},
            },
        }
    )

    await tell(world, mode_changed(2), mode_changed(1))

    assert [run.data["trigger"]["equipment_id"] for run in runs] == [1]
