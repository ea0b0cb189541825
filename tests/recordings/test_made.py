"""The replayer on scenarios of our own: a few written by hand, and whole families made up.

In the families, the rules meet what no recording has.
"""

from pathlib import Path

import pytest

from .comparison import differences, from_courses, recorded
from .conftest import Replays
from .corpus import Corpus, Moment, Scenario, load
from .families import FAMILIES
from .made import corpus
from .reference import reference
from .replay import MORNING, Replay, Run, Trigger
from .rule import Rule
from .rules import RULES, ours
from .situation import situations

pytestmark = pytest.mark.timeout(300)

WRITTEN = load(Path(__file__).parent / "scenarios")
MADE = corpus([case for family in FAMILIES for case in family()], Moment(MORNING))
ALL = Corpus([*WRITTEN.cycles, *MADE.cycles], [*WRITTEN.presses, *MADE.presses])
RUNS = (Run(Trigger.CYCLE, MORNING, ALL.cycles), Run(Trigger.SWITCH, MORNING, ALL.presses))
MET = [rule for rule in RULES if rule.id != "strange-bytes"]
"""All but the one that needs a second appliance, ordered after the first."""


def failures(replay: Replay, scenario: Scenario) -> list[str]:
    """Return in words what is not as the rules want it."""
    expected, applied = ours(scenario, replay.moments[scenario.name])
    found = list(differences(expected, replay.observed[scenario.name], replay.pace))
    return [f"{scenario.name} {sorted(applied)}", *found] if found else []


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.trigger)
def test_scenarios_of_our_own(replays: Replays, run: Run) -> None:
    failed = [found for scenario in run.scenarios if (found := failures(replays[run], scenario))]
    assert not failed, f"{len(failed)} of {len(run.scenarios)}:\n" + "\n".join(
        line for found in failed[:20] for line in found
    )


@pytest.mark.parametrize("rule", MET, ids=lambda rule: rule.id)
def test_comparison_is_not_blind(replays: Replays, rule: Rule) -> None:
    others = [other for other in RULES if other is not rule]
    missed = 0
    for run in RUNS:
        replay = replays[run]
        for scenario in run.scenarios:
            moment = replay.moments[scenario.name]
            if rule.id in ours(scenario, moment)[1]:
                expected = ours(scenario, moment, others)[0]
                missed += any(differences(expected, replay.observed[scenario.name], replay.pace))
    assert missed


@pytest.mark.parametrize(
    "scenario", [pytest.param(s, id=s.name) for s in (*WRITTEN.cycles, *WRITTEN.presses)]
)
def test_model_of_the_reference_on_what_is_written_by_hand(scenario: Scenario) -> None:
    moment = Moment(MORNING)
    courses = [(s, reference(s)) for s in situations(scenario, moment)]
    assert from_courses(scenario, moment, courses) == recorded(scenario, moment)
