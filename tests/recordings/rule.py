"""What a rule is: a wanted difference from the reference."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .reference import Course
from .situation import Situation


@dataclass(frozen=True, slots=True)
class Rule:
    """A wanted difference, in words for people who migrate and as code.

    `applies` looks at what is given, what the devices do, and the course so far; `instead`
    returns the exact rows and orders we give. `wanted_by` names defects of the reference
    (D-..) or the line of the design.
    """

    id: str
    title: str
    wanted_by: str
    reference: str
    """What the reference controller does."""
    ours: str
    """What this integration does instead, and why."""
    applies: Callable[[Situation, Course], bool]
    instead: Callable[[Situation, Course], Course]


def amend(
    rules: Iterable[Rule], situation: Situation, course: Course
) -> tuple[Course, tuple[str, ...]]:
    """Return the course after every rule, and the ids of the rules that changed it."""
    applied: list[str] = []
    for rule in rules:
        if not rule.applies(situation, course):
            continue
        changed = rule.instead(situation, course)
        if changed != course:
            applied.append(rule.id)
            course = changed
    return course, tuple(applied)
