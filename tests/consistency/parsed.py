"""The modules and texts of the integration, read as data."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
import json
from pathlib import Path
import re
from typing import Any

from custom_components.elfe_commande import const

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "custom_components" / const.DOMAIN
LANGUAGES = ("en", "fr")
READMES = ("README.md", "README.fr.md")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
FLOW_MODULES = (
    "config_flow.py",
    "configuration",
    "subentries/planner/first_plan.py",
    "subentries/planner/forms.py",
    "subentries/planner/price_steps.py",
    "subentries/upses/reauth.py",
)
UNIT_FOLDERS = (
    "subentries/meters",
    "subentries/panels",
    "subentries/plan_sources",
    "subentries/planner",
    "subentries/rules",
    "subentries/upses",
)
"""Rooms of subentries: they bring entities of several platforms."""


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PACKAGE / name).read_text(encoding="utf-8"))
    return found


@cache
def words(language: str = "en") -> dict[str, Any]:
    return load(f"translations/{language}.json")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its dotted path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    else:
        yield path, value


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the integration, parsed, by its path in it."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def nodes(*prefixes: str) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in modules().items():
        if not prefixes or name.startswith(prefixes):
            yield from ((name, node) for node in ast.walk(tree))


def texts(*prefixes: str) -> set[str]:
    """Return every literal text, and every name given to an argument."""
    found = set()
    for _, node in nodes(*prefixes):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
    return found


def calls(*prefixes: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield module, name of what is called, and the call."""
    for module, node in nodes(*prefixes):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                yield module, called.attr, node
            elif isinstance(called, ast.Name):
                yield module, called.id, node


def literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keyword(call: ast.Call, name: str) -> str | None:
    return next((literal(k.value) for k in call.keywords if k.arg == name), None)


def first(call: ast.Call) -> str | None:
    return literal(call.args[0]) if call.args else None


def missing(used: Iterable[str], known: Iterable[str]) -> list[str]:
    return sorted(set(used) - set(known))
