"""Drives engine processes from the laboratory: begins, asks, freezes and kills them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
import itertools
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from .house import Terms
from .process import LIMIT

ROOT = Path(__file__).parents[2]


class GoneError(Exception):
    """The engine ended before it answered."""


class Remote:
    """One engine in a process of its own, as seen from here."""

    def __init__(self, pid: int, writer: asyncio.StreamWriter) -> None:
        """Keep its process and how to reach it."""
        self.pid = pid
        self.frozen = False
        self.ended = asyncio.Event()
        self._writer = writer
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def ask(self, door: str, /, **values: Any) -> dict[str, Any]:
        """Ask something and return the answer; `GoneError` when the engine ends before it."""
        if self.ended.is_set():
            raise GoneError
        number = next(self._numbers)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._answers[number] = answer
        self._writer.write(json.dumps({"id": number, "do": door, **values}).encode() + b"\n")
        try:
            return await answer
        finally:
            del self._answers[number]

    async def kill(self) -> None:
        """Kill it; returns once it is gone."""
        self._signal(signal.SIGKILL)
        await self.ended.wait()

    async def stop(self) -> None:
        """Stop it in order; returns once it is gone."""
        self.thaw()
        with suppress(GoneError):
            await self.ask("stop")
        await self.ended.wait()

    def freeze(self) -> None:
        """Let it stand still."""
        self._signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)
        self.frozen = False

    def _signal(self, number: signal.Signals) -> None:
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def settle(self, number: int, answer: dict[str, Any]) -> None:
        """Hand an answer to whoever waits for it."""
        waiting = self._answers.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def end(self) -> None:
        """Take note that it is gone: nobody gets an answer any more."""
        self.ended.set()
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(GoneError())
        self._writer.close()


class Mother:
    """The process that engines come from: what takes long to import is imported once, by it."""

    def __init__(self) -> None:
        """Begin to import."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._is_ready = False

    def ready(self) -> None:
        """Wait until everything is imported."""
        assert self._process.stdout is not None
        if not self._is_ready:
            self._process.stdout.readline()
            self._is_ready = True

    def begin(self, terms: Terms) -> None:
        """Begin an engine."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(terms)) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End, with every engine that is left."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Nursery:
    """Begins engines, and hears them."""

    def __init__(self, mother: Mother) -> None:
        """Begin nothing yet."""
        self._mother = mother
        self._listener: asyncio.Server | None = None
        self._arrivals: asyncio.Queue[Remote] = asyncio.Queue()
        self._begun: list[Remote] = []
        self._hear: Callable[[dict[str, Any]], None] = lambda _: None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Return where engines report to."""
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        """Listen to engines to come."""
        self._listener = await asyncio.start_server(self._arrive, "127.0.0.1", 0, limit=LIMIT)
        await asyncio.to_thread(self._mother.ready)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every engine."""
        for engine in self._begun:
            await engine.kill()
        assert self._listener is not None
        self._listener.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def begin(self, terms: Terms, hear: Callable[[dict[str, Any]], None]) -> Remote:
        """Begin an engine and return it once it runs as a process; `hear` gets its events."""
        self._hear = hear
        self._mother.begin(terms)
        engine = await asyncio.wait_for(self._arrivals.get(), 60)
        self._begun.append(engine)
        return engine

    async def _arrive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
        hear = self._hear
        remote: Remote | None = None
        try:
            with suppress(OSError):
                remote = Remote(json.loads(await reader.readline())["pid"], writer)
                self._arrivals.put_nowait(remote)
                while line := await reader.readline():
                    # What a killed engine was saying has no end.
                    if not line.endswith(b"\n"):
                        break
                    record = json.loads(line)
                    if "event" in record:
                        hear(record)
                    else:
                        remote.settle(record["id"], record["answer"])
        finally:
            if remote is not None:
                remote.end()
