"""Tries changes one by one: a copy of the tree, the change, the tests that should notice.

Home Assistant is imported once; each trial is a fork of that process, which has imported nothing
of ours yet.
"""

from collections.abc import Generator, Iterator
import compileall
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
import importlib
import os
from pathlib import Path
from py_compile import PycInvalidationMode
import shutil
import signal
import sys
import tempfile
import time
from typing import Final

import pytest

from .changes import Change


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is imported before the first trial, and what pytest is told."""

    imported: tuple[str, ...]
    """What takes long."""
    options: tuple[str, ...]
    bare: bool = False
    """Nothing that imports Home Assistant is there: neither front rooms nor `conftest.py`."""


HOME_ASSISTANT: Final = Surroundings(
    (
        # Before the recorder, which it changes.
        "pytest_homeassistant_custom_component.plugins",
        "aiomqtt",
        "asyncpg",
        "homeassistant.components.calendar",
        "homeassistant.components.logbook",
        "homeassistant.components.mqtt",
        "homeassistant.components.recorder",
        "homeassistant.components.template",
        "hypothesis",
    ),
    (),
)
BARE: Final = Surroundings(
    ("aiomqtt", "asyncpg", "hypothesis", "pytest_asyncio"),
    (
        "--noconftest",
        *("-o", "addopts="),
        *("-p", "pytest_asyncio.plugin"),
        *("-p", "pytest_timeout"),
        *("-p", "tests.mutants.bare"),
    ),
    bare=True,
)
_OURS: Final = ("custom_components", "demo", "tests", "benchmarks")
_COPIED: Final = (
    "benchmarks",
    "blueprints",
    "custom_components",
    "demo",
    "docs",
    "tests",
    "pyproject.toml",
)
_SLACK: Final = 60.0
"""Seconds that a trial takes beside its tests, at most."""


class End(StrEnum):
    """How a trial ended."""

    NOTICED = "noticed"
    HUNG = "hung"
    PASSED = "UNNOTICED"
    """None of its tests failed."""


@dataclass(slots=True, eq=False)
class _Order:
    """A pytest plugin: these tests, in this order, each within its time."""

    tests: dict[str, float] | None
    """How many seconds each may take; `None`: all, as they come."""
    noticed: Path

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Leave out the other tests of their files."""
        yield
        if self.tests is None:
            return
        known = {item.nodeid: item for item in items}
        items[:] = [known[test] for test in self.tests if test in known]
        for item in items:
            item.add_marker(pytest.mark.timeout(self.tests[item.nodeid]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell which test noticed."""
        if report.failed and not self.noticed.exists():
            self.noticed.write_text(report.nodeid)


@dataclass(slots=True, eq=False)
class _Copy:
    """One copy of the tree, and what runs in it."""

    folder: Path
    pid: int = 0
    until: float = 0.0

    def apply(self, change: Change, root: Path) -> None:
        """Make the change."""
        (self.folder / change.file.relative_to(root)).write_text(change.applied())

    def undo(self, change: Change, root: Path) -> None:
        """Take it back."""
        shutil.copy(change.file, self.folder / change.file.relative_to(root))

    @property
    def noticed(self) -> Path:
        """The file that names the test that noticed."""
        return self.folder / "noticed"

    @property
    def output(self) -> Path:
        """What the trial said."""
        return self.folder / "output"


class Trials:
    """So many copies of the tree, in each of which one trial runs at a time."""

    def __init__(self, around: Surroundings, root: Path, folder: Path, workers: int) -> None:
        """Copy the tree and import what all trials need."""
        self._around = around
        self._root = root
        self._copies = [_copy(root, folder / str(number)) for number in range(workers)]
        if around.bare:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            for copy in self._copies:
                # The front door, which Home Assistant opens.
                (copy.folder / "custom_components" / "__init__.py").write_text("")
                (copy.folder / "custom_components" / "elfe_commande" / "__init__.py").write_text("")
        for name in around.imported:
            importlib.import_module(name)

    @property
    def idle(self) -> list[_Copy]:
        """The copies in which nothing runs."""
        return [copy for copy in self._copies if not copy.pid]

    def begin(self, copy: _Copy, tests: dict[str, float]) -> None:
        """Run tests, with the seconds that each takes, on the copy as it is now."""
        allowed = {test: 30 + 5 * seconds for test, seconds in tests.items()}
        order = _Order(allowed, copy.noticed)
        files = tuple(dict.fromkeys(test.partition("::")[0] for test in tests))
        self._fork(copy, files, 4 * sum(tests.values()) + max(allowed.values()), order)

    def begin_all(self, copy: _Copy, places: tuple[str, ...], within: float, each: float) -> None:
        """Run all tests of these files, or of a part of one, on the copy as it is now.

        All of them may take `within` seconds, `each` of them so many.
        """
        self._fork(copy, places, within, _Order(None, copy.noticed), f"--timeout={each}")

    def _fork(
        self, copy: _Copy, places: tuple[str, ...], within: float, order: _Order, *more: str
    ) -> None:
        copy.noticed.unlink(missing_ok=True)
        copy.until = time.monotonic() + _SLACK + within
        sys.stdout.flush()
        copy.pid = os.fork()
        if not copy.pid:
            options = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore")
            _run(self._root, copy, [*options, *self._around.options, *more, *places], order)

    def wait(self) -> tuple[_Copy, End, str]:
        """Return the copy whose trial ends next, how it ended, and what noticed."""
        while True:
            for copy in self._copies:
                if not copy.pid:
                    continue
                pid, status = os.waitpid(copy.pid, os.WNOHANG)
                if pid:
                    copy.pid = 0
                    code = os.waitstatus_to_exitcode(status)
                    return copy, self._end(copy, code), _who(copy) if code else "nobody"
                if time.monotonic() > copy.until:
                    _kill(copy.pid)
                    os.waitpid(copy.pid, 0)
                    copy.pid = 0
                    return copy, End.HUNG, "did not end"
            time.sleep(0.05)

    def _end(self, copy: _Copy, code: int) -> End:
        if code == pytest.ExitCode.NO_TESTS_COLLECTED:
            raise RuntimeError(f"no test was run: {copy.output.read_text()[-3000:]}")
        # A change may take the whole process down, or all that imports it.
        return End.NOTICED if code else End.PASSED

    def close(self) -> None:
        """End what still runs."""
        for copy in self._copies:
            if copy.pid:
                _kill(copy.pid)
                os.waitpid(copy.pid, 0)
                copy.pid = 0


@contextmanager
def trials(around: Surroundings, root: Path, workers: int) -> Iterator[Trials]:
    """Make copies, and remove them in the end."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        # Servers of tests run as somebody else.
        Path(folder).chmod(0o755)
        found = Trials(around, root, Path(folder), workers)
        try:
            yield found
        finally:
            found.close()


def _copy(root: Path, folder: Path) -> _Copy:
    folder.mkdir()
    for name in _COPIED:
        if (root / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(root / name, folder / name, ignore=ignored)
        elif (root / name).exists():
            shutil.copy(root / name, folder / name)
    # Two changes within one second may have one size: what is compiled is known by its content.
    compileall.compile_dir(
        folder / "custom_components",
        quiet=2,
        invalidation_mode=PycInvalidationMode.CHECKED_HASH,
    )
    (folder / "tmp").mkdir()
    return _Copy(folder)


def _run(root: Path, copy: _Copy, arguments: list[str], order: _Order) -> None:
    """Run tests in this process, and end it."""
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        os.chdir(copy.folder)
        output = os.open(copy.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ["TMPDIR"] = tempfile.tempdir = str(copy.folder / "tmp")
        for name in [n for n in sys.modules if n.partition(".")[0] in _OURS]:
            del sys.modules[name]
        sys.path[:] = [str(copy.folder), *(p for p in sys.path if p not in {"", str(root)})]
        code = int(pytest.main(arguments, plugins=[order]))
    finally:
        sys.stdout.flush()
        os._exit(code)


def _who(copy: _Copy) -> str:
    with suppress(FileNotFoundError):
        return copy.noticed.read_text()
    return "whoever imports it"


def _kill(pid: int) -> None:
    """Kill a process, and the servers that it started."""
    pids = [pid]
    for each in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{each}/task/{each}/children").read_text()
            pids += map(int, children.split())
    for each in pids:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
