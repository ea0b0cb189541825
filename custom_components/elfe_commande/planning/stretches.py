"""The cheapest runs of a load that may pause, within its minimum run, starts and time a day.

Exact, by dynamic programming over (quarter-hour, quarter-hours done, running or not, what the
local day has had). All indices are relative to the window of the load.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf

type Had = tuple[int, int]
"""Starts and quarter-hours that the present local day has had; 0 for what is not limited."""
type Rows = dict[Had, list[float]]
"""By what the day has had: the least cost for each number of quarter-hours done."""


def stretches(slots: Sequence[int]) -> list[tuple[int, int]]:
    """Return the [begin, end) of each run of quarter-hours, which are ascending."""
    if not slots:
        return []
    cuts = [index for index in range(1, len(slots)) if slots[index] > slots[index - 1] + 1]
    return [(slots[low], slots[high - 1] + 1) for low, high in pairwise((0, *cuts, len(slots)))]


@dataclass(frozen=True, slots=True)
class Rule:
    """What binds the runs of a load."""

    shortest: int = 1
    """Quarter-hours of a run, at least."""
    most_starts: int | None = None
    most_slots: int | None = None
    """Per local day."""
    midnights: tuple[int, ...] = ()
    """The quarter-hours, above 0, that begin a local day."""
    had: Had = (0, 0)
    """What the first day has had already."""
    warm: bool = False
    """Whether it runs when the window begins: to go on is no start."""
    late: bool = False
    """Which of equal costs is taken."""

    @property
    def loose(self) -> bool:
        """Whether it binds nothing."""
        return self.shortest <= 1 and self.most_starts is None and self.most_slots is None

    @property
    def single(self) -> bool:
        """Whether each quarter-hour may be taken by itself, the time of a day apart."""
        return self.shortest <= 1 and self.most_starts is None

    def first_allowed(self, slots: Sequence[int], count: int) -> Sequence[int]:
        """Return the first quarter-hours, at most `count`, that the time of a day leaves room for.

        The cheapest first, this is the cheapest choice of a load that is bound by nothing else.
        """
        if self.most_slots is None:
            return slots[:count]
        room = [self.most_slots - self.had[1]] + [self.most_slots] * len(self.midnights)
        chosen: list[int] = []
        for slot in slots:
            day = bisect_right(self.midnights, slot)
            if room[day] > 0 and len(chosen) < count:
                room[day] -= 1
                chosen.append(slot)
        return chosen

    def allows(self, slots: Sequence[int]) -> bool:
        """Return whether these quarter-hours, ascending, keep to it."""
        if self.loose:
            return True
        had, end = self.had, 0
        for low, high in stretches(slots):
            goes_on = self.warm and low == 0
            if high - low < self.shortest and not goes_on:
                return False
            if any(end < midnight <= low for midnight in self.midnights):
                had = (0, 0)
            after = self.after(had, low, high, 0 if goes_on else 1)
            if after is None:
                return False
            had, end = after, high
        return True

    def _within(self, had: Had) -> bool:
        return (self.most_starts is None or had[0] <= self.most_starts) and (
            self.most_slots is None or had[1] <= self.most_slots
        )

    def after(self, had: Had, low: int, high: int, starts: int) -> Had | None:
        """Return what the day of `high` has had after running in [low, high), `None` if too much.

        `starts` is 1 if the run begins at `low`.
        """
        begun = low
        counted = (had[0] + (starts if self.most_starts is not None else 0), had[1])
        for midnight in self.midnights:
            if low < midnight <= high:
                if not self._within((counted[0], self._more(counted[1], midnight - begun))):
                    return None
                counted, begun = (0, 0), midnight
        counted = (counted[0], self._more(counted[1], high - begun))
        return counted if self._within(counted) else None

    def _more(self, slots: int, more: int) -> int:
        return 0 if self.most_slots is None else slots + more

    def went_on(self, had: Had, index: int) -> Had | None:
        """Return what the day of `index` has had after one more quarter-hour before it."""
        if self.most_slots is None:
            return self.idle(had, index)
        return self.after(had, index - 1, index, 0)

    def idle(self, had: Had, index: int) -> Had:
        """Return what the day of `index` has had after a pause in the quarter-hour before it."""
        return (0, 0) if index in self.midnights else had


def _least(rows: Rows, had: Had, row: list[float]) -> None:
    known = rows.get(had)
    rows[had] = row if known is None else list(map(min, known, row))  # noqa: B912 (twice as fast)


class Stretches:
    """One search: `costs` are those of each quarter-hour of the window."""

    def __init__(self, rule: Rule, costs: list[float], due: int, start_cost: float = 0.0) -> None:
        """Compute forward; `due` is at most how many quarter-hours are wanted."""
        self._rule, self._costs, self._start_cost = rule, costs, start_cost
        self._sums = [0.0, *accumulate(costs)]
        self._idle: list[Rows] = []
        self._running: list[Rows] = []
        """At each boundary, having paused and having run long enough in what lies before."""
        self.rows = 0
        """How many were computed: what it took."""
        nothing = {rule.had: [0.0] + [inf] * due}
        coming: list[Rows] = [{} for _ in range(len(costs) + 1)]
        for index in range(len(costs) + 1):
            if index == 0:
                idle: Rows = {} if rule.warm else nothing
                running: Rows = nothing if rule.warm else {}
            else:
                idle, running = self._next(index, coming[index])
            self._idle.append(idle)
            self._running.append(running)
            self.rows += len(idle) + len(running)
            self._start(index, idle, coming, due)

    def _next(self, index: int, running: Rows) -> tuple[Rows, Rows]:
        """Return the rows at a boundary; `running` has those of runs that are long enough now."""
        rule, cost = self._rule, self._costs[index - 1]
        idle: Rows = {}
        for rows in (self._idle[-1], self._running[-1]):
            for had, row in rows.items():
                _least(idle, rule.idle(had, index), row)
        for had, row in self._running[-1].items():
            after = rule.went_on(had, index)
            if after is not None:
                _least(running, after, [inf, *[done + cost for done in row[:-1]]])
        return idle, running

    def _start(self, index: int, idle: Rows, coming: list[Rows], due: int) -> None:
        """Begin a run of the minimum length."""
        length = self._rule.shortest
        end = index + length
        if end > len(self._costs) or length > due:
            return
        cost = self._first(index)
        for had, row in idle.items():
            if (after := self._rule.after(had, index, end, 1)) is not None:
                begun = [done + cost for done in row[: due + 1 - length]]
                _least(coming[end], after, [inf] * length + begun)

    def _first(self, index: int) -> float:
        """Return the cost of the first quarter-hours of a run, its start included."""
        return self._sums[index + self._rule.shortest] - self._sums[index] + self._start_cost

    def longest(self) -> int:
        """Return for how many quarter-hours there is room."""
        return max(
            (
                done
                for rows in (self._idle[-1], self._running[-1])
                for row in rows.values()
                for done, cost in enumerate(row)
                if cost < inf
            ),
            default=0,
        )

    def best(self, due: int | None) -> tuple[float, list[int]] | None:
        """Return the least cost and its quarter-hours, for a number of them or for any (`None`)."""
        found: tuple[float, bool, Had, int] | None = None
        for on, rows in self._kinds(len(self._costs)):
            for had, row in rows.items():
                done = row.index(min(row)) if due is None else due
                if row[done] < (inf if found is None else found[0]):
                    found = (row[done], on, had, done)
        return None if found is None else (found[0], self._trace(*found))

    def _kinds(self, index: int) -> Iterator[tuple[bool, Rows]]:
        """Yield the rows at a boundary; those that are wanted among equals first."""
        kinds = ((False, self._idle[index]), (True, self._running[index]))
        return reversed(kinds) if self._rule.late else iter(kinds)

    def _trace(self, cost: float, on: bool, had: Had, done: int) -> list[int]:
        """Return the quarter-hours that led to a cost at the end of the window."""
        slots: list[int] = []
        index = len(self._costs)
        while index > 0:
            if not on:
                cost, on, had = self._paused(index, cost, had, done)
                index -= 1
                continue
            length = 1
            step = self._went_on(index, cost, had, done)
            if step is None:
                step = self._began(index, cost, had, done)
                length = self._rule.shortest
            cost, on, had = step
            slots.extend(range(index - 1, index - 1 - length, -1))
            index -= length
            done -= length
        slots.reverse()
        return slots

    # Each looks for the sum that `__init__` made: the same operations give the same float.

    def _paused(self, index: int, cost: float, had: Had, done: int) -> tuple[float, bool, Had]:
        for on, rows in self._kinds(index - 1):
            for before, row in rows.items():
                if row[done] == cost and self._rule.idle(before, index) == had:
                    return cost, on, before
        raise AssertionError("a cost that nothing led to")

    def _went_on(
        self, index: int, cost: float, had: Had, done: int
    ) -> tuple[float, bool, Had] | None:
        for before, row in self._running[index - 1].items():
            if (
                done
                and row[done - 1] + self._costs[index - 1] == cost
                and self._rule.went_on(before, index) == had
            ):
                return row[done - 1], True, before
        return None

    def _began(self, index: int, cost: float, had: Had, done: int) -> tuple[float, bool, Had]:
        length = self._rule.shortest
        first = index - length
        for before, row in self._idle[first].items():
            if (
                done >= length
                and row[done - length] + self._first(first) == cost
                and self._rule.after(before, first, index, 1) == had
            ):
                return row[done - length], False, before
        raise AssertionError("a cost that nothing led to")
