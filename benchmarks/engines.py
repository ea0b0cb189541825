"""Several engines on one PostgreSQL and one broker, against one with as many appliances as each.

Each is a process with homes of its own, and the appliances of each are one. All run the same
quarter-hour's cycle at the same moment. The figure to look at is the cycle of the slowest, against
the cycle of one engine alone; more engines than cores share these, which is no fault of theirs.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
import json
import os
from statistics import median
import sys
from typing import Any

from benchmarks.report import WINDOW, Target
from benchmarks.stage import LONGEST, Stage, Theatre, calm

APPLIANCES = 2500
"""Of each engine."""
DELAY = 0.02
"""Seconds until a device answers."""
MOST = 1.3
"""How much longer a cycle may take with several, as far as the cores go."""

type Figures = dict[str, Any]


class Member:
    """The process of one engine, which goes on where it is told to."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Keep the process."""
        self._process = process

    @classmethod
    async def begin(cls, stage: Stage, number: int, engines: int) -> Member:
        """Start an engine, counted from 0."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.one_of_several",
                stage.dump(),
                str(number),
                str(engines),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def line(self) -> str:
        """Return its next line; raises `RuntimeError` if it ended instead."""
        assert self._process.stdout is not None
        if not (line := await asyncio.wait_for(self._process.stdout.readline(), LONGEST)):
            raise RuntimeError(f"an engine ended with {await self._process.wait()}")
        return line.decode()

    async def go(self) -> None:
        """Let it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()

    async def end(self) -> None:
        """End it, whatever it does."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


async def together(theatre: Theatre, engines: int) -> list[Figures]:
    """Return the figures of each engine, of a cycle that all ran at once."""
    async with (
        theatre.stage(engines * APPLIANCES, fleets=engines) as stage,
        AsyncExitStack() as stack,
    ):
        members: list[Member] = []
        for number in range(engines):
            member = await Member.begin(stage, number, engines)
            stack.push_async_callback(member.end)
            members.append(member)
        await asyncio.gather(*(member.line() for member in members))
        busy = await calm()
        await _all_go(members)
        found: list[Figures] = [json.loads(line) for line in await _all_go(members)]
    return [each | {"busy": busy} for each in found]


async def _all_go(members: Sequence[Member]) -> list[str]:
    """Let all go on, and return what each says next."""
    for member in members:
        await member.go()
    return await asyncio.gather(*(member.line() for member in members))


async def measure(engines: int, runs: int) -> list[list[Figures]]:
    """Return the runs of one engine and, after that, of several: the figures of all engines."""
    async with Theatre(DELAY) as theatre:
        alone, several = [], []
        for _ in range(runs):
            alone += await together(theatre, 1)
            several += await together(theatre, engines)
    return [alone, several]


def table(engines: int, alone: Sequence[Figures], several: Sequence[Figures]) -> tuple[str, bool]:
    """Return the figures as a table, and whether the targets are met."""
    slowest = [
        max(each["cycle_s"] for each in several[at : at + engines])
        for at in range(0, len(several), engines)
    ]
    ratio = median(slowest) / median(each["cycle_s"] for each in alone)
    reads, before = (max(each["reads"] for each in some) for some in (several, alone))
    written = max(each["writes"] / (each["shown_s"] / WINDOW + 1) for each in several)
    busy = max(each["busy"] for each in (*alone, *several))
    cores = os.cpu_count() or 1
    judged = [
        Target(
            f"cycle of the slowest of {engines} engines against one alone, on {cores} cores",
            f"at most {MOST} times",
            f"{ratio:.2f} times",
            ratio <= MOST,
        ),
        Target("reads of each", f"as one alone, {before}", f"{reads}", reads <= before),
        Target(
            "writes of each",
            f"at most one per {1000 * WINDOW:.0f} ms",
            f"{written:.0%} of that",
            written <= 1,
        ),
    ]
    lines = [
        f"Before the cycles something else kept {busy:.0%} of the machine busy, at the worst.",
        "",
        (
            "| engines | appliances each | answered | cycle | slowest | work | statements each"
            " | connections |"
        ),
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        _row(1, alone, [each["cycle_s"] for each in alone]),
        _row(engines, several, slowest),
        "",
        "| what | target | measured | |",
        "| --- | --- | --- | --- |",
        *(
            f"| {t.what} | {t.wanted} | {t.found} | {'met' if t.met else '**not met**'} |"
            for t in judged
        ),
    ]
    return "\n".join(lines), all(t.met for t in judged)


def _row(engines: int, figures: Sequence[Figures], slowest: Sequence[float]) -> str:
    def of(name: str) -> float:
        return float(median(each[name] for each in figures))

    return (
        f"| {engines} | {of('appliances'):,.0f} | {of('acknowledged'):,.0f} |"
        f" {of('cycle_s'):.2f} s | {median(slowest):.2f} s |"
        f" {of('work_s'):.2f} s | {of('reads'):.0f} + {of('writes'):.0f} |"
        f" {of('connections'):.0f} |"
    )


def main(engines: int, runs: int) -> bool:
    """Measure and print; return whether the targets are met."""
    alone, several = asyncio.run(measure(engines, runs))
    text, met = table(engines, alone, several)
    print(text)
    return met
