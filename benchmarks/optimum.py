"""The proven optimum of a home, by HiGHS: what the planner is measured against, never part of it."""

from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from benchmarks.planner_homes import DAY, Home, powers_of

type Terms = list[tuple[int, float]]
HOURS = 0.25


@dataclass(frozen=True, slots=True)
class Optimum:
    """What the solver found."""

    cost: float
    """EUR, less what optional loads are worth."""
    proven: bool
    """False if its time was over first."""


@dataclass(slots=True)
class Model:
    """A mixed-integer model, row by row; powers in kW."""

    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[float, float, Terms]] = field(default_factory=list)

    def variable(self, cost: float, low: float, high: float, *, whole: bool = False) -> int:
        """Add a variable; return its number."""
        self.costs.append(cost)
        self.lows.append(low)
        self.highs.append(high)
        self.whole.append(whole)
        return len(self.costs) - 1

    def binary(self, cost: float = 0.0) -> int:
        """Add a decision; return its number."""
        return self.variable(cost, 0.0, 1.0, whole=True)

    def row(self, low: float, high: float, terms: Terms) -> None:
        """Add low <= sum of coefficient * variable <= high."""
        self.rows.append((low, high, terms))

    def solve(self, seconds: float) -> Optimum:
        """Return the optimum, proven to 1e-7 EUR unless the time ends first."""
        solver = highspy.Highs()
        for name, value in {
            "output_flag": False,
            "log_to_console": False,
            "threads": 1,
            "time_limit": float(seconds),
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 1e-7,
        }.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._program())
        solver.run()
        return Optimum(
            float(solver.getInfo().objective_function_value),
            solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        )

    def _program(self) -> Any:
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self.costs), len(self.rows)
        program.col_cost_ = np.array(self.costs)
        program.col_lower_, program.col_upper_ = np.array(self.lows), np.array(self.highs)
        kinds = highspy.HighsVarType
        program.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in self.whole]
        program.row_lower_ = np.array([row[0] for row in self.rows])
        program.row_upper_ = np.array([row[1] for row in self.rows])
        starts, columns, values = [0], [], []
        for _, _, terms in self.rows:
            columns += [column for column, _ in terms]
            values += [value for _, value in terms]
            starts.append(len(columns))
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_, matrix.index_ = np.array(starts), np.array(columns)
        matrix.value_ = np.array(values, dtype=float)
        return program


def optimum(home: Home, seconds: float = 60.0) -> Optimum:
    """Return the least cost of a home; `seconds` bounds the solver."""
    model = Model()
    running: list[Terms] = [[] for _ in home["price_import"]]
    for load in home["loads"]:
        if load["splittable"]:
            _pausing(model, home, load, running)
        else:
            _in_one_piece(model, load, running)
    strongest = sum(max(powers_of(load)) for load in home["loads"]) / 1000
    for slot, (bought, sold) in enumerate(
        zip(home["price_import"], home["price_export"], strict=True)
    ):
        net = (home["base_w"][slot] - home["pv_w"][slot]) / 1000
        most_in, most_out = max(0.0, net) + strongest, max(0.0, -net)
        limit = home.get("limit_w")
        taken = model.variable(HOURS * bought, 0.0, most_in if limit is None else limit / 1000)
        given = model.variable(-HOURS * sold, 0.0, most_out)
        loads = [(variable, -power) for variable, power in running[slot]]
        model.row(net, net, [(taken, 1.0), (given, -1.0), *loads])
        if bought < sold:
            # Nothing else keeps the home from buying and selling at the same time.
            takes = model.binary()
            model.row(-highspy.kHighsInf, 0.0, [(taken, 1.0), (takes, -most_in)])
            model.row(-highspy.kHighsInf, most_out, [(given, 1.0), (takes, most_out)])
    return model.solve(seconds)


def _worth(load: Any, powers: list[float]) -> float:
    return -HOURS * float(load.get("highest_price", 0.0)) * sum(powers)


def _in_one_piece(model: Model, load: Any, running: list[Terms]) -> None:
    powers = [power / 1000 for power in powers_of(load)]
    starts = {
        slot: model.binary(_worth(load, powers))
        for slot in range(load["earliest"], load["latest"] - len(powers) + 1)
    }
    least = 0.0 if "highest_price" in load else 1.0
    model.row(least, 1.0, [(start, 1.0) for start in starts.values()])
    for slot, start in starts.items():
        for after, power in enumerate(powers):
            running[slot + after].append((start, power))


def _pausing(model: Model, home: Home, load: Any, running: list[Terms]) -> None:
    power, steps = load["power_w"] / 1000, load["steps"]
    low, high, shortest = load["earliest"], load["latest"], load.get("min_run", 1)
    on = {slot: model.binary(_worth(load, [power])) for slot in range(low, high)}
    model.row(
        0.0 if "highest_price" in load else steps, steps, [(each, 1.0) for each in on.values()]
    )
    for slot, each in on.items():
        running[slot].append((each, power))
    days: dict[int, list[int]] = {}
    for slot in on:
        days.setdefault((slot + home.get("day_offset", 0)) // DAY, []).append(slot)
    if "most_steps" in load:
        for slots in days.values():
            model.row(0.0, load["most_steps"], [(on[slot], 1.0) for slot in slots])
    if shortest == 1 and "most_starts" not in load:
        return
    begins = {
        slot: model.variable(0.0, 0.0, float(slot <= high - shortest), whole=True) for slot in on
    }
    for slot, each in on.items():
        before = [(on[slot - 1], 1.0)] if slot > low else []
        model.row(0.0, highspy.kHighsInf, [(begins[slot], 1.0), (each, -1.0), *before])
        recent = range(max(low, slot - shortest + 1), slot + 1)
        model.row(
            -highspy.kHighsInf, 0.0, [*((begins[begun], 1.0) for begun in recent), (each, -1.0)]
        )
    if "most_starts" in load:
        for slots in days.values():
            model.row(0.0, load["most_starts"], [(begins[slot], 1.0) for slot in slots])
