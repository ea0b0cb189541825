"""Appliances that lose, double, delay and lie, by chance; what they do is noted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from demo.appliances import Finger, Fleet, Order
from demo.appliances.fleet import AnyDevice


@dataclass(frozen=True, slots=True)
class Odds:
    """Probabilities, 0 to 1: of an order that never arrives, and of what becomes of an answer.

    `lost`: done, never said. `late`: done, said after `lateness` seconds. `doubled`: said twice.
    `lies`: not done, and said not to be; a switch that did it says the contrary as often.
    """

    order_lost: float = 0.0
    lost: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    lies: float = 0.0
    lateness: float = 8.0


HONEST: Final = Odds()
LOSSY: Final = Odds(order_lost=0.05, lost=0.05, late=0.05, doubled=0.05, lies=0.02)
"""A tenth is lost, on the way there or back."""


class ShakyFleet(Fleet):
    """Devices that are there, and not to be relied on. One seed, one sequence of chances."""

    odds: Odds = HONEST
    heard: Callable[[AnyDevice, str], None] = staticmethod(lambda _, __: None)
    """Called with each order that reached a device."""
    pressed: Callable[[AnyDevice], None] = staticmethod(lambda _: None)
    """Called with each press made."""

    @override
    def _attend(self, device: AnyDevice, topic: str, payload: bytes) -> None:
        order = topic == device.topics.command and device.understand(payload) is not None
        if order and not device.lost:
            if self.chance.random() < self.odds.order_lost:
                return
            self.heard(device, payload.decode(errors="replace"))
        super()._attend(device, topic, payload)

    @override
    def _answer(self, device: AnyDevice, order: Order[Any]) -> None:
        before = device.presses if isinstance(device, Finger) else 0
        self._fare(device, order)
        if isinstance(device, Finger) and device.presses > before:
            self.pressed(device)

    def _fare(self, device: AnyDevice, order: Order[Any]) -> None:
        odds, drawn = self.odds, self.chance.random()
        for share, fate in (
            (odds.lost, device.act),
            (odds.late, lambda order: self._late(device, order)),
            (odds.doubled, lambda order: self._twice(device, order)),
            (odds.lies, lambda order: self._lie(device, order)),
        ):
            if drawn < share:
                fate(order)
                return
            drawn -= share
        super()._answer(device, order)

    def _late(self, device: AnyDevice, order: Order[Any]) -> None:
        device.act(order)
        said = tuple(device.confirm(order))
        asyncio.get_running_loop().call_later(
            self.odds.lateness * self.scale, lambda: None if device.lost else self.say(said)
        )

    def _twice(self, device: AnyDevice, order: Order[Any]) -> None:
        device.act(order)
        said = tuple(device.confirm(order))
        self.say((*said, *said))

    def _lie(self, device: AnyDevice, order: Order[Any]) -> None:
        # A finger that says it did not press must not have: nobody could know better.
        if not isinstance(device, Finger) and self.chance.random() < 0.5:
            device.act(order)
        self.say(device.contradict(order))
