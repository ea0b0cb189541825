"""Thousands of plugs in a process of their own: each acknowledges after a constant delay.

    python -m benchmarks.fleet HOST PORT COUNT DELAY

Prints a line once it hears orders. A message on `bench/power` makes every plug report 1 W.
"""

import asyncio
from collections import deque
import logging
import sys

import aiomqtt

from demo.specs import plug

COMMANDS = "shellies/+/relay/0/command"
POWER = "bench/power"
SUFFIX = "/command"


class Plugs:
    """Plugs behind two wildcard subscriptions."""

    def __init__(self, count: int, delay: float) -> None:
        """Prepare; `delay` in seconds."""
        self._count = count
        self._delay = delay
        self._due: deque[tuple[float, str, bytes]] = deque()
        self._more = asyncio.Event()

    async def run(self, host: str, port: int) -> None:
        """Answer until the process ends."""
        quiet = logging.getLogger("quiet")
        quiet.setLevel(logging.ERROR)
        async with aiomqtt.Client(host, port, logger=quiet) as client:
            client.pending_calls_threshold = 10**9
            await client.subscribe([(COMMANDS, 0), (POWER, 0)])
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

    def _report(self, now: float) -> None:
        for number in range(1, self._count + 1):
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
    host, port, count, delay = sys.argv[1:]
    asyncio.run(Plugs(int(count), float(delay)).run(host, int(port)))
