"""Long work leaves the event loop to others every few milliseconds.

By the time worked, not by a number of pieces: a piece takes ten times as long on a small machine.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

LONGEST_TURN: Final = 0.004
"""Seconds worked before others have their turn: nobody who waits for a press notices as much,
and a turn, which costs microseconds, slows the work down by no more than a hundredth."""
WAKES_PER_TURN: Final = 10
"""Those woken in one turn: they go on in the next one, each with much to do, and what that takes
is not seen in the time worked here."""


class Pace:
    """Counts the work since others had their turn."""

    __slots__ = ("_clock", "_done", "_most", "_until")

    def __init__(
        self, most: int | None = None, *, clock: Callable[[], float] | None = None
    ) -> None:
        """Work begins now; `most` pieces of it fit in a turn, however short they are.

        `clock` counts seconds: the loop's time unless another is given.
        """
        self._clock = clock or asyncio.get_running_loop().time
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._until = self._clock() + LONGEST_TURN
        self._done = 0

    async def turn(self) -> None:
        """Give others a turn if it is time to; to be awaited after each piece of work."""
        self._done += 1
        if self._clock() >= self._until or self._done == self._most:
            await asyncio.sleep(0)
            self._begin()


async def paced[T](items: Iterable[T], *, pace: Pace | None = None) -> AsyncIterator[T]:
    """Yield the items, and give others a turn between two of them whenever it is time to.

    Whatever may change the collection in such a turn: hand a copy in.
    """
    pace = pace or Pace()
    for item in items:
        yield item
        await pace.turn()
