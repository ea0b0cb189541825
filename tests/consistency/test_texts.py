"""Issues, exceptions, entities and system health have their texts."""

from pathlib import Path
import re

import pytest

from custom_components.elfe_commande import const
from custom_components.elfe_commande.devices.capacity import ISSUE as CAPACITY_ISSUE
from custom_components.elfe_commande.planning.home.needs import Unplanned
from custom_components.elfe_commande.planning.result import Reason
from custom_components.elfe_commande.repairs import ISSUES, MORE_ISSUES, Mending
from custom_components.elfe_commande.subentries.planner.findings import Finding

from .parsed import (
    LANGUAGES,
    PLACEHOLDER,
    UNIT_FOLDERS,
    calls,
    first,
    keyword,
    leaves,
    missing,
    modules,
    texts,
    words,
)


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
    assert all(set(text) == {"message"} for text in words()["exceptions"].values())


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
        assert not missing(keys, texts(f"{platform}.py", "entities/", *UNIT_FOLDERS)), platform


def test_system_health_has_its_labels():
    labels = words()["system_health"]["info"]

    assert not missing(labels, texts("system_health.py"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_of_plans_have_a_text(language):
    known = words(language)["selector"]["plan_reason"]["options"]
    assert set(known) == {*Reason, *Unplanned}
    assert set(words(language)["entity"]["sensor"]["planner_state"]["state"]) == set(Finding)
