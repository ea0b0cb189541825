"""Thousands of plugs in a process of their own: each acknowledges after a constant delay.

    python -m benchmarks.fleet HOST PORT COUNT DELAY [FIRST]

Prints a line once it hears orders. A message on `bench/power` makes every plug report 1 W. With the
number of its first plug it hears these only, and leaves others to another fleet.
"""

import asyncio
from collections import deque
from itertools import batched
import logging
import sys

import aiomqtt

from demo.specs import plug

COMMANDS = "shellies/+/relay/0/command"
POWER = "bench/power"
SUFFIX = "/command"


AT_ONCE = 500
"""Topics in one subscription."""


class Plugs:
    """Plugs behind a wildcard, or, where they are only some of all, behind a topic each."""

    def __init__(self, count: int, delay: float, first: int | None = None) -> None:
        """Prepare; `delay` in seconds, `first` is a number from 1."""
        self._numbers = range(first or 1, (first or 1) + count)
        self._some = first is not None
        self._delay = delay
        self._due: deque[tuple[float, str, bytes]] = deque()
        self._more = asyncio.Event()

    async def run(self, host: str, port: int) -> None:
        """Answer until the process ends."""
        quiet = logging.getLogger("quiet")
        quiet.setLevel(logging.ERROR)
        async with aiomqtt.Client(host, port, logger=quiet) as client:
            client.pending_calls_threshold = 10**9
            for topics in batched(self._topics(), AT_ONCE, strict=False):
                await client.subscribe([(topic, 0) for topic in topics])
            print("ready", flush=True)
            writer = asyncio.create_task(self._write(client))
            loop = asyncio.get_running_loop()
            async for message in client.messages:
                topic = message.topic.value
                if topic == POWER:
                    self._report(loop.time())
                elif isinstance(message.payload, bytes):
                    answer = topic.removesuffix(SUFFIX)
                    self._due.append((loop.time() + self._delay, answer, message.payload))
                self._more.set()
            writer.cancel()

    def _topics(self) -> list[str]:
        if not self._some:
            return [COMMANDS, POWER]
        return [POWER, *(plug(f"T{number:06}").topics.command for number in self._numbers)]

    def _report(self, now: float) -> None:
        for number in self._numbers:
            topic = f"{plug(f'T{number:06}').topics.control}/power"
            self._due.append((now, topic, b"1.00"))

    async def _write(self, client: aiomqtt.Client) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if not self._due:
                self._more.clear()
                await self._more.wait()
            at, topic, payload = self._due.popleft()
            if (left := at - loop.time()) > 0:
                await asyncio.sleep(left)
            await client.publish(topic, payload)


if __name__ == "__main__":
    host, port, count, delay, *first = sys.argv[1:]
    plugs = Plugs(int(count), float(delay), *map(int, first))
    asyncio.run(plugs.run(host, int(port)))
