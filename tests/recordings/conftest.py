"""Fixture: scenarios replayed, once per module, trigger and time of day."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import pytest

from demo.parts import PostgresServer

from .corpus import Scenario
from .replay import Replay, Trigger, replayed

type Replays = Callable[[Trigger, int, Sequence[Scenario]], Replay]


@pytest.fixture(scope="module")
def replays(
    postgres_server: PostgresServer,
    sockets_allowed: Callable[[], AbstractContextManager[None]],
) -> Replays:
    """Replay scenarios, all at once; the same trigger and time are replayed once."""
    done: dict[tuple[Trigger, int], Replay] = {}

    def replay(trigger: Trigger, at: int, scenarios: Sequence[Scenario]) -> Replay:
        if (trigger, at) not in done:
            with sockets_allowed():
                done[trigger, at] = replayed(postgres_server, trigger, at, scenarios)
        return done[trigger, at]

    return replay
