"""Whoever is told may raise: the others hear all the same, and the log says so once."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
import logging
from types import SimpleNamespace

import pytest

from custom_components.elfe_commande.engine.ground.background import Background, within
from custom_components.elfe_commande.engine.ground.telling import Telling

LOGGER = "custom_components.elfe_commande.engine.ground.telling"


class BrokenError(Exception):
    """What a listener raises."""


def fail(*_: object) -> None:
    raise BrokenError


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == LOGGER]


def test_those_after_one_who_raises_hear_too(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[object] = []
    Telling().tell_all([heard.append, fail, heard.append], "news")
    assert heard == ["news", "news"]
    [line] = lines(caplog)
    assert line.getMessage().startswith("fail fails when it is told (str)")
    assert line.exc_info is not None
    assert line.exc_info[0] is BrokenError


def test_a_broken_listener_is_logged_once_for_each_kind_of_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    telling = Telling()
    for number in range(1000):
        telling.tell(fail, number)
        # What goes well in between makes nothing of the next failure new.
        telling.tell(int, number)
    assert len(lines(caplog)) == 1
    telling.tell(fail, "another kind")
    telling.tell(partial(fail), 1)
    assert len(lines(caplog)) == 3


def test_one_that_worked_for_long_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    telling = Telling(quiet=0.0)
    for _ in range(3):
        telling.tell(fail)
    assert len(lines(caplog)) == 3


@dataclass
class Odd:
    """A listener that cannot be a key."""

    heard: list[int] = field(default_factory=list)

    def __call__(self, number: int) -> None:
        self.heard.append(number)
        fail()


def test_any_callable_may_listen(caplog: pytest.LogCaptureFixture) -> None:
    odd, telling = Odd(), Telling()
    telling.tell(odd, 1)
    telling.tell(odd, 2)
    assert odd.heard == [1, 2]
    assert len(lines(caplog)) == 1


@pytest.mark.parametrize("end", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_what_ends_a_task_or_the_program_passes(end: type[BaseException]) -> None:
    def stop() -> None:
        raise end

    with pytest.raises(end):
        Telling().tell(stop)


def test_a_failure_of_something_else_is_noted_once(caplog: pytest.LogCaptureFixture) -> None:
    telling = Telling()
    for _ in range(3):
        telling.note("The plan cannot be read", BrokenError("no ink"))
    [line] = lines(caplog)
    assert "The plan cannot be read" in line.getMessage()


async def test_work_that_nobody_awaits_does_not_fail_silently(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        fail()

    background = Background()
    background.begin(work(), "sweeping")
    await background.ended()
    await asyncio.sleep(0)
    assert "elfe sweeping failed" in caplog.text


class TestWithin:
    """Work that is waited for within a time."""

    async def test_it_returns_and_raises_what_the_work_does(self) -> None:
        async def work(error: Exception | None = None) -> str:
            if error is not None:
                raise error
            return "done"

        assert await within(30.0, work(), "work", allowance=1.0) == "done"
        with pytest.raises(BrokenError):
            await within(30.0, work(BrokenError()), "work", allowance=1.0)

    async def test_work_that_takes_too_long_is_cancelled(self) -> None:
        seen = SimpleNamespace(cancelled=False)

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                seen.cancelled = True

        with pytest.raises(TimeoutError):
            await within(0.0, work(), "work", allowance=1.0)
        assert seen.cancelled

    async def test_work_that_does_not_listen_is_left_behind(self) -> None:
        released = asyncio.Event()

        async def work() -> None:
            while not released.is_set():
                try:
                    await released.wait()
                except asyncio.CancelledError:
                    continue

        with pytest.raises(TimeoutError):
            await within(0.0, work(), "deaf", allowance=0.0)
        [deaf] = [task for task in asyncio.all_tasks() if task.get_name() == "elfe deaf"]
        released.set()
        await deaf

    async def test_whoever_gives_up_waiting_ends_the_work(self) -> None:
        begun = asyncio.Event()

        async def work() -> None:
            begun.set()
            await asyncio.Event().wait()

        waiting = asyncio.create_task(within(30.0, work(), "work", allowance=1.0))
        await begun.wait()
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "elfe work"]
