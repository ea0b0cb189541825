"""People who look at plans, and plugs that tell their power, in a process of their own.

    python -m benchmarks.viewers ADDRESS TOKEN VIEWS BROKER PORT PLUGS

Each view has a connection, as each person has; browsers ask for compression. Half of the plugs tell
a new power each minute. Prints a line once all views are there; when its input ends, how much they were
told, as JSON.
"""

import asyncio
from dataclasses import dataclass
import json
import logging
import sys
import time

import aiohttp
import aiomqtt

from benchmarks.cycles import until
from custom_components.elfe_commande.const import DOMAIN
from demo.specs import plug

MINUTE = 60.0


@dataclass
class Told:
    """What all views were told."""

    ready: int = 0
    messages: int = 0
    octets: int = 0
    """Of text, as it is before compression."""


async def look(session: aiohttp.ClientSession, address: str, token: str, told: Told) -> None:
    """Have a view of everything, until the process ends."""
    async with session.ws_connect(
        f"{address}/api/websocket", compress=15, max_msg_size=0
    ) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        await socket.receive_json()
        await socket.send_json({"id": 1, "type": f"{DOMAIN}/plan/subscribe"})
        async for message in socket:
            text: str = message.data
            if told.ready >= 0 and '"type":"all"' in text[:200]:
                told.ready += 1
            told.messages += 1
            told.octets += len(text)


async def measure(host: str, port: int, count: int) -> None:
    """Let half of the plugs tell their power each minute, evenly, never the same twice."""
    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.ERROR)
    async with aiomqtt.Client(host, port, logger=quiet) as client:
        while True:
            for number in range(1, count + 1, 2):
                power = f"{100 + time.monotonic() % 2000:.2f}"
                await client.publish(f"{plug(f'T{number:06}').topics.control}/power", power)
                await asyncio.sleep(MINUTE / (count / 2))


async def main() -> None:
    """Look and measure until the input ends."""
    address, token, views, host, port, count = sys.argv[1:]
    told = Told()
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as session:
        work = [asyncio.create_task(measure(host, int(port), int(count)))]
        work += [
            asyncio.create_task(look(session, address, token, told)) for _ in range(int(views))
        ]
        await until(lambda: told.ready == int(views), "the views", 120)
        print("ready", flush=True)
        first = Told(messages=told.messages, octets=told.octets)
        await loop.run_in_executor(None, sys.stdin.read)
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    found = {"messages": told.messages - first.messages, "octets": told.octets - first.octets}
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
