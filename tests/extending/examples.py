"""The page and the examples in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
import inspect
from itertools import product
from pathlib import Path
import re
import sys
from typing import Any

import pytest

from custom_components.elfe_commande.drivers import DRIVERS
from custom_components.elfe_commande.interfaces import FACTORIES
from custom_components.elfe_commande.sources.plans import PLAN_SOURCES
from custom_components.elfe_commande.typologies import TYPOLOGIES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "extending.md"
PACKAGE = "custom_components.elfe_commande"
RELAY, TYPOLOGY, KNOB = "example_relay", "example_plug_on_and_finger", "knob"
PLANNER = "example_planner"

_BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = {title: text for _, title, text in _BLOCK.findall(TEXT)}
PROSE = _BLOCK.sub("", TEXT)
LINE = "tests/typologies/test_tables.py"
"""What is shown of it is one line."""


@dataclass(frozen=True)
class Room:
    """A folder that looks for its files, and what it keeps of them."""

    name: str
    registry: str
    known: dict[Any, Any]

    def title(self, example: str) -> str:
        """Return the path of the file of an example."""
        return f"custom_components/elfe_commande/{self.name.replace('.', '/')}/{example}.py"

    def furnish(self, example: str, folder: Path) -> dict[Any, Any]:
        """Put the file of an example into the room, and let the room look again."""
        package = import_module(f"{PACKAGE}.{self.name}")
        text = BLOCKS[self.title(example)]
        (folder / f"{example}.py").write_text(text, encoding="utf-8")
        package.__path__.append(str(folder))
        invalidate_caches()
        source = Path(package.__file__ or "").read_text(encoding="utf-8")
        namespace = dict(vars(package))
        exec(compile(source, str(package.__file__), "exec"), namespace)
        found: dict[Any, Any] = namespace[self.registry]
        return found

    def clear(self, example: str, folder: Path) -> None:
        """Take the example out again."""
        package = import_module(f"{PACKAGE}.{self.name}")
        package.__path__.remove(str(folder))
        sys.modules.pop(f"{package.__name__}.{example}", None)
        vars(package).pop(example, None)
        invalidate_caches()


ROOMS = {
    RELAY: Room("drivers", "DRIVERS", DRIVERS),
    TYPOLOGY: Room("typologies", "TYPOLOGIES", TYPOLOGIES),
    KNOB: Room("interfaces", "FACTORIES", FACTORIES),
    PLANNER: Room("sources.plans", "PLAN_SOURCES", PLAN_SOURCES),
}
KEYS: dict[str, set[Any]] = {
    RELAY: {412},
    TYPOLOGY: {175},
    KNOB: {"knob"},
    PLANNER: {"example_planner"},
}
"""Under which each is found."""


def added(example: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    """Yield the keys under which a room finds an example, which the engine knows meanwhile."""
    room = ROOMS[example]
    try:
        found = room.furnish(example, folder)
        news = set(found) - set(room.known)
        for key in news:
            monkeypatch.setitem(room.known, key, found[key])
        yield news
    finally:
        room.clear(example, folder)


def run_tests_of(title: str) -> int:
    """Run the tests of a block, each with all of its parameters; return how many."""
    namespace: dict[str, Any] = {"__name__": "example_of_a_test"}
    exec(compile(BLOCKS[title], title, "exec"), namespace)
    tests: list[Callable[..., None]] = [
        value for name, value in namespace.items() if name.startswith("test_")
    ]
    for test in tests:
        choices: list[list[dict[str, Any]]] = []
        for mark in getattr(test, "pytestmark", []):
            names, values = mark.args
            one = isinstance(names, str)
            choices.append(
                [{names: v} if one else dict(zip(names, v, strict=True)) for v in values]
            )
        for choice in product(*choices):
            given = {name: value for part in choice for name, value in part.items()}
            assert set(given) == set(inspect.signature(test).parameters)
            test(**given)
    return len(tests)


def assert_gone(example: str) -> None:
    """Other tests know the registries as they are."""
    room = ROOMS[example]
    assert not KEYS[example] & set(room.known)
    assert f"{PACKAGE}.{room.name}.{example}" not in sys.modules
