"""Several installations on one database, one of them in a process that can be frozen."""

import asyncio
from dataclasses import replace
import json
import os
from pathlib import Path
import signal
import sys
import time
from typing import Any

from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.engine.ground.ports import Standing
from custom_components.elfe_commande.storage.postgres import (
    PostgresOwnership,
    PostgresSettings,
    PostgresStorage,
)
from demo.engine_host import AiomqttMessenger, MemoryDisk, SystemClock
from demo.specs import finger, plug
from demo.territory import Equipment
from tests.fixtures_engine import World
from tests.hour import ZONE

from .bench import calm, until

FINGERS = range(1, 21)
RELAYS = range(21, 61)
ROOT = Path(__file__).parents[2]


def territory() -> tuple[Equipment, ...]:
    """Return 20 machines that a finger starts and 40 that a relay does, in twenty homes."""
    fingers = (
        Equipment(n, f"R{n % 20:03}", "Machine", 112, 130, (plug(f"V{n}", 21), finger(f"H{n}")))
        for n in FINGERS
    )
    relays = (Equipment(n, f"R{n % 20:03}", "Heater", 131, 120, (plug(f"W{n}"),)) for n in RELAYS)
    return (*fingers, *relays)


def sharing(**changes: Any) -> Timing:
    """Return calm waits, with proofs that a busy machine can give."""
    waits = {
        "ack": 12.0,
        "owner_beat": 1.0,
        "owner_answer": 15.0,
        "owner_proof": 20.0,
        "owner_lease": 30.0,
    }
    return calm(**(waits | changes))


def beside(world: World) -> World:
    """Return another installation on the database, broker and appliances of this one."""
    other = World(world.database, world.broker, world.fleet, world.owner, shared=True)
    other.timing, other.clock, other.household = world.timing, world.clock, world.household
    return other


async def drives(world: World, count: int) -> None:
    """Wait until an installation drives so many homes."""
    await until(lambda: len(world.engine.owner.homes) == count, f"{count} homes driven")


def standings(world: World) -> set[Standing]:
    """Return whose the homes are, as an installation knows it."""
    owner = world.engine.owner
    found = set()
    for home in owner.served:
        if owner.drives(home):
            found.add(Standing.OURS)
        else:
            found.add(Standing.THEIRS if owner.is_elsewhere(home) else Standing.UNKNOWN)
    return found


class Apart:
    """An installation in a process of its own, told what to do by its standard input."""

    def __init__(self, world: World, timing: dict[str, float]) -> None:
        """Run as the world's engines do."""
        access = world.database.access
        assert isinstance(world.clock, SystemClock)
        self._about = json.dumps(
            {
                "database": [access.host, access.database, access.user, access.password],
                "port": access.port,
                "broker": [world.broker.host, world.broker.port],
                "offset": world.clock.offset,
                "timing": timing,
            }
        )
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        """Return once it runs."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.engine.several",
            self._about,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self.heard("running")

    def ask(self, what: str) -> None:
        """Ask for something; a frozen process finds it when it goes on."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n".encode())

    async def heard(self, what: str) -> dict[str, Any]:
        """Wait for a word of it, and return what it said with it."""
        assert self.process.stdout is not None
        async with asyncio.timeout(90):
            while line := await self.process.stdout.readline():
                word, _, rest = line.decode().strip().partition(" ")
                if word == what:
                    said: dict[str, Any] = json.loads(rest or "{}")
                    return said
        raise AssertionError(f"ended before it said {what}")

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def _say(word: str, **what: Any) -> None:
    sys.stdout.write(f"{word} {json.dumps(what)}\n")
    sys.stdout.flush()


async def _at_once() -> None:
    """Let the engine run as soon as it can."""


async def _run(about: dict[str, Any]) -> None:
    host, database, user, password = about["database"]
    settings = PostgresSettings(host, database, user, password, port=about["port"])
    timing = replace(calm(), **about["timing"])
    messenger = AiomqttMessenger(*about["broker"])
    await messenger.open()
    disk = MemoryDisk()
    engine = Engine(
        EngineSettings(timing, ZONE),
        storage=PostgresStorage(settings),
        ownership=PostgresOwnership(settings, timing, disk.document("owner")),
        messenger=messenger,
        disk=disk,
        clock=SystemClock(about["offset"]),
        notify=lambda _: None,
    )
    await engine.open()
    await engine.start(_at_once())
    _say("running", homes=len(engine.owner.homes))
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        if line.strip() == b"cycle":
            report = await engine.run_cycle()
            _say("cycled", ordered=report.ordered, homes=len(engine.owner.homes), at=time.time())


if __name__ == "__main__":
    asyncio.run(_run(json.loads(sys.argv[1])))
