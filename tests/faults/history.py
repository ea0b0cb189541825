"""What happened in one run, as the laboratory saw it: the only thing the checker knows.

Times are seconds on the laboratory's own clock; slots are unix seconds of the engine's.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path
from typing import Any, Final

MANUAL, PILOTED = 20, 30
ON, OFF = 15, 25
RUNNING, ERROR = 13, 30
SLOT: Final = 900
AHEAD: Final = SLOT + 30
"""Seconds before its first slot at which the EMS reads what a plan is made of."""


@dataclass(frozen=True, slots=True)
class Load:
    """An appliance of the run. `presses` is how many presses start it, 0 where it is switched."""

    id: int
    kind: str
    mode: int
    continuous: bool = False
    presses: int = 0
    metered: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """A row of the plan that the database took; one decision per slot from `first` on."""

    at: float
    load: int
    first: int
    decisions: tuple[int, ...]

    def decision(self, slot: int) -> int | None:
        """Return what it wants in a slot, `None` outside of it."""
        index = (slot - self.first) // SLOT
        return self.decisions[index] if 0 <= index < len(self.decisions) else None


@dataclass(frozen=True, slots=True)
class Wished:
    """A person's wish, and when the person came with it; `wall` is the engine's unix time."""

    at: float
    id: str
    load: int
    intent: str
    wall: float = 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What the person was answered. `refused` is why nothing was taken on, empty otherwise."""

    at: float
    wish: str
    refused: str = ""
    outcome: str = ""
    reason: str = ""
    will_retry: bool = False
    unwritten: bool = False
    unnoted: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """An order that reached a device."""

    at: float
    load: int
    device: str
    payload: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A finger pressed."""

    at: float
    load: int
    device: str


@dataclass(frozen=True, slots=True)
class Drew:
    """A machine was seen running."""

    at: float
    load: int


@dataclass(frozen=True, slots=True)
class Told:
    """The end of an order, or of its first try, as the engine told it."""

    at: float
    load: int
    act: str
    source: str
    origin: str
    outcome: str
    reason: str
    will_retry: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The engine asked a person to look at a load."""

    at: float
    load: int
    key: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something broke at `at` and was whole again at `until`."""

    at: float
    until: float
    kind: str


@dataclass(frozen=True, slots=True)
class Lived:
    """A life of the engine; `killed` where it ended without a word."""

    at: float
    until: float
    killed: bool


@dataclass(frozen=True, slots=True)
class End:
    """How a load was found at the end: its device, and its row.

    `powered` is `None` where nothing switches it. `programmed` is in unix seconds.
    """

    load: int
    powered: bool | None
    mode: int
    control: int
    command: int
    programmed: int = 0


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that had no end although nothing was broken any more."""

    what: str
    load: int = 0


@dataclass(slots=True)
class History:
    """A run. `slot` is the last quarter-hour of it, `calm` when the last fault was over."""

    seed: int = 0
    fault: str = ""
    slot: int = 0
    calm: float = 0.0
    loads: list[Load] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    wishes: list[Wished] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    presses: list[Pressed] = field(default_factory=list)
    drew: list[Drew] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lives: list[Lived] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    recovered: float | None = None
    """Seconds from the end of the last fault to all being right; `None`: never."""
    seconds: float = 0.0

    def of[T: Any](self, records: list[T], load: int) -> Iterator[T]:
        """Yield the records about a load, in their order."""
        return (each for each in records if each.load == load)

    def answer(self, wish: Wished) -> Answered | None:
        """Return what a wish was answered, `None` if nothing."""
        return next((each for each in self.answers if each.wish == wish.id), None)

    def save(self, path: Path) -> None:
        """Write it down, to be looked at."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1))
