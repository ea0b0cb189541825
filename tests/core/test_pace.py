"""Long work leaves the loop to others: by the time it takes, and by how many it wakes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from custom_components.elfe_commande.core.pace import LONGEST_TURN, Pace, paced


@dataclass
class Clock:
    """A clock that only work moves."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Turns:
    """Counts the turns that others have."""

    count: int = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.count += 1


@asynccontextmanager
async def others() -> AsyncIterator[Turns]:
    found = Turns()
    running = asyncio.create_task(found.run())
    await asyncio.sleep(0)
    assert found.count == 0
    yield found
    running.cancel()


async def test_short_work_is_done_in_one_turn() -> None:
    async with others() as turns:
        pace = Pace(clock=Clock())
        assert [item async for item in paced(range(10_000), pace=pace)] == list(range(10_000))
        assert turns.count == 0


async def test_others_have_a_turn_as_soon_as_the_time_is_over() -> None:
    clock = Clock()
    seen: list[int] = []
    async with others() as turns:
        async for _ in paced(range(9), pace=Pace(clock=clock)):
            seen.append(turns.count)
            # Two of them are a little less than a turn.
            clock.now += LONGEST_TURN * 0.4
    assert seen == [0, 0, 0, 1, 1, 1, 2, 2, 2]


async def test_the_turn_of_others_is_not_taken_for_work() -> None:
    clock = Clock()
    seen: list[int] = []

    async def work_of_others() -> None:
        clock.now += 10 * LONGEST_TURN

    async with others() as turns:
        pace = Pace(clock=clock)
        clock.now += LONGEST_TURN
        other = asyncio.create_task(work_of_others())
        for _ in range(3):
            await pace.turn()
            seen.append(turns.count)
    assert other.done()
    assert seen == [1, 1, 1]


async def test_no_more_are_woken_in_a_turn_than_fit() -> None:
    seen: list[int] = []
    async with others() as turns:
        pace = Pace(3, clock=Clock())
        for _ in range(7):
            seen.append(turns.count)
            await pace.turn()
    assert seen == [0, 0, 0, 1, 1, 1, 2]


async def test_the_time_of_the_loop_is_what_counts_unless_told() -> None:
    """Work that outlasts a turn by far on any machine lets others in before it ends."""
    loop = asyncio.get_running_loop()
    others: list[float] = []
    loop.call_soon(lambda: others.append(loop.time()))
    pace = Pace()
    until = loop.time() + 3 * LONGEST_TURN
    while loop.time() < until:
        pass
    assert others == []
    await pace.turn()
    assert len(others) == 1
