"""Every key that is shown has a text in both languages, and an icon where one is due."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

import pytest
import yaml

from custom_components.elfe_commande import (
    binary_sensor,
    button,
    calendar,
    describe,
    event,
    number,
    select,
    sensor,
    services,
    switch,
    time,
)
from custom_components.elfe_commande.actions import constraints as constraint_actions, targets
from custom_components.elfe_commande.core.appliances import TYPE_OF
from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.devices import capacity
from custom_components.elfe_commande.entities import day_sensors
from custom_components.elfe_commande.typologies import TYPOLOGIES

FOLDER = Path(switch.__file__).parent
LANGUAGES = ("en", "fr")
OURS = ("device", "entity", "services", "selector", "exceptions")

# The name of a main entity is its device's, that of these classes Home Assistant's.
NAMELESS = {"mode"}


def load(language: str) -> dict[str, Any]:
    return json.loads((FOLDER / "translations" / f"{language}.json").read_text("utf-8"))


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, tree


def descriptions() -> list[tuple[str, Any]]:
    return [
        *(("binary_sensor", d) for d in (*binary_sensor.DESCRIPTIONS, binary_sensor.CONNECTION)),
        ("binary_sensor", binary_sensor.DEVICE_CONNECTION),
        ("binary_sensor", binary_sensor.SCREEN_CONNECTION),
        ("binary_sensor", binary_sensor.SHADOW),
        *(("button", d) for d in (*button.DESCRIPTIONS, button.RUN_CYCLE)),
        ("calendar", calendar.PLAN),
        *(("event", d) for d in (*event.DESCRIPTIONS, event.TOUCH)),
        *(("number", d) for d in number.DESCRIPTIONS),
        *(("select", d) for d in select.DESCRIPTIONS),
        *(
            ("sensor", d)
            for d in (*sensor.DESCRIPTIONS, *sensor.HUB_DESCRIPTIONS, *day_sensors.DAY_SENSORS)
        ),
        *(("switch", d) for d in switch.DESCRIPTIONS),
        *(("time", d) for d in time.DESCRIPTIONS),
    ]


def reasons() -> set[str]:
    """Return what the sources of the chain and of the engine give as reasons."""
    found: set[str] = set()
    links = ("decision", "planned", "automatic", "shedding")
    chain = "".join((FOLDER / "core" / f"{link}.py").read_text("utf-8") for link in links)
    found |= set(re.findall(r'Decision\(\s*Source\.\w+,\s*"(\w+)"', chain))
    found |= set(re.findall(r'reason = "(\w+)"', chain))
    found |= set(re.findall(r'Mode\.\w+: "(\w+)"', chain))
    for path in (FOLDER / "engine").rglob("*.py"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r'Outcome\.\w+,\s*"(\w+)"', text))
        found |= set(re.findall(r'reason="(\w+)"', text))
        found |= set(re.findall(r'Answer\.\w+: "(\w+)"', text))
        found |= set(re.findall(r'return "(\w+)"', text))
        found |= set(re.findall(r'why: str = "(\w+)"', text))
        found |= set(re.findall(r'supersede\("(\w+)"\)', text))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("platform", "description"), descriptions())
def test_entities_have_names_and_states(language: str, platform: str, description: Any):
    texts = load(language)["entity"][platform][description.translation_key]

    assert ("name" in texts) is (description.key not in NAMELESS)
    options = getattr(description, "options", None)
    if options is not None:
        assert texts["state"].keys() == set(options)
    types = getattr(description, "event_types", None)
    if types is not None:
        assert texts["state_attributes"]["event_type"]["state"].keys() == set(types)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("platform", "key", "attribute", "values"),
    [
        ("sensor", "decision", "reason", reasons()),
        ("sensor", "last_outcome", "reason", reasons()),
        ("event", "activity", "reason", reasons()),
        ("switch", "pilot", "reason", reasons()),
        ("sensor", "decision", "source", set(Source)),
        ("event", "activity", "source", set(Source)),
        ("event", "activity", "origin", set(Origin)),
        ("event", "activity", "act", set(Act)),
        ("event", "activity", "before", set(describe.MODES.values())),
        ("event", "activity", "after", set(describe.MODES.values())),
    ],
)
def test_attributes_have_texts_for_every_value(
    language: str, platform: str, key: str, attribute: str, values: set[str]
):
    texts = load(language)["entity"][platform][key]["state_attributes"][attribute]["state"]

    assert values <= texts.keys()


def test_the_reasons_are_found():
    assert {"not_running", "measured_only", "planned", "silent", "superseded"} <= reasons()


@pytest.mark.parametrize("section", OURS)
def test_both_languages_say_the_same_things(section: str):
    english, french = (dict(leaves(load(language)[section])) for language in LANGUAGES)

    assert english.keys() == french.keys()
    for key, text in english.items():
        assert french[key].strip(), key
        assert _placeholders(text) == _placeholders(french[key]), key


def _placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_actions_and_their_fields_have_texts(language: str):
    texts = load(language)
    actions = yaml.safe_load((FOLDER / "services.yaml").read_text("utf-8"))
    icons = json.loads((FOLDER / "icons.json").read_text("utf-8"))

    assert actions.keys() == texts["services"].keys() == icons["services"].keys()
    for name, action in actions.items():
        assert action["fields"].keys() == texts["services"][name]["fields"].keys()
        for field in action["fields"].values():
            select_field = field["selector"].get("select")
            if select_field is not None:
                options = texts["selector"][select_field["translation_key"]]["options"]
                assert set(select_field["options"]) == options.keys()


def test_actions_accept_what_their_forms_offer():
    actions = yaml.safe_load((FOLDER / "services.yaml").read_text("utf-8"))
    run = actions["run_typology"]["fields"]

    assert set(run["typology"]["selector"]["select"]["options"]) == {
        typology.name for typology in TYPOLOGIES.values()
    }
    for order in run["order"]["selector"]["select"]["options"]:
        services.RUN_TYPOLOGY_SCHEMA({"order": order})
    for mode in actions["init_typology"]["fields"]["mode"]["selector"]["select"]["options"]:
        services.INIT_TYPOLOGY_SCHEMA({"mode": mode})
    for mode in actions["set_mode"]["fields"]["mode"]["selector"]["select"]["options"]:
        services.SET_MODE_SCHEMA({"mode": mode})


@pytest.mark.parametrize("language", LANGUAGES)
def test_devices_have_words(language: str):
    selectors = load(language)["selector"]

    assert set(TYPE_OF) == selectors["equipment_type"]["options"].keys()
    assert {str(int(i)) for i in TYPOLOGIES} <= selectors["installation"]["options"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_have_texts(language: str):
    raised: set[str] = set()
    for module in (services, targets, constraint_actions):
        text = Path(module.__file__).read_text("utf-8")
        raised |= set(re.findall(r'translation_key="(\w+)"', text))
    for path in (FOLDER / "engine").rglob("*.py"):
        text = path.read_text("utf-8")
        if "WishRefusedError" in text:
            raised |= set(re.findall(r'WishRefusedError\(\s*"(\w+)"', text))
            raised |= set(re.findall(r'\bkey = "(\w+)"', text))

    assert {"not_an_equipment", "missing_device", "mode_not_driven"} <= raised
    assert raised | {"not_running"} <= load(language)["exceptions"].keys()


def test_icons_are_for_entities_that_exist():
    icons = json.loads((FOLDER / "icons.json").read_text("utf-8"))["entity"]
    known = {(platform, d.translation_key) for platform, d in descriptions()}
    of_subentries = {
        key
        for room in ("meters", "panels", "plan_sources", "planner", "rules", "upses")
        for path in (FOLDER / "subentries" / room).glob("*.py")
        for key in re.findall(r'"(\w+)"', path.read_text("utf-8"))
    }

    assert {
        (platform, key)
        for platform, keys in icons.items()
        for key in keys
        if key not in of_subentries
    } <= known
    # A device class brings an icon of its own.
    classes = {"running", "connected", "ready", "ems_connection", "screen_connection"}
    classes |= {"device_connection"}
    assert {k for k in known if k[1] not in classes} <= {
        (platform, key) for platform, keys in icons.items() for key in keys
    }


def test_the_hub_has_what_the_count_says():
    hub = {
        ("binary_sensor", binary_sensor.CONNECTION.key),
        ("binary_sensor", binary_sensor.DEVICE_CONNECTION.key),
        ("binary_sensor", binary_sensor.READY.key),
        ("binary_sensor", binary_sensor.SHADOW.key),
        ("button", button.RUN_CYCLE.key),
        *(
            ("sensor", description.key)
            for description in sensor.HUB_DESCRIPTIONS
            if description.entity_registry_enabled_default
        ),
    }

    assert hub == set(capacity.HUB_ENTITIES)
