"""Every language has the same texts, written the same way."""

import json
import re

import pytest

from .parsed import LANGUAGES, PACKAGE, PLACEHOLDER, READMES, ROOT, leaves, missing, words

FRENCH = ROOT / "README.fr.md"


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_the_usual_way(language):
    path = PACKAGE / "translations" / f"{language}.json"
    text = path.read_text(encoding="utf-8")

    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_french_has_one_kind_of_apostrophe():
    for where, text in leaves(words("fr")):
        assert "'" not in text, where
    assert "'" not in FRENCH.read_text(encoding="utf-8")


def test_french_keeps_its_punctuation_on_the_line():
    """A no-break space goes before `: ; ? !` and within guillemets, in French."""
    broken = {where: found for where, text in leaves(words("fr")) if (found := loose(text))}
    readme = re.sub(r"```.*?```|`[^`]*`", "", FRENCH.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert not broken
    assert not loose(readme)
    assert loose("Prêt : oui") == [" :"]
    assert loose("Prêt: oui") == ["t:"]
    assert loose("Prêt\u00a0: « oui »") == ["« ", " »"]


def loose(text: str) -> list[str]:
    """Return the places where a line may break before punctuation, or where no space is."""
    return re.findall(r"[^\u00a0\s:;?!][:;?!](?=\s|$)|[ \n][:;?!»](?=\s|[*).,]|$)|«[ \n]", text)


GIVEN_UP = {
    "en": r"equipments?|household|pieces?|plates?",
    "fr": r"équipements?|courtiers?|sujets?|plaques?|pupitres?|matériels?|raisons?|doigts? robots?",
}
"""Words for which people read another one: appliance, home, screen; appareil, broker, topic."""

STUMBLED_OVER = {
    "en": r"hangs? on|for want of|time on not over|rule says nothing|ends of an order|first tries|"
    r"with where|off down from|until then\.$|typology|\[errno",
    "fr": r"faute de|mode changé|ce que c’est|du rang|typologie|\[errno",
}
"""What people had to read twice, and its kind."""


CODE = re.compile(r"`[^`]*`")
"""What is to be typed in, not read."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_for_one_thing(language):
    given_up = re.compile(rf"\b(?:{GIVEN_UP[language]})\b|{STUMBLED_OVER[language]}", re.IGNORECASE)
    for where, text in leaves(words(language)):
        read = CODE.sub("", PLACEHOLDER.sub("", text))
        assert not given_up.search(read), f"{where}: {text}"


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
