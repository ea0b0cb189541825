"""The rooms of the house know each other in one direction only."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
import re
import sys
from typing import override
import warnings

import pytest

from custom_components.elfe_commande.const import DOMAIN, PLATFORMS

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "custom_components" / DOMAIN
PACKAGE = f"custom_components.{DOMAIN}"

FRONT = ""
"""The modules beside `__init__.py`: they show state and take wishes."""
ROOMS: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "drivers": frozenset({"core"}),
    "typologies": frozenset({"core"}),
    "interfaces": frozenset({"core"}),
    "engine": frozenset({"core", "drivers", "typologies", "interfaces"}),
    "planning": frozenset({"core"}),
    "record": frozenset({"core", "engine"}),
    "shadow": frozenset({"core", "drivers", "typologies", "engine"}),
    "storage": frozenset({"core", "engine.ground.ports", "drivers", "typologies"}),
    "sources": frozenset({"core", "engine.ground.ports"}),
    "adapters": frozenset({"core", "engine.ground.ports", "const", "checked_store"}),
    "configuration": frozenset(
        {"core", "interfaces", "storage", "engine.ground.ports", "const", "details"}
    ),
}
"""What each room may import of ours, itself apart."""
OF_HOME_ASSISTANT = {"homeassistant", "voluptuous", "probatio"}
FRONT_FOLDERS = frozenset(
    {"actions", "automations", "devices", "entities", "exchange", "subentries", "websocket"}
)
"""The rooms of the front, by concern."""
WITH_HOME_ASSISTANT = {FRONT, "adapters", "configuration", *FRONT_FOLDERS}

ASSEMBLY = {"__init__", "assembly", "hub", "config_flow", "system_health"}
"""The modules of the front that may know storage and adapters."""
DEFINING = "subentries/appliances/"
"""Where people define equipments: it offers the drivers, and hands a storage what they defined."""

REGISTRIES = {"__init__", "registry"}
"""The modules that find their own files."""

LONG = 300
OF_OTHERS = re.compile(r"sys\._getframe|Handle\._run|block_async_io\._|config_entries\._entries")
"""What Python and Home Assistant keep to themselves, and our tests cannot do without."""
TOO_LONG = 450


@dataclass(frozen=True)
class Import:
    """One import statement: `wanted` is relative to the house if it is ours."""

    where: str
    room: str
    module: str
    wanted: str
    ours: bool

    def goes_to(self, place: str) -> bool:
        """Return whether it leads to a room or module of ours, or to something inside it."""
        return self.ours and (self.wanted == place or self.wanted.startswith(f"{place}."))

    @override
    def __str__(self) -> str:
        """Say where it stands and what it wants."""
        return f"{self.where} imports {self.wanted}"


def sources() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(HOUSE).parts
    return parts[0] if len(parts) > 1 and parts[0] not in FRONT_FOLDERS else FRONT


def names_of(node: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """Yield the full names that a statement imports; `package` is where it stands."""
    match node:
        case ast.Import(names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module, names, 0):
            # "from package import module" wants the module.
            yield from (f"{module}.{alias.name}" for alias in names)
        case ast.ImportFrom(module, names, int(level)):
            base = package[: len(package) - level + 1] + ((module,) if module else ())
            yield from (".".join((*base, alias.name)) for alias in names)


@cache
def imports() -> list[Import]:
    """Return every import in the house, those for types only included."""
    found: list[Import] = []
    for path in sources():
        inside = path.relative_to(HOUSE)
        package = (*PACKAGE.split("."), *inside.parts[:-1])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in names_of(node, package):
                ours = name.startswith(f"{PACKAGE}.")
                wanted = name.removeprefix(f"{PACKAGE}.") if ours else name
                where = f"{inside}:{getattr(node, 'lineno', 0)}"
                found.append(Import(where, room_of(path), inside.stem, wanted, ours))
    return found


def test_every_room_has_a_rule() -> None:
    """A new room says whom it knows."""
    assert {room_of(path) for path in sources()} <= {*ROOMS, FRONT, *FRONT_FOLDERS}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_only_the_rooms_below(room: str) -> None:
    """Engine and below never import what shows them."""
    allowed = {room, *ROOMS[room]}
    strange = [
        each
        for each in imports()
        if each.room == room and each.ours and not any(map(each.goes_to, allowed))
    ]
    assert not strange, "\n".join(map(str, strange))


def test_home_assistant_stays_outside_the_engine() -> None:
    """The engine runs without it: benches, replays and fault tests do."""
    strange = [
        each
        for each in imports()
        if each.wanted.partition(".")[0] in OF_HOME_ASSISTANT
        and not each.ours
        and each.room not in WITH_HOME_ASSISTANT
    ]
    assert not strange, "\n".join(map(str, strange))


def test_the_planner_needs_nothing_but_the_standard_library() -> None:
    """It runs wherever Python does: no wheel, no clock of Home Assistant."""
    strange = [
        each
        for each in imports()
        if each.room == "planning"
        and not each.ours
        and each.wanted.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert not strange, "\n".join(map(str, strange))


def test_nothing_hides_an_import() -> None:
    """A name made at run time would escape the tests above; registries find their own files."""
    strange = [
        each
        for each in imports()
        if (each.wanted.startswith("importlib") and each.module not in REGISTRIES)
        or each.wanted.endswith(".*")
    ]
    assert not strange, "\n".join(map(str, strange))


def test_the_front_leaves_the_parts_to_the_hub() -> None:
    """Front rooms talk to the engine; which storage or broker it has is not their business."""
    strange = [
        each
        for each in imports()
        if each.room == FRONT
        and each.module not in ASSEMBLY
        and not each.where.startswith(DEFINING)
        and (each.goes_to("storage") or each.goes_to("adapters") or each.goes_to("drivers"))
    ]
    assert not strange, "\n".join(map(str, strange))


def test_nobody_imports_a_platform() -> None:
    """Home Assistant does; what platforms share is in modules of its own."""
    strange = [each for each in imports() if any(map(each.goes_to, PLATFORMS))]
    assert not strange, "\n".join(map(str, strange))


DOORS = {
    "async_publish": {"adapters/mqtt.py"},
    "async_call": {
        "adapters/entity_orders.py",
        "subentries/panels/unit.py",
        # These ask, and what they ask answers.
        "subentries/plan_sources/fetching.py",
        "subentries/planner/prices.py",
    },
    "run_command": {"subentries/upses/unit.py"},
    "publish": {
        "adapters/routes.py",
        "engine/orders/acks.py",
        "engine/orders/halves.py",
        "engine/orders/outputs.py",
        "engine/orders/reverts.py",
        "engine/orders/sender.py",
        # Of what is published together, each by what publishes one.
        "engine/ground/ports.py",
    },
    "publish_together": {"adapters/routes.py", "engine/people/displays.py"},
}
"""By the name of a call: where something may leave. Of the engine it leaves by its messenger, which
shadow mode closes; whoever is no adapter and not of the engine asks `Hub.require_acting` first."""


@pytest.mark.parametrize("name", DOORS)
def test_what_leaves_does_so_by_a_known_door(name: str) -> None:
    """A new one says what becomes of it in shadow mode."""
    found = {
        path.relative_to(HOUSE).as_posix()
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        # A messenger's own method hands it over as a value.
        if isinstance(node, ast.Attribute) and node.attr == name
    }
    assert found == DOORS[name]


@pytest.mark.parametrize("door", ["subentries/panels/unit.py", "subentries/upses/unit.py"])
def test_what_leaves_past_the_engine_asks_first(door: str) -> None:
    """Shadow mode closes these too."""
    assert ".require_acting()" in (HOUSE / door).read_text(encoding="utf-8")


def test_the_coordinator_knows_the_engine_only() -> None:
    """It hands changes on, and decides nothing."""
    strange = [
        each
        for each in imports()
        if each.room == FRONT
        and each.module == "coordinator"
        and each.ours
        and not (each.goes_to("engine") or each.goes_to("core") or each.goes_to("const"))
    ]
    assert not strange, "\n".join(map(str, strange))


def module_of(path: Path) -> str:
    """Return the dotted name of a module within the house, that of a package for its door."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sources()}


def target_of(wanted: str) -> str:
    """Return the module that an import of ours leads to."""
    while wanted not in MODULES:
        wanted = wanted.rpartition(".")[0]
    return wanted


def arrows(place_of: Callable[[str], str]) -> dict[str, set[str]]:
    """Return which places know which others, imports for types counted."""
    found: dict[str, set[str]] = {place_of(module): set() for module in MODULES}
    for each in imports():
        if each.ours:
            source = place_of(module_of(HOUSE / each.where.rpartition(":")[0]))
            found[source].add(place_of(target_of(each.wanted)))
    return {place: known - {place} for place, known in found.items()}


def folder_of(module: str) -> str:
    """Return the folder that a module stands in; each at the top stands for itself."""
    inside = MODULES[module].parent.relative_to(HOUSE).parts
    return "/".join(inside) or f"{module or '__init__'}.py"


@pytest.mark.parametrize("place_of", [lambda module: module or "__init__", folder_of])
def test_there_is_no_circle(place_of: Callable[[str], str]) -> None:
    """Whoever is known does not know whoever knows him: file by file, and folder by folder."""
    try:
        tuple(TopologicalSorter(arrows(place_of)).static_order())
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_files_are_short(path: Path) -> None:
    """A file that cannot be read at one go is two files."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= TOO_LONG, f"{lines} lines"
    if lines > LONG:
        warnings.warn(f"{path.relative_to(HOUSE)} has {lines} lines", stacklevel=1)


def test_tests_use_what_is_public() -> None:
    """What only we may touch can be made otherwise without touching a test."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("benchmarks", "demo", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
        for line in path.read_text(encoding="utf-8").splitlines()
        if "# noqa: SLF001" in line and not OF_OTHERS.search(line)
    ]
    assert found == []
