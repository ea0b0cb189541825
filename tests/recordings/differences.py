"""Writes the page of wanted differences, from the rules: `python -m tests.recordings.differences`."""

from collections.abc import Sequence
import re
import sys
from textwrap import fill

from .answers import ANSWERS
from .decisions import DECISIONS
from .drawings import DRAWINGS
from .outcomes import OUTCOMES
from .rule import Rule
from .surface_rules import SURFACES, SurfaceRule

INTRODUCTION = """\
This page is for people who come from the reference controller, `commande` 1.0. Whatever is not
named here is done as the reference does it: the same orders to the same topics, the same columns
written with the same values. It is written from the rules that the tests hold the recordings of
the reference against (`tests/recordings`); change a rule, then run
`python -m tests.recordings.differences > docs/differences.md`. Numbers such as D-01 are those of
the reference's known defects; the tests use them too.
"""
KEPT = """\
Two habits of the reference are kept until ELFE decides, although they are known
defects: the command state 12 for a load that waits or was switched off (D-31), and a last start
that is stamped again at every quarter-hour in which a continuous load is on (D-35).

Orders are sent at QoS 0 instead of 2, because every order waits for the device's own answer, and
are never retained, as before. The requests to a Shelly Plus carry an `id` of their own each.
"""


def _numbers(rule: Rule | SurfaceRule) -> str:
    """Return the numbers of the defects that a rule mends, if it mends any."""
    numbers = re.findall(r"D-\d+", rule.wanted_by)
    return f"Defect {', '.join(numbers)}. " if numbers else ""


def section(title: str, rules: Sequence[Rule | SurfaceRule]) -> list[str]:
    """Return the part of the page about some rules."""
    lines = [f"## {title}", ""]
    for rule in rules:
        lines += [
            f"### {rule.title}",
            "",
            fill(f"**The reference** {rule.reference}", 99, break_on_hyphens=False),
            "",
            fill(f"**Here.** {rule.ours}", 99, break_on_hyphens=False),
            "",
            f"{_numbers(rule)}Rule `{rule.id}`.",
            "",
        ]
    return lines


def page() -> str:
    """Return the page as Markdown."""
    lines = [
        "# Where this integration differs from the reference on purpose",
        "",
        INTRODUCTION,
        *section("What is decided, and which device is ordered", DECISIONS),
        *section("What counts as an answer", ANSWERS),
        *section("What follows when there is none", OUTCOMES),
        *section("Screens, portal and PLC panels", (*SURFACES, *DRAWINGS)),
        "## What stays",
        "",
        KEPT,
    ]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
