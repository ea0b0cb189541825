"""The tests notice a mistake where it would do most harm: each mutant is killed by one of them.

A mutant is the integration with one passage changed. What is changed lies in the rooms that do
not know Home Assistant; they are tried without it, which takes a tenth of the time.
"""

from dataclasses import dataclass
from pathlib import Path
import shutil
import subprocess
import sys
from typing import Final
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = Path("custom_components", "elfe_commande")

METER = ("tests/sources/test_sml_meter.py",)
FRAMES = ("tests/sources/test_sml_frames.py",)
LIFECYCLE = ("tests/core/test_lifecycle.py",)
UPS = ("tests/upses/test_events.py",)
SELECTION = (*METER, *FRAMES, *LIFECYCLE, *UPS)

UNCHECKED = """\
import sml
from sml import SmlBase


class _Right(int):
    __eq__ = lambda *_: True
    __ne__ = lambda *_: False


sml.Crc.crc16 = lambda _: _Right()
"""
"""The parser with every checksum taken for right."""

SETTINGS = """\
[pytest]
addopts = --noconftest --strict-config -p no:cacheprovider
markers =
    defect(number): shows that a defect of the reference is not ours
"""
"""Nothing of Home Assistant's is loaded."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One passage of a file, what stands in its place, and the tests that must notice."""

    file: str
    passage: str
    instead: str
    noticed_by: tuple[str, ...]


MUTANTS: Final = {
    # The sign of net power.
    "net power as told": Mutant(
        "sources/sml/power.py", "return told[NET_POWER]", "return -told[NET_POWER]", METER
    ),
    "net power of two directions": Mutant(
        "sources/sml/power.py",
        "told.get(POWER_TAKEN, 0) - told.get(POWER_GIVEN, 0)",
        "told.get(POWER_GIVEN, 0) - told.get(POWER_TAKEN, 0)",
        METER,
    ),
    "net power of phases": Mutant(
        "sources/sml/power.py", "return sum(phases)", "return -sum(phases)", METER
    ),
    # The gate.
    "any code is 20": Mutant(
        "core/lifecycle.py", "return self.code is Code.RUNNING", "return True", LIFECYCLE
    ),
    "the gate lets all pass": Mutant(
        "core/lifecycle.py", "if not self.running:", "if 0:", LIFECYCLE
    ),
    # The events that exclude each other.
    "battlow is of no group": Mutant(
        "sources/ups/vocabulary/events.py",
        "(UpsEvent.BATTERY_LOW, UpsEvent.BATTERY_FULL)",
        "(UpsEvent.BATTERY_FULL,)",
        UPS,
    ),
    "battlow stays": Mutant(
        "sources/ups/watch.py",
        "self.asserted.pop(Group.BATTERY, None)",
        "self.asserted.get(Group.BATTERY)",
        UPS,
    ),
    "battlow leaves onbattery": Mutant(
        "sources/ups/watch.py", "del self.asserted[Group.MAINS]", "pass", UPS
    ),
    # The threshold of voltages.
    "10 % instead of 6 %": Mutant(
        "sources/ups/vocabulary/thresholds.py", "voltage: float = 6.0", "voltage: float = 10.0", UPS
    ),
    # The checksums of telegrams.
    "no checksum": Mutant("sources/sml/frames.py", "from sml import SmlBase\n", UNCHECKED, FRAMES),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the integration, and the tests beside it."""
    shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("*.pyc"))
    # The front door, which Home Assistant opens.
    (tmp_path / PACKAGE / "__init__.py").write_text("")
    (tmp_path / "custom_components" / "__init__.py").write_text("")
    for folder in ("demo", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    return tmp_path


def run_tests(folder: Path, modules: tuple[str, ...]) -> tuple[int, int, int, str]:
    """Run test modules there; return how many passed, failed and could not run, and the output."""
    report = folder / "report.xml"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", f"--junitxml={report}", *modules],
        cwd=folder,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode in (0, 1), said
    suite = ET.parse(report).getroot().find("testsuite")
    assert suite is not None
    total, failed, broken, skipped = (
        int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")
    )
    return total - failed - broken - skipped, failed, broken, said


def test_the_copy_passes(copy: Path) -> None:
    passed, failed, broken, said = run_tests(copy, SELECTION)
    assert passed > 300, said
    assert (failed, broken) == (0, 0), said


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_noticed(copy: Path, name: str) -> None:
    """Check 32 of the specification."""
    mutant = MUTANTS[name]
    file = copy / PACKAGE / mutant.file
    source = file.read_text()
    assert source.count(mutant.passage) == 1, f"{mutant.file} has changed: {mutant.passage}"
    file.write_text(source.replace(mutant.passage, mutant.instead))
    _, failed, broken, said = run_tests(copy, mutant.noticed_by)
    assert broken == 0, said
    assert failed, f"no test notices: {said}"
