"""The limit: a bare loop that publishes and waits for each answer, 256 at once."""

import asyncio
import json
import sys
import time

import aiomqtt

from benchmarks.loop_watch import LoopWatch
from benchmarks.stage import Stage
from demo.specs import plug

AT_ONCE = 256


async def measure(stage: Stage) -> dict[str, float]:
    """Return how long all orders took, in seconds."""
    topics = [plug(f"T{number:06}").topics for number in range(1, stage.count + 1)]
    waiting: dict[str, asyncio.Future[None]] = {}
    loop = asyncio.get_running_loop()
    async with aiomqtt.Client(stage.host, stage.broker_port) as client:
        client.pending_calls_threshold = 10**9
        for start in range(0, len(topics), 200):
            await client.subscribe([(t.control, 0) for t in topics[start : start + 200]])

        async def listen() -> None:
            async for message in client.messages:
                future = waiting.pop(message.topic.value, None)
                if future is not None:
                    future.set_result(None)

        places = asyncio.Semaphore(AT_ONCE)

        async def order(control: str, command: str, payload: str) -> None:
            async with places:
                waiting[control] = loop.create_future()
                answer = waiting[control]
                await client.publish(command, payload)
                await asyncio.wait_for(answer, 30)

        listener = asyncio.create_task(listen())
        took = 0.0
        async with LoopWatch() as watch:
            # As with ours, a first round warms everything up.
            for payload in ("off", "on"):
                began = time.perf_counter()
                await asyncio.gather(*(order(t.control, t.command, payload) for t in topics))
                took = time.perf_counter() - began
        listener.cancel()
    return {"cycle_s": took, **watch.figures()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Stage.load(sys.argv[1])))))
