"""What has to be said twice is said alike: manifest, texts, icons, actions, rules."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
import json
from pathlib import Path
import re
import tomllib
from typing import Any

from homeassistant.const import Platform
from PIL import Image
import pytest
import yaml

from custom_components.elfe_commande import const
from custom_components.elfe_commande.appliances import forms
from custom_components.elfe_commande.appliances.definition import DRIVER_OF
from custom_components.elfe_commande.capacity import ISSUE as CAPACITY_ISSUE
from custom_components.elfe_commande.configuration import (
    mode_file_form,
    plates_form,
    schemas,
    screens_form,
    shown_form,
)
from custom_components.elfe_commande.core.household import PageKind
from custom_components.elfe_commande.repairs import ISSUES, MORE_ISSUES, Mending
from custom_components.elfe_commande.upses import schemas as ups_schemas

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / const.DOMAIN
LANGUAGES = ("en", "fr")
READMES = ("README.md", "README.fr.md")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
FLOW_MODULES = ("config_flow.py", "configuration", "upses/reauth.py")
UNIT_FOLDERS = (
    "meters",
    "panels",
    "rules",
    "upses",
)
"""Rooms of subentries: they bring entities of several platforms."""

# Home Assistant's rules per tier, bronze to platinum.
RULES = {
    "bronze": 20,
    "silver": 10,
    "gold": 21,
    "platinum": 3,
}


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PACKAGE / name).read_text(encoding="utf-8"))
    return found


@cache
def words(language: str = "en") -> dict[str, Any]:
    return load(f"translations/{language}.json")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its dotted path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    else:
        yield path, value


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the integration, parsed, by its path in it."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def nodes(*prefixes: str) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in modules().items():
        if not prefixes or name.startswith(prefixes):
            yield from ((name, node) for node in ast.walk(tree))


def texts(*prefixes: str) -> set[str]:
    """Return every literal text, and every name given to an argument."""
    found = set()
    for _, node in nodes(*prefixes):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
    return found


def calls(*prefixes: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield module, name of what is called, and the call."""
    for module, node in nodes(*prefixes):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                yield module, called.attr, node
            elif isinstance(called, ast.Name):
                yield module, called.id, node


def literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keyword(call: ast.Call, name: str) -> str | None:
    return next((literal(k.value) for k in call.keywords if k.arg == name), None)


def first(call: ast.Call) -> str | None:
    return literal(call.args[0]) if call.args else None


def missing(used: Iterable[str], known: Iterable[str]) -> list[str]:
    return sorted(set(used) - set(known))


# ------------------------------------------------------------------------------- packaging


def test_manifest():
    manifest = load("manifest.json")
    keys = list(manifest)

    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    assert manifest["domain"] == const.DOMAIN == PACKAGE.name
    assert manifest["config_flow"] is True
    assert manifest["dependencies"] == ["mqtt", "usb"]
    assert manifest["codeowners"]
    assert manifest["documentation"].startswith("https://")
    assert manifest["issue_tracker"] == f"{manifest['documentation']}/issues"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert manifest["version"] == project["version"]
    tested = (ROOT / "requirements_test.txt").read_text(encoding="utf-8").split()
    assert all("==" in requirement for requirement in manifest["requirements"])
    assert not missing(manifest["requirements"], tested)


def test_hacs_manifest():
    found = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))

    assert found["name"] == load("manifest.json")["name"]
    assert found["homeassistant"] == "2026.10.0"


def test_quality_scale():
    text = (PACKAGE / "quality_scale.yaml").read_text(encoding="utf-8")
    rules = yaml.safe_load(text)["rules"]

    assert len(rules) == sum(RULES.values())
    tiers = re.split(r"^  # \w+$", text, flags=re.MULTILINE)[1:]
    listed = [re.findall(r"^  ([a-z-]+):", tier, flags=re.MULTILINE) for tier in tiers]
    assert [len(names) for names in listed] == list(RULES.values())
    assert all(names == sorted(names) for names in listed)
    for rule, status in rules.items():
        if isinstance(status, dict):
            assert status["status"] == "exempt", rule
            assert status["comment"], rule
        else:
            assert status in {"done", "todo"}, rule


@pytest.mark.parametrize("prefix", ["", "dark_"])
@pytest.mark.parametrize("suffix", ["", "@2x"])
def test_brand(prefix, suffix):
    side = 512 if suffix else 256
    icon = Image.open(PACKAGE / "brand" / f"{prefix}icon{suffix}.png")
    logo = Image.open(PACKAGE / "brand" / f"{prefix}logo{suffix}.png")

    assert icon.size == (side, side)
    assert logo.height == side // 2
    assert logo.width > logo.height


def test_platforms_are_the_modules_there_are():
    known = {platform.value for platform in Platform}
    there = {path.stem for path in PACKAGE.glob("*.py")} & known

    assert {platform.value for platform in const.PLATFORMS} == there


# ------------------------------------------------------------------------------- languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_the_usual_way(language):
    path = PACKAGE / "translations" / f"{language}.json"
    text = path.read_text(encoding="utf-8")

    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    for where, words_ in leaves(words(language)):
        assert words_ == words_.strip(), where
        assert words_, where
        assert "[%key" not in words_, f"references are not resolved: {where}"


def test_french_has_one_kind_of_apostrophe():
    for where, text in leaves(words("fr")):
        assert "'" not in text, where
    assert "'" not in (ROOT / "README.fr.md").read_text(encoding="utf-8")


def test_both_readmes_have_the_same_options():
    rows = [
        re.findall(r"^\| ", text.partition("### Options")[2].partition("\n## ")[0], re.MULTILINE)
        for text in ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    ]
    assert len(rows[0]) == len(rows[1]) > 8


def test_languages_have_the_same_texts_with_the_same_placeholders():
    english, french = dict(leaves(words("en"))), dict(leaves(words("fr")))

    assert not missing(english, french), "only in English"
    assert not missing(french, english), "only in French"
    for where, text in english.items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(french[where])), where


# ------------------------------------------------------------------------------------ flows


def flow_errors() -> set[str]:
    """Return every error key that the flows and their helpers give."""
    found = set()
    for _, name, call in calls(*FLOW_MODULES):
        if name in {"Checked", "ConfigError", "Mistake", "Overlap"} and (key := first(call)):
            found.add(key)
    for _, node in nodes(*FLOW_MODULES):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0].value
            if isinstance(target, ast.Name) and target.id == "errors" and literal(node.value):
                found.add(str(literal(node.value)))
    return found


def test_errors_of_the_flows_have_a_text():
    known = words()["config"]["error"].keys() | words()["options"]["error"].keys()

    assert len(flow_errors()) > 10
    assert not missing(flow_errors(), known)
    assert not missing(known, flow_errors()), "never given"


def test_aborts_of_the_flows_have_a_text():
    used = {
        str(keyword(call, "reason"))
        for _, name, call in calls(*FLOW_MODULES)
        if name == "async_abort" and not keyword(call, "translation_domain")
    } - {"None"}

    assert used == words()["config"]["abort"].keys() | words()["options"]["abort"].keys()


def test_steps_have_labels_for_their_fields():
    connection = schemas.connection_schema({})
    steps_forms = {
        "local": schemas.home_schema(""),
        "reconfigure_local": schemas.home_schema(""),
        "postgresql": connection,
        "import_connection": connection,
        "reconfigure": connection,
        "homes": schemas.homes_schema([]),
        "import_config": schemas.config_schema(None),
        "import_summary": schemas.summary_schema({}),
        "reauth_confirm": schemas.credentials_schema(""),
        "reauth_ups": ups_schemas.credentials_schema(None),
    }
    steps = words()["config"]["step"]
    assert set(steps) == {"user", *steps_forms}
    methods = {
        node.name.removeprefix("async_step_")
        for _, node in nodes("config_flow.py", "upses/reauth.py")
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }
    assert methods == {"reauth", *steps}
    for step, form in steps_forms.items():
        assert_labelled(form, steps[step])


def test_steps_of_the_options_have_labels():
    found = {
        "general": schemas.options_schema({}, []),
        "screens": screens_form.screens_schema({}, {}),
        "shown": shown_form.shown_schema({}, []),
        "local": schemas.local_options_schema({}),
        "plates": plates_form.plates_schema({}),
        "mode_file": mode_file_form.mode_file_schema({}),
    }
    steps = words()["options"]["step"]
    assert set(steps["init"]["menu_options"]) == set(found)
    found["local"] = schemas.local_options_schema({})
    assert set(steps) == {"init", *found}
    for step, form in found.items():
        assert_labelled(form, steps[step])


def test_steps_of_an_equipment_have_labels():
    known = {"home": "", "equipment_type": "washing_machine"}
    for name in ("entity_switch", "entity_button"):
        schema = forms.habits_schema(known, DRIVER_OF[name], [], [])
        shown = dict(words()["config_subentries"]["equipment"]["step"]["habits"])
        if name == "entity_button":
            # A button cannot be wired in reverse.
            advanced = dict(shown["sections"]["advanced"])
            for texts_ in ("data", "data_description"):
                advanced[texts_] = {k: v for k, v in advanced[texts_].items() if k != "inverted"}
            shown["sections"] = {"advanced": advanced}
        assert_labelled(schema, shown)
    others = {
        "entity": forms.entity_schema({}, []),
        "mqtt": forms.mqtt_schema({}),
        "topics": forms.topics_schema({}),
        "second_entity": forms.second_entity_schema({}, []),
        "second_topics": forms.topics_schema({}),
    }
    steps = words()["config_subentries"]["equipment"]["step"]
    assert set(steps) == {"user", "reconfigure", "habits", *others}
    for step, form in others.items():
        assert_labelled(form, steps[step])


def test_errors_and_aborts_of_an_equipment_have_a_text():
    known = words()["config_subentries"]["equipment"]
    literals = texts("appliances/")
    aborts = {
        keyword(call, "reason")
        for _, name, call in calls("appliances/flow.py")
        if name == "async_abort"
    }

    assert aborts == set(known["abort"])
    assert not missing(known["error"], literals), "never given"
    returned = {
        literal(node.value)
        for _, node in nodes("appliances/checks.py")
        if isinstance(node, ast.Return)
    } - {None}
    checked = {first(call) for _, name, call in calls("appliances/checks.py") if name == "Checked"}
    assert not missing((returned | checked) - {None}, known["error"])


def assert_labelled(form: Any, step: dict[str, Any]) -> None:
    fields = {str(key): value for key, value in form.schema.items()}
    sections = {key: value for key, value in fields.items() if hasattr(value, "options")}
    assert set(step.get("sections", {})) == set(sections)
    assert set(step["data"]) == set(fields) - set(sections)
    assert set(step.get("data_description", step["data"])) <= set(step["data"])
    for key, section in sections.items():
        assert_labelled(section.schema, step["sections"][key])


# --------------------------------------------------------------- issues, exceptions, entities


def test_issues_have_their_texts():
    known = words()["issues"]

    assert set(known) == {*ISSUES, MORE_ISSUES, CAPACITY_ISSUE}
    for key, issue in known.items():
        fixable = key in ISSUES and ISSUES[key][1] is not Mending.DATA
        assert set(issue) == {"title", "fix_flow" if fixable else "description"}, key


def test_problems_told_of_have_an_issue():
    told = {
        key
        for _, name, call in calls("engine", "storage", "hub.py")
        if name in {"Problem", "tell", "_tell"} and (key := first(call))
    }

    assert len(told) > 8
    assert not missing(told - {"unexpected_decision"}, ISSUES)


EXCEPTIONS = re.compile(r".*(Error|ConfigEntry\w+|UpdateFailed)$")


def test_exceptions_have_a_text():
    used = set()
    for _, name, call in calls():
        if (name == "WishRefusedError" and (key := first(call))) or (
            EXCEPTIONS.match(name) and (key := keyword(call, "translation_key"))
        ):
            used.add(key)

    assert len(used) > 5
    assert not missing(used, words()["exceptions"])
    assert not missing(words()["exceptions"], texts()), "never raised"


@pytest.mark.parametrize("section", ["config", "options", "issues", "exceptions", "device"])
def test_placeholders_are_given_by_somebody(section):
    given = texts()

    for where, text in leaves(words()[section]):
        assert not missing(PLACEHOLDER.findall(text), given), where


def modules_of(platform: str) -> list[str]:
    """Return the modules with a platform's entities: its own, and those of subentries."""
    return [name for name in modules() if Path(name).name == f"{platform}.py"]


def test_entities_have_a_name():
    platforms = {platform.value for platform in const.PLATFORMS}
    used: dict[str, set[str]] = {}
    for module, name, call in calls(*(m for p in platforms for m in modules_of(p))):
        if name.endswith("Description") and (key := keyword(call, "translation_key")):
            used.setdefault(Path(module).stem, set()).add(key)

    assert used
    for platform, keys in used.items():
        assert not missing(keys, words()["entity"].get(platform, {})), platform
    for platform, keys in words()["entity"].items():
        assert not missing(keys, texts(f"{platform}.py", *UNIT_FOLDERS)), f"no such {platform}"


def test_system_health_has_its_labels():
    labels = words()["system_health"]["info"]

    assert not missing(labels, texts("system_health.py"))


# --------------------------------------------------------------------------- actions, icons


@cache
def actions() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PACKAGE / "services.yaml").read_text(encoding="utf-8"))
    return found


def test_actions_have_their_texts():
    known = words()["services"]

    assert set(known) == set(actions())
    for name, action in actions().items():
        fields = (action or {}).get("fields", {})
        assert set(known[name].get("fields", {})) == set(fields), name
        assert known[name]["name"], name
        assert known[name]["description"], name
    assert not missing(actions(), texts("services.py")), "described, never registered"


def test_selectors_have_their_texts():
    known = words()["selector"]
    for action in actions().values():
        for field in (action or {}).get("fields", {}).values():
            select = (field.get("selector") or {}).get("select") or {}
            if key := select.get("translation_key"):
                options = [str(option) for option in select["options"]]
                assert set(known[key]["options"]) == set(options), key
    assert set(known["ssl"]["options"]) == set(const.SSL_MODES)
    assert set(known["continuous_type"]["options"]) == set(schemas.EQUIPMENT_TYPES)
    assert set(known["page_kind"]["options"]) == set(PageKind)
    pages = screens_form.screens_schema({}, {}).schema["pages"]
    assert set(known["screen_page"]["fields"]) == set(pages.config["fields"])
    used = {
        str(keyword(call, "translation_key"))
        for _, name, call in calls()
        if name in {"SelectSelectorConfig", "ObjectSelectorConfig"}
    } - {"None"}
    assert not missing(used, known)


def test_icons_are_of_something_there_is():
    icons = load("icons.json")

    assert set(icons["services"]) == set(actions())
    for platform, keys in icons["entity"].items():
        assert not missing(keys, words()["entity"][platform]), platform
    for where, icon in leaves(icons):
        assert icon.startswith("mdi:"), where
