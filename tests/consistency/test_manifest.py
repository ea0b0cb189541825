"""Manifest, `hacs.json` and project file: what Home Assistant's and HACS's checks want of them."""

import ast
import json
from pathlib import Path
import tomllib
from typing import Any
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion
from homeassistant.components import diagnostics
from homeassistant.const import Platform
from homeassistant.loader import Integration
from packaging.requirements import Requirement
from packaging.version import Version
import pytest

import custom_components
from custom_components.elfe_commande import const

from .parsed import PACKAGE, ROOT, load, missing, modules

REQUIRED = {
    # Of any integration, then of one that is not Home Assistant's own, then of HACS.
    "domain",
    "name",
    "codeowners",
    "documentation",
    "iot_class",
    "version",
    "issue_tracker",
}
ALLOWED = REQUIRED | {
    "after_dependencies",
    "bluetooth",
    "config_flow",
    "dependencies",
    "dhcp",
    "disabled",
    "homekit",
    "import_executor",
    "integration_type",
    "loggers",
    "mqtt",
    "preview_features",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "ssdp",
    "usb",
    "zeroconf",
}
"""What the published checks know. Home Assistant 2026.11 also reads `categories` and
`connectivity`; they come in once the checks of a release take them."""
KINDS = {"device", "entity", "hardware", "helper", "hub", "service", "system"}
IOT_CLASSES = {
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
}
HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
ALWAYS_THERE = {platform.value for platform in Platform} | {
    "automation",
    "frontend",
    "homeassistant",
    "input_boolean",
    "input_button",
    "input_number",
    "input_select",
    "input_text",
    "persistent_notification",
    "script",
    "sun",
    "system_health",
    "websocket_api",
    "zone",
}
"""What may be imported without being a dependency; so may what we have a platform for."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return load("manifest.json")


def test_keys_are_known_and_sorted(manifest: dict[str, Any]) -> None:
    keys = list(manifest)

    assert not missing(REQUIRED, keys)
    assert not missing(keys, ALLOWED)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]


def test_values_are_what_they_may_be(manifest: dict[str, Any]) -> None:
    assert manifest["domain"] == const.DOMAIN == PACKAGE.name
    assert manifest["domain"] == manifest["domain"].lower()
    assert manifest["config_flow"] is True
    assert (PACKAGE / "config_flow.py").is_file()
    assert manifest["integration_type"] in KINDS
    assert manifest["iot_class"] in IOT_CLASSES
    assert manifest["codeowners"]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    for key in ("after_dependencies", "codeowners", "dependencies", "loggers", "requirements"):
        values = manifest[key]
        assert all(isinstance(value, str) for value in values), key
        assert values == sorted(set(values)), key
    assert AwesomeVersion(manifest["version"]).valid


def test_there_is_one_address_of_the_repository(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert urlsplit(const.REPOSITORY).scheme == "https"
    assert manifest["documentation"] == const.REPOSITORY
    assert manifest["issue_tracker"] == f"{const.REPOSITORY}/issues"
    assert project["urls"]["Homepage"] == const.REPOSITORY
    assert project["urls"]["Issues"] == manifest["issue_tracker"]
    owner = const.REPOSITORY.rsplit("/", 2)[1]
    assert manifest["codeowners"] == [f"@{owner}"]


def test_there_is_one_version(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert manifest["version"] == project["version"] == str(Version(project["version"]))


def test_requirements_are_pinned_as_they_are_tested(manifest: dict[str, Any]) -> None:
    tested = (ROOT / "requirements_test.txt").read_text(encoding="utf-8").split()

    assert not missing(manifest["requirements"], tested)
    for requirement in map(Requirement, manifest["requirements"]):
        (pinned,) = requirement.specifier
        assert pinned.operator == "==", requirement
        assert "*" not in pinned.version, requirement


def test_imports_of_other_integrations_are_declared(manifest: dict[str, Any]) -> None:
    declared = {*manifest["dependencies"], *manifest["after_dependencies"]}
    platforms = {path.stem for path in PACKAGE.glob("*.py")}
    used = {name for tree in modules().values() for name in imported(tree)}

    assert used >= {"mqtt", "recorder", "sensor"}
    assert not missing(used, declared | ALWAYS_THERE | platforms)
    assert not set(manifest["dependencies"]) & set(manifest["after_dependencies"])


def imported(tree: ast.Module) -> set[str]:
    """Return the integrations of Home Assistant that a module imports when it runs."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "homeassistant.components":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "homeassistant.components."
        ):
            names.add(str(node.module).split(".")[2])
    return names


def test_dependencies_are_integrations(manifest: dict[str, Any]) -> None:
    core = Path(diagnostics.__file__).parents[1]
    known = {path.parent.name for path in core.glob("*/manifest.json")}

    assert not missing([*manifest["dependencies"], *manifest["after_dependencies"]], known)
    assert const.DOMAIN not in known


async def test_home_assistant_loads_it(hass: Any, manifest: dict[str, Any]) -> None:
    found = Integration.resolve_from_root(hass, custom_components, const.DOMAIN)

    assert found is not None
    assert str(found.version) == manifest["version"]
    assert found.requirements == manifest["requirements"]


def test_hacs_manifest(manifest: dict[str, Any]) -> None:
    found = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))

    assert not missing(found, HACS_KEYS)
    assert found["name"] == manifest["name"]
    # The Marketplace of 2026.11 cannot install such a repository from its catalog.
    assert not found.get("zip_release")
    assert "filename" not in found
    oldest = AwesomeVersion(found["homeassistant"])
    assert oldest == "2026.10.0"
    tests = (ROOT / "requirements_test.txt").read_text(encoding="utf-8")
    assert f"Home Assistant {oldest.section(0)}.{oldest.section(1)}." in tests
    for readme in ("README.md", "README.fr.md"):
        assert f"{oldest.section(0)}.{oldest.section(1)}" in (ROOT / readme).read_text("utf-8")


def test_one_integration_in_the_repository() -> None:
    folders = [path for path in (ROOT / "custom_components").iterdir() if path.is_dir()]

    assert [path.name for path in folders if not path.name.startswith("__")] == [const.DOMAIN]
