"""What people did on screens and portal before the engine runs: kept for a while, then done."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

from ...core.gesture import Gesture

MOST: Final = 500
"""Requests kept; the oldest goes for a newer one."""


@dataclass(frozen=True, slots=True)
class _Kept:
    gesture: Gesture
    until: float


@dataclass(slots=True)
class Postponed:
    """The newest request about each thing, in the order they were made."""

    _kept: dict[Hashable, _Kept] = field(default_factory=dict)

    def put(self, about: Hashable, gesture: Gesture, until: float) -> None:
        """Keep a request in place of any other about the same; `until` is when it is void."""
        self._kept.pop(about, None)
        self._kept[about] = _Kept(gesture, until)
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def take(self, now: float) -> list[Gesture]:
        """Return what is not void, oldest first, and keep nothing."""
        kept, self._kept = self._kept, {}
        return [each.gesture for each in kept.values() if now <= each.until]
