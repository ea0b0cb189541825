"""Blueprints: valid, importable, and each run once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
import re
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
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_mock_service

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import DAY, DayPlan
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.events import EquipmentChanged
from tests.consistency.test_languages import GIVEN_UP, STUMBLED_OVER, loose
from tests.entities.conftest import Start
from tests.entities.world import START, World, status_of

from .told import order_ended, plugged, report, tell, wanted_by

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "elfe_commande"
ENGLISH = sorted(FOLDER.glob("*.yaml"))
FRENCH = sorted((FOLDER / "fr").glob("*.yaml"))
BLUEPRINTS = [*ENGLISH, *FRENCH]
PROSE = {"name", "description", "label", "title", "message", "source_url"}
"""Keys whose texts people read, or that tell where a blueprint is from."""
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
    assert len(ENGLISH) == 15


def prose(tree: Any) -> Iterator[str]:
    """Yield what people read of a blueprint."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in PROSE - {"source_url"} and isinstance(value, str):
                yield value
            else:
                yield from prose(value)
    elif isinstance(tree, list):
        for each in tree:
            yield from prose(each)


def bare(tree: Any) -> Any:
    """Return a blueprint without what people read."""
    if isinstance(tree, dict):
        return {key: None if key in PROSE else bare(value) for key, value in tree.items()}
    return [bare(each) for each in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_each_has_a_twin_in_french_that_does_the_same(path: Path):
    twin = FOLDER / "fr" / f"{path.stem}_fr.yaml"
    english, french = (load_yaml_dict(str(each)) for each in (path, twin))

    assert [each.stem for each in FRENCH] == [f"{each.stem}_fr" for each in ENGLISH]
    assert bare(french["blueprint"]) == bare(english["blueprint"])
    for told in (english, french):
        del told["blueprint"]
    assert bare(french) == bare(english)


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_the_words_are_those_of_the_integration(path: Path):
    language = "fr" if path in FRENCH else "en"
    given_up = re.compile(rf"\b(?:{GIVEN_UP[language]})\b|{STUMBLED_OVER[language]}", re.IGNORECASE)
    for text in prose(load_yaml_dict(str(path))):
        assert not given_up.search(re.sub(r"\{\{.*?\}\}", "", text)), text
        if language == "fr":
            assert not loose(text), text


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
    assert (
        metadata["source_url"]
        == f"{REPOSITORY}/blueprints/automation/elfe_commande/{path.relative_to(FOLDER)}"
    )
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
            f"Machine {number} (R001): Start – The device did not answer (Plan)",
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
    # Made since this end was wished.
    status.coming = (DayPlan(EquipmentId(1), START + 900, bytes(DAY), 2, START + 31),)

    await world.put(status)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))

    assert notifications(hass) == [("Machine 1 will not be ready in time", message)]


# ------------------------------------------------------------------------------ with answers


async def answer(world: World, action: str) -> None:
    """Press a button of a notification."""
    world.hass.bus.async_fire("mobile_app_notification_action", {"action": action})
    await world.settle()


@pytest.mark.parametrize(
    ("button", "intent"), [("Start now", Intent.START), ("Not today", Intent.TO_MANUAL)]
)
async def test_starts_at(hass, start: Start, freezer, button, intent):
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([status_of(1), status_of(2)])
    told = async_mock_service(hass, "notify", "notify")
    await use(
        hass, "starts_at", starts=[world.entity_id("sensor", n, "next_start") for n in (1, 2)]
    )

    status = status_of(1)
    status.next_start = START + 3600
    await world.put(status)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))
    assert not told, "it may still change"
    freezer.tick(timedelta(minutes=2))
    await later(world, 0)

    (call,) = told
    assert call.data["title"] == "Machine 1"
    assert call.data["message"] == "Machine 1 starts at 13:15."
    buttons = {each["title"]: each["action"] for each in call.data["data"]["actions"]}
    assert list(buttons) == ["Start now", "Not today"]
    assert not world.engine.wishes
    # What is said to others is not for this one.
    for strange in ("", "OPEN", buttons[button].replace("automation.made", "automation.other")):
        await answer(world, strange)
    assert not world.engine.wishes
    await answer(world, buttons[button])
    assert [(wish.equipment_id, wish.intent) for wish in world.engine.wishes] == [(1, intent)]


async def test_starts_at_tells_of_tomorrow_and_replaces_what_it_said(hass, start: Start, freezer):
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([status_of(1)])
    told = async_mock_service(hass, "notify", "notify")
    await use(hass, "starts_at", starts=[world.entity_id("sensor", 1, "next_start")])

    for next_start in (START + 1800, START + 14 * 3600, None):
        status = status_of(1)
        status.next_start = next_start
        await world.put(status)
        await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))
        freezer.tick(timedelta(minutes=2))
        await later(world, 0)

    assert [call.data["message"] for call in told] == [
        "Machine 1 starts at 12:45.",
        "Machine 1 starts at 02:15 tomorrow.",
    ]
    assert len({call.data["data"]["tag"] for call in told}) == 1


@pytest.mark.parametrize(
    ("next_start", "ready"), [(START + 900, START + 4500), (None, START + 3900 + 3 * 3600)]
)
async def test_may_be_late(hass, start: Start, freezer, next_start, ready):
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([status_of(1)])
    told = async_mock_service(hass, "notify", "notify")
    await use(hass, "may_be_late")
    status = wanted_by(1, START + 3900)
    status.next_start = next_start
    status.coming = (DayPlan(EquipmentId(1), START + 900, bytes(DAY), 2, START + 31),)
    await world.put(status)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))

    (call,) = told
    clock = dt_util.as_local(dt_util.utc_from_timestamp(ready)).strftime("%H:%M")
    why = "the plan does not start it" if next_start is None else f"will be ready at {clock}"
    assert call.data["message"] == f"Machine 1 is wanted by 13:20, but {why}."
    now, late = call.data["data"]["actions"]
    assert late["title"] == f"May be late: {clock}"
    await answer(world, late["action"])
    assert [wish.wishes.wished_end for wish in world.engine.constraints] == [ready]
    await answer(world, now["action"])
    assert [wish.intent for wish in world.engine.wishes] == [Intent.START]
