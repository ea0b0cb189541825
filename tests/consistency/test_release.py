"""What makes a release: the tag is the version, its notes, its archive; and how the checks run."""

import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any
import zipfile

import pytest
import yaml

from .parsed import ROOT, load

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VERSION: str = load("manifest.json")["version"]


def release(tag: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", ".ci/release", tag, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def _in_git() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a checkout")


@pytest.mark.usefixtures("_in_git")
def test_a_release_has_notes_and_an_archive_to_unpack(tmp_path: Path) -> None:
    done = release(VERSION, tmp_path / "release")

    assert done.returncode == 0, done.stderr
    notes = (tmp_path / "release" / "notes.md").read_text(encoding="utf-8")
    assert notes.strip()
    assert "## [" not in notes
    with zipfile.ZipFile(tmp_path / "release" / "elfe_commande.zip") as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    assert "custom_components/elfe_commande/manifest.json" in names
    assert all(name.startswith("custom_components/elfe_commande/") for name in names)
    assert not any("__pycache__" in name for name in names)


@pytest.mark.parametrize("tag", [f"v{VERSION}", "0.0.1", "main", f"{VERSION}.dev0"])
def test_a_tag_that_is_not_the_version_is_refused(tag: str, tmp_path: Path) -> None:
    done = release(tag, tmp_path)

    assert done.returncode == 1
    assert VERSION in done.stderr
    assert not list(tmp_path.iterdir())


def test_changelog_has_a_section_of_the_version_and_one_to_come() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^\]]+)\]", text, re.MULTILINE)

    assert headings[0] == "Unreleased"
    assert headings[1] == VERSION
    assert len(headings) == len(set(headings))


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", ())]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_pinned_bounded_and_may_do_little(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        if "uses" in job:
            assert (ROOT / job["uses"]).is_file(), name
            continue
        assert 0 < job["timeout-minutes"] <= 60, name
    for step in steps(workflow):
        if uses := step.get("uses"):
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", uses), uses
            if uses.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
        # What others can name goes through the environment, never into a script.
        assert "${{" not in step.get("run", ""), step


def test_the_audit_looks_at_what_the_manifest_brings(tmp_path: Path) -> None:
    found = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text(encoding="utf-8"))
    runs = [step["run"] for step in steps(found) if "run" in step]
    (take,) = [run for run in runs if "manifest.json" in run]
    manifest = Path("custom_components/elfe_commande/manifest.json")
    (tmp_path / manifest).parent.mkdir(parents=True)
    shutil.copy(ROOT / manifest, tmp_path / manifest)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)

    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    subprocess.run(["bash", "-ec", take], cwd=tmp_path, check=True, env={"PATH": path})

    brought = json.loads((ROOT / manifest).read_text(encoding="utf-8"))["requirements"]
    assert (tmp_path / "requirements_manifest.txt").read_text().split() == brought
    assert any("pip_audit --requirement requirements_manifest.txt" in run for run in runs)


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements_*.txt")), ids=lambda p: p.name)
def test_what_is_installed_is_pinned(path: Path) -> None:
    lines = [line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    loose = {line for line in lines if line and not line.startswith("-r ") and "==" not in line}

    # Home Assistant bounds this one the same way, and no other.
    assert loose <= {"bitstring<5"}


def test_the_release_waits_for_every_check() -> None:
    found = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    publish = found["jobs"]["publish"]

    assert set(publish["needs"]) == {"hassfest", "tests"}
    writers = [name for name, job in found["jobs"].items() if "permissions" in job]
    assert writers == ["publish"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda p: p.name
)
def test_issue_forms_ask_for_what_helps(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.name == "config.yml":
        assert form["blank_issues_enabled"] is False
        return

    assert {"name", "description", "body"} <= form.keys()
    asked = [field for field in form["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in asked]
    assert len(ids) == len(set(ids))
    assert all(field["attributes"]["label"] for field in asked)
    if path.name == "bug_report.yml":
        required = {f["id"] for f in asked if f.get("validations", {}).get("required")}
        assert {"version", "home_assistant", "diagnostics", "logs", "happened"} <= required
