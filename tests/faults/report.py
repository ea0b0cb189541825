"""Counts what runs showed, kind of trouble by kind of trouble, and writes the page about it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
import os
from pathlib import Path
import platform
from statistics import median
from typing import Final

from .checker import Rule, Violation, check, given_up
from .history import History
from .house import LEASES
from .scenario import TROUBLES

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
SILENT: Final = frozenset({Rule.NO_OUTCOME, Rule.UNTOLD})
BROKEN: Final = frozenset({Rule.HANG, Rule.TRACEBACK})
COMPARED: Final = frozenset(trouble.name for trouble in TROUBLES if not trouble.locks)
"""Troubles that are no promise of ours, and count for nothing."""
ENDS: Final = frozenset({Rule.WRONG_DEVICE, Rule.WRONG_ROW})


@dataclass(slots=True)
class Tally:
    """What all runs with one trouble showed; `recoveries` in seconds, `None` for never."""

    runs: int = 0
    faults: int = 0
    orders: int = 0
    presses: int = 0
    wishes: int = 0
    lost: int = 0
    wrong: int = 0
    twice: int = 0
    silent: int = 0
    broken: int = 0
    given_up: int = 0
    recoveries: list[float | None] = field(default_factory=list)

    def add(self, history: History) -> list[Violation]:
        """Count a run; return what was wrong with it."""
        found = check(history)
        counts = Counter(each.rule for each in found)
        self.runs += 1
        self.faults += len(history.faults)
        self.orders += len(history.heard)
        self.presses += len(history.presses)
        self.wishes += len(history.wishes)
        self.lost += counts[Rule.LOST_WISH]
        self.wrong += len({each.load for each in found if each.rule in ENDS})
        self.twice += counts[Rule.DOUBLE_PRESS]
        self.silent += sum(counts[rule] for rule in SILENT)
        self.broken += sum(counts[rule] for rule in BROKEN)
        self.given_up += given_up(history)
        self.recoveries.append(history.recovered)
        return found

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        total = Tally(recoveries=[*self.recoveries, *other.recoveries])
        for name in _NUMBERS:
            setattr(total, name, getattr(self, name) + getattr(other, name))
        return total

    @property
    def recovery(self) -> str:
        """Return how long it took until all was right: the median, the worst, and how often never."""
        known = [each for each in self.recoveries if each is not None]
        never = len(self.recoveries) - len(known)
        texts = [f"{median(known):.1f} s, at worst {max(known):.1f} s"] if known else []
        if never:
            texts.append(f"never in {never}")
        return "; ".join(texts)


_NUMBERS: Final = (
    "runs",
    "faults",
    "orders",
    "presses",
    "wishes",
    "lost",
    "wrong",
    "twice",
    "silent",
    "broken",
    "given_up",
)
_COLUMNS: Final[tuple[tuple[str, Callable[[Tally], object]], ...]] = (
    ("runs", lambda t: t.runs),
    ("faults", lambda t: t.faults),
    ("orders", lambda t: t.orders),
    ("presses", lambda t: t.presses),
    ("wishes", lambda t: t.wishes),
    ("lost wishes", lambda t: t.lost),
    ("wrong ends", lambda t: t.wrong),
    ("double presses", lambda t: t.twice),
    ("silent failures", lambda t: t.silent),
    ("hangs, tracebacks", lambda t: t.broken),
    ("given up in words", lambda t: t.given_up),
    ("all right again after", lambda t: t.recovery),
)


class Series:
    """Several runs, counted by their trouble."""

    def __init__(self, scale: float, loads: int) -> None:
        """Count nothing yet; waits are scaled by `scale`, each run has so many loads."""
        self.tallies: dict[str, Tally] = {}
        self._scale, self._loads = scale, loads

    def add(self, history: History) -> list[Violation]:
        """Count a run; return what was wrong with it."""
        return self.tallies.setdefault(history.fault, Tally()).add(history)

    def table(self) -> str:
        """Return a table, one line for each trouble and one for all together."""
        total = Tally()
        for name, tally in self.tallies.items():
            if name not in COMPARED:
                total = total.plus(tally)
        rows = [("trouble", *(name for name, _ in _COLUMNS))]
        rows.append(("---",) * len(rows[0]))
        counted = [(name, tally) for name, tally in self.tallies.items() if name not in COMPARED]
        compared = [(name, self.tallies[name]) for name in sorted(COMPARED & self.tallies.keys())]
        named = [*counted, ("**all**", total), *compared]
        rows += [(name, *(f"{of(tally):,}" if isinstance(of(tally), int) else str(of(tally))
                          for _, of in _COLUMNS)) for name, tally in named]  # fmt: skip
        return "\n".join(_line(row) for row in rows)

    def page(self, seed: int) -> str:
        """Return the page about this series."""
        runs = sum(tally.runs for tally in self.tallies.values())
        return _PAGE.format(
            table=self.table(),
            seed=seed,
            runs=runs,
            loads=self._loads,
            scale=f"{self._scale:g}",
            lease=f"{LEASES * self._scale:g}",
            cores=os.cpu_count(),
            python=platform.python_version(),
        )


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


_PAGE = """\
# Reliability

Written by `scripts/test --faults --write-docs`; do not edit by hand.

Measured on {cores} cores, Python {python}: {runs} runs with {loads} appliances each, first seed {seed}. All
on loopback: the engine in a process of its own, PostgreSQL, Mosquitto, and a proxy before each. All
waits are scaled by {scale}, those of the appliances too, and a quarter-hour takes seconds; how
long it took until all was right again is in seconds as they were measured.

In each run people wish this and that, a plan is made for each quarter-hour, and one kind of trouble
comes again and again, for up to a quarter-hour each time. But where nothing breaks, a twentieth of all
orders is lost on the way, as is a twentieth of the answers; as many come late, as many twice, and one
in fifty says the contrary. Then nothing breaks any more, a few quarter-hours pass, and devices and
rows are looked at.

Where two engines share the homes, the database decides which of them drives each, as it does for one; so
that several lives of a lock fit in a run, those are scaled by {lease}. The last row goes without, for
comparison: what a press writes into the row before it is made keeps it from being made twice, and
nothing keeps orders of switches from being given twice, by two who know nothing of each other.

{table}

- *orders*: those that devices heard. *presses*: those that fingers made.
- *lost wishes*: the answer was not a refusal, and the row says something else in the end.
- *wrong ends*: appliances of which device or row is not as the last word wants it, and nobody was
  told that this was given up. The last word is a person's last wish, else the plan's.
- *double presses*: presses that neither a pulse of the plan nor a wish allows.
- *silent failures*: orders without an outcome, and presses in doubt about which nobody is asked.
- *given up in words*: not as wished, and told so.
- *all right again after*: from the end of the last trouble; the median, the worst, and in how many
  runs something stayed wrong.

What each run drew is repeated by its seed: appliances, plans, wishes, troubles and what appliances
do. What happens at the same moment is decided by the machine, so two runs of a seed are not quite the
same.
"""
