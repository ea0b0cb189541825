"""The numbered start and stop, and the gate."""

from itertools import count, pairwise

import pytest

from custom_components.elfe_commande.core.lifecycle import (
    Code,
    Lifecycle,
    LifecycleError,
    NotRunningError,
)

START = [code for code in Code if code <= Code.RUNNING]
STOP = [code for code in Code if code >= Code.STOPPING]


@pytest.fixture
def changes() -> list[None]:
    return []


@pytest.fixture
def lifecycle(changes: list[None]) -> Lifecycle:
    ticks = count(100)
    return Lifecycle(lambda: float(next(ticks)), lambda: changes.append(None))


def go(lifecycle: Lifecycle, code: Code) -> None:
    for step in START[1:]:
        if lifecycle.code >= code:
            return
        lifecycle.advance(step)


def test_the_codes_are_the_sixteen_of_the_numbered_start() -> None:
    assert [int(c) for c in Code] == [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 20, 30, 31, 32, 33]


def test_a_whole_life(lifecycle: Lifecycle, changes: list[None]) -> None:
    go(lifecycle, Code.RUNNING)
    for step in STOP:
        lifecycle.advance(step)
    assert [t.code for t in lifecycle.history] == [*START, *STOP]
    assert len(changes) == len(START) + len(STOP) - 1
    assert set(lifecycle.durations().values()) == {1.0}
    assert int(Code.STOPPED) not in lifecycle.durations()
    assert [p.code for p in lifecycle.passages()] == [*START, *STOP]
    assert lifecycle.passages()[-1].seconds is None


@pytest.mark.parametrize("here", Code)
@pytest.mark.parametrize("there", Code)
def test_no_step_is_skipped_or_taken_back(lifecycle: Lifecycle, here: Code, there: Code) -> None:
    go(lifecycle, min(here, Code.RUNNING))
    if here > Code.RUNNING:
        for step in [Code.RESTARTING, *STOP] if here is Code.RESTARTING else STOP:
            if lifecycle.code < here:
                lifecycle.advance(step)
    assert lifecycle.code is here
    following = dict(pairwise(START)) | dict(pairwise(STOP)) | {Code.RESTARTING: Code.STOPPING}
    allowed = {following.get(here)}
    if here < Code.STOPPING:
        allowed.add(Code.STOPPING)
    if here is Code.RUNNING:
        allowed.add(Code.RESTARTING)
    if here is Code.REQUIREMENTS:
        # A speed that is known is not measured again.
        allowed.add(Code.STARTING)
    if there in allowed:
        lifecycle.advance(there)
        assert lifecycle.code is there
    else:
        with pytest.raises(LifecycleError):
            lifecycle.advance(there)
        assert lifecycle.code is here


@pytest.mark.defect("D-75")
@pytest.mark.parametrize("code", START)
def test_the_gate_opens_at_twenty_only(lifecycle: Lifecycle, code: Code) -> None:
    go(lifecycle, code)
    if code is Code.RUNNING:
        lifecycle.require_running()
    else:
        with pytest.raises(NotRunningError) as refusal:
            lifecycle.require_running()
        assert refusal.value.code is code


def test_the_gate_closes_when_it_stops_or_restarts(lifecycle: Lifecycle) -> None:
    go(lifecycle, Code.RUNNING)
    lifecycle.advance(Code.RESTARTING)
    with pytest.raises(NotRunningError):
        lifecycle.require_running()


def test_a_note_is_told_once(lifecycle: Lifecycle, changes: list[None]) -> None:
    lifecycle.note("clock")
    lifecycle.note("clock")
    assert (lifecycle.code, lifecycle.details) == (Code.INITIALISING, "clock")
    assert len(changes) == 1
