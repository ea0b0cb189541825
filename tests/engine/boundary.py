"""Listeners and parts that fail, for tests of what the engine makes of them."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import override

import pytest

from custom_components.elfe_commande.engine.ground.events import Event
from demo.specs import plug, relay
from demo.territory import Equipment

WASHING, HEATER = 2, 3
MACHINE = Equipment(WASHING, "R001", "Lave-linge", 112, 120, (plug("Z102"),), cycle=7200)
TANK = Equipment(HEATER, "R001", "Ballon", 131, 140, (relay("Z103"),))
BOTH = (WASHING, HEATER)
LONG = 30.0
"""Seconds in which whatever is awaited here must have ended."""


class BrokenError(Exception):
    """What whoever is told raises."""


async def soon[T](work: Awaitable[T]) -> T:
    """Return what comes of work that must not hang."""
    async with asyncio.timeout(LONG):
        return await work


class Ears(list[Event]):
    """Hears everything, and raises at what it is told to."""

    def __init__(self, raises: Callable[[Event], bool]) -> None:
        super().__init__()
        self.raises = raises

    @override
    def append(self, event: Event) -> None:
        super().append(event)
        if self.raises(event):
            raise BrokenError(event)


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.exc_info]


# -- who is told of everything
