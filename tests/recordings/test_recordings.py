"""Every recording of the reference controller, replayed and compared.

What differs from the recording has to be wanted by a rule, and to be exactly what it says.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import pytest

from demo.parts import PostgresServer

from .comparison import differences, from_courses, recorded
from .corpus import Moment, Scenario, load, recordings
from .reference import reference
from .replay import EVENING, MORNING, Replay, Trigger, pace, replayed
from .rule import Rule
from .rules import RULES, ours
from .situation import situations

pytestmark = [pytest.mark.recordings, pytest.mark.timeout(600)]

CORPUS = load(recordings())
TIMES = {MORNING: "morning", EVENING: "evening"}

type Replays = Callable[[Trigger, int], Replay]


def given(trigger: Trigger) -> list[Scenario]:
    return CORPUS.cycles if trigger is Trigger.CYCLE else CORPUS.presses


def cases(trigger: Trigger, *times: int) -> list[Any]:
    """Return what to test; without recordings one, for the reason of the skip to be told."""
    return [
        pytest.param(trigger, at, scenario, id=f"{trigger}-{TIMES[at]}-{scenario.name}")
        for at in times
        for scenario in given(trigger)
    ] or [pytest.param(trigger, 0, None, id=f"{trigger}")]


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
def test_rows_and_orders(replays: Replays, trigger: Trigger, at: int, scenario: Scenario) -> None:
    replay = replays(trigger, at)
    expected, applied = ours(scenario, replay.moments[scenario.name])
    found = list(differences(expected, replay.observed[scenario.name], pace()))
    assert not found, f"{sorted(applied)}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "scenario", [pytest.param(s, id=s.name) for s in CORPUS.scenarios] or [None]
)
def test_rules_start_from_what_was_recorded(scenario: Scenario) -> None:
    moment = Moment(MORNING)
    courses = [(s, reference(s)) for s in situations(scenario, moment)]
    if scenario.certain:
        assert from_courses(scenario, moment, courses) == recorded(scenario, moment)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_needed(rule: Rule) -> None:
    others = [other for other in RULES if other is not rule]
    moment = Moment(MORNING)
    needing = [
        scenario.name
        for scenario in CORPUS.scenarios
        if rule.id in (wanted := ours(scenario, moment))[1]
        and wanted[0] != ours(scenario, moment, others)[0]
    ]
    assert needing


def test_every_file_is_replayed() -> None:
    assert CORPUS.cycles
    assert CORPUS.presses
    assert CORPUS.unreadable == []
