"""What counts as news of a switch: the one rule for devices and entities."""

import pytest

from custom_components.elfe_commande.core.news import Known, Word


def known(on: bool, at: float = 100.0) -> Known:
    found = Known()
    found.note(on, at)
    return found


def test_where_nothing_is_known_all_is_news() -> None:
    for on in (True, False):
        assert Known().judge(on, 5.0, certain=False, lag=300.0) is Word.NEWS


@pytest.mark.parametrize(
    ("on", "at", "certain", "word"),
    [
        # What it was ordered is no news, however late it is said.
        (True, 100.1, False, Word.KNOWN),
        (True, 9_000.0, False, Word.KNOWN),
        (True, 9_000.0, True, Word.KNOWN),
        # The opposite, too soon to be believed.
        (False, 100.1, False, Word.OLD),
        (False, 110.0, False, Word.OLD),
        # From then on it is how things are.
        (False, 110.1, False, Word.NEWS),
        # Who answers a question, or notifies, is believed at once.
        (False, 100.1, True, Word.NEWS),
    ],
)
def test_a_report_after_a_change(on: bool, at: float, certain: bool, word: Word) -> None:
    assert known(True).judge(on, at, certain=certain, lag=10.0) is word


def test_what_reports_truly_is_always_believed() -> None:
    assert known(True).judge(False, 100.1, certain=False, lag=0.0) is Word.NEWS


def test_what_is_forgotten_makes_nothing_old() -> None:
    found = known(True)
    found.forget()
    assert found.judge(False, 100.1, certain=False, lag=10.0) is Word.NEWS
