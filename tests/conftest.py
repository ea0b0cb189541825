"""What every test needs from Home Assistant, and what this machine can run.

Fixtures of one subject live in ``tests/fixtures_<subject>.py`` and are listed in
``pytest_plugins`` below.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
import importlib.util
import logging
import os
from pathlib import Path
import shutil
import socket
from typing import Any

from homeassistant import const
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
# Spread over processes, a file that takes a minute must not be the last one to begin.
LONGEST = (
    "test_recordings",
    "test_browser",
    "test_made",
    "test_killed",
    "test_random_days",
    "test_stops",
    "test_first_evening",
    "test_surfaces_switch",
    "test_solar_home",
    "test_misbehaving",
    "test_main_job",
    "test_rules_shown",
    "test_entities",
    "test_surfaces_panels",
    "test_surfaces_rollers",
    "test_faults_parts",
    "test_surfaces_portal",
    "test_surfaces",
    "test_ups",
    "test_panels",
    "test_mutations",
    "test_device_defects",
    "test_wishes",
    "test_fuzz",
)


# Every statement and every byte told at length takes longer than what is tested.
TERSE = ("homeassistant", "sqlalchemy.engine", "paho", "sml", "serialx", "asyncio")


@pytest.fixture(autouse=True, scope="session")
def _terse_libraries() -> None:
    """Let others log what is worth a warning only; our own records are all kept."""
    for name in TERSE:
        logging.getLogger(name).setLevel(logging.WARNING)


# ------------------------------------------------------------------- Home Assistant


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find this integration, in tests that start one."""
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        # The recorder has to be there before Home Assistant is.
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


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


# ------------------------------------------------------- what this machine can run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a reason, what needs something that is not here; begin with what takes long."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))
    absent = _find_what_is_absent()
    for item in items:
        for name, reason in absent.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


def _find_what_is_absent() -> dict[str, str]:
    absent: dict[str, str] = {}
    if importlib.util.find_spec("hass_frontend") is None:
        # Without it Home Assistant starts in recovery mode.
        absent["e2e"] = "needs Home Assistant's frontend (scripts/setup oldest, scripts/setup e2e)"
    if not const.__version__.startswith(BROWSER_VERSION):
        absent["browser"] = f"needs Home Assistant {BROWSER_VERSION} (scripts/test runs it there)"
    elif not any(map(shutil.which, BROWSERS)):
        absent["browser"] = "needs chromium"
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
