"""Tells whether messages may still wait to be read: they come before what can wait.

The broker's client reads one message at each turn of the event loop, so that a turn in which
none came means that none waits. Whoever has much to do lets those turns pass first: a press on
a screen is then never far behind the answers to a cycle's orders.
"""

import asyncio
from typing import Final

_PATIENCE: Final = 0.05
"""Seconds after which what can wait goes on all the same. It is never scaled with the waits for
devices and people: it bounds what reading a flood of messages costs this machine."""


class Traffic:
    """Counts the messages that arrive; `arrivals` only ever grows."""

    __slots__ = ("arrivals",)

    def __init__(self) -> None:
        """Have seen none."""
        self.arrivals = 0

    def note(self) -> None:
        """Count a message."""
        self.arrivals += 1

    async def lull(self) -> None:
        """Return at the next turn of the loop after one without a message, within 50 ms."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        seen = -1
        while seen != self.arrivals and loop.time() < until:
            seen = self.arrivals
            await asyncio.sleep(0)
