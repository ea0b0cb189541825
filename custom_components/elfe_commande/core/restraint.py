"""Tells what a panel sends by itself from what fingers do."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

MOST = 6
"""Gestures on one object that people make within a while: there and back, three times."""


@dataclass(slots=True)
class Restraint:
    """Admits gestures on an object as long as they are few; then none until it is quiet.

    Whoever asks keeps the newest that was not admitted, and carries it out after `calmed`.
    """

    window: float
    """Seconds within which they are counted."""
    most: int = MOST
    _times: dict[Hashable, deque[float]] = field(default_factory=dict)

    def admits(self, key: Hashable, now: float) -> bool:
        """Count a gesture on an object; whether it may be carried out. `now`: the loop's time."""
        times = self._times.setdefault(key, deque(maxlen=self.most + 1))
        times.append(now)
        while times[0] < now - self.window:
            times.popleft()
        return len(times) <= self.most

    def calmed(self, key: Hashable) -> None:
        """Forget the gestures on an object that has been quiet."""
        self._times.pop(key, None)
