"""What tests of the engine ask of Home Assistant's own fixtures, where that is not there."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

pytest_plugins = ["tests.fixtures_parts", "tests.fixtures_engine", "tests.storage.conftest"]


@pytest.fixture
def socket_enabled() -> None:
    """Nobody forbids sockets here."""


@pytest.fixture(scope="session")
def sockets_allowed() -> Callable[[], AbstractContextManager[None]]:
    """Nobody forbids sockets here."""
    return nullcontext
