"""Break everything at random, many times, and tell what came of it.

Run by `scripts/test --faults [--runs N] [--seed S]`.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
import signal
import sys
from typing import Final

from demo.parts import Broker, PostgresServer
from tests.fixtures_parts import fresh_database, prepare

from .checker import ALWAYS
from .history import History
from .house import PARIS
from .life import Life
from .long_life import long_life
from .remote import Mother, Nursery
from .report import COMPARED, PAGE, Series
from .run import run
from .scenario import TROUBLES, Scenario, scenarios
from .stage import Servers

KEPT: Final = Path(__file__).parents[2] / ".cache" / "faults"
"""Histories of the runs in which something was wrong."""
BEGIN: Final = datetime(2027, 1, 1, tzinfo=PARIS)
"""A long life begins then: the engine takes no clock for set that shows less than its release."""
LIMIT: Final = 600.0
"""Seconds after which a run has no end."""


@asynccontextmanager
async def laboratory() -> AsyncIterator[Servers]:
    """Start what runs share."""
    postgres, mother = PostgresServer(), Mother()
    try:
        await prepare(postgres)
        async with Broker() as broker, Nursery(mother) as nursery:
            yield Servers(postgres, broker, nursery)
    finally:
        await postgres.close()
        mother.close()


async def run_all(chosen: list[Scenario], series: Series) -> bool:
    """Play them, one after the other; whether nothing was wrong."""
    fine = True
    async with laboratory() as servers:
        for done, scenario in enumerate(chosen, 1):
            async with asyncio.timeout(LIMIT):
                history = await run(servers, scenario)
            violations = series.add(history)
            print(f"{done}/{len(chosen)} seed {scenario.seed}, {told(history)}", flush=True)
            for each in violations:
                print(f"    {each.rule}: {each.load or ''} {each.detail}", flush=True)
            if violations:
                history.save(KEPT / f"{scenario.seed}.json")
                fine = fine and history.fault in COMPARED
    return fine


async def live_long(days: int, seed: int) -> Life:
    """Let days pass on one engine; return what they showed."""
    postgres = PostgresServer()
    try:
        await prepare(postgres)
        database = await fresh_database(postgres)
        async with Broker() as broker, long_life(database, broker, BEGIN, seed) as found:
            return await found.run(BEGIN + timedelta(days=days), shown=True)
    finally:
        await postgres.close()


def told(history: History) -> str:
    """Return a run in a line."""
    recovered = "never" if history.recovered is None else f"after {history.recovered:.1f} s"
    return (
        f"{history.fault}: {len(history.faults)} faults, {len(history.heard)} orders,"
        f" {len(history.presses)} presses, {len(history.wishes)} wishes; all right {recovered}"
        f" ({history.seconds:.0f} s)"
    )


def main() -> int:
    """Play, count and tell."""
    parser = argparse.ArgumentParser(prog="scripts/test --faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=len(TROUBLES), help="how many")
    parser.add_argument("--seed", type=int, default=0, help="of the first; each has the next one")
    parser.add_argument("--trouble", help="only those whose name begins like this")
    parser.add_argument("--loads", type=int, default=20, help="appliances of a run")
    parser.add_argument("--slots", type=int, default=8, help="quarter-hours in which things break")
    parser.add_argument(
        "--long-life", type=int, metavar="DAYS", help="let days pass on one engine instead"
    )
    parser.add_argument("--write-docs", action="store_true", help=f"write docs/{PAGE.name}")
    parser.add_argument("--list", action="store_true", help="name the troubles, play nothing")
    given = parser.parse_args()
    # As after a Ctrl-C: servers and engines are taken down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if given.list:
        print("\n".join(f"{each.name}: {', '.join(each.faults)}" for each in TROUBLES))
        return 0
    if given.long_life:
        life = asyncio.run(live_long(given.long_life, given.seed))
        print(life.text())
        return int(bool(life.wrong or life.grown))
    chosen = scenarios(
        given.runs, given.seed, trouble=given.trouble, loads=given.loads, slots=given.slots
    )
    series = Series(chosen[0].scale, given.loads)
    fine = asyncio.run(run_all(chosen, series))
    print(
        f"\n{series.table()}\n\nAlways wrong: {', '.join(sorted(ALWAYS))}; the others are to be 0 too."
    )
    if given.write_docs:
        PAGE.write_text(series.page(given.seed))
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
