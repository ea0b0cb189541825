"""The page itself: its files and links."""

import re
import subprocess
import sys

import pytest

from .examples import BLOCKS, LINE, PAGE, PROSE, ROOMS, ROOT

FILES = sorted(title for title in BLOCKS if title.endswith(".py") and title != LINE)


def test_the_page_has_one_file_for_each_way_to_grow() -> None:
    expected = {room.title(example) for example, room in ROOMS.items()}
    assert expected <= set(BLOCKS)
    assert not any((ROOT / title).exists() for title in expected)


@pytest.mark.parametrize("title", FILES)
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_files_are_as_ruff_wants_them(title: str, command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--stdin-filename", title, "-"],
        input=BLOCKS[title],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", PROSE))
def test_links_lead_somewhere(target: str) -> None:
    assert (PAGE.parent / target).exists()


def test_what_the_page_names_is_there() -> None:
    """Files in backquotes, where they are given with their folder and are no example."""
    named = set(re.findall(r"`((?:[\w.]+/)+[\w.]*)`", PROSE))
    house = ROOT / "custom_components" / "elfe_commande"
    assert named
    assert not {n for n in named if not (ROOT / n).exists() and not (house / n).exists()}
