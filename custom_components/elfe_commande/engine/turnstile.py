"""Lets the orders of a cycle through a few at a time, so that people are never far behind.

Every message, a person's too, is handled after those that came before it. Orders sent as fast
as they can be would all be answered at once, and a press on a screen would wait behind them.
"""

import asyncio
from collections import deque
from typing import Final

_AT_A_TURN: Final = 16
_LONG_TURN: Final = 0.01
"""Seconds of a turn of the loop from which it has more to do than it can."""


class Turnstile:
    """Few pass at each turn of the loop, and fewer turns while it is busy; first come, first."""

    def __init__(self) -> None:
        """Let nobody wait yet."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._turning: asyncio.Task[None] | None = None

    async def pass_through(self) -> None:
        """Return when it is one's turn."""
        loop = asyncio.get_running_loop()
        passed = loop.create_future()
        self._waiting.append(passed)
        if self._turning is None:
            self._turning = loop.create_task(self._turn(), name="elfe turnstile")
        await passed

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                for _ in range(min(_AT_A_TURN, len(self._waiting))):
                    passed = self._waiting.popleft()
                    if not passed.done():
                        passed.set_result(None)
                began = loop.time()
                await asyncio.sleep(0)
                took = loop.time() - began
                if took > _LONG_TURN:
                    # What was let through is answered first.
                    await asyncio.sleep(took)
        finally:
            self._turning = None
