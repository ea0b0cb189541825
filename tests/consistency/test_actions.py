"""Actions, triggers and conditions have fields, texts and icons."""

from functools import cache
from typing import Any

import yaml

from custom_components.elfe_commande import const
from custom_components.elfe_commande.configuration import schemas, screens_form
from custom_components.elfe_commande.core.screens import PageKind

from .parsed import PACKAGE, calls, keyword, leaves, load, missing, texts, words


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
