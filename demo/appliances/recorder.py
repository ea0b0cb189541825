"""What arrived on the command topics, in order."""

import asyncio
from collections.abc import Callable, Iterator
from math import ceil
import time
from typing import NamedTuple

from demo.parts.process import wait_until

_STEP = 0.01
_QUESTIONS = (b"", b"update")
"""What Tasmota and Shelly devices are sent to say how they are."""


def is_question(topic: str, payload: bytes) -> bool:
    """Return whether a message asks a device how it is, and orders nothing."""
    return payload in _QUESTIONS or b"Switch.GetStatus" in payload or topic.endswith("/STATUS")


class Received(NamedTuple):
    """One message: when (unix seconds), where, what, and how it was published."""

    time: float
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False

    @property
    def text(self) -> str:
        """Return the payload as text."""
        return self.payload.decode(errors="replace")


class Recorder:
    """A list of messages, and a way to wait for the next ones."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start empty."""
        self.messages: list[Received] = []
        self.questions: list[Received] = []
        """What devices were asked about their state: it orders nothing, and is kept apart."""
        self._clock = clock

    def __len__(self) -> int:
        """Return how many messages arrived."""
        return len(self.messages)

    def __iter__(self) -> Iterator[Received]:
        """Iterate over the messages, oldest first."""
        return iter(tuple(self.messages))

    def add(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Note a message."""
        kept = self.questions if is_question(topic, payload) else self.messages
        kept.append(Received(self._clock(), topic, payload, qos, retain))

    def on(self, topic: str) -> list[Received]:
        """Return the messages of one topic, oldest first."""
        return [message for message in self.messages if message.topic == topic]

    def texts(self, topic: str) -> list[str]:
        """Return the payloads of one topic as text, oldest first."""
        return [message.text for message in self.on(topic)]

    def clear(self) -> None:
        """Forget everything."""
        self.messages.clear()
        self.questions.clear()

    async def wait(self, count: int = 1, *, topic: str | None = None, within: float = 5) -> None:
        """Return once `count` messages arrived in all, or on `topic`."""

        def enough() -> bool:
            return (len(self.on(topic)) if topic else len(self)) >= count

        await wait_until(enough, within, f"{count} messages on {topic or 'any topic'}", 0.005)

    async def quiet(self, seconds: float) -> int:
        """Wait, and return how many messages arrived meanwhile.

        What keeps the process from running does not count: messages are read in every step.
        """
        before = len(self)
        for _ in range(ceil(seconds / _STEP)):
            await asyncio.sleep(_STEP)
        return len(self) - before
