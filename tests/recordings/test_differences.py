"""The page of differences says what the rules say."""

from pathlib import Path

from .differences import page
from .drawings import DRAWINGS
from .rules import RULES
from .surface_rules import SURFACES

PAGE = Path(__file__).parents[2] / "docs" / "differences.md"


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run python -m tests.recordings.differences > docs/differences.md"
    )


def test_rules_have_ids_of_their_own() -> None:
    ids = [rule.id for rule in (*RULES, *SURFACES, *DRAWINGS)]
    assert len(set(ids)) == len(ids)
