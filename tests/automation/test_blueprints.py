"""Blueprints: valid, importable, and each run once."""

from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.persistent_notification import _async_get_or_create_notifications
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.events import EquipmentChanged
from tests.entities.conftest import Start
from tests.entities.world import START, World, status_of

from .told import order_ended, plugged, report, tell, wanted_by

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "elfe_commande"
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))
REPOSITORY = "https://github.com/elfe-commande/elfe-commande/blob/main"


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have the blueprints where an import puts them."""
    shutil.copytree(FOLDER, tmp_path / "blueprints" / "automation" / "elfe_commande")
    return str(tmp_path)


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation from a blueprint."""
    assert await async_setup_component(hass, "persistent_notification", {})
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "Made",
                "use_blueprint": {"path": f"elfe_commande/{name}.yaml", "input": inputs},
            }
        },
    )
    await hass.async_block_till_done()
    assert hass.states.get("automation.made").state == "on"


def notifications(hass: HomeAssistant) -> list[tuple[str | None, str]]:
    return [
        (each["title"], each["message"])
        for each in _async_get_or_create_notifications(hass).values()
    ]


def target_of(world: World, number: int) -> dict[str, Any]:
    return {"entity_id": world.entity_id("switch", number, "pilot")}


def test_there_are_some():
    assert len(BLUEPRINTS) == 13


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_blueprints_are_valid_and_say_where_they_are_from(path: Path):
    blueprint = Blueprint(
        load_yaml_dict(str(path)),
        path=path.name,
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )

    assert blueprint.validate() is None
    metadata = blueprint.metadata
    assert metadata["source_url"] == f"{REPOSITORY}/blueprints/automation/elfe_commande/{path.name}"
    assert metadata["description"]
    for name, about in metadata["input"].items():
        assert about["name"], name
        assert about["selector"], name


async def test_order_failed(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    await use(hass, "order_failed")

    await tell(world, order_ended(will_retry=True), order_ended(outcome=Outcome.SKIPPED))
    assert not notifications(hass)
    await tell(world, order_ended(), order_ended(), order_ended(2))

    assert notifications(hass) == [
        (
            f"Machine {number}: Start",
            f"Machine {number} (R001): Start – The device did not answer (EMS)",
        )
        for number in (1, 2)
    ]


async def test_order_failed_of_some(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    await use(hass, "order_failed", equipments=target_of(world, 2), outcomes=["skipped"])

    await tell(world, order_ended(1, Outcome.SKIPPED), order_ended(2))
    assert not notifications(hass)
    await tell(world, order_ended(2, Outcome.SKIPPED))

    assert len(notifications(hass)) == 1


@pytest.mark.parametrize("tell_end", [True, False])
async def test_machine_started(hass, start: Start, tell_end):
    world = await start([plugged(1)])
    await use(hass, "machine_started", equipments=target_of(world, 1), tell_end=tell_end)

    for power in (1.0, 800.0, 2.0):
        await report(world, 1, power)

    assert [message for _, message in notifications(hass)] == [
        "Machine 1 has started",
        "Machine 1 is done",
    ][: 1 + tell_end]


@pytest.mark.parametrize(
    ("inputs", "intents"),
    [
        ({}, [Intent.TO_MANUAL]),
        ({"mode_away": "forced_off"}, [Intent.FORCED_OFF]),
        ({"give_back": True}, [Intent.TO_MANUAL, Intent.TO_PILOTED]),
    ],
)
async def test_manual_when_away(hass, start: Start, inputs, intents):
    world = await start([status_of(1), status_of(2)])
    people = ["person.anna", "person.paul"]
    for person in people:
        hass.states.async_set(person, "home")
    await use(hass, "manual_when_away", people=people, equipments=target_of(world, 1), **inputs)

    hass.states.async_set("person.anna", "not_home")
    await later(world, 11)
    assert not world.engine.wishes, "somebody is still there"
    hass.states.async_set("person.paul", "Work")
    await later(world, 5)
    assert not world.engine.wishes, "too soon"
    await later(world, 11)
    hass.states.async_set("person.anna", "home")
    await world.settle()

    assert [(wish.equipment_id, wish.intent) for wish in world.engine.wishes] == [
        (1, intent) for intent in intents
    ]


async def later(world: World, minutes: int) -> None:
    await world.settle()
    async_fire_time_changed(world.hass, dt_util.utcnow() + timedelta(minutes=minutes))
    await world.settle()


@pytest.mark.parametrize(
    ("next_start", "message"),
    [
        (START + 900, "Machine 1 is wanted by 13:20, but will be ready at 13:30."),
        (None, "Machine 1 is wanted by 13:20, but the plan does not start it."),
    ],
)
async def test_not_ready_in_time(hass, start: Start, freezer, next_start, message):
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([status_of(1), status_of(2)])
    await use(hass, "not_ready_in_time")
    status = wanted_by(1, START + 3900)
    status.next_start = next_start

    await world.put(status)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))

    assert notifications(hass) == [("Machine 1 will not be ready in time", message)]
