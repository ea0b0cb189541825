"""Texts, icons and descriptions are as hassfest wants them, and it is noticed if they are not."""

from collections.abc import Iterator, Mapping
import importlib
from itertools import chain
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.selector import selector
import pytest
import voluptuous as vol
import yaml

from custom_components.elfe_commande import const
from custom_components.elfe_commande.subentries.meters.descriptions import describe

from .hassfest import AUTOMATION, ICONS, SERVICES, TRANSLATIONS, icon, key, plain, text
from .parsed import LANGUAGES, PACKAGE, leaves, load, missing, modules, nodes, texts, words

DESCRIBED = {"services": SERVICES, "triggers": AUTOMATION, "conditions": AUTOMATION}
REGISTERED = {
    "services": ("services.py",),
    "triggers": ("trigger.py", "subentries/upses/"),
    "conditions": ("condition.py", "subentries/upses/"),
}
"""Where actions, triggers and conditions are registered by their names."""
every_description = pytest.mark.parametrize("kind", DESCRIBED)

UNITS = {"energy": "Wh", "power": "W", "voltage": "V", "current": "A", "frequency": "Hz"}
"""Of what a meter measures, by the first word of its key."""
PLATFORMS = {
    name: f"{name.title().replace('_', '')}EntityDescription" for name in map(str, const.PLATFORMS)
}
OBIS = re.compile(r"\d+-\d+:\d+\.\d+\.\d+\*\d+")


# ------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations(language: str) -> None:
    TRANSLATIONS(words(language))


@pytest.mark.parametrize(
    "refused",
    [
        "Under hasp/<name>/state",
        "A line<br>and another",
        " Before",
        "After ",
        "",
        "See https://www.home-assistant.io/docs",
        "See www.home-assistant.io",
        "Connects to mqtt://broker.local:1883",
        "[%key:common::action::restart%]",
        "Named '{name}'",
        "Nothing fills {}",
        "The {first home}",
        "One brace {",
    ],
)
def test_texts_that_are_refused(refused: str) -> None:
    with pytest.raises(vol.Invalid):
        text(refused)


@pytest.mark.parametrize(
    "taken", ["5 < 6 and 7 > 6", "{equipment} ({id}), 24 h", "socket://host:port", "2 % to 3 %"]
)
def test_texts_that_are_taken(taken: str) -> None:
    assert text(taken) == taken


def test_a_state_has_no_placeholder() -> None:
    assert plain("On") == "On"
    with pytest.raises(vol.Invalid):
        plain("On since {time}")


@pytest.mark.parametrize("refused", ["Upper", "with space", "_before", "after_", "two__of", "é"])
def test_keys_that_are_refused(refused: str) -> None:
    assert key("verify-full") == "verify-full"
    with pytest.raises(vol.Invalid):
        key(refused)


@pytest.mark.parametrize(
    "changed",
    [
        {"unknown_section": {}},
        {"config": {"step": {"user": {"data_description": {"host": "Without a label"}}}}},
        {"config": {"step": {"user": {"sections": {"more": {"title": "A name it has"}}}}}},
        {"config": {"step": {}, "title": "Moved to the top long ago"}},
        {"config_subentries": {"ups": {"step": {}, "entry_type": "UPS"}}},
        {"issues": {"lost": {"title": "Lost"}}},
        {"issues": {"lost": {"title": "Lost", "description": "It is.", "fix_flow": {"step": {}}}}},
        {"selector": {"page": {"fields": {"types": {"name": "Without a description"}}}}},
        {"services": {"restart": {"name": "Without a description"}}},
        {"triggers": {"started": {"name": "Started", "description": "It did.", "icon": "mdi:a"}}},
        {"entity": {"sensor": {"power": {"state_attributes": {"at": {"name": "At {time}"}}}}}},
    ],
)
def test_shapes_that_are_refused(changed: Mapping[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        TRANSLATIONS({**words(), **changed})


def test_the_title_is_the_name_of_the_integration() -> None:
    for language in LANGUAGES:
        assert words(language)["title"] == load("manifest.json")["name"]


# ------------------------------------------------------------------------------------- icons


def test_icons() -> None:
    icons = load("icons.json")

    ICONS(icons)
    for kind in DESCRIBED:
        assert set(icons[kind]) == set(described(kind)), kind


def test_icons_that_are_refused() -> None:
    for refused in ("hass:power", "mdi:", "mdi:Power", "mdi:power off"):
        with pytest.raises(vol.Invalid):
            icon(refused)
    twice = {"default": "mdi:power", "state": {"on": "mdi:power"}}
    with pytest.raises(vol.Invalid):
        ICONS({"entity": {"switch": {"pilot": twice}}})


def test_icons_are_among_those_of_the_frontend() -> None:
    frontend = pytest.importorskip("hass_frontend")
    listed = Path(frontend.where()) / "static" / "mdi" / "iconList.json"
    known = {each["name"] for each in json.loads(listed.read_text(encoding="utf-8"))}

    given = {value.removeprefix("mdi:") for _, value in leaves(load("icons.json"))}
    written = {each.removeprefix("mdi:") for each in texts() if each.startswith("mdi:")}
    assert len(given) > 40
    assert not missing(given | written, known)


def test_entities_without_a_device_class_have_an_icon() -> None:
    """Home Assistant has no icon of its own for them, nor for a list of states."""
    icons = load("icons.json")["entity"]
    named = {(platform, each) for platform, keys in words()["entity"].items() for each in keys}
    found: dict[tuple[str, str], Any] = {
        (str(platform_of(each)), str(each.translation_key)): each.device_class
        for each in descriptions()
    }

    assert set(found) == named
    bare = [place for place, device_class in found.items() if device_class in (None, "enum")]
    assert not [(platform, each) for platform, each in bare if each not in icons[platform]]


def descriptions() -> Iterator[EntityDescription]:
    """Yield what describes the entities: each at the top of its module, and those of meters."""
    for name in modules():
        path = f"custom_components.{const.DOMAIN}.{name.removesuffix('.py').replace('/', '.')}"
        for value in vars(importlib.import_module(path.removesuffix(".__init__"))).values():
            yield from _described(value)
    codes = {
        code for _, node in nodes("subentries/meters/descriptions.py") for code in _codes(node)
    }
    assert len(codes) > 20
    for code in (*codes, "1-0:99.99.99*255"):
        measured = str(describe(code, None).translation_key).partition("_")[0]
        yield describe(code, UNITS.get(measured))


def _described(value: Any) -> Iterator[EntityDescription]:
    if platform_of(value) is not None:
        yield value
    elif isinstance(value, tuple | list):
        yield from chain.from_iterable(map(_described, value))
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(_described, value.values()))


def _codes(node: Any) -> list[str]:
    value = getattr(node, "value", None)
    return [value] if isinstance(value, str) and OBIS.fullmatch(value) else []


def platform_of(value: Any) -> str | None:
    """Return the platform whose description a value is, by the name of its class.

    Home Assistant makes another class of each, which is no subclass of those that it declares.
    """
    names = {each.__name__ for each in type(value).__mro__}
    return next((name for name in PLATFORMS if PLATFORMS[name] in names), None)


# ------------------------------------------------- actions, triggers, conditions, as described


def described(kind: str) -> dict[str, Any]:
    """Return what a YAML file describes, without what is there for others to repeat."""
    found = yaml.safe_load((PACKAGE / f"{kind}.yaml").read_text(encoding="utf-8"))
    return {name: each or {} for name, each in found.items() if not name.startswith(".")}


def fields(kind: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield what each field is part of, its name, and itself."""
    for name, each in described(kind).items():
        for field, value in each.get("fields", {}).items():
            yield name, field, value


@every_description
def test_descriptions(kind: str) -> None:
    file = (PACKAGE / f"{kind}.yaml").read_text(encoding="utf-8")

    DESCRIBED[kind](yaml.safe_load(file))
    assert not missing(described(kind), texts(*REGISTERED[kind])), "described, never registered"


@every_description
@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_have_their_texts(kind: str, language: str) -> None:
    known = words(language)[kind]

    assert set(known) == set(described(kind))
    for name, each in described(kind).items():
        assert set(known[name].get("fields", {})) == set(each.get("fields", {})), name


@every_description
def test_fields_take_their_own_defaults(kind: str) -> None:
    for name, field, value in fields(kind):
        assert value.get("selector"), f"{name}.{field} has no selector"
        if "default" in value:
            selector(value["selector"])(value["default"])


@every_description
@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_have_their_texts(kind: str, language: str) -> None:
    known = words(language)["selector"]
    for name, field, value in fields(kind):
        select = value["selector"].get("select")
        if select:
            options = set(known[select["translation_key"]]["options"])
            assert options == {str(each) for each in select["options"]}, f"{name}.{field}"


@every_description
def test_descriptions_that_are_refused(kind: str) -> None:
    check = DESCRIBED[kind]
    check({"some": {"fields": {"at": {"selector": {"time": None}}}}})
    for refused in (
        {"Some": None},
        {"some": {"icon": "mdi:power"}},
        {"some": {"fields": {"at": {"default": None}}}},
        {"some": {"fields": {"at": {"selector": {"watch": None}}}}},
        {"some": {"fields": {"at": {"selector": {"time": {"zone": "UTC"}}}}}},
    ):
        with pytest.raises(vol.Invalid):
            check(refused)
