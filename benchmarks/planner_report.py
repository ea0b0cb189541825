"""What was measured of the planner, as tables, and whether the aims are met."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

from benchmarks.planner import Result, of_chance, of_file

MEAN, WORST, SECONDS = 0.005, 0.03, 0.1
"""The aims: excess as a share of what planning can gain, mean and worst; time of a home."""
SECTION: Final = "\n## The planner\n"
"""Where its part of the document begins; it ends the document."""

type Kind = tuple[str, Callable[[Result], float | None]]
KINDS: Final[Sequence[Kind]] = (
    ("the planner", lambda result: result.cost),
    ("EMHASS", lambda result: result.emhass),
    ("each load in its cheapest hours", lambda result: result.cheapest_hours),
    ("each load where most sun is left", lambda result: result.surplus_alone),
    ("everything at once", lambda result: result.at_once),
)
HEAD: Final = """\
| home | loads | our cost | optimum | excess, EUR | of the gain | EMHASS | at once \
| cheapest hours | surplus alone | time | limits |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

AIMS: Final = "Aims (mean {:.1%}, worst {:.0%} of the gain, {:.0f} ms, every limit kept): {}."


def _money(cost: float | None) -> str:
    return "–" if cost is None else f"{cost:z.4f}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:z.2%}"


def row(result: Result) -> str:
    """Return the line of one home."""
    cells = (
        result.name,
        result.loads,
        _money(result.cost),
        _money(result.optimum),
        _money(result.excess),
        _share(result.share(result.cost)),
        _money(result.emhass),
        _money(result.at_once),
        _money(result.cheapest_hours),
        _money(result.surplus_alone),
        f"{result.seconds * 1000:.0f} ms",
        ", ".join(result.faults) or "kept",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _kinds(known: Sequence[Result]) -> Iterable[str]:
    """Yield what each way to plan loses, over the homes of which a plan of it is known."""
    yield "| plan | homes | of the gain lost, mean | worst | of all gain | mean excess | worst |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, cost_of in KINDS:
        found = [
            (result, cost, cost - result.optimum)
            for result in known
            if result.optimum is not None and (cost := cost_of(result)) is not None
        ]
        if not found:
            continue
        shares = [result.share(cost) or 0.0 for result, cost, _ in found]
        excesses = [excess for *_, excess in found]
        gain = sum(result.at_once - (result.optimum or 0.0) for result, *_ in found) or 1.0
        yield (
            f"| {name} | {len(found)} | {fmean(shares):z.3%} | {max(shares):z.2%}"
            f" | {sum(excesses) / gain:z.3%} | {fmean(excesses):z.4f} EUR"
            f" | {max(excesses):z.4f} EUR |"
        )


def report(results: Sequence[Result], *, every: bool = True) -> tuple[str, bool]:
    """Return the figures as a page, and whether the aims are met."""
    known = [result for result in results if result.optimum is not None]
    lines = [HEAD, *map(row, results), ""] if every else []
    if not known:
        return "\n".join((*lines, "No optimum is known: install highspy.")), False
    shares = [result.share(result.cost) or 0.0 for result in known]
    seconds = [result.seconds for result in results]
    met = (
        fmean(shares) <= MEAN
        and max(shares) <= WORST
        and fmean(seconds) <= SECONDS
        and not any(result.faults for result in results)
    )
    lines += [
        *_kinds(known),
        "",
        f"{len(known)} homes of {len(results)} with a proven optimum. Processor time of a home:"
        f" mean {fmean(seconds) * 1000:.0f} ms, worst {max(seconds) * 1000:.0f} ms."
        + _emhass_took(known),
        AIMS.format(MEAN, WORST, SECONDS * 1000, "met" if met else "NOT MET"),
    ]
    return "\n".join(lines), met


def _emhass_took(results: Sequence[Result]) -> str:
    """Return how long EMHASS took, in a sentence; it was recorded on another day."""
    seconds = [each.emhass_seconds for each in results if each.emhass_seconds is not None]
    if not seconds:
        return ""
    return (
        f" EMHASS, when it was recorded, by its own clock: mean {fmean(seconds) * 1000:.0f} ms,"
        f" worst {max(seconds) * 1000:.0f} ms."
    )


def write(document: Path, text: str) -> None:
    """Put the planner's part into a document, whatever else is in it."""
    before = document.read_text().partition(SECTION)[0].rstrip()
    document.write_text(f"{before}\n{SECTION}\n{text}\n")


def kept(document: Path) -> str:
    """Return the planner's part of a document, with its title; nothing if it has none."""
    _, title, text = document.read_text().partition(SECTION)
    return title + text


def main(path: Path | None, count: int, first: int, document: Path | None = None) -> bool:
    """Measure, print, and return whether the aims are met; a file's figures into a document."""
    results: list[Result] = []
    for result in of_file(path) if path is not None else of_chance(count, first):
        results.append(result)
        if path is None:
            print(row(result), flush=True)
    met, parts = True, []
    for limited in (False, True):
        group = [result for result in results if result.limited is limited]
        if group:
            text, reached = report(group, every=path is not None)
            parts.append(f"{'With a limit of import:\n\n' if limited else ''}{text}")
            met = met and reached
    print("", *parts, sep="\n\n")
    if document is not None:
        write(document, "\n\n".join((ABOUT, *parts)))
    return met


ABOUT: Final = """\
Written by `scripts/bench --planner FILE --write-docs`; do not edit by hand.

Costs of a day in EUR, each computed from the places of the loads alone, in the same way for all. The
optimum is proven by a solver. *Excess* is what a plan costs above it, *the gain* what planning can
save at all: the cost of starting everything at once less the optimum. *EMHASS* is what EMHASS 0.18.7
really answered for the same homes, with the gap that it has by default (it looks no further once it is
within 1 % of the optimum); with none at all it finds the optimum of each. [How the planner
works](planning.md#how-it-finds-a-plan)."""
