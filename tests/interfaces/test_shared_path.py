"""A file that two programs replace or rewrite: what the other one wrote is never lost."""

import os
from pathlib import Path

import pytest

from custom_components.elfe_commande.adapters.shared_path import SharedPath


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "modes"


def test_a_file_is_read_and_replaced(path: Path) -> None:
    shared = SharedPath(str(path))
    assert shared.look().signature is None
    seen = shared.replace("ours", None)
    assert (path.read_text(), shared.look().signature) == ("ours", seen)
    path.write_text("theirs")
    look = shared.look()
    assert (look.text, look.astray) == ("theirs", None)
    assert shared.replace("ours again", look.signature) is not None
    assert path.read_text() == "ours again"
    shared.close()


@pytest.mark.parametrize("same_tick", [False, True])
def test_what_was_written_since_is_not_replaced(path: Path, same_tick: bool) -> None:
    """Two writings in one tick of the clock look the same, but for what they say."""
    shared = SharedPath(str(path))
    path.write_text("one")
    seen = shared.look().signature
    assert seen is not None
    path.write_text("two")
    if same_tick:
        os.utime(path, ns=(seen.changed_ns, seen.changed_ns))
    assert shared.replace("ours", seen) is None
    assert path.read_text() == "two"


def test_what_is_written_to_the_file_that_we_replaced_is_read(path: Path) -> None:
    shared = SharedPath(str(path))
    with path.open("w") as theirs:
        # Opened and emptied by another program right between our look and our replacing.
        theirs.write("one")
        theirs.flush()
        seen = shared.look().signature
        assert shared.replace("ours", seen) is not None
        assert shared.look().text == "ours"
        theirs.write(" and two")
    look = shared.look()
    assert look.text == "one and two"
    assert look.astray is not None
    # What is there to be replaced is ours.
    assert shared.replace("one and two, ours", look.signature) is not None
    assert path.read_text() == "one and two, ours"
    assert shared.look().astray is None
    shared.close()
