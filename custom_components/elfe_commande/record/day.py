"""One local day of one load, as it is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ..core.outcome import Outcome

MOST_RUNS: Final = 100
"""Of a day that are kept one by one; what they sum up to is kept of all."""


class Planned(NamedTuple):
    """A run that a plan wanted, from when to when (unix seconds), and whose plan it was."""

    start: int
    end: int
    source: str


class Run(NamedTuple):
    """A run that was made, from when to when (unix seconds)."""

    start: int
    end: int
    energy: float | None
    """kWh, as its meter said; `None` where nothing measures the load."""
    source: str
    """Whose order it was: a plan's owner, a rule, or where people asked; `device` by hand."""
    confirmed: bool
    """The device, or the meter, said that it was on; else the order was merely taken."""

    @property
    def minutes(self) -> float:
        """How long it was."""
        return (self.end - self.start) / 60


class Failure(NamedTuple):
    """The last order that was not carried out, or not sent."""

    at: int
    """Unix seconds."""
    act: str
    outcome: str
    reason: str
    """A key of the translations."""
    detail: str = ""
    """Why the device refused, in its own words."""
    pending: bool = False
    """It is tried again; not a failure once that is done."""


@dataclass(slots=True)
class Day:
    """What was planned, ordered, confirmed and measured, and why not."""

    planned: list[Planned] = field(default_factory=list)
    orders: Counter[str] = field(default_factory=Counter)
    """How many orders ended how; `Outcome` tells the words."""
    energy: float | None = None
    """kWh, as the meter said."""
    runs: list[Run] = field(default_factory=list)
    """Those that ended on this day."""
    failure: Failure | None = None

    def plan(self, run: Planned) -> None:
        """Take note of a run that is planned; of one that is known already nothing is new."""
        last = self.planned[-1] if self.planned else None
        if (
            last is None
            or run.start > last.end
            or (run.start == last.end and run.source != last.source)
        ):
            self.planned.append(run)
        elif run.start == last.end:
            self.planned[-1] = last._replace(end=run.end)

    def add_energy(self, kwh: float) -> None:
        """Add what the meter counted."""
        self.energy = (self.energy or 0.0) + kwh

    def add_run(self, run: Run) -> None:
        """Keep a run that ended."""
        self.runs.append(run)
        del self.runs[:-MOST_RUNS]

    # -- on disk

    def dump(self) -> dict[str, Any]:
        """Return what is to be kept, nothing of what is empty."""
        found: dict[str, Any] = {
            "planned": [list(run) for run in self.planned],
            "orders": dict(self.orders),
            "energy": None if self.energy is None else round(self.energy, 5),
            "runs": [list(run) for run in self.runs],
            "failure": None if self.failure is None else list(self.failure),
        }
        return {key: value for key, value in found.items() if value not in (None, [], {})}

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Day:
        """Return a day that was kept. Raises what Python does of data that cannot be one."""
        orders = {str(Outcome(key)): int(value) for key, value in data.get("orders", {}).items()}
        energy, failure = data.get("energy"), data.get("failure")
        return cls(
            planned=[Planned(*run) for run in data.get("planned", ())],
            orders=Counter(orders),
            energy=None if energy is None else float(energy),
            runs=[Run(*run) for run in data.get("runs", ())],
            failure=None if failure is None else Failure(*failure),
        )
