"""What every test needs from Home Assistant, and what this machine can run.

Fixtures of one subject live in ``tests/fixtures_<subject>.py`` and are listed in
``pytest_plugins`` below.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
import importlib.util
import logging
import os
from pathlib import Path
import shutil
import socket
from typing import Any
from xml.etree import ElementTree as ET

from homeassistant import const
from homeassistant.util import executor
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
import pytest_socket
from syrupy.assertion import SnapshotAssertion

# Before anything mounts the plugin's own folder of the same name.
import custom_components  # noqa: F401

pytest_plugins: list[str] = [
    "tests.fixtures_parts",
    "tests.fixtures_engine",
    "tests.fixtures_home_assistant",
]

# Folders with data that is not part of this repository.
CORPORA = ("ELFE_SML_CORPUS", "ELFE_NUT_CORPUS", "ELFE_RECORDINGS")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_VERSION = "2026.11"


# Every statement and every byte told at length takes longer than what is tested.
TERSE = ("homeassistant", "sqlalchemy.engine", "paho", "sml", "serialx", "asyncio")


@pytest.fixture(autouse=True, scope="session")
def _terse_libraries() -> None:
    """Let others log what is worth a warning only; our own records are all kept."""
    for name in TERSE:
        logging.getLogger(name).setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode to PYTHONASYNCIODEBUG=1: it doubles what the suite costs.

    The plugin switches it on in every test; `scripts/test --all` does it by the variable.
    """


# ------------------------------------------------------------------- Home Assistant


@pytest.fixture(autouse=True, scope="session")
def _patient_executor() -> None:
    """Let Home Assistant's idle threads end on a machine that is busy with something else.

    It interrupts each that has not ended after a share of a second. The one that was about to
    wake the next then does not, and the rest are still there when the test is over.
    """
    executor.EXECUTOR_SHUTDOWN_TIMEOUT = 100


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find this integration, in tests that start one."""
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        # The recorder has to be there before Home Assistant is.
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _names_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a host that cannot be a name fail as it does; the plugin refuses to look for any."""
    refused = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, str):
            host.encode("idna")
        return refused(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Accept the timer that Home Assistant's MQTT client leaves behind."""
    return True


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Serialize Home Assistant's objects the way its own tests do."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture(scope="session")
def sockets_allowed() -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which a fixture of a wide scope may open sockets on 127.0.0.1.

    Sockets are blocked before fixtures are set up. A test, and its own fixtures, ask for
    ``socket_enabled``; a session's or module's fixture cannot, and uses this instead.
    """

    @contextmanager
    def allow() -> Iterator[None]:
        blocked = socket.socket
        pytest_socket.enable_socket()
        try:
            yield
        finally:
            socket.socket = blocked

    return allow


# ------------------------------------------------------------------------- names

_LONG_NAME = 60
"""Characters: every process tells every other the names of all tests."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a long text by how it begins and its length; `None`: pytest names it."""
    if isinstance(val, str | bytes) and len(val) > _LONG_NAME:
        return f"{val[:_LONG_NAME]!a}, {len(val)} in all"
    return None


# ------------------------------------------------------- what this machine can run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, with a reason, what needs something that is not here; begin with what takes long."""
    # Spread over processes, a file that takes a minute must not be the last one to begin.
    took = read_durations(config.getoption("xmlpath"))
    for item in items:
        # Before anything was measured: a test with a limit of its own has one since it takes long.
        if _module(item) not in took and (limit := item.get_closest_marker("timeout")):
            took[_module(item)] = limit.args[0]
    items.sort(key=lambda item: -took.get(_module(item), 0.0))
    absent = _find_what_is_absent()
    for item in items:
        for name, reason in absent.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


def read_durations(report: str | None) -> dict[str, float]:
    """Return how long each file took in all, in seconds, by module.

    That is told by the last run's report, which this run will replace.
    """
    took: dict[str, float] = {}
    with suppress(OSError, ET.ParseError):
        for case in ET.parse(report or os.devnull).iter("testcase"):
            name, *_ = case.attrib["classname"].partition(".Test")
            took[name] = took.get(name, 0.0) + float(case.attrib["time"])
    return took


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0].removesuffix(".py").replace("/", ".")


def _find_what_is_absent() -> dict[str, str]:
    absent: dict[str, str] = {}
    if importlib.util.find_spec("hass_frontend") is None:
        # Without it Home Assistant starts in recovery mode.
        absent["e2e"] = "needs Home Assistant's frontend (scripts/setup oldest, scripts/setup e2e)"
    if not const.__version__.startswith(BROWSER_VERSION):
        absent["browser"] = f"needs Home Assistant {BROWSER_VERSION} (scripts/test runs it there)"
    elif not any(map(shutil.which, BROWSERS)):
        absent["browser"] = "needs chromium"
    if "ELFE_ALL" not in os.environ:
        absent["thorough"] = "takes a minute or more: scripts/test --all"
    if "ELFE_LONG" not in os.environ:
        absent["long"] = "takes many minutes: scripts/test --long"
    folder = os.environ.get("ELFE_RECORDINGS")
    if not folder or not Path(folder).is_dir():
        absent["recordings"] = "ELFE_RECORDINGS is not the folder of the recordings"
    return absent


# ------------------------------------------- a skip that must not happen is a failure


def _explain_forbidden_skip(reason: str) -> str | None:
    """Return why a skip is not acceptable here, None when it is.

    With ELFE_REQUIRE_CORPORA=1, a test may not skip for want of data that is there.
    """
    if os.environ.get("ELFE_REQUIRE_CORPORA") != "1":
        return None
    for name in CORPORA:
        if name in reason and os.environ.get(name):
            return f"{name} is set, yet this was skipped: {reason}"
    if "empty parameter set" in reason and any(map(os.environ.get, CORPORA)):
        return f"nothing was found to test: {reason}"
    return None


def _refuse_forbidden_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    location = report.longrepr
    reason = str(location[2] if isinstance(location, tuple) else location)
    if explanation := _explain_forbidden_skip(reason):
        report.outcome = "failed"
        report.longrepr = explanation


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Turn a forbidden skip of a test into a failure."""
    report = yield
    _refuse_forbidden_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Turn a forbidden skip of a whole module into a failure."""
    report = yield
    _refuse_forbidden_skip(report)
    return report
