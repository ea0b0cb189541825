"""Fingers on the switches of wall screens, in a process of its own: how long until all is shown.

    python -m benchmarks.fingers HOST PORT HOMES

Reads a line `FIRST COUNT EVERY` and presses the switches of that many homes, one each `EVERY`
seconds; prints the presses as JSON once nothing more is drawn.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
import json
import logging
import sys
import time
from typing import Any, Self

import aiomqtt

from benchmarks.wall import PAGE, SWITCH, plate_of, plug_of
from demo.specs import plug, screen

QUIET = 1.5
"""Seconds without a line, after which a refresh is over."""


@dataclass(slots=True)
class Press:
    """One press and what came of it; unix times, 0 for what did not happen."""

    at: float
    ordered: float = 0.0
    answered: float = 0.0
    last: float = 0.0
    """Of the lines drawn."""
    lines: int = 0

    @property
    def took(self) -> float:
        """Return the seconds until all was drawn."""
        return self.last - self.at

    @property
    def device(self) -> float:
        """Return the seconds that the device itself took, as the broker saw it."""
        return max(0.0, self.answered - self.ordered) if self.ordered else 0.0


class Fingers:
    """The process, seen from the one that measures."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Keep the process."""
        self._process = process

    @classmethod
    async def begin(cls, host: str, port: int, homes: int) -> Self:
        """Start it, and wait until it hears the plugs and screens of that many homes."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.fingers",
            host,
            str(port),
            str(homes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), 20)
        return cls(process)

    async def press(self, first: int, count: int, every: float) -> list[Press]:
        """Press the switches of some homes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{first} {count} {every}\n".encode())
        await self._process.stdin.drain()
        answer = await asyncio.wait_for(self._process.stdout.readline(), 120)
        return [Press(**each) for each in json.loads(answer)]

    async def end(self) -> None:
        """End it."""
        self._process.kill()
        await self._process.wait()


def latencies(
    presses: Sequence[Press], collecting: Callable[[float, float], float] = lambda *_: 0.0
) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds, from a press to the last line drawn.

    `own`: without what the device itself took, and without the seconds that `collecting` says full
    collections took between two unix times; `own_with_gc`: with these.
    """
    shown = [press for press in presses if press.last]
    took = _percentiles([press.took for press in shown])
    paused = {id(press): collecting(press.at, press.last) for press in shown}
    own = _percentiles([press.took - press.device - paused[id(press)] for press in shown])
    with_gc = _percentiles([press.took - press.device for press in shown])
    return {
        "collected": sum(1 for seconds in paused.values() if seconds),
        "own_with_gc_p95_ms": with_gc[1],
        "presses": len(shown),
        "unanswered": len(presses) - len(shown),
        "p50_ms": took[0],
        "p95_ms": took[1],
        "own_p50_ms": own[0],
        "own_p95_ms": own[1],
    }


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    if not seconds:
        return 0.0, 0.0
    found = sorted(1000 * each for each in seconds)
    return found[len(found) // 2], found[min(len(found) - 1, int(0.95 * len(found)))]


def topics_of(home: int) -> tuple[str, str, str]:
    """Return where the plug of a home is ordered and answers, and its screen is drawn on."""
    topics = plug(plug_of(home)).topics
    return topics.command, topics.control, screen(plate_of(home)).topics.command


class Room:
    """The process itself: presses, and watches what the screens are told."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._by_topic: dict[str, Press] = {}
        self._heard_at = 0.0

    async def listen(self) -> None:
        """Note when things happen, until the process ends."""
        async for message in self._client.messages:
            self._heard_at = time.time()
            topic = message.topic.value
            if (press := self._by_topic.get(topic)) is None:
                continue
            if topic.endswith("/jsonl"):
                press.last, press.lines = self._heard_at, press.lines + 1
            elif topic.endswith("/command"):
                press.ordered = press.ordered or self._heard_at
            else:
                press.answered = press.answered or self._heard_at

    async def press(self, homes: range, every: float) -> list[Press]:
        """Press, and return once nothing more is drawn."""
        self._by_topic.clear()
        presses = {home: Press(0.0) for home in homes}
        for home, press in presses.items():
            self._by_topic |= dict.fromkeys(topics_of(home), press)
        for home, press in presses.items():
            press.at = time.time()
            topic = f"hasp/{plate_of(home)}/state/p{PAGE}b{SWITCH}"
            await self._client.publish(topic, '{"event":"up","val":1}')
            await asyncio.sleep(every)
        self._heard_at = time.time()
        while time.time() - self._heard_at < QUIET:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return list(presses.values())


async def work(host: str, port: int, homes: int) -> None:
    """Press as told until the process ends."""
    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.ERROR)
    async with aiomqtt.Client(host, port, logger=quiet) as client:
        client.pending_calls_threshold = 10**9
        for home in range(homes):
            await client.subscribe([(topic, 0) for topic in topics_of(home)])
        room = Room(client)
        listener = asyncio.create_task(room.listen())
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            first, count, every = line.split()
            pressed = range(int(first), int(first) + int(count))
            presses = await room.press(pressed, float(every))
            print(json.dumps([asdict(press) for press in presses]), flush=True)
        listener.cancel()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
