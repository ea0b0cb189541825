"""Fixture: scenarios replayed, once per module."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from demo.parts import PostgresServer

from .replay import Replay, Run, replayed

type Replays = dict[Run, Replay]


@pytest.fixture(scope="module")
def replays(
    request: pytest.FixtureRequest,
    postgres_server: PostgresServer,
    sockets_allowed: Callable[[], AbstractContextManager[None]],
) -> Replays:
    """Replay the module's `RUNS`, all at once."""
    with sockets_allowed():
        return replayed(postgres_server, request.module.RUNS)
