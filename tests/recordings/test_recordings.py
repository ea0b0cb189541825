"""Every recording of the reference controller, replayed and compared.

What differs from the recording has to be wanted by a rule, and to be exactly what it says.
"""

from typing import Any

import pytest

from .comparison import differences, from_courses, recorded
from .conftest import Replays
from .corpus import Moment, Scenario, load, recordings
from .drawings import counts, unexplained_drawings, wanted_drawings
from .reference import reference
from .replay import EVENING, MORNING, Run, Trigger
from .rule import Rule
from .rules import RULES, ours
from .situation import situations
from .told import last_shown

pytestmark = [pytest.mark.recordings, pytest.mark.timeout(600)]

CORPUS = load(recordings())
TIMES = {MORNING: "morning", EVENING: "evening"}


CYCLES = Run(Trigger.CYCLE, MORNING, CORPUS.cycles)
EVENING_CYCLES = Run(Trigger.CYCLE, EVENING, CORPUS.cycles)
SWITCHES = Run(Trigger.SWITCH, MORNING, CORPUS.presses)
ACTIONS = Run(Trigger.ACTION, MORNING, CORPUS.presses)
RUNS = (CYCLES, EVENING_CYCLES, SWITCHES, ACTIONS)


def cases(*runs: Run) -> list[Any]:
    """Return what to test; without recordings one, for the reason of the skip to be told."""
    return [
        pytest.param(run, scenario, id=f"{run.trigger}-{TIMES[run.at]}-{scenario.name}")
        for run in runs
        for scenario in run.scenarios
    ] or [pytest.param(None, None)]


@pytest.mark.parametrize(("run", "scenario"), cases(*RUNS))
def test_rows_and_orders(replays: Replays, run: Run, scenario: Scenario) -> None:
    replay = replays[run]
    expected, applied = ours(scenario, replay.moments[scenario.name])
    found = list(differences(expected, replay.observed[scenario.name], replay.pace))
    assert not found, f"{sorted(applied)}:\n" + "\n".join(found)


@pytest.mark.parametrize(("run", "scenario"), cases(CYCLES, SWITCHES))
def test_screens(replays: Replays, run: Run, scenario: Scenario) -> None:
    """What each page shows in the end; it is drawn once for the order, and once for its end."""
    replay = replays[run]
    drawn = replay.drawn[scenario.name]
    moment = replay.moments[scenario.name]
    expected, _ = ours(scenario, moment)
    if run is SWITCHES and not (drawn or expected.rows or expected.orders):
        # Refused: it is told where it was made, and nothing changed that could be drawn.
        return
    assert last_shown(drawn) == wanted_drawings(scenario, moment)
    tries = sum(len(orders) for orders in replay.observed[scenario.name].orders.values())
    for place, count in counts(drawn).items():
        assert 1 <= count <= 3 + tries, f"{place} drawn {count} times for {tries} tries"


@pytest.mark.parametrize(
    "scenario", [pytest.param(s, id=s.name) for s in CORPUS.scenarios] or [None]
)
def test_screens_differ_from_the_recorded_only_by_a_rule(scenario: Scenario) -> None:
    assert not unexplained_drawings(scenario, Moment(MORNING))


def test_rule_of_the_drawings_is_needed() -> None:
    moment = Moment(MORNING)
    assert any(unexplained_drawings(scenario, moment, ()) for scenario in CORPUS.scenarios)


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
