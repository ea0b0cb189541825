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
ALSO = """\
Seen in recordings that are not kept here, and wanted as well:

- Of several quick presses on the same switch the newest wins. The one that was overtaken leaves no
  trace: no order of its own, no row, no last programming.
- A switch that was let back, and so says the mode that its appliance has, changes nothing: the
  reference begins again, and the plan's start is lost. Where the row does not tell how the
  appliance is (states 70 and 99), it is made so.
- Rollers write the wished end, the duration and the charge in modes 20 and 30 only. In any other
  mode nothing is stored, and the roller goes back to what is.
- Topics with further levels behind the one that is waited for are not heard:
  `hasp/<plate>/state/p2b15/more` is no touch, `viriya/update/12/more` no update.
- A screen is drawn whenever it says *online*, also when it never said *offline*.
- Of two appliances that a page could serve, it serves the one that was chosen in the options, else
  the lowest id in modes 20 and 30, for what is shown and for what is pressed alike. The reference
  takes the row that the database returns first.
- A wished end of 0 is none: its rollers stay as they are. The reference shows it as 01:00.
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
        "## What else differs on screens",
        "",
        ALSO,
        "## What stays",
        "",
        KEPT,
    ]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
