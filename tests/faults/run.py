"""One run: everything works, things break at random, everything works again; all is noted."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
import shutil
import tempfile

from demo.parts import DATABASE_ERRORS
from tests.fixtures_parts import fresh_database

from .appliances import HONEST
from .breakages import break_things
from .checker import wrong_ends
from .history import History, Stuck
from .people import People
from .scenario import Scenario
from .stage import LONG, LOOK, Servers, Stage, at_most


async def run(servers: Servers, scenario: Scenario) -> History:
    """Play a scenario; return what happened."""
    database = await fresh_database(servers.postgres)
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        async with Stage.begun(servers, scenario, database, folder) as stage:
            await Run(stage).play()
        return stage.history
    finally:
        await servers.postgres.start()
        await servers.postgres.drop_database(database.name)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Run:
    """The course of a run: trouble, calm, and what is found then."""

    stage: Stage
    people: People = field(init=False)

    def __post_init__(self) -> None:
        """Have people."""
        self.people = People(self.stage)

    async def play(self) -> None:
        """Play it, from the first quarter-hour to the last look."""
        stage = self.stage
        began = stage.now
        cycles: list[asyncio.Task[None]] = []
        people = asyncio.create_task(self.people.wish())
        breaking = asyncio.create_task(break_things(stage))
        while not breaking.done():
            await stage.next_slot()
            cycles.append(asyncio.create_task(stage.cycle()))
            await asyncio.wait([breaking], timeout=stage.scenario.slot)
        await breaking
        self.people.calm.set()
        stage.fleet.odds = HONEST
        stage.history.calm = stage.now
        await stage.until_well()
        await people
        await self._settle()
        for cycle in cycles:
            cycle.cancel()
        await asyncio.gather(*cycles, return_exceptions=True)
        stage.history.seconds = stage.now - began
        stage.history.tracebacks = stage.tracebacks()

    async def _settle(self) -> None:
        """Let quarter-hours pass in which nothing breaks, then look at everything."""
        stage = self.stage
        recovering = asyncio.create_task(self._watch_recovery())
        for remaining in reversed(range(stage.scenario.settling)):
            await stage.next_slot(pulses=0.0 if remaining else 0.5)
            # The first may join one that began, and read, before the plans were there.
            for _ in range(2):
                if await at_most(self._cycle_to_end(), LONG) is None:
                    stage.history.stuck.append(Stuck("a cycle without an end"))
            await stage.until_idle()
            for device in stage.fleet.devices.values():
                stage.fleet.report(device)
            await stage.fleet.settle()
            await stage.until_idle()
        stage.note_running()
        stage.history.ends = await stage.ends()
        recovering.cancel()
        await asyncio.gather(recovering, return_exceptions=True)
        if wrong_ends(stage.history):
            stage.history.recovered = None
        await stage.stop_engines()

    async def _cycle_to_end(self) -> bool:
        await self.stage.cycle()
        return True

    async def _watch_recovery(self) -> None:
        """Note how long after the last fault everything was right for the first time."""
        stage = self.stage
        while stage.history.recovered is None:
            with suppress(TimeoutError, *DATABASE_ERRORS):
                looked = replace(stage.history, ends=await stage.ends())
                if not wrong_ends(looked):
                    stage.history.recovered = stage.now - stage.history.calm
            await asyncio.sleep(LOOK)
