"""Which tests go through which lines of core and engine: recorded once, and kept up to date."""

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
import hashlib
from itertools import zip_longest
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
from typing import Any, Final, Self

from .changes import Change
from .recorder import FOLDER

ROOMS: Final = ("custom_components/elfe_commande/core", "custom_components/elfe_commande/engine")
_OUTSIDE: Final = (
    *(f"tests/{folder}/" for folder in ("consistency", "demo", "e2e", "mutants")),
    # They share one long replay: none of them can be run alone.
    "tests/recordings/",
)
_READERS: Final = "tests/entities/test_texts.py::"
"""Tests that read the sources: for changes of what people are told."""
_NOT_ASKED: Final = ("tests/test_mutations.py", "tests/test_defects_covered.py")


@dataclass(slots=True)
class Atlas:
    """For each test its seconds, and its lines by file; the sources that they were lines of."""

    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Digests of the test files, to know those that changed."""
    sources: dict[str, str] = field(default_factory=dict)
    noticed: dict[str, dict[str, int]] = field(default_factory=dict)
    """How often a test noticed a change of a file."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what was kept, nothing the first time."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def save(self, path: Path) -> None:
        """Keep it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {name: getattr(self, name) for name in ("tests", "files", "sources", "noticed")}
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(kept))
        fresh.replace(path)

    def update(self, root: Path, workers: int) -> None:
        """Run the tests that are new or changed, and record their ways."""
        found = {str(p.relative_to(root)): _digest(p) for p in _test_files(root)}
        stale = [name for name, digest in found.items() if self.files.get(name) != digest]
        gone = self.files.keys() - found.keys()
        self.tests = {
            test: row
            for test, row in self.tests.items()
            if (name := test.partition("::")[0]) not in gone and name not in stale
        }
        if stale:
            print(f"recording the ways of {len(stale)} test files through the engine", flush=True)
            self._adopt(root, _record(root, stale, workers))
        self.files = found

    def _adopt(self, root: Path, recorded: dict[str, dict[str, Any]]) -> None:
        now = {_inside(path, root): path.read_text() for path in source_files(root)}
        # Lines recorded before are those of older sources: they move with what they say.
        moves = {
            name: _moves(self.sources.get(name, text).splitlines(), text.splitlines())
            for name, text in now.items()
        }
        for row in self.tests.values():
            row["lines"] = {
                name: sorted({moves[name][line] for line in lines if line in moves[name]})
                for name, lines in row["lines"].items()
                if name in moves
            }
        for test, row in recorded.items():
            lines = {_inside(Path(name), root): lines for name, lines in row["lines"].items()}
            self.tests[test] = {"seconds": row["seconds"], "lines": lines}
        self.sources = now

    def ranked(self, change: Change, root: Path) -> list[str]:
        """Return the tests that may notice a change, those first that are most likely to."""
        name = _inside(change.file, root)
        places = _uses(change.names, root) if change.names else {}
        places.setdefault(name, set()).add(change.line)
        wanted = {where: self._recorded(where, lines, root) for where, lines in places.items()}
        chosen = {
            test: row
            for test, row in self.tests.items()
            if any(not lines.isdisjoint(row["lines"].get(w, ())) for w, lines in wanted.items())
        }
        if not chosen:
            # Nobody is known to come by: whoever is in the same file may after all, or, of a table
            # that is read when it is imported, anybody.
            near = {test: row for test, row in self.tests.items() if name in row["lines"]}
            chosen = near or self.tests
        noticed = self.noticed.get(name, {})
        stem = change.file.stem.strip("_")

        def cost(test: str) -> tuple[float, float]:
            near = stem in Path(test.partition("::")[0]).stem
            return -noticed.get(test, 0) - near, self.seconds(test)

        # Tests that go the same way through the file notice the same: one of each way first.
        ways: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
        for test in sorted(chosen, key=cost):
            ways[tuple(chosen[test]["lines"].get(name, ()))].append(test)
        rounds = zip_longest(*ways.values())
        ranked = [test for each in rounds for test in each if test is not None]
        if change.kind == "text":
            ranked[:0] = [test for test in self.tests if test.startswith(_READERS)]
        return list(dict.fromkeys(ranked))

    def _recorded(self, name: str, lines: set[int], root: Path) -> set[int]:
        """Return which lines these were when the tests were recorded."""
        now = (root / name).read_text().splitlines()
        moves = _moves(now, self.sources.get(name, "").splitlines())
        return {moves[line] for line in lines if line in moves}

    def seconds(self, test: str) -> float:
        """Return how long a test takes by itself."""
        return float(self.tests[test]["seconds"])


def source_files(root: Path) -> list[Path]:
    """Return the files that are changed."""
    return sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))


def _test_files(root: Path) -> list[Path]:
    return [
        path
        for path in sorted((root / "tests").rglob("test_*.py"))
        if not _inside(path, root).startswith((*_OUTSIDE, *_NOT_ASKED))
    ]


def _record(root: Path, files: list[str], workers: int) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        spread = ["-n", str(workers), "--dist", "loadfile"] if workers > 1 else []
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutants.recorder"]
        options = ["-p", "no:cacheprovider", "-m", "not e2e and not browser", *spread]
        subprocess.run(
            [*command, *options, *files], cwd=root, env=os.environ | {FOLDER: folder}, check=False
        )
        found: dict[str, dict[str, Any]] = {}
        for path in Path(folder).glob("*.json"):
            found |= json.loads(path.read_text())
    return found


def _uses(names: tuple[str, ...], root: Path) -> dict[str, set[int]]:
    """Return the lines, by file, where something is used that is defined outside of functions."""
    found: dict[str, set[int]] = {}
    for path in source_files(root):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Name(id=used) | ast.Attribute(attr=used) if used in names:
                    found.setdefault(_inside(path, root), set()).add(node.lineno)
    return found


def _moves(before: list[str], after: list[str]) -> dict[int, int]:
    """Return where each line that is in both texts went, counted from one."""
    if before == after:
        return {number: number for number in range(1, len(before) + 1)}
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {
        block.a + index + 1: block.b + index + 1 for block in blocks for index in range(block.size)
    }


def _inside(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
