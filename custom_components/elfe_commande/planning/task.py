"""A load as the search sees it: quarter-hours of the horizon, powers and prices of the board."""

from dataclasses import dataclass, field
from itertools import pairwise

from ..core.plan import SLOT
from .board import Slots
from .stretches import Rule, stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be placed of one load: `due` quarter-hours within [`low`, `high`)."""

    index: int
    """Its place among the loads of the request."""
    powers: tuple[float, ...]
    """Power units in each quarter-hour that is due."""
    low: int = 0
    high: int = 0
    starts: tuple[int, ...] = ()
    """Where it may start, ascending, if it runs in one piece; none: it may pause."""
    rule: Rule = field(default_factory=Rule)
    """What binds its runs, if it may pause."""
    head: tuple[float, ...] = ()
    """The powers of a run under way, from quarter-hour 0 on; they are not moved."""
    worth: float | None = None
    """Price units that its energy is worth, if it is optional."""
    start_cost: float = 0.0
    """Cost units."""
    late: bool = False
    minus: tuple[float, ...] = field(init=False)
    """Its powers, taken away."""
    levels: tuple[tuple[float, int, int], ...] = field(init=False)
    """The powers of a load in one piece as (power, begin, end): where it is constant."""

    def __post_init__(self) -> None:
        """Derive what the search needs at every step."""
        object.__setattr__(self, "minus", tuple(-power for power in self.powers))
        edges = [
            index
            for index, power in enumerate(self.powers)
            if index == 0 or power != self.powers[index - 1]
        ]
        object.__setattr__(
            self,
            "levels",
            tuple((self.powers[low], low, high) for low, high in pairwise((*edges, self.due))),
        )

    @property
    def due(self) -> int:
        """How many quarter-hours are to be placed."""
        return len(self.powers)

    @property
    def energy(self) -> float:
        """Power units of all quarter-hours together."""
        return sum(self.powers)

    def reward(self, slots: Slots) -> float:
        """Return what its energy in these quarter-hours is worth, 0 if it is not optional."""
        return 0.0 if self.worth is None else self.worth * sum(self.powers[: len(slots)])

    def starts_in(self, slots: Slots) -> int:
        """Return how many starts these quarter-hours take."""
        goes_on = self.rule.warm and bool(slots) and slots[0] == self.low
        return len(stretches(slots)) - goes_on

    def allows(self, slots: Slots) -> bool:
        """Return whether it may run in these quarter-hours; none only if it is optional."""
        if not slots:
            return self.worth is not None or not self.due
        if self.starts:
            return slots[0] in self.starts and list(slots) == list(
                range(slots[0], slots[0] + self.due)
            )
        wanted = len(slots) == self.due or (self.worth is not None and len(slots) < self.due)
        inside = self.low <= slots[0] and slots[-1] < self.high
        return wanted and inside and self.rule.allows([slot - self.low for slot in slots])


SECONDS_PER_MINUTE = 60
MINUTES = SLOT // SECONDS_PER_MINUTE
"""In a quarter-hour."""
