"""What makes what a device says newer than its last change: one rule for all that are driven.

Devices and platforms may say old things after a change: firmware that publishes the state of
before, services that are polled and answer from a store, values that were kept over a restart. What
is certain counts at once: an answer to our own question, a notification of a change, a change of
which it is known who wanted it. What is not certain and contradicts what is known to be newer
counts once it had the time to become true, its lag.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_NEVER: Final = float("-inf")


class Word(StrEnum):
    """What a report of a state is."""

    NEWS = "news"
    """How the device is now."""
    KNOWN = "known"
    """What was known or ordered already, whenever it is said."""
    OLD = "old"
    """How it was before its last change, for all that is known."""


@dataclass(slots=True)
class Known:
    """What is known of a device for certain: ordered, or told by somebody who was there.

    It is on, off, or has another value that can be compared; `None` where nothing is known.
    """

    on: object = None
    at: float = _NEVER

    def note(self, on: object, at: float) -> None:
        """Take note of an order, or of what was told for certain; `at` in seconds of the loop."""
        self.on, self.at = on, at

    def forget(self) -> None:
        """Know nothing: what is said next counts."""
        self.on, self.at = None, _NEVER

    def judge(self, on: object, at: float, *, certain: bool, lag: float) -> Word:
        """Return what a report is that was heard `at`; the rest is how it is to be taken.

        `lag` is how long, in seconds, the device may say old things after a change.
        """
        if on == self.on:
            return Word.KNOWN
        if not certain and self.on is not None and at - self.at <= lag:
            return Word.OLD
        return Word.NEWS
