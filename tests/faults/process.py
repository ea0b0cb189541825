"""Engine processes, each of which may be killed or frozen at any moment.

Run as `python -m tests.faults.process`: it imports everything once, then begins an engine, in a
process of its own, for each line of JSON it reads. An engine speaks with the laboratory over a
connection to its port: one line of JSON each, `{"id", "do", ...}` in, `{"id", "answer"}` and
`{"event", ...}` out. It ends with the connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
import json
import logging
import os
from pathlib import Path
import random
import signal
import sys
from typing import Any

from .house import House, Terms

LIMIT = 2**20


async def live(terms: Terms) -> None:
    """Be an engine until the laboratory stops it or goes away."""
    reader, writer = await asyncio.open_connection("127.0.0.1", terms.report_to, limit=LIMIT)

    def tell(record: dict[str, Any]) -> None:
        writer.write(json.dumps(record).encode() + b"\n")

    tell({"pid": os.getpid()})
    house = House(terms, tell)
    doors: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "wish": house.wish,
        "cycle": house.cycle,
        "state": house.state,
    }
    under_way: set[asyncio.Task[None]] = set()

    async def answer(request: dict[str, Any]) -> None:
        number, door = request.pop("id"), doors[request.pop("do")]
        tell({"id": number, "answer": await door(**request)})

    starting = asyncio.create_task(house.start())
    starting.add_done_callback(lambda task: task.cancelled() or task.result())
    while line := await reader.readline():
        request = json.loads(line)
        if request["do"] == "stop":
            starting.cancel()
            await house.stop()
            tell({"id": request["id"], "answer": {}})
            await writer.drain()
            break
        task = asyncio.create_task(answer(request))
        under_way.add(task)
        task.add_done_callback(under_way.discard)


def begin(terms: Terms) -> None:
    """Be the process of an engine, to its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed(terms.seed)
    log = os.open(terms.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(live(terms))


def main() -> None:
    """Begin an engine for each line, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    begun: list[int] = []
    for line in sys.stdin:
        terms = Terms(**json.loads(line))
        if (pid := os.fork()) == 0:
            try:
                begin(terms)
            finally:
                os._exit(0)
        begun.append(pid)
    for pid in begun:
        # Only one of ours: a number that was given to somebody else is no child of this process.
        if Path(f"/proc/{pid}/stat").exists() and _parent(pid) == os.getpid():
            os.kill(pid, signal.SIGKILL)
    sys.stdout.flush()
    # All that was imported need not be taken down in order.
    os._exit(0)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


if __name__ == "__main__":
    main()
