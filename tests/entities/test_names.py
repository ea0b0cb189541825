"""What entities are called: "off" never means "on", and what people have keeps its id."""

import json
from pathlib import Path

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import ATTR_FRIENDLY_NAME
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.wish import Intent

from .conftest import Start
from .world import ANNA, ENTRY_ID, START, status_of

BEFORE = Path(__file__).parent / "registries" / "before_names.json"
"""Entity id, unique id, key of the texts and name of what the version before these names made."""


def named(world, platform: str, key: str) -> str:
    return world.state(platform, 1, key).attributes[ATTR_FRIENDLY_NAME]


@pytest.mark.parametrize(("language", "name"), [("en", "Follow the plan"), ("fr", "Pilotage")])
async def test_the_mode_bears_the_name_of_the_appliance_and_the_switch_its_own(
    hass: HomeAssistant, start: Start, language: str, name: str
):
    hass.config.language = language
    world = await start([status_of(1, name="Ballon")])

    assert named(world, "select", "mode") == "Ballon"
    assert named(world, "switch", "pilot") == f"Ballon {name}"


async def test_without_a_mode_nothing_that_switches_bears_the_name(
    hass: HomeAssistant, start: Start
):
    world = await start([status_of(1, name="Ballon", typology=130)])

    assert named(world, "switch", "pilot") == "Ballon Follow the plan"
    assert not [s for s in hass.states.async_all() if s.name == "Ballon"]


@pytest.mark.parametrize("typology", [120, 130])
@pytest.mark.parametrize(
    "sentence", ["turn off Machine 1", "turn on Machine 1", "switch off the Machine 1"]
)
async def test_no_sentence_about_the_appliance_reaches_the_pilot_switch(
    hass: HomeAssistant, start: Start, typology: int, sentence: str
):
    for part in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, part, {})
    world = await start([status_of(1, typology=typology)])
    for state in hass.states.async_all():
        async_expose_entity(hass, "conversation", state.entity_id, True)

    async def say(text: str) -> None:
        await hass.services.async_call(
            "conversation",
            "process",
            {"text": text, "language": "en"},
            blocking=True,
            return_response=True,
            context=Context(user_id=ANNA),
        )

    await say(sentence)
    assert world.engine.wishes == []

    await say("turn off Machine 1 follow the plan")
    (wish,) = world.engine.wishes
    assert wish.intent is Intent.TO_MANUAL


@pytest.fixture
def before(hass: HomeAssistant) -> dict[str, str]:
    """Fill the registry as the version before these names did; return the ids by unique id."""
    entry = MockConfigEntry(domain=DOMAIN, title="Territory", entry_id=ENTRY_ID)
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    ids: dict[str, str] = {}
    for entity_id, unique_id, key, name in json.loads(BEFORE.read_text("utf-8")):
        platform, _, object_id = entity_id.partition(".")
        made = registry.async_get_or_create(
            platform,
            DOMAIN,
            unique_id,
            config_entry=entry,
            suggested_object_id=object_id,
            has_entity_name=True,
            original_name=name,
            translation_key=key,
        )
        assert made.entity_id == entity_id
        ids[unique_id] = entity_id
    return ids


async def test_what_people_have_keeps_its_id_its_name_and_its_automations(
    hass: HomeAssistant, before: dict[str, str], start: Start
):
    registry = er.async_get(hass)
    registry.async_update_entity("switch.machine_1", name="Lave-linge")
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": [
                {
                    "triggers": {"trigger": "event", "event_type": "leave"},
                    "conditions": {
                        "condition": "state",
                        "entity_id": "select.machine_1_mode",
                        "state": "automatic",
                    },
                    "actions": {
                        "action": "switch.turn_off",
                        "target": {"entity_id": "switch.machine_1"},
                    },
                }
            ]
        },
    )

    world = await start([status_of(1, last_start=START - 3600)])

    now = {e.unique_id: e.entity_id for e in registry.entities.values() if e.platform == DOMAIN}
    assert now | before == now
    new = {"elfe_1_reason", "elfe_device_connection", "elfe_driven_homes", "elfe_shadow"}
    assert set(now) - set(before) == new
    assert registry.async_get("switch.machine_1").name == "Lave-linge"
    assert world.state("select", 1, "mode").attributes[ATTR_FRIENDLY_NAME] == "Machine 1"

    hass.bus.async_fire("leave")
    await hass.async_block_till_done()
    assert [wish.intent for wish in world.engine.wishes] == [Intent.TO_MANUAL]
