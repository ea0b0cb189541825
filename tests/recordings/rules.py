"""The wanted differences, in the order they are tried, each on what the ones before left."""

from collections.abc import Iterable

from .answers import ANSWERS
from .comparison import Expected, from_courses, recorded
from .corpus import Moment, Scenario
from .decisions import DECISIONS
from .outcomes import OUTCOMES
from .reference import reference
from .rule import Rule, amend
from .situation import situations

RULES: tuple[Rule, ...] = (*DECISIONS, *ANSWERS, *OUTCOMES)


def ours(
    scenario: Scenario, moment: Moment, rules: Iterable[Rule] = RULES
) -> tuple[Expected, frozenset[str]]:
    """Return what we do in a scenario, and the rules for which it differs from the recording.

    Where no rule applies, it is what was recorded.
    """
    applied: set[str] = set()
    courses = []
    for situation in situations(scenario, moment):
        course, because = amend(rules, situation, reference(situation))
        applied.update(because)
        courses.append((situation, course))
    if not applied:
        return recorded(scenario, moment), frozenset()
    return from_courses(scenario, moment, courses), frozenset(applied)
