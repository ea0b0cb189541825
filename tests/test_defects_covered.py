"""Every defect of the reference that is ours to avoid has a test that shows it.

Tests carry the number in a marker: `@pytest.mark.defect("D-01")`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

SECTIONS: dict[str, tuple[int, ...]] = {
    "timing and plan": (*range(1, 12), 81),
    "data and SQL": tuple(range(12, 29)),
    "scenarios": tuple(range(29, 44)),
    "devices and answers": tuple(range(44, 55)),
    "screens, portal, PLC": tuple(range(55, 69)),
    "MQTT, threads, operations": tuple(range(69, 80)),
}

# Why a number has no test, and never will.
WAIVED: dict[str, str] = {
    "D-26": "dead code of the reference: there is nothing to reproduce",
    "D-79": "how the reference is started as a service: Home Assistant starts us",
}


def numbers_in(section: str) -> list[str]:
    return [f"D-{number:02}" for number in SECTIONS[section]]


@cache
def covered() -> dict[str, list[str]]:
    """Return the tests that carry each number."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, marked in _functions(tree, ()):
            for number in marked:
                found[number].append(f"{path.relative_to(TESTS)}::{name}")
    return found


def _functions(node: ast.AST, outer: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        marked = outer + tuple(
            number for decorator in child.decorator_list for number in _numbers(decorator)
        )
        if isinstance(child, ast.ClassDef):
            for name, inner in _functions(child, marked):
                yield f"{child.name}::{name}", inner
        elif child.name.startswith("test_"):
            yield child.name, marked


def _numbers(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith(
        "mark.defect"
    ):
        return []
    return [str(ast.literal_eval(argument)) for argument in decorator.args]


@pytest.mark.parametrize("section", SECTIONS)
def test_no_number_lacks_a_test(section: str) -> None:
    lacking = [n for n in numbers_in(section) if n not in covered() and n not in WAIVED]
    assert lacking == []


def test_what_is_waived_has_a_reason_and_no_test() -> None:
    assert [n for n in WAIVED if n in covered()] == []
    assert all(WAIVED.values())


def test_every_marker_carries_a_number_of_the_list() -> None:
    known = {n for section in SECTIONS for n in numbers_in(section)}
    assert sorted(covered().keys() - known) == []
