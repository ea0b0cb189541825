"""Measure and compare; `--write-docs` puts the figures into docs/performance.md."""

import argparse
import asyncio
import json
from pathlib import Path
from statistics import median
import sys
from typing import Any

from benchmarks import engines, planner_report, press_report, pushes, report
from benchmarks.stage import MACHINE, TANK, Theatre, calm, run_case

DELAY = 0.02
ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
LAST = ROOT / ".cache" / "reports" / "bench.json"
"""The figures of the last run."""

type Figures = dict[str, Any]


async def repeated(
    theatre: Theatre,
    runs: int,
    count: int,
    module: str,
    *arguments: str,
    type_id: int = MACHINE,
    changed: float = 1.0,
) -> Figures:
    """Measure some times, each on a fresh stage; return the median of each figure."""
    found: list[Figures] = []
    for _ in range(runs):
        async with theatre.stage(count, type_id=type_id, changed=changed) as stage:
            busy = await calm()
            found.append(await run_case(module, stage, *arguments) | {"busy": busy})
    merged = {
        key: median(f[key] for f in found) if isinstance(value, int | float) else value
        for key, value in found[0].items()
    }
    print(
        f"{module} {' '.join(arguments)} {count}:",
        ", ".join(
            f"{key} {value:.4g}" for key, value in merged.items() if isinstance(value, int | float)
        ),
        flush=True,
    )
    return merged


async def measure(
    *, full: bool, runs: int, known: dict[str, Figures] | None = None
) -> dict[str, Figures]:
    """Return the figures of every case by its name; those that are known are not measured."""
    found: dict[str, Figures] = {}
    known = known or {}
    async with Theatre(DELAY) as theatre:

        async def case(name: str, *place: Any, times: int = runs, **options: Any) -> None:
            if name in known:
                found[name] = known[name]
                return
            found[name] = await repeated(theatre, times, *place, **options)

        # What takes long, once unless all is asked for: a run in four minutes.
        long = runs if full else 1
        await case("pattern_10", 10, "pattern", "1", times=long)
        await case("pattern_10_8", 10, "pattern", "8", times=long)
        await case("pattern_100", 100, "pattern", "1", times=1)
        if full:
            await case("pattern_1000", 1000, "pattern", "1", times=1)
        for count in (10, 100, 1000):
            await case(f"bare_{count}", count, "bare")
            await case(f"engine_{count}", count, "engine_alone")
        await case("home_assistant_1000", 1000, "home_assistant")
        # Memory grows by what is between a few and many, with all entities and with one each.
        await case("home_assistant_200", 200, "home_assistant", times=1)
        await case("compact_200", 200, "home_assistant", "compact", times=1)
        await case("compact_1000", 1000, "home_assistant", "compact", times=1)
        for count in (200, 1000):
            place = (count, "bare_entities", str(report.DISABLED))
            await case(f"bare_entities_{count}", *place, times=1)
        compact = (5000, "home_assistant", "compact")
        await case("compact_5000", *compact, times=long)
        await case("tick_5000", *compact, times=long, type_id=TANK, changed=0.05)
        # Wall screens: the same press, ours and the reference's way.
        await case(press_report.OURS, 1000, "presses")
        await case(press_report.PATTERN, 1000, "pattern_presses", times=1)
    return found


def main() -> None:
    """Parse the arguments, measure, print and write."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="the reference's pattern over 1,000 too (20 minutes)"
    )
    parser.add_argument("--runs", type=int, default=3, help="the median of how many (3)")
    parser.add_argument(
        "--again", action="store_true", help="measure nothing: report the last figures again"
    )
    parser.add_argument(
        "--same-pattern",
        action="store_true",
        help="keep the last figures of the reference's pattern: our code changes nothing in them",
    )
    parser.add_argument("--write-docs", action="store_true", help=f"write {DOCUMENT.name}")
    parser.add_argument(
        "--planner",
        type=Path,
        metavar="FILE",
        help="the planner alone, over the homes of a file with their optima",
    )
    parser.add_argument(
        "--planner-homes",
        type=int,
        metavar="N",
        help="the planner alone, over N homes made by chance and solved by HiGHS",
    )
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first of them (0)")
    parser.add_argument(
        "--engines",
        type=int,
        metavar="N",
        help=f"N engines with {engines.APPLIANCES:,} appliances each on one database and broker,"
        " against one",
    )
    parser.add_argument(
        "--pushes",
        action="store_true",
        help=f"{pushes.VIEWS} views of {pushes.COUNT:,} appliances, in a quiet quarter-hour",
    )
    options = parser.parse_args()
    if options.pushes:
        sys.exit(0 if pushes.report() else 1)
    if options.engines:
        sys.exit(0 if engines.main(options.engines, options.runs) else 1)
    if options.planner is not None or options.planner_homes:
        document = DOCUMENT if options.write_docs and options.planner is not None else None
        met = planner_report.main(
            options.planner, options.planner_homes or 0, options.seed, document
        )
        sys.exit(0 if met else 1)
    if options.again:
        last = json.loads(LAST.read_text())
    else:
        known = {}
        if options.same_pattern:
            kept = json.loads(LAST.read_text())["found"]
            known = {name: kept[name] for name in kept if name.startswith("pattern_1")}
        found = asyncio.run(measure(full=options.full, runs=options.runs, known=known))
        last = {
            "found": found,
            "runs": options.runs,
            "full": options.full,
            "same_pattern": options.same_pattern,
        }
        LAST.parent.mkdir(parents=True, exist_ok=True)
        LAST.write_text(json.dumps(last, indent=1))
    text, met = report.write(**last)
    print(text)
    if options.write_docs:
        DOCUMENT.write_text(text + planner_report.kept(DOCUMENT))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
