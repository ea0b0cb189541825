"""`scripts/test`: suite and end-to-end tests at the same time, each heard and each stopped."""

import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import read_durations

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = (".venv", ".venv-2026.11")
PYTHON = """\
#!/usr/bin/env bash
# Stands for an environment's interpreter: tells what it was asked, and waits to be let go.
place=$(dirname "$0")/..
printf '%s\\n' "$*" >>"$place/asked"
trap 'echo interrupted >>"$place/asked"; exit 2' INT
while [ ! -e "$place/go" ]; do sleep 0.05; done
exit "$(cat "$place/go")"
"""
INTERRUPTIBLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""As from a terminal: what runs these tests in the background may have it ignore Ctrl-C."""


class Checkout:
    """A checkout whose environments only note what they are asked to run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        (folder / "scripts" / "setup").write_text("#!/usr/bin/env bash\nexit 0\n")
        for name in ENVIRONMENTS:
            python = folder / name / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.write_text(PYTHON)
            python.chmod(0o755)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("COV_")}
        return subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, self.folder / "scripts" / "test", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def asked(self, environment: str) -> list[str]:
        """Return what an environment was asked to run, and that it was interrupted."""
        path = self.folder / environment / "asked"
        return path.read_text().splitlines() if path.exists() else []

    def let_go(self, environment: str, code: int) -> None:
        """Let what an environment runs, and will run, end with a code."""
        fresh = self.folder / environment / "fresh"
        fresh.write_text(str(code))
        fresh.rename(self.folder / environment / "go")

    def await_asked(self, *environments: str) -> None:
        deadline = time.monotonic() + 60
        while not all(map(self.asked, environments)):
            assert time.monotonic() < deadline, [self.asked(each) for each in ENVIRONMENTS]
            time.sleep(0.02)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize(
    ("suite", "end_to_end", "code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (0, 5, 0), (5, 5, 5)]
)
def test_both_run_at_the_same_time_and_both_count(
    checkout: Checkout, suite: int, end_to_end: int, code: int
) -> None:
    process = checkout.begin()
    checkout.await_asked(*ENVIRONMENTS)

    checkout.let_go(".venv", suite)
    checkout.let_go(".venv-2026.11", end_to_end)

    said, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert ("FAILED" in said) is (code == 1)
    (asked,) = checkout.asked(".venv")
    assert "not e2e and not browser" in asked
    (asked,) = checkout.asked(".venv-2026.11")
    assert "-m e2e or browser " in asked


def test_all_of_it_is_run_on_both_releases(checkout: Checkout) -> None:
    for environment in ENVIRONMENTS:
        checkout.let_go(environment, 0)
    process = checkout.begin("--all")

    said, _ = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert "passed (4 runs)" in said
    assert [len(checkout.asked(each)) for each in ENVIRONMENTS] == [2, 2]


@pytest.mark.parametrize(
    ("code", "required", "said", "ended"),
    [
        (0, "0", "passed (3 runs)", 0),
        (1, "0", "FAILED: frontend", 1),
        # Its packages could not be had.
        (69, "0", "NOT RUN", 0),
        (69, "1", "FAILED: frontend", 1),
    ],
)
def test_what_dashboards_are_given_counts_too(
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    *,
    code: int,
    required: str,
    said: str,
    ended: int,
) -> None:
    (checkout.folder / "frontend").mkdir()
    (checkout.folder / "frontend" / "package.json").write_text("{}")
    (checkout.folder / "scripts" / "frontend").write_text(f"exit {code}\n")
    monkeypatch.setenv("ELFE_REQUIRE_FRONTEND", required)
    for environment in ENVIRONMENTS:
        checkout.let_go(environment, 0)

    process = checkout.begin()
    output, _ = process.communicate(timeout=60)
    assert said in output
    assert process.returncode == ended, output
    # Whoever asks for a part of the tests, or for the fast ones, does not wait for it.
    output, _ = checkout.begin("--fast").communicate(timeout=60)
    assert "scripts/frontend" not in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_stops_both(checkout: Checkout, number: signal.Signals) -> None:
    process = checkout.begin()
    checkout.await_asked(*ENVIRONMENTS)

    process.send_signal(number)

    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    for environment in ENVIRONMENTS:
        assert checkout.asked(environment)[1:] == ["interrupted"]


def test_a_part_of_them_is_run_one_after_the_other(checkout: Checkout) -> None:
    process = checkout.begin("-k", "mode", "-x")
    checkout.await_asked(".venv")
    assert checkout.asked(".venv-2026.11") == []
    for environment in ENVIRONMENTS:
        checkout.let_go(environment, 0)

    said, _ = process.communicate(timeout=60)

    assert process.returncode == 0, said
    for environment in ENVIRONMENTS:
        (asked,) = checkout.asked(environment)
        assert asked.endswith("-k mode -x")
        assert "--numprocesses" not in asked


@pytest.mark.parametrize("what", ["mutants", "faults"])
def test_another_command_is_run_alone(checkout: Checkout, what: str) -> None:
    checkout.let_go(".venv", 1)
    process = checkout.begin(f"--{what}", "3", "--seed", "7")

    said, _ = process.communicate(timeout=60)

    assert process.returncode == 1, said
    assert checkout.asked(".venv") == [f"-m tests.{what} 3 --seed 7"]
    assert checkout.asked(".venv-2026.11") == []


def test_what_took_long_is_read_from_the_report_of_the_last_run(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="tests.core.test_a" name="one" time="1.5" />'
        '<testcase classname="tests.core.test_a.TestB" name="two" time="2.0" />'
        '<testcase classname="tests.test_c" name="three" time="0.1" />'
        "</testsuite></testsuites>"
    )
    assert read_durations(str(report)) == {"tests.core.test_a": 3.5, "tests.test_c": 0.1}
    report.write_text("<testsuites><testsu")
    assert read_durations(str(report)) == {}
    assert read_durations(str(tmp_path / "none")) == {}
    assert read_durations(None) == {}
