"""What is said of Home Assistant's integration quality scale is complete, and claims no more."""

from pathlib import Path
import re
from typing import Any

import homeassistant
import pytest
import yaml

from .parsed import PACKAGE, load

TIERS = {"Bronze": 20, "Silver": 10, "Gold": 21, "Platinum": 3}
"""Home Assistant's rules per tier; the lower ones belong to the higher."""
TEXT = (PACKAGE / "quality_scale.yaml").read_text(encoding="utf-8")
RULES: dict[str, Any] = yaml.safe_load(TEXT)["rules"]


def tiers() -> dict[str, list[str]]:
    """Return the rules under each heading."""
    found: dict[str, list[str]] = {}
    for line in TEXT.splitlines():
        if heading := re.fullmatch(r"  # (\w+)", line):
            found[heading[1]] = []
        elif rule := re.match(r"  ([a-z-]+):", line):
            next(reversed(found.values())).append(rule[1])
    return found


def test_every_rule_is_there_once_and_in_order() -> None:
    found = tiers()

    assert {tier: len(rules) for tier, rules in found.items()} == TIERS
    assert all(rules == sorted(rules) for rules in found.values())
    assert sorted(RULES) == sorted(rule for rules in found.values() for rule in rules)


def test_rules_are_those_of_home_assistant() -> None:
    components = Path(homeassistant.__file__).parent / "components"
    known: set[str] = set()
    for path in components.glob("*/quality_scale.yaml"):
        known |= yaml.safe_load(path.read_text(encoding="utf-8"))["rules"].keys()

    assert RULES.keys() <= known


@pytest.mark.parametrize("rule", RULES)
def test_what_is_not_simply_done_says_why(rule: str) -> None:
    status = RULES[rule]
    if status == "done":
        return

    assert isinstance(status, dict), "say why"
    assert status.keys() == {"status", "comment"}
    assert status["status"] in {"done", "exempt", "todo"}
    assert len(status["comment"].split()) > 2


def reached() -> str | None:
    """Return the highest tier of which, and of those below it, every rule is met."""
    highest = None
    for tier, rules in tiers().items():
        states = [RULES[rule] for rule in rules]
        if any((s["status"] if isinstance(s, dict) else s) == "todo" for s in states):
            break
        highest = tier.lower()
    return highest


def test_the_manifest_claims_what_is_reached() -> None:
    assert load("manifest.json").get("quality_scale") == reached()
