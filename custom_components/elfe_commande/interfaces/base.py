"""What a people's surface is: topics wanted, messages to gestures, state to messages."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ..core.gesture import Gesture
from ..core.screens import PageView, Screen


@dataclass(frozen=True, slots=True)
class Publication:
    """Something to publish; QoS 0, not retained."""

    topic: str
    payload: str


class Interface(ABC):
    """One people's surface, pure: it neither sends nor remembers.

    A new one is a new module with a factory `create(layout)`, found by the registry.
    """

    name: ClassVar[str]

    @abstractmethod
    def topics(self) -> tuple[str, ...]:
        """Return the topic filters to listen to; as narrow as can be."""

    @abstractmethod
    def read(self, topic: str, payload: bytes, *, retained: bool) -> tuple[Gesture, ...]:
        """Return what a message means; empty if nothing. Never raises on what it is given."""

    def show(self, screen: Screen, view: PageView) -> tuple[Publication, ...]:  # noqa: ARG002
        """Return the messages that show an equipment on a screen, in order."""
        return ()

    def refreshed(self) -> tuple[Publication, ...]:
        """Return what is published once per batch of refreshes after screens returned."""
        return ()
