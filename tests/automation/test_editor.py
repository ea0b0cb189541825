"""What the editor of automations shows: names, fields, choices, icons."""

from functools import cache
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition, trigger
from homeassistant.helpers.icon import async_get_icons
from homeassistant.helpers.selector import selector
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
import yaml

from custom_components.elfe_commande import condition as conditions, trigger as triggers
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.describe import MODE_NAMES
from tests.entities.conftest import Start

PACKAGE = Path(triggers.__file__).parent
KINDS = {
    "triggers": (trigger, triggers.TRIGGERS),
    "conditions": (condition, conditions.CONDITIONS),
}
LANGUAGES = ("en", "fr")


@cache
def described(kind: str) -> dict[str, Any]:
    text = (PACKAGE / f"{kind}.yaml").read_text(encoding="utf-8")
    return {k: v or {} for k, v in yaml.safe_load(text).items() if not k.startswith(".")}


@cache
def words(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (PACKAGE / "translations" / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


def fields(kind: str):
    for name, description in described(kind).items():
        for field, about in description.get("fields", {}).items():
            yield name, field, about


@pytest.mark.parametrize("kind", KINDS)
async def test_home_assistant_finds_the_descriptions(hass, start: Start, kind):
    await start()
    await async_setup_component(hass, "automation", {})
    helper, known = KINDS[kind]

    found = await helper.async_get_all_descriptions(hass)

    assert {name for name in found if name.startswith(f"{DOMAIN}.")} == {
        f"{DOMAIN}.{name}" for name in known
    }
    for name in known:
        assert found[f"{DOMAIN}.{name}"] is not None


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_description_of_each(kind):
    assert set(described(kind)) == set(KINDS[kind][1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_its_texts(kind, language):
    texts = words(language)[kind]

    assert set(texts) == set(described(kind))
    for name, description in described(kind).items():
        assert texts[name]["name"]
        assert texts[name]["description"]
        assert set(texts[name].get("fields", {})) == set(description.get("fields", {})), name
        for field in texts[name].get("fields", {}).values():
            assert set(field) == {"name", "description"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_have_their_texts(kind, language):
    for name, field, about in fields(kind):
        selector(about["selector"])
        if (select := (about["selector"] or {}).get("select")) is not None:
            texts = words(language)["selector"][select["translation_key"]]["options"]
            assert list(texts) == select["options"], (name, field)


def test_choices_are_those_there_are():
    shown = {
        (name, field): about["selector"]["select"]["options"]
        for name, field, about in fields("triggers")
        if "select" in about["selector"]
    }

    assert shown["mode_changed", "from"] == shown["mode_changed", "to"] == list(MODE_NAMES)
    assert shown["mode_changed", "origin"] == list(Origin)
    assert shown["lifecycle_changed", "to"] == [code.name.lower() for code in Code]
    assert shown["portal_update", "changed"] == list(triggers.CHANGED)
    assert shown["order_failed", "outcome"] == list(triggers.UNHAPPY)


def test_fields_are_the_options_there_are():
    for name, each in triggers.TRIGGERS.items():
        assert {str(key) for key in each.options} == set(
            described("triggers")[name].get("fields", {})
        ), name
        assert each.targeted is ("target" in described("triggers")[name]), name


@pytest.mark.parametrize("kind", KINDS)
async def test_each_has_an_icon(hass: HomeAssistant, start: Start, kind):
    await start()

    icons = (await async_get_icons(hass, kind, {DOMAIN}))[DOMAIN]

    assert set(icons) == set(described(kind))
    for icon in icons.values():
        assert icon[kind.removesuffix("s")].startswith("mdi:")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
async def test_texts_reach_the_editor(hass: HomeAssistant, start: Start, kind, language):
    await start()

    texts = await async_get_translations(hass, language, kind, [DOMAIN])

    for name in described(kind):
        assert (
            texts[f"component.{DOMAIN}.{kind}.{name}.name"] == words(language)[kind][name]["name"]
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_search_of_the_editor_finds_ours(kind: str, language: str) -> None:
    names = {key: each["name"] for key, each in words(language)[kind].items()}
    assert all("elfe" in name.lower() for name in names.values()), names
    assert any("plan" in name.lower().split() for name in names.values())


VARIABLE = re.compile(r"`(?:trigger\.)?(\w+)`")


UPS_VARIABLES = {"event", "name", "status", "tokens", "charge", "device_id", "config_entry_id"}


def rows(page: str) -> list[list[str]]:
    """Return the cells of all rows of all tables."""
    return [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.splitlines()
        if line.startswith("|")
    ]


def documented() -> dict[str, set[str]]:
    """Return the variables of each trigger, as the tables of the documentation have them."""
    page = (Path(__file__).parents[2] / "docs" / "automations.md").read_text(encoding="utf-8")
    of_one, _, others = page.partition("| trigger | when | options | variables |")
    common = {n for row in rows(of_one) if len(row) == 2 for n in VARIABLE.findall(row[0])}
    found: dict[str, set[str]] = {}
    for part, also in ((of_one, common), (others, set())):
        for row in rows(part):
            if len(row) == 4 and row[0].startswith("`elfe_commande."):
                key = row[0].strip("`").partition(".")[2]
                found[key] = set(VARIABLE.findall(row[3])) | also
    found["equipment_stopped"] = found["equipment_started"]
    of_ups = [key for key in triggers.TRIGGERS if key.startswith("ups_")]
    return found | dict.fromkeys(of_ups, UPS_VARIABLES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_variables_are_listed_where_the_editor_shows_help(language: str) -> None:
    for key, names in documented().items():
        told = words(language)["triggers"][key]["description"]
        assert set(VARIABLE.findall(told)) == names, key
    assert documented().keys() == words(language)["triggers"].keys()
