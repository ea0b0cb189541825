"""The tests notice a mistake where it would do most harm: each of these by one of them.

A mistake is the integration with one passage changed; `tests/mutants/harmful.py` has them all. They
are made one after the other by one process that imports what all need once.
"""

import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from tests.mutants.harmful import NONE, QUICK, THOROUGH, Mistake
from tests.mutants.trial import End

ROOT = Path(__file__).parents[1]
ALL = QUICK | THOROUGH
LIMIT = 3000
"""Seconds: whichever test comes first waits for the trials of all."""

type Ends = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def ends(request: pytest.FixtureRequest) -> Ends:
    """How each mistake that is asked for ended."""
    names = [
        item.callspec.params["name"]
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.path == request.path
        and "ends" in item.fixturenames
        and hasattr(item, "callspec")
        and item.get_closest_marker("skip") is None
    ]
    return _make(names or list(QUICK))


def _make(names: list[str]) -> Ends:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutants.harmful", *names],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "PYTHONASYNCIODEBUG"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["name"]: line for line in lines}


@pytest.mark.parametrize("mistake", ALL.values(), ids=ALL)
def test_each_can_still_be_made(mistake: Mistake) -> None:
    """What it changes stands once in the house: those that take many minutes are made seldom."""
    mistake.change()


@pytest.mark.thorough
@pytest.mark.timeout(LIMIT)
def test_without_a_mistake_all_of_them_pass(ends: Ends) -> None:
    assert ends[NONE]["end"] == End.PASSED, ends[NONE]


@pytest.mark.thorough
@pytest.mark.timeout(LIMIT)
@pytest.mark.parametrize("name", QUICK)
def test_a_mistake_is_noticed(ends: Ends, name: str) -> None:
    """Check 32 of the specification, and where a press, a slot or an outcome would be wrong."""
    assert ends[name]["end"] == End.NOTICED, ends[name]


# A mistake whose tests need a database and a broker takes seconds, and there are many.
@pytest.mark.long
@pytest.mark.timeout(LIMIT)
@pytest.mark.parametrize("name", THOROUGH)
def test_a_mistake_is_noticed_on_real_parts(ends: Ends, name: str) -> None:
    assert ends[name]["end"] == End.NOTICED, ends[name]
