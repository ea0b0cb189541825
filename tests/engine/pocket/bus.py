"""A broker in memory, its clients, and the appliances on it."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import override

from custom_components.elfe_commande.engine.ground.ports import (
    Arrival,
    Handler,
    Messenger,
    MessengerError,
    Unsubscribe,
)
from demo.appliances import Message
from tests.faults.appliances import ShakyFleet

from .storage import LAG


@dataclass(eq=False)
class Bus:
    """The broker: lines of engines on one side, appliances on the other."""

    up: bool = True
    silent: bool = False
    """Connections are there, and nothing goes through."""
    lines: list[Line] = field(default_factory=list)
    attend: Callable[[str, bytes], None] = lambda _, __: None
    """Called with what engines publish."""
    _retained: dict[str, bytes] = field(default_factory=dict)
    _last: float = 0.0

    def later(self, then: Callable[[], object]) -> None:
        """Do something once a message is there, in the order in which they were sent."""
        loop = asyncio.get_running_loop()
        self._last = max(loop.time() + LAG, self._last + 1e-6)
        loop.call_at(self._last, then)

    def hand_on(self, topic: str, payload: str) -> None:
        """Hand on what an engine says."""
        if not self.silent:
            self.later(lambda: self.attend(topic, payload.encode()) if self.up else None)

    def carry(self, message: Message) -> None:
        """Hand on what an appliance says."""
        topic, payload, retained = message
        data = payload.encode() if isinstance(payload, str) else payload
        if not self.up or self.silent:
            return
        if retained:
            self._retained[topic] = data

        def arrive() -> None:
            for line in self.lines if self.up else ():
                line.take(topic, data, retained=False)

        self.later(arrive)

    def give_retained(self, line: Line, topics: Iterable[str]) -> None:
        """Give a line what is retained of these topics, as to whoever subscribes."""
        found = [(topic, self._retained[topic]) for topic in topics if topic in self._retained]
        for topic, data in found:
            self.later(lambda t=topic, d=data: line.take(t, d, retained=True))

    def go(self) -> None:
        """Be gone."""
        if self.up:
            self.up = False
            self._tell()

    def come(self) -> None:
        """Be there, and hand everything on."""
        self.silent = False
        if not self.up:
            self.up = True
            self._tell()
            for line in self.lines:
                self.give_retained(line, line.topics)

    def _tell(self) -> None:
        for line in self.lines:
            line.tell(connected=self.up)


class Line(Messenger):
    """The connection of one engine."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._handlers: dict[str, list[Handler]] = {}
        self._watchers: list[Callable[[bool], None]] = []

    async def open(self) -> None:
        self._bus.lines.append(self)

    async def close(self) -> None:
        with suppress(ValueError):
            self._bus.lines.remove(self)

    @property
    def topics(self) -> Collection[str]:
        return self._handlers.keys()

    def take(self, topic: str, payload: bytes, *, retained: bool) -> None:
        at = asyncio.get_running_loop().time()
        for handler in tuple(self._handlers.get(topic, ())):
            handler(Arrival(topic, payload, retained, at))

    def tell(self, *, connected: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(connected)

    @property
    @override
    def connected(self) -> bool:
        return self._bus.up and self in self._bus.lines

    @override
    async def publish(self, topic: str, payload: str) -> None:
        if not self.connected:
            raise MessengerError("not connected")
        self._bus.hand_on(topic, payload)

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        wanted = tuple(topics)
        for topic in wanted:
            self._handlers.setdefault(topic, []).append(handler)
        if self.connected:
            self._bus.give_retained(self, wanted)
        await asyncio.sleep(LAG)

        def unsubscribe() -> None:
            for topic in wanted:
                with suppress(ValueError):
                    self._handlers[topic].remove(handler)

        return unsubscribe

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)


class PocketFleet(ShakyFleet):
    """Appliances on a bus."""

    def __init__(self, bus: Bus, seed: int) -> None:
        """Be as shaky as the seed says, once odds are given."""
        super().__init__("", 0, record=False, seed=seed)
        self.bus = bus
        bus.attend = self._hand

    @override
    def say(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.bus.carry(message)

    def _hand(self, topic: str, payload: bytes) -> None:
        device = self._by_topic.get(topic)
        if device is not None:
            self._attend(device, topic, payload)  # type: ignore[arg-type]

    def announce(self) -> None:
        """Tell who is there, as on a broker that came back."""
        for device in self.devices.values():
            if not device.lost:
                self.say(device.presence(online=True))
