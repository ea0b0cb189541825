"""Manifest, brand, quality scale and pages tell the same of the project."""

import json
import re
import tomllib

from homeassistant.const import Platform
from PIL import Image
import pytest
import yaml

from custom_components.elfe_commande import const

from .parsed import PACKAGE, ROOT, load, missing

# Home Assistant's rules per tier, bronze to platinum.
RULES = {
    "bronze": 20,
    "silver": 10,
    "gold": 21,
    "platinum": 3,
}


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
