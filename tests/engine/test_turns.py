"""Who goes first when there is much to do: what waits to be read, then people, then a cycle."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps
from itertools import pairwise
from typing import Any

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.ground.traffic import Traffic
from custom_components.elfe_commande.engine.orders.turnstile import Turnstile
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World, engine_tasks
from tests.steady_loop import run_steadily

from .bench import furnish


@pytest.fixture
async def turnstile() -> AsyncIterator[Turnstile]:
    found = Turnstile(Traffic(), Timing())
    yield found
    await found.close()


def steadily(scenario: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Play a scenario where a busy machine makes nothing late."""

    @wraps(scenario)
    def play() -> None:
        run_steadily(scenario())

    return play


def never() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def messages(traffic: Traffic, count: int) -> None:
    """Let messages come, one at each turn of the loop, as the broker's client reads them."""
    for _ in range(count):
        traffic.note()
        await asyncio.sleep(0)


@steadily
async def test_what_can_wait_goes_after_the_messages_that_wait() -> None:
    traffic = Traffic()
    reading = asyncio.create_task(messages(traffic, 20))
    await asyncio.sleep(0)
    await traffic.lull()
    assert reading.done()
    assert traffic.arrivals == 20


async def test_messages_without_an_end_hold_nothing_up_for_long() -> None:
    traffic = Traffic()
    reading = asyncio.create_task(messages(traffic, 10**9))
    async with asyncio.timeout(5):
        await traffic.lull()
    reading.cancel()


@steadily
async def test_orders_pass_in_their_order_and_answers_are_read_in_between() -> None:
    traffic = Traffic()
    turnstile = Turnstile(traffic, Timing())
    passed: list[int] = []
    unread = most = 0

    async def order(number: int) -> None:
        nonlocal unread, most
        await turnstile.pass_through(never())
        passed.append(number)
        unread += 1
        most = max(most, unread)

    async def read() -> None:
        """Read one answer a turn, as long as there is one."""
        nonlocal unread
        while len(passed) < 100 or unread:
            if unread:
                unread -= 1
                traffic.note()
            await asyncio.sleep(0)

    async with asyncio.timeout(20):
        await asyncio.gather(read(), *(order(number) for number in range(100)))
    assert passed == list(range(100))
    # Each order is answered at once here: no more of them wait to be read than passed together.
    assert most <= 8


async def test_a_person_goes_first(turnstile: Turnstile) -> None:
    loop = asyncio.get_running_loop()
    turnstile.give_way()
    wished = loop.time()
    async with asyncio.timeout(5):
        await turnstile.pass_through(never())
    assert loop.time() - wished >= 0.14


async def test_people_who_never_stop_slow_a_cycle_down_and_no_more(turnstile: Turnstile) -> None:
    async def wish() -> None:
        while True:
            turnstile.give_way()
            await asyncio.sleep(0.01)

    wishing = asyncio.create_task(wish())
    async with asyncio.timeout(20):
        await asyncio.gather(*(turnstile.pass_through(never()) for _ in range(50)))
    wishing.cancel()


@steadily
async def test_what_is_given_up_waits_no_longer() -> None:
    turnstile = Turnstile(Traffic(), Timing())
    given_up = never()
    turnstile.give_way()
    waiting = asyncio.create_task(turnstile.pass_through(given_up))
    await asyncio.sleep(0)
    given_up.set_result(None)
    async with asyncio.timeout(0.1):
        await waiting
    await turnstile.close()


async def test_nobody_is_left_waiting_when_it_closes() -> None:
    turnstile = Turnstile(Traffic(), Timing())
    turnstile.give_way()
    waiting = asyncio.create_task(turnstile.pass_through(never()))
    await asyncio.sleep(0)
    await turnstile.close()
    async with asyncio.timeout(30):
        await waiting


async def test_a_cycle_over_many_begins_a_few_at_a_time(world: World) -> None:
    """A touch on a screen, in the middle of it, is read after a few loads and not after all."""
    numbers = range(1, 61)
    heaters = (Equipment(n, "R001", "Heater", 131, 120, (plug(f"W{n}"),)) for n in numbers)
    await furnish(world, *heaters)
    for number in numbers:
        await world.plan(number, [1])
    await world.start()
    orders = {f"elfe {Act.ON} {number}" for number in numbers}
    begun = [0]

    async def look() -> None:
        """Count, at each turn of the loop, those that were begun so far."""
        seen: set[str] = set()
        while True:
            seen |= orders & {task.get_name() for task in engine_tasks()}
            begun.append(len(seen))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await world.engine.run_cycle()
    looking.cancel()
    assert begun[-1] == len(numbers)
    assert max(after - before for before, after in pairwise(begun)) <= 20
