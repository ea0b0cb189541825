"""Recordings of screens, portal and PLCs, told to an engine and compared."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from demo.parts import PostgresServer

from .comparison import differences
from .contract import contract
from .corpus import Moment, recordings
from .replay import MORNING
from .surface_replay import SurfaceReplay, told_again
from .surface_rules import SURFACES, SurfaceRule, unexplained
from .told import Told, load_told

pytestmark = [pytest.mark.recordings, pytest.mark.timeout(600)]

TOLD = load_told(recordings())
CASES = [pytest.param(told, id=told.name) for told in TOLD] or [None]


@pytest.fixture(scope="module")
def replay(
    postgres_server: PostgresServer,
    sockets_allowed: Callable[[], AbstractContextManager[None]],
) -> SurfaceReplay:
    """Tell every scenario once."""
    with sockets_allowed():
        return told_again(postgres_server, TOLD)


@pytest.mark.parametrize("told", CASES)
def test_rows_orders_and_screens(replay: SurfaceReplay, told: Told) -> None:
    wanted, _ = contract(told, replay.moments[told.name])
    found = list(differences(wanted, replay.observed[told.name], replay.pace))
    assert not found, "\n".join(found)
    assert replay.shown[told.name] == wanted.shown


@pytest.mark.parametrize("told", CASES)
def test_what_differs_from_the_recording_is_wanted_by_a_rule(told: Told) -> None:
    assert unexplained(told, Moment(MORNING), SURFACES) == frozenset()


@pytest.mark.parametrize("rule", SURFACES, ids=lambda rule: rule.id)
def test_every_rule_is_needed(rule: SurfaceRule) -> None:
    others = [other for other in SURFACES if other is not rule]
    assert any(unexplained(told, Moment(MORNING), others) for told in TOLD)


def test_there_is_something_to_tell() -> None:
    assert len(TOLD) > 1
