"""A plan, and why it is as it is. Costs are in the currency of the prices."""

from dataclasses import dataclass
from enum import StrEnum

from ..core.model import EquipmentId
from ..core.plan import DAY, SLOT


class Reason(StrEnum):
    """Why a load is planned as it is; keys of the translations."""

    PLANNED = "planned"
    """All that it owes has its place."""
    NOTHING_DUE = "nothing_due"
    TOO_DEAR = "too_dear"
    """Nothing, or not more, is cheaper than its highest price."""
    WINDOW_OVER = "window_over"
    WINDOW_SHORT = "window_short"
    """Not all that it owes fits between its earliest and its latest."""
    LATER = "later"
    """Its window, or enough of it, lies beyond what is planned now."""
    LIMITS = "limits"
    """Its minimum run, starts and time a day do not allow all that it owes."""
    INVALID = "invalid"
    """A value of it makes no sense; `detail` names the field."""
    NO_HORIZON = "no_horizon"
    """There is no quarter-hour to plan, or the present time makes no sense."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another start of the same load, every other load as planned."""

    start: int
    """Unix seconds."""
    extra: float | None
    """Currency that the home would pay more; `None` without prices."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a load; whole quarter-hours."""

    start: int
    end: int
    """Unix seconds, the end exclusive."""
    energy: float
    """kWh."""
    sun: float
    """kWh of it from the panels. What the base load leaves is shared by the loads that run in the
    same quarter-hour, in proportion to their power."""
    cost: float | None
    """Currency: what it takes from the grid, and what its sun would have earned. Costs of all runs
    add up to what the loads cost the home. `None` without prices."""
    estimated: bool
    """Whether it lies where the price was not known."""
    under_way: bool = False
    """Whether it has begun and is not moved."""
    next_best: Alternative | None = None
    """The cheapest way without this run: of a load in one piece a start at least an hour away, of
    another one its least cost outside of these quarter-hours; `None` if there is none."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What is planned for one load, and why."""

    equipment_id: EquipmentId
    reason: Reason
    runs: tuple[Run, ...] = ()
    detail: str = ""
    """The field that is invalid."""
    missing: float = 0.0
    """Minutes of on-time owed that have no place."""
    at_once: Alternative | None = None
    """The same on-time from the first moment allowed, every other load as planned; `extra` below
    zero says that the others' gain is paid here."""
    over_limit: bool = False
    """Whether the home exceeds its limit while it runs."""
    kept: bool = False
    """Whether it stays where it was although another place would be cheaper, by too little."""

    @property
    def energy(self) -> float:
        """The kWh of all its runs."""
        return sum(run.energy for run in self.runs)

    @property
    def sun(self) -> float:
        """The kWh of it from the panels."""
        return sum(run.sun for run in self.runs)

    @property
    def cost(self) -> float | None:
        """The currency that its runs cost; `None` without prices."""
        costs = [run.cost for run in self.runs if run.cost is not None]
        return sum(costs) if len(costs) == len(self.runs) else None

    def decisions(self, first_valid: int, slots: int = DAY) -> bytes:
        """Return 1 for each quarter-hour wanted on, else 0, from a unix time on."""
        wanted = bytearray(slots)
        for run in self.runs:
            for at in range(max(run.start, first_valid), run.end, SLOT):
                if (index := (at - first_valid) // SLOT) < slots:
                    wanted[index] = 1
        return bytes(wanted)


@dataclass(frozen=True, slots=True)
class HomePlan:
    """The plan of a home."""

    start: int
    """Unix seconds of the first quarter-hour."""
    slots: int
    """How many quarter-hours were planned."""
    loads: tuple[LoadPlan, ...]
    """In the order of the request."""
    cost: float | None = None
    """Currency for the whole home until the horizon, its base load included; below zero, it
    earns. `None` without prices."""
    cost_at_once: float | None = None
    """The same if each load had its planned on-time from the first moment allowed: the
    counterfactual. A limit is not regarded in it."""
    priced: bool = False
    """Whether there was any price."""
    estimated_from: int | None = None
    """Unix seconds from which on a price had to be estimated."""
    complete: bool = True
    """Whether the search came to its own end, and not to that of its time."""
    tried: int = 0
    """Combinations that were tried."""
    changed: bool = True
    """Whether it differs from the former plan; true if there was none."""

    @property
    def saved(self) -> float | None:
        """The currency saved against starting everything at once; `None` without prices."""
        if self.cost is None or self.cost_at_once is None:
            return None
        return self.cost_at_once - self.cost

    def of(self, equipment_id: EquipmentId) -> LoadPlan | None:
        """Return the plan of a load, `None` for one that was not asked for."""
        return next((each for each in self.loads if each.equipment_id == equipment_id), None)

    def runs(self) -> dict[EquipmentId, list[tuple[int, int]]]:
        """Return the (start, end) of all runs: the former plan of the next one."""
        return {
            each.equipment_id: [(run.start, run.end) for run in each.runs] for each in self.loads
        }
