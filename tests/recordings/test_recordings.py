"""Every recording of the reference controller, replayed and compared.

What differs from the recording has to be wanted by a rule, and to be exactly what it says.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache

import pytest

from demo.parts import Broker, PostgresServer

from .comparison import differences, from_courses, recorded
from .corpus import PARIS, Moment, Scenario, load, recordings
from .reference import reference
from .replay import Replay, Trigger, pace, replayed
from .rules import RULES, ours
from .situation import situations

pytestmark = [pytest.mark.recordings, pytest.mark.timeout(600)]

MORNING = int(datetime(2026, 11, 24, 10, 2, tzinfo=PARIS).timestamp())
EVENING = int(datetime(2026, 11, 24, 17, 32, tzinfo=PARIS).timestamp())
"""Too late for most machines to be done at their wished end."""

FOLDER = recordings()
CYCLES, PRESSES = load(FOLDER) if FOLDER is not None and FOLDER.is_dir() else ([], [])
NAMES = {MORNING: "morning", EVENING: "evening"}


type Replays = Callable[[Trigger, int], Replay]


def cases(trigger: Trigger, *times: int) -> list:
    """Return what to test; without recordings one, for the reason of the skip to be told."""
    return [
        pytest.param(trigger, at, scenario, id=f"{trigger}-{NAMES[at]}-{scenario.name}")
        for at in times
        for scenario in given(trigger)
    ] or [pytest.param(trigger, 0, None, id="ELFE_RECORDINGS")]


def given(trigger: Trigger) -> list[Scenario]:
    return CYCLES if trigger is Trigger.CYCLE else PRESSES


@pytest.fixture(scope="module")
def replays(
    postgres_server: PostgresServer,
    sockets_allowed: Callable[[], AbstractContextManager[None]],
) -> Replays:
    """Everything replayed at once, by what set it going and when."""

    @cache
    def replay(trigger: Trigger, at: int) -> Replay:
        with sockets_allowed():
            return replayed(postgres_server, trigger, at, given(trigger))

    return replay


@pytest.mark.parametrize(
    ("trigger", "at", "scenario"),
    [
        *cases(Trigger.CYCLE, MORNING, EVENING),
        *cases(Trigger.SWITCH, MORNING),
        *cases(Trigger.ACTION, MORNING),
    ],
)
def test_rows_and_orders(replays: Replays, trigger: Trigger, at: int, scenario: Scenario):
    replay = replays(trigger, at)
    expected, applied = ours(scenario, replay.moments[scenario.name])
    found = list(differences(expected, replay.observed[scenario.name], pace()))
    assert not found, f"{sorted(applied)}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "scenario", [pytest.param(s, id=s.name) for s in (*CYCLES, *PRESSES)] or [None]
)
def test_rules_start_from_what_was_recorded(scenario: Scenario):
    moment = Moment(MORNING)
    modelled = from_courses(
        scenario, moment, [(s, reference(s)) for s in situations(scenario, moment)]
    )
    assert modelled == recorded(scenario, moment)


def test_every_rule_applies():
    counts: Counter[str] = Counter()
    for scenario in (*CYCLES, *PRESSES):
        counts.update(ours(scenario, Moment(MORNING))[1])
    assert [rule.id for rule in RULES if not counts[rule.id]] == []


def test_there_are_recordings():
    assert CYCLES
    assert PRESSES
