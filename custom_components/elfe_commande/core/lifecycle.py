"""The numbered start and stop of the engine, and the one gate in front of every order."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Code(IntEnum):
    """Where the engine stands; below 10 the objects are made, below 20 they are started."""

    INITIALISING = 0
    LOGGING = 1
    REQUIREMENTS = 2
    SPEED = 3
    STARTING = 10
    MODULES = 11
    DRIVERS = 12
    ITEMS = 13
    PREPARED = 14
    RULES = 15
    CONNECTED = 16
    RUNNING = 20
    RESTARTING = 30
    STOPPING = 31
    STOPPING_TASKS = 32
    STOPPED = 33


_ORDER: Final = tuple(Code)


class LifecycleError(Exception):
    """A step was skipped or taken backwards: a mistake in the program."""


class NotRunningError(Exception):
    """An order was asked for while the engine is not running."""

    def __init__(self, code: Code) -> None:
        """Keep the code the engine stands at."""
        super().__init__(f"not running: {code.name.lower()} ({int(code)})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Transition:
    """A code and when it was reached (unix seconds)."""

    code: Code
    at: float
    details: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A code gone through: when it was reached (unix seconds) and how long it lasted.

    `seconds` is `None` for the code that lasts.
    """

    code: Code
    at: float
    seconds: float | None
    details: str = ""


class Lifecycle:
    """The only writer of the code.

    Starting goes through every code up to 20, in order; only the measure of the speed (3) is
    left out when it is known. Stopping (31) may be asked from anywhere, restarting (30) from
    20 only; both then go through to 33.
    """

    def __init__(self, now: Callable[[], float], changed: Callable[[], None]) -> None:
        """Begin at 0; `changed` is called after every transition."""
        self._now = now
        self._changed = changed
        self.history: list[Transition] = [Transition(Code.INITIALISING, now())]

    @property
    def code(self) -> Code:
        """The code reached."""
        return self.history[-1].code

    @property
    def details(self) -> str:
        """What the present step is busy with."""
        return self.history[-1].details

    @property
    def running(self) -> bool:
        """Whether orders may be sent."""
        return self.code is Code.RUNNING

    def require_running(self) -> None:
        """Raise `NotRunningError` unless orders may be sent: the gate."""
        if not self.running:
            raise NotRunningError(self.code)

    def advance(self, code: Code, details: str = "") -> None:
        """Go on to the next code; `LifecycleError` if it is not the next one."""
        if not self._allowed(code):
            raise LifecycleError(f"from {self.code.name} to {code.name}")
        self.history.append(Transition(code, self._now(), details))
        self._changed()

    def note(self, details: str) -> None:
        """Say what the present step is busy with."""
        last = self.history[-1]
        if last.details != details:
            self.history[-1] = Transition(last.code, last.at, details)
            self._changed()

    def _allowed(self, code: Code) -> bool:
        if code is Code.STOPPING:
            return self.code < Code.STOPPING
        if code is Code.RESTARTING:
            return self.running
        if self.code in (Code.RUNNING, Code.STOPPED):
            return False
        following = _ORDER[_ORDER.index(self.code) + 1 :]
        if following[0] is Code.SPEED and code is following[1]:
            return True
        return code is following[0]

    def passages(self) -> list[Passage]:
        """Return the codes gone through, oldest first, the present one included."""
        ends: list[float | None] = [each.at for each in self.history[1:]]
        return [
            Passage(each.code, each.at, None if end is None else end - each.at, each.details)
            for each, end in zip(self.history, [*ends, None], strict=True)
        ]

    def durations(self) -> dict[int, float]:
        """Return how long each code but the present one lasted, in seconds."""
        return {int(p.code): p.seconds for p in self.passages() if p.seconds is not None}
