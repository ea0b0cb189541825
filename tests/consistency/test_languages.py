"""Every language has the same texts, written the same way."""

import json
import re

import pytest

from .parsed import LANGUAGES, PACKAGE, PLACEHOLDER, READMES, ROOT, leaves, missing, words


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
