"""A pytest plugin that takes note of the lines of core and engine that each test goes through.

`coverage` cannot tell tests apart by the quick way of measuring (`sys.monitoring`), and by the
other one the suite takes twice as long. Each process writes one file to the folder that the
environment names; see `atlas.py`.
"""

from collections.abc import Generator
import json
import os
from pathlib import Path
import sys
from types import CodeType
from typing import Final

import pytest

FOLDER: Final = "ELFE_MUTANTS_RECORD"
_TOOL: Final = 4
_EVENTS: Final = sys.monitoring.events


class Recorder:
    """Records one test at a time; what is imported before the first belongs to none."""

    def __init__(self, rooms: list[str], folder: Path) -> None:
        """Record lines of files in these folders."""
        self._rooms = tuple(rooms)
        self._folder = folder
        self._lines: dict[str, set[int]] = {}
        self._tests: dict[str, dict[str, object]] = {}
        self._failed: set[str] = set()

    def start(self) -> None:
        """Begin to listen to the interpreter."""
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "elfe mutants")
        monitoring.register_callback(_TOOL, _EVENTS.PY_START, self._on_start)
        monitoring.register_callback(_TOOL, _EVENTS.LINE, self._on_line)
        monitoring.set_events(_TOOL, _EVENTS.PY_START)

    def _on_start(self, code: CodeType, _: int) -> object:
        if code.co_filename.startswith(self._rooms):
            sys.monitoring.set_local_events(_TOOL, code, _EVENTS.LINE)
        return sys.monitoring.DISABLE

    def _on_line(self, code: CodeType, line: int) -> object:
        self._lines.setdefault(code.co_filename, set()).add(line)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record a test, its fixtures included."""
        self._lines = {}
        sys.monitoring.restart_events()
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test went through, unless it failed or was skipped."""
        if hasattr(report, "node") and not os.environ.get("PYTEST_XDIST_WORKER"):
            return
        if not report.passed:
            self._failed.add(report.nodeid)
        kept = self._tests.setdefault(report.nodeid, {"seconds": 0.0})
        kept["seconds"] = float(kept["seconds"]) + report.duration  # type: ignore[arg-type]
        kept["lines"] = {name: sorted(lines) for name, lines in self._lines.items()}

    def pytest_sessionfinish(self) -> None:
        """Write what was recorded."""
        sys.monitoring.free_tool_id(_TOOL)
        kept = {test: row for test, row in self._tests.items() if test not in self._failed}
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        (self._folder / f"{worker}.json").write_text(json.dumps(kept))


def pytest_configure(config: pytest.Config) -> None:
    """Record, in the processes that run tests."""
    house = config.rootpath / "custom_components" / "elfe_commande"
    recorder = Recorder(
        [f"{house / room}{os.sep}" for room in ("core", "engine")], Path(os.environ[FOLDER])
    )
    config.pluginmanager.register(recorder, "elfe-mutants-recorder")
    recorder.start()
