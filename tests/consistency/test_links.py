"""Every link, anchor and path that people are given leads somewhere."""

from collections.abc import Iterator
from functools import cache
import html
from pathlib import Path
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml

from custom_components.elfe_commande.const import REPOSITORY
from custom_components.elfe_commande.devices.capacity import ISSUE as CAPACITY_ISSUE
from custom_components.elfe_commande.repairs import ISSUES, MORE_ISSUES, learn_more_url

from .parsed import LANGUAGES, PACKAGE, ROOT, leaves, load, words

BRANCH = "main"
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in str(path)
)
BLUEPRINTS = sorted((ROOT / "blueprints").rglob("*.yaml"))
FORMS = sorted((ROOT / ".github").rglob("*.yml"))
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())
MY = "https://my.home-assistant.io/redirect/"
REDIRECTS = {
    "blueprint_import": {"blueprint_url"},
    "config_flow_start": {"domain"},
    "hacs_repository": {"owner", "repository", "category"},
}
"""Those that are used, and what they must be given; Home Assistant 2026.10 and 2026.11 know them."""

FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n.*?^\1\s*?$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)<>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
ATTRIBUTE = re.compile(r"\b(?:href|src)=\"([^\"]+)\"")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
BARE = re.compile(r"https?://[^\s)<>\"'`\]]+")
HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
NAMED = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
PATH = re.compile(
    r"(?<![\w/.<-])((?:tests|scripts|docs|demo|benchmarks|blueprints|custom_components|typings"
    r"|\.github|\.ci)/[\w./-]+)(?![\w<*{])"
)
ABSENT_ON_PURPOSE = {"docs/extending.md"}
"""Its examples are files that its readers write."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading: its text, lower-cased, without punctuation."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", heading)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    text = re.sub(r"(?<!\w)_+([^_]+)_+(?!\w)", r"\1", text)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found: set[str] = set(NAMED.findall(text))
    for match in HEADING.finditer(text):
        anchor, number = slug(match[2]), 0
        while (numbered := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(numbered)
    return frozenset(found)


def links(text: str) -> set[str]:
    """Return where the links of a text of Markdown lead; what is code is none."""
    plain = CODE.sub("", FENCE.sub("", text))
    found = {link for kind in (LINK, ATTRIBUTE, REFERENCE) for link in kind.findall(plain)} | {
        link.rstrip(".,;:") for link in BARE.findall(plain)
    }
    return {html.unescape(link) for link in found}


def everything_read() -> Iterator[tuple[str, Path, str]]:
    """Yield whatever holds links: its name, what its links are relative to, its text."""
    for page in PAGES:
        yield name_of(page), page, page.read_text(encoding="utf-8")
    for form in FORMS:
        yield name_of(form), form, form.read_text(encoding="utf-8")
    for path in BLUEPRINTS:
        yield name_of(path), path, path.read_text(encoding="utf-8")
    for language in LANGUAGES:
        where = PACKAGE / "translations" / f"{language}.json"
        for place, text in leaves(words(language)):
            yield f"{language} {place}", where, text
    manifest = PACKAGE / "manifest.json"
    yield name_of(manifest), manifest, manifest.read_text(encoding="utf-8")


def mistake(link: str, page: Path) -> str | None:
    """Return what is wrong with a link of a page, `None` where nothing is, or nobody can know."""
    if link.startswith(MY):
        return _redirected(link)
    own = f"{REPOSITORY}/"
    if link.startswith(own):
        kind, _, rest = link.removeprefix(own).partition("/")
        if kind not in {"blob", "tree", "raw"}:
            return None
        branch, _, inside = rest.partition("/")
        if branch != BRANCH:
            return f"the branch is {BRANCH}"
        return _inside(ROOT, inside, page)
    if urlsplit(link).scheme:
        return None
    if link.startswith("/"):
        return "a path of this machine"
    return _inside(page.parent, link, page)


def _inside(start: Path, link: str, page: Path) -> str | None:
    path, _, anchor = unquote(link).partition("#")
    target = (start / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return "no such file"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return "no such heading"
    if anchor and target.suffix != ".md":
        return "only pages have headings"
    return None


def _redirected(link: str) -> str | None:
    parts = urlsplit(link)
    name = parts.path.removeprefix("/redirect/").strip("/")
    given = {key: value for key, (value, *_) in parse_qs(parts.query).items()}
    if REDIRECTS.get(name) != given.keys():
        return "no such redirect, or not with these values"
    if "blueprint_url" in given:
        return mistake(given["blueprint_url"], ROOT)
    if "domain" in given:
        return None if given["domain"] == load("manifest.json")["domain"] else "another domain"
    here = given["category"] == "integration" and REPOSITORY.endswith(
        f"/{given['owner']}/{given['repository']}"
    )
    return None if here else "another repository"


def test_every_link_leads_somewhere() -> None:
    found = [
        f"{where}: {link}: {wrong}"
        for where, page, text in everything_read()
        for link in links(text)
        if (wrong := mistake(link, page)) is not None
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", [*PAGES, *SCRIPTS], ids=name_of)
def test_paths_that_are_named_are_there(page: Path) -> None:
    if name_of(page) in ABSENT_ON_PURPOSE:
        pytest.skip("its paths are examples")
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        text = "\n".join(
            [*(code for _, code in CODE.findall(FENCE.sub("", text))), *map(str, _fences(text))]
        )
    else:
        text = "\n".join(line for line in text.splitlines() if line.lstrip().startswith("#"))

    absent = {path.rstrip("./") for path in PATH.findall(text)}
    absent = {path for path in absent if not (ROOT / path).exists()}
    assert not absent, sorted(absent)


def _fences(text: str) -> Iterator[str]:
    return (match[0] for match in FENCE.finditer(text) if match[0].startswith("```sh"))


@pytest.mark.parametrize("key", [*ISSUES, MORE_ISSUES, CAPACITY_ISSUE])
def test_every_repair_issue_leads_to_its_paragraph(key: str) -> None:
    url = learn_more_url(key)

    assert url.startswith(f"{REPOSITORY}/blob/{BRANCH}/docs/")
    assert "#" in url
    assert mistake(url, ROOT) is None


def test_every_blueprint_can_be_imported_by_a_click() -> None:
    page = (ROOT / "docs" / "automations.md").read_text(encoding="utf-8")
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    offered = {
        unquote(parse_qs(urlsplit(link).query)["blueprint_url"][0])
        for link in links(page) | links(rules)
        if link.startswith(f"{MY}blueprint_import")
    }
    there = {f"{REPOSITORY}/blob/{BRANCH}/{name_of(path)}" for path in BLUEPRINTS}

    assert offered == there
    for path in BLUEPRINTS:
        text = re.sub(r"!input", "", path.read_text(encoding="utf-8"))
        source = yaml.safe_load(text)["blueprint"]["source_url"]
        assert source == f"{REPOSITORY}/blob/{BRANCH}/{name_of(path)}"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Why is nothing ordered?", "why-is-nothing-ordered"),
        ("Actions, triggers, conditions", "actions-triggers-conditions"),
        ("The file of modes: `modes.json`", "the-file-of-modes-modesjson"),
        ("Ce que l’on voit", "ce-que-lon-voit"),
        ("Été & hiver", "été--hiver"),
        ("[Linked](page.md) heading", "linked-heading"),
        ("snake_case_stays, _emphasis_ goes", "snake_case_stays-emphasis-goes"),
        ("UPS (NUT)", "ups-nut"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


@pytest.mark.parametrize(
    "link",
    [
        "docs/absent.md",
        "README.md#absent",
        "hacs.json#absent",
        "/etc/passwd",
        "../../../etc/passwd",
        f"{REPOSITORY}/blob/{BRANCH}/docs/absent.md",
        f"{REPOSITORY}/blob/other/README.md",
        f"{MY}no_such_redirect/?domain=elfe_commande",
        f"{MY}config_flow_start/?domain=other",
        f"{MY}blueprint_import/?blueprint_url={REPOSITORY}/blob/{BRANCH}/absent.yaml",
        f"{MY}hacs_repository/?owner=someone&repository=other&category=integration",
    ],
)
def test_a_link_that_leads_nowhere_is_noticed(link: str) -> None:
    assert mistake(link, ROOT / "README.md") is not None
