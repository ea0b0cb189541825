"""What a quarter-hour comes to: agreed, different, not to be told, people's."""

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.shadow.comparing import (
    Found,
    Ours,
    Seen,
    Verdict,
    Watched,
    Way,
    compare,
)

START = 1_800_000_000
END = START + 900
TOLERANCE = 60.0


def load(
    act: Act | None = None,
    *signs: tuple[float, bool] | tuple[float, bool, Way],
    piloted: bool = True,
    programmed: int = 0,
    planned: bool | None = None,
) -> Watched:
    """Return a load: our order 5 s into the quarter-hour, signs in seconds from its start."""
    seen = []
    for sign in signs:
        at, on, *ways = sign
        seen.append(Seen(START + at, on, ways[0] if ways else Way.COMMAND))
    ours = [] if act is None else [Ours(act, START + 5.0)]
    return Watched(
        ours,
        sorted(seen, key=lambda each: each.at),
        [float(programmed)],
        [(0.0, piloted)],
        {START: planned},
    )


def judge(watched: Watched, *, whole: bool = True, rows: bool = True) -> Found:
    return compare(watched, START, END, TOLERANCE, whole=whole, rows=rows)


@pytest.mark.parametrize(
    ("watched", "verdict"),
    [
        # The same, by each of the ways.
        (load(Act.START, (15, True)), Verdict.AGREE),
        (load(Act.START, (20, True, Way.DEVICE)), Verdict.AGREE),
        (load(Act.ON, (17, True, Way.ROW)), Verdict.AGREE),
        (load(Act.OFF, (15, False)), Verdict.AGREE),
        # Nobody has to order what is so already.
        (load(Act.ON, (-4000, True, Way.DEVICE)), Verdict.AGREE),
        (load(Act.OFF, (-4000, False, Way.ROW)), Verdict.AGREE),
        (load(Act.KEEP_OFF), Verdict.AGREE),
        # Within the tolerance, before and after.
        (load(Act.START, (-50, True)), Verdict.AGREE),
        (load(Act.START, (940, True)), Verdict.AGREE),
        (load(Act.START, (990, True)), Verdict.DIFFER),
        # Another order, and none.
        (load(Act.KEEP_OFF, (15, True)), Verdict.DIFFER),
        (load(Act.ON, (15, False)), Verdict.DIFFER),
        (load(Act.START), Verdict.DIFFER),
        (load(Act.ON), Verdict.DIFFER),
        (load(Act.ON, (-4000, False, Way.DEVICE)), Verdict.DIFFER),
        (load(None, (15, True)), Verdict.DIFFER),
        # The last word counts.
        (load(Act.ON, (10, False), (20, True)), Verdict.AGREE),
        (load(Act.ON, (10, True), (20, False)), Verdict.DIFFER),
        # A hand at the appliance orders nothing.
        (load(None, (15, True, Way.DEVICE)), Verdict.NOTHING),
        (load(None), Verdict.NOTHING),
        # It was done before we looked.
        (load(None, (2, True), planned=True), Verdict.AGREE),
        # People have it, or took it meanwhile.
        (load(None, (15, True), piloted=False), Verdict.NOTHING),
        (load(Act.KEEP_OFF, (400, True), programmed=START + 399), Verdict.PEOPLE),
        # It was running: nothing is ordered.
        (load(Act.RECORD_STARTED), Verdict.NOTHING),
    ],
)
def test_a_quarter_hour(watched: Watched, verdict: Verdict) -> None:
    assert judge(watched).verdict is verdict


def test_silence_proves_nothing_where_not_all_was_heard() -> None:
    for watched in (load(Act.START), load(Act.ON), load(Act.ON, (-4000, False, Way.DEVICE))):
        assert judge(watched, whole=False).verdict is Verdict.UNSEEN
        assert judge(watched, rows=False).verdict is Verdict.UNSEEN
    # What was seen is seen.
    assert judge(load(Act.START, (15, True)), whole=False).verdict is Verdict.AGREE
    assert judge(load(Act.KEEP_OFF, (15, True)), whole=False).verdict is Verdict.DIFFER
    # Without the rows it may have been a person.
    assert judge(load(Act.KEEP_OFF, (15, True)), rows=False).verdict is Verdict.UNSEEN


def test_a_difference_says_what_when_and_how() -> None:
    signs = ((15.0, True, Way.COMMAND), (16.0, True, Way.DEVICE), (15.0, True, Way.ROW))
    found = judge(load(Act.KEEP_OFF, *signs))
    assert (found.ours, found.seen, found.at) == (Act.KEEP_OFF, True, START + 15)
    assert set(found.ways) == set(Way)
    missed = judge(load(Act.START))
    assert (missed.ours, missed.seen, missed.ways) == (Act.START, None, ())


def test_a_late_order_of_the_quarter_hour_before_is_no_extra_one() -> None:
    late = load(Act.KEEP_OFF, (30, True))
    late.ours.insert(0, Ours(Act.START, START - 895.0))
    assert judge(late).verdict is Verdict.AGREE
    early = load(Act.KEEP_OFF, (870, True))
    early.ours.append(Ours(Act.START, END + 5.0))
    assert judge(early).verdict is Verdict.AGREE


def test_what_is_older_is_forgotten_but_for_how_things_are() -> None:
    watched = load(Act.ON, (-5000, False, Way.DEVICE), (-4000, True, Way.DEVICE), (10, True))
    watched.forget(START)
    assert [(each.at - START, each.on) for each in watched.seen] == [(-4000, True), (10, True)]
    watched.forget(END)
    assert not watched.ours
    assert watched.was_piloted(END)
