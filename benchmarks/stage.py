"""What every measurement stands on: a real database, a real broker, a fleet; and child processes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import sys
import time
from typing import Any

from demo.database import PlanRow, insert_plans, load_schema, pad, quarter
from demo.parts import Broker, PostgresServer
from demo.parts.postgres import COMMANDE, OWNER
from demo.territory import MANUAL, install, many

SLOT = 900
MACHINE, TANK = 112, 131
"""Equipment types: one-shot, continuous."""
LONGEST = 1800.0
CALM, CALM_WITHIN = 0.1, 5.0
"""How busy the machine may be before a measurement, and how long to wait for that."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a measurement finds its parts; made in one process, used in another."""

    host: str
    postgres_port: int
    broker_port: int
    database: str
    user: str
    password: str
    count: int
    slot: int
    """Unix time of the slot in which nothing is to be started; everything is in the next."""

    def dump(self) -> str:
        """Return it as an argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Stage:
        """Return what `dump` wrote."""
        return cls(**json.loads(text))


class Theatre:
    """The servers of a whole run, and fresh stages in them."""

    def __init__(self, delay: float) -> None:
        """Prepare; devices answer after `delay` seconds."""
        self.postgres = PostgresServer(durable=True)
        self.broker = Broker()
        self._delay = delay
        self._templates: dict[tuple[Any, ...], tuple[str, int]] = {}
        self._names = 0

    async def __aenter__(self) -> Theatre:
        """Start the servers."""
        await self.postgres.start()
        await self.broker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop them."""
        await self.broker.close()
        await self.postgres.close()

    @asynccontextmanager
    async def stage(
        self, count: int, *, type_id: int = MACHINE, changed: float = 1.0, fleets: int = 0
    ) -> AsyncIterator[Stage]:
        """Yield a fresh database with `count` piloted plugs, and a fleet on the broker.

        Their plan waits in one slot and starts them in the next. `changed`: the share of them
        that is piloted; the others are in manual, planned all the same. `fleets` share the plugs
        equally, each behind topics of its own; 0: one behind wildcards.
        """
        template, slot = await self._template(count, type_id, changed)
        self._names += 1
        name = f"bench_{self._names}"
        await self.postgres.create_database(name, template=template)
        each = count // max(1, fleets)
        places = [[str(1 + each * number)] for number in range(fleets)] or [[]]
        running = [await self._fleet(each, *place) for place in places]
        try:
            for fleet in running:
                assert fleet.stdout is not None
                await asyncio.wait_for(fleet.stdout.readline(), 60)
            access = self.postgres.access(COMMANDE, name)
            yield Stage(
                access.host,
                access.port,
                self.broker.port,
                name,
                access.user,
                access.password,
                count,
                slot,
            )
        finally:
            for fleet in running:
                fleet.kill()
                await fleet.wait()
            await self.postgres.drop_database(name)

    async def _fleet(self, count: int, *first: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.fleet",
            self.broker.host,
            str(self.broker.port),
            str(count),
            str(self._delay),
            *first,
            stdout=asyncio.subprocess.PIPE,
        )

    async def _template(self, count: int, type_id: int, changed: float) -> tuple[str, int]:
        key = (count, type_id, changed)
        if key in self._templates:
            return self._templates[key]
        name = f"template_{count}_{type_id}_{int(changed * 100)}"
        slot = quarter(time.time())
        access = await self.postgres.create_database(name)
        connection = await access.connect()
        await load_schema(connection)
        piloted = round(count * changed)
        equipments = many(count, type_id=type_id)
        manual = many(count, type_id=type_id, mode=MANUAL)
        await install(connection, (*equipments[:piloted], *manual[piloted:]), now=slot)
        await insert_plans(
            connection,
            [
                PlanRow(machine, slot + offset * SLOT, pad([offset]), type_id)
                for offset in (0, 1)
                for machine in range(1, count + 1)
            ],
        )
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
        self._templates[key] = name, slot
        return name, slot

    @property
    def owner(self) -> str:
        """Return the role that owns every database."""
        return OWNER


def _busy(before: tuple[int, int], after: tuple[int, int]) -> float:
    idle, total = after[0] - before[0], after[1] - before[1]
    return 1 - idle / total if total else 0.0


def _processor() -> tuple[int, int]:
    """Return the ticks that all cores were idle, and all of their ticks."""
    first = Path("/proc/stat").read_text().partition("\n")[0]
    ticks = [int(value) for value in first.split()[1:]]
    return ticks[3] + ticks[4], sum(ticks)


async def calm(within: float = CALM_WITHIN) -> float:
    """Wait until nothing else keeps the machine busy; return how busy it is, 0 to 1."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while True:
        before = _processor()
        await asyncio.sleep(0.5)
        busy = _busy(before, _processor())
        if busy <= CALM or loop.time() > until:
            return busy


async def run_case(module: str, stage: Stage, *arguments: str) -> dict[str, Any]:
    """Measure in a process of its own; return the figures it printed last."""
    return await run_json(["-m", f"benchmarks.{module}", stage.dump(), *arguments])


async def run_json(arguments: Sequence[str]) -> dict[str, Any]:
    """Run Python with these arguments; return the JSON of its last line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONMALLOC": "pymalloc"},
    )
    output, errors = await asyncio.wait_for(process.communicate(), LONGEST)
    if process.returncode:
        raise RuntimeError(f"exit {process.returncode}: {errors.decode()[-3000:]}")
    figures: dict[str, Any] = json.loads(output.decode().strip().rpartition("\n")[2])
    return figures
