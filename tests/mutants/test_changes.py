"""The sampler finds the changes that people make by mistake, and leaves a program."""

from pathlib import Path
import tomllib

import pytest

from .__main__ import ROOT, SAME
from .atlas import source_files
from .changes import changes_of


def found(tmp_path: Path, text: str) -> dict[str, str]:
    """Return what the changed lines become, with the kind of change."""
    file = tmp_path / "some.py"
    file.write_text(text)
    return {change.lines()[1]: change.kind for change in changes_of(file) if change.is_program()}


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("return a < b", {"return a <= b", "return a >= b", "return None"}),
        ("return a is None", {"return a is not None", "return None"}),
        ("return 0 <= a < b", {"return 0 <= a <= b", "return 1 <= a < b"}),
        ("return a and b", {"return (a or b)", "return (a)", "return (b)"}),
        ("return not a", {"return a"}),
        ("return f(a, b)", {"return f(b, a)"}),
        ("return f(a, key=b, other=c)", {"return f(a, other=c)", "return f(a, key=b)"}),
        ("return a + b", {"return (a - b)"}),
        ("return min(a, b)", {"return max(a, b)"}),
        ("return a if b else c", {"return a", "return c"}),
        ("return [a for a in b if a]", {"return [a for a in b if True]"}),
        ('return "some_key"', {'return "another"'}),
        ("a.b = c", {"pass"}),
        ("del a[b]", {"pass"}),
        ("await asyncio.wait([a])", {"pass"}),
        ("await asyncio.shield(a)", {"pass", "await a"}),
        ("return {a: 1, b: c}", {"return {b: c}", "return {a: 1}"}),
    ],
)
def test_what_becomes_of_a_line(tmp_path: Path, line: str, becomes: set[str]) -> None:
    text = f"async def f(a, b, c):\n    {line}\n"
    assert becomes <= found(tmp_path, text).keys()


def test_conditions_and_guards_are_dropped(tmp_path: Path) -> None:
    text = """\
async def f(a, lock):
    async with lock:
        if a:
            return 1
    try:
        g()
    except OSError:
        return 2
"""
    assert {"if True:", "if False:", "raise"} <= found(tmp_path, text).keys()


def test_what_does_nothing_is_left_alone(tmp_path: Path) -> None:
    text = '''\
"""A page."""
from a import b
_ROWS_PER_TURN = 500
__all__ = ["f"]


async def f(a: int | None) -> None:
    """Say something."""
    _LOGGER.info("%d", 1 + 2)
    for index, _ in enumerate(a):
        if index % _ROWS_PER_TURN == 0:
            await asyncio.sleep(0)
    h(name="some_task")
'''
    assert set(found(tmp_path, text)) == {"pass"}
    assert found(tmp_path, "f'{a + 1}'") == {}


def test_text_beside_the_passage_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    text = "def f(a):\n    # Été.\n    return 'é' if a < 1 else 'ê'\n"
    file.write_text(text)
    for change in changes_of(file):
        after = change.applied()
        assert after.startswith("def f(a):\n    # Été.\n    return ")
        assert after != text


def test_what_is_known_to_change_nothing_is_still_there() -> None:
    sources = " ".join(" ".join(path.read_text().split()) for path in source_files(ROOT))
    known = tomllib.loads(SAME.read_text())["same"]
    assert [row["line"] for row in known if row["line"] not in sources] == []
