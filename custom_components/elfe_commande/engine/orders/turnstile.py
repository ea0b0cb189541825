"""Lets the orders of a cycle through a few at a time, so that people are never far behind.

Orders sent as fast as they can be would all be answered at once, and a press on a screen would
wait behind their answers.
"""

import asyncio
from collections import deque
from typing import Final

from ...core.timing import Timing
from ..ground.traffic import Traffic

_AT_A_TIME: Final = 4
"""Passing is little work: what counts is how many answers may come in one turn of the loop."""


class Turnstile:
    """A few pass whenever no message waits to be read and no person waits; first come, first."""

    def __init__(self, traffic: Traffic, timing: Timing) -> None:
        """Let nobody wait yet."""
        self._traffic = traffic
        self._timing = timing
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._turning: asyncio.Task[None] | None = None
        self._people_until = self._next_rest = float("-inf")

    def give_way(self) -> None:
        """Let a person's wish go first."""
        self._people_until = asyncio.get_running_loop().time() + self._timing.give_way

    async def pass_through(self, given_up: asyncio.Future[None]) -> None:
        """Return when it is one's turn, or once it is given up."""
        loop = asyncio.get_running_loop()
        passed = loop.create_future()

        def let_go(_: asyncio.Future[None]) -> None:
            if not passed.done():
                passed.set_result(None)

        self._waiting.append(passed)
        given_up.add_done_callback(let_go)
        if self._turning is None:
            self._turning = loop.create_task(self._turn(), name="elfe turnstile")
        try:
            await passed
        finally:
            given_up.remove_done_callback(let_go)

    async def close(self) -> None:
        """Let through who still waits: the gate in front of every order is shut by now."""
        if self._turning is not None:
            turning = self._turning
            turning.cancel()
            await asyncio.wait([turning])
        while self._waiting:
            passed = self._waiting.popleft()
            if not passed.done():
                passed.set_result(None)

    async def _turn(self) -> None:
        try:
            while self._waiting:
                await self._rest()
                let_in = 0
                while self._waiting and let_in < _AT_A_TIME:
                    passed = self._waiting.popleft()
                    if not passed.done():
                        passed.set_result(None)
                        let_in += 1
                await self._traffic.lull()
        finally:
            self._turning = None

    async def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._next_rest <= now < self._people_until:
            await asyncio.sleep(self._people_until - now)
            self._next_rest = loop.time() + self._timing.give_way_pause
