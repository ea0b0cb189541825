"""Wall screens in the page of figures: a press, and how long until every screen shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

OURS, PATTERN = "presses_1000", "pattern_presses_1000"
ALLOWED_MS = {"p50": 30.0, "p95": 100.0}
"""Beyond what the device itself takes."""

type Figures = Mapping[str, Any]


def verdicts(found: Mapping[str, Figures]) -> Iterator[tuple[str, str, str, bool]]:
    """Yield what is wanted, the target, what was found, and whether it is met."""
    ours = found[OURS]
    for when, name in (("idle", "nothing else going on"), ("busy", "a cycle over 1,000")):
        answered = ours[f"{when}_presses"] > 0 and not ours[f"{when}_unanswered"]
        for part, allowed in ALLOWED_MS.items():
            own = ours[f"{when}_own_{part}_ms"]
            yield (
                f"screen press to last refresh, {name}: {part} without the device's own time",
                f"at most {allowed:.0f} ms",
                f"{own:.0f} ms",
                answered and own <= allowed,
            )


def section(found: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the lines of the page about presses."""
    yield from (
        "## Presses on wall screens",
        "",
        "Each press hands a machine over to the plan: its plug is ordered off, the row written,",
        "the page drawn anew. From the message of the press to the last line drawn, as a process",
        "of its own sees them at the broker; *own* is what is left without the device's answer, and",
        "without full garbage collections of the process, which the last column has too.",
        "The pattern's cycle orders one appliance after the other, so that its presses meet little",
        "else; it handles one press at a time.",
        "",
        "| case | when | presses | p50 | p95 | own p50 | own p95 | collections, own p95 with them |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    )
    names = {OURS: "in Home Assistant", PATTERN: "the reference's pattern"}
    for key, name in names.items():
        for when, words in (("idle", "idle"), ("busy", "during a cycle over 1,000")):
            cells = [
                f"{found[key][f'{when}_{figure}']:.0f} ms"
                for figure in ("p50_ms", "p95_ms", "own_p50_ms", "own_p95_ms")
            ]
            presses = f"{found[key][f'{when}_presses']:.0f}"
            figures = found[key]
            # Figures that are kept may be of before they were told apart.
            with_gc = figures.get(f"{when}_own_with_gc_p95_ms", figures[f"{when}_own_p95_ms"])
            collected = f"{figures.get(f'{when}_collected', 0):.0f}, {with_gc:.0f} ms"
            yield f"| {name} | {words} | {' | '.join([presses, *cells, collected])} |"
    yield ""
