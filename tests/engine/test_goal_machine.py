"""Wishes, plans, silence, outages and kills in any order: in the end all is as the last word wants.

Whatever came between: no press twice, everyone who asked is answered, and once everything works and
some quarter-hours have passed, devices and rows follow the last word, or somebody was told that
they do not. The checker of the fault laboratory judges.
"""

import asyncio
from collections.abc import Coroutine
import os
from typing import Any, Final

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
import pytest

from tests.faults.appliances import HONEST, LOSSY
from tests.faults.checker import ALWAYS, check

from .pocket import LeapingLoop, PocketWorld, leaps

EXAMPLES: Final = int(os.environ.get("ELFE_GOAL_EXAMPLES", "0"))
"""How many more than in CI, and others each time."""
LOADS: Final = 8
HUNG: Final = 3600.0
"""Seconds after which the interpreter itself is taken to hang."""
MOMENTS: Final = (0.003, 0.008, 0.02, 0.12, 1.0, 6.0, 20.0, 100.0, 400.0)
"""Seconds that may pass: what becomes of an order is decided in its first."""


class GoalMachine(RuleBasedStateMachine):
    """One engine, and all that may happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = LeapingLoop()
        self.world: PocketWorld | None = None

    def do[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def there(self) -> PocketWorld:
        assert self.world is not None
        return self.world

    @initialize(seed=st.integers(0, 1000), lossy=st.booleans())
    def furnish(self, seed: int, lossy: bool) -> None:
        self.world = PocketWorld(seed, LOADS)
        self.do(self.world.furnish())
        self.world.fleet.odds = LOSSY if lossy else HONEST

    # -- what people, the EMS and time do

    @precondition(lambda self: self.there.house is not None)
    @rule(number=st.integers(1, LOADS), which=st.integers(0, 5), after=st.sampled_from(MOMENTS))
    def wish(self, number: int, which: int, after: float) -> None:
        intents = self.there.scenario.intents(number)

        async def come() -> None:
            self.there.wish(number, intents[which % len(intents)])
            await asyncio.sleep(after)

        self.do(come())

    @rule(wanted=st.lists(st.integers(0, 1), min_size=LOADS, max_size=LOADS))
    def begin_a_quarter_hour(self, wanted: list[int]) -> None:
        self.do(self.there.next_slot(wanted))

    @rule(seconds=st.sampled_from(MOMENTS))
    def pass_time(self, seconds: float) -> None:
        self.do(asyncio.sleep(seconds))

    @rule()
    def come_to_the_cycle(self) -> None:
        """Half a second into it, with orders on their way."""
        self.do(asyncio.sleep(max(0.0, 905.5 - self.there.clock.now() % 900)))

    # -- what breaks, and is mended

    @rule(silent=st.booleans())
    def lose_the_broker(self, silent: bool) -> None:
        async def go() -> None:
            if silent:
                self.there.bus.silent = True
            else:
                self.there.bus.go()

        self.do(go())

    @rule()
    def find_the_broker(self) -> None:
        async def come() -> None:
            self.there.bus.come()
            self.there.fleet.announce()

        self.do(come())

    @rule(up=st.booleans())
    def lose_or_find_the_database(self, up: bool) -> None:
        self.there.tables.up = up

    @rule(number=st.integers(1, LOADS))
    def lose_a_device(self, number: int) -> None:
        world = self.there

        async def go() -> None:
            world.lose(number)

        self.do(go())

    @rule()
    def find_every_device(self) -> None:
        world = self.there

        async def come() -> None:
            world.recover()

        self.do(come())

    @rule(number=st.integers(1, LOADS))
    def hear_a_report(self, number: int) -> None:
        world = self.there

        async def report() -> None:
            for spec in world.equipments[number - 1].devices:
                if not world.fleet[spec.id].lost:
                    world.fleet.report(world.fleet[spec.id])
            await asyncio.sleep(0.1)

        self.do(report())

    @rule()
    def kill_the_engine(self) -> None:
        self.do(self.there.kill())

    @precondition(lambda self: self.there.house is None)
    @rule()
    def begin_an_engine(self) -> None:
        self.do(self.there.begin())

    @precondition(lambda self: self.there.house is not None)
    @rule()
    def restart_the_engine(self) -> None:
        self.do(self.there.stop())
        self.do(self.there.begin())

    # -- what is never, and what is in the end

    @invariant()
    def nothing_is_ever_pressed_twice(self) -> None:
        if self.world is not None:
            assert [each for each in check(self.world.history) if each.rule in ALWAYS] == []

    def teardown(self) -> None:
        try:
            if self.world is not None:
                try:
                    assert self.do(self.world.conclude()) == []
                finally:
                    self.do(self.world.close())
        finally:
            self.loop.close()


GoalMachine.TestCase.settings = settings(
    max_examples=EXAMPLES or 20,
    stateful_step_count=25,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# It is bounded by the turns of its loop: a slow machine is no mistake of anybody's.
TestGoals = pytest.mark.timeout(HUNG)(GoalMachine.TestCase)


def test_what_has_no_end_is_found_by_the_turns_of_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether time passes in it or not."""

    async def wait_for_ever(seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)

    monkeypatch.setattr(leaps, "TURNS", 2_000)
    for seconds in (0.0, 0.01):
        loop = LeapingLoop()
        task = loop.create_task(wait_for_ever(seconds))
        with pytest.raises(RuntimeError, match="no end after"):
            loop.run_until_complete(task)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()
