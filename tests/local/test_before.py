"""What a home that version 0.1.0 made has keeps its ids, its names and its automations.

The file is what that version left of a home with a tank, a dishwasher, a meter, a rule and a panel.
"""

from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN

from .homes import LocalInstalled, install

BEFORE: dict[str, Any] = json.loads((Path(__file__).parent / "home_of_0_1.json").read_text("utf-8"))
RENAMED = "switch.boiler"
NEW_KEYS = {
    "reason",
    "rule_reason",
    "connected",
    "device_connection",
    "on_time_today",
    "due_today",
    "load_power",
    "load_energy",
    "shadow",
}
"""What entities there are that this version did not have."""


@pytest.fixture
async def left(hass: HomeAssistant, hass_config_dir: str) -> AsyncIterator[LocalInstalled]:
    """The home as it was left, set up by what is here now."""
    disk = Path(hass_config_dir) / ".storage"
    disk.mkdir(exist_ok=True)
    (disk / BEFORE["store"]["key"]).write_text(json.dumps(BEFORE["store"]), "utf-8")
    version, minor = BEFORE["version"]
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="entry",
        title=BEFORE["title"],
        version=version,
        minor_version=minor,
        data=BEFORE["data"],
        options=BEFORE["options"],
        subentries_data=[ConfigSubentryDataWithId(**each) for each in BEFORE["subentries"]],
    )
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    for entity in BEFORE["entities"]:
        platform, _, object_id = entity["entity_id"].partition(".")
        made = registry.async_get_or_create(
            platform,
            DOMAIN,
            entity["unique_id"],
            config_entry=entry,
            config_subentry_id=entity["subentry_id"],
            suggested_object_id=object_id,
            has_entity_name=True,
            original_name=entity["original_name"],
            translation_key=entity["translation_key"],
            unit_of_measurement=entity["unit"],
            disabled_by=er.RegistryEntryDisabler.INTEGRATION if entity["disabled"] else None,
        )
        assert made.entity_id == entity["entity_id"]
    registry.async_update_entity(RENAMED, name="Hot water")
    async with install(hass, entry) as home:
        yield home


async def test_every_entity_is_there_under_its_id(
    hass: HomeAssistant, left: LocalInstalled
) -> None:
    registry = er.async_get(hass)
    found = {e.unique_id: e for e in registry.entities.values() if e.platform == DOMAIN}

    for before in BEFORE["entities"]:
        now = found.pop(before["unique_id"])
        assert now.entity_id == before["entity_id"]
        assert now.disabled is before["disabled"], now.entity_id
        if not now.disabled:
            state = hass.states.get(now.entity_id)
            assert state is not None, now.entity_id
            assert not state.attributes.get("restored"), f"{now.entity_id} is no more"
            assert state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) == before["unit"]
    assert {entity.translation_key for entity in found.values()} <= NEW_KEYS
    assert registry.async_get(RENAMED).name == "Hot water"  # type: ignore[union-attr]


async def test_an_automation_made_before_does_what_it_did(
    hass: HomeAssistant, left: LocalInstalled
) -> None:
    ids = {each["unique_id"]: each["entity_id"] for each in BEFORE["entities"]}
    threshold = next(v for k, v in ids.items() if k.endswith("surplus_on"))
    actions = [
        {"action": "switch.turn_off", "target": {"entity_id": ids["entry_1_pilot"]}},
        {
            "action": "number.set_value",
            "target": {"entity_id": threshold},
            "data": {"value": 2500},
        },
    ]
    condition = {
        "condition": "state",
        "entity_id": ids["entry_1_mode"],
        "state": "automatic",
    }
    automation = {
        "triggers": {"trigger": "event", "event_type": "leave"},
        "conditions": condition,
        "actions": actions,
    }
    assert await async_setup_component(hass, "automation", {"automation": [automation]})

    hass.bus.async_fire("leave")
    await left.until("select", 1, "mode", "by_hand")

    await hass.async_block_till_done()
    state = hass.states.get(threshold)
    assert state is not None
    assert state.state != STATE_UNAVAILABLE
    assert float(state.state) == 2500


async def test_triggers_conditions_and_actions_of_before_are_taken_and_do_what_they_did(
    hass: HomeAssistant, left: LocalInstalled
) -> None:
    ids = {each["unique_id"]: each["entity_id"] for each in BEFORE["entities"]}
    automation = {
        "triggers": {
            "trigger": "elfe_commande.mode_changed",
            "target": {"entity_id": ids["entry_1_pilot"]},
            "options": {"to": "manual", "origin": ["dashboard", "action"]},
        },
        "conditions": [
            {"condition": "elfe_commande.is_ready"},
            {
                "condition": "elfe_commande.is_running",
                "target": {"entity_id": ids["entry_2_running"]},
                "options": {"behavior": "any"},
            },
        ],
        "actions": {
            "action": "elfe_commande.set_mode",
            "target": {"entity_id": ids["entry_1_mode"]},
            "data": {"mode": "forced_off"},
        },
    }
    assert await async_setup_component(hass, "automation", {"automation": [automation]})
    hass.states.async_set("input_boolean.other", "on")
    await left.until("binary_sensor", 2, "running", "on")

    await left.act("switch", "turn_off", 1, "pilot")

    await left.until("select", 1, "mode", "forced_off")
