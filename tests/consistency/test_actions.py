"""Choices have texts, and icons are of something there is."""

from custom_components.elfe_commande import const
from custom_components.elfe_commande.configuration import schemas, screens_form
from custom_components.elfe_commande.core.screens import PageKind

from .parsed import calls, keyword, load, missing, words


def test_selectors_have_their_texts():
    known = words()["selector"]
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


def test_icons_of_entities_are_of_something_there_is():
    for platform, keys in load("icons.json")["entity"].items():
        assert not missing(keys, words()["entity"][platform]), platform
