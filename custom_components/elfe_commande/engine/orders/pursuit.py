"""A goal under way: how far the engine got in bringing a load to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from ...core.model import State
from ...core.outcome import Result
from ..ground.goal import Goal


def _future[T](_: type[T]) -> asyncio.Future[T]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Pursuit:
    """One goal with all of its tries. Times are the event loop's."""

    goal: Goal
    superseded: asyncio.Future[None] = field(default_factory=lambda: _future(type(None)))
    """Done when another goal takes this one's place."""
    first: asyncio.Future[Result] = field(default_factory=lambda: _future(Result))
    """The result of the first try, or of the whole when it ended before."""
    again: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something happened that makes another try worth it now."""
    mode_written: bool = False
    """The mode was written after a first try that failed."""
    sent_at: float | None = None
    """When its first message was sent."""
    tried_at: float = float("-inf")
    """When its last try began."""
    tries: int = 0
    waits: bool = True
    """No try of it is under way: for its turn, or for the next try."""
    reached: bool = False
    """The device confirmed it; the row is being written."""
    why: str = "superseded"
    """The reason for which it ended once it is superseded."""
    after: list[Callable[[], object]] = field(default_factory=list)
    """What is to be done once it is over."""
    cancelled: bool = False
    """Somebody took the load over, or it is gone."""
    contradicted: bool = False
    """The device said that it is in another state, and does as it likes."""
    taken: State | None = None
    """What the row held before it was taken out of the plan's hands for a press."""
    holds_place: bool = False
    """It counts among the orders at once."""
    _next: asyncio.Future[Result] | None = None
    """The result of the try to come, for whoever joined after the first."""

    def join(self) -> asyncio.Future[Result]:
        """Have it tried again now; return the result of that try."""
        self.again.set()
        if not self.first.done():
            return self.first
        if self._next is None:
            self._next = _future(Result)
        return self._next

    def settle(self, result: Result) -> None:
        """Answer whoever waits for a try."""
        if not self.first.done():
            self.first.set_result(result)
        if self._next is not None:
            self._next.set_result(result)
            self._next = None

    def contradict(self, late: float) -> None:
        """Hear that the device is in another state than ordered.

        One that was silent till then is back: it is asked again now. One that answers so is in
        no hurry; an answer comes within `late` seconds.
        """
        since = asyncio.get_running_loop().time() - self.tried_at
        if self.waits and since > late and not self.contradicted:
            self.again.set()
        self.contradicted = True

    def supersede(self, why: str = "superseded") -> None:
        """Give way to another goal, or to none: waits and retries end, presses begun do not."""
        if not self.superseded.done():
            self.why = why
            self.superseded.set_result(None)

    @property
    def answered(self) -> bool:
        """Whether nobody waits for a try any more."""
        return self.first.done() and self._next is None

    @property
    def begun(self) -> bool:
        """Whether a first try was made, or is due to a person who waits for it."""
        return self.tries > 0 or self.goal.by_person
