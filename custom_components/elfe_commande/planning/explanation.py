"""Why each run is where it is: its cost, its sun, and what another start would cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .board import KWH, Board, Slots
from .counterfactual import at_once
from .horizon import Horizon
from .placing import cheapest, start_costs
from .preparation import Prepared
from .request import Load
from .result import Alternative, LoadPlan, Reason, Run
from .search import Search
from .stretches import stretches
from .task import MINUTES, Task

ELSEWHERE: Final = 4
"""Quarter-hours; a start that is nearer is no other start."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A plan that is found, and the home without it."""

    horizon: Horizon
    search: Search
    nets: Sequence[float]
    """The net load of each quarter-hour without any load, in the board's units."""

    @property
    def _board(self) -> Board:
        return self.search.board

    def of(self, load: Load, prepared: Prepared, number: int | None, *, kept: bool) -> LoadPlan:
        """Return the plan of a load; `number` is that of its task in the search."""
        if number is None or prepared.task is None:
            return LoadPlan(
                load.equipment_id,
                prepared.reason,
                detail=prepared.detail,
                missing=float(prepared.missing * MINUTES),
            )
        task, slots = prepared.task, self.search.places[number]
        reason = prepared.reason
        if len(slots) < task.due and reason is Reason.PLANNED:
            reason = Reason.TOO_DEAR
        whole = [*range(len(task.head)), *slots]
        powers = dict(zip(whole, (*task.head, *task.powers), strict=False))
        return LoadPlan(
            load.equipment_id,
            reason,
            runs=tuple(self._run(number, low, high, powers) for low, high in stretches(whole)),
            missing=float((prepared.missing + task.due - len(slots)) * MINUTES),
            at_once=self._at_once(number),
            over_limit=any(self._board.net[slot] > self._board.limit for slot in whole),
            kept=kept,
        )

    def _run(self, number: int, low: int, high: int, powers: dict[int, float]) -> Run:
        board, task = self._board, self.search.tasks[number]
        energy = sun = cost = 0.0
        for slot in range(low, high):
            power = powers[slot]
            loads = board.net[slot] - self.nets[slot]
            shone = power * min(1.0, max(0.0, -self.nets[slot]) / loads) if loads > 0 else 0.0
            energy += power
            sun += shone
            cost += shone * board.sell[slot] + (power - shone) * board.buy[slot]
        under_way = low < len(task.head)
        return Run(
            start=self.horizon.instant(low),
            end=self.horizon.instant(high),
            energy=energy / KWH,
            sun=sun / KWH,
            cost=self._money(cost),
            estimated=not self.horizon.estimated.isdisjoint(range(low, high)),
            under_way=under_way,
            next_best=None if under_way else self._next_best(number, range(low, high)),
        )

    def _money(self, units: float) -> float | None:
        return self._board.currency(units) if self.horizon.priced else None

    def _at_once(self, number: int) -> Alternative | None:
        """Return what starting at once would cost, a limit not regarded."""
        task, slots = self.search.tasks[number], self.search.places[number]
        early = at_once(self._board, task, len(slots))
        if not early:
            return None
        extra = 0.0
        if list(early) != list(slots):
            planned = self._board.bill
            self.search.take(number)
            self.search.put(number, early)
            extra = self._board.bill - planned
            self.search.take(number)
            self.search.put(number, slots)
        return Alternative(self.horizon.instant(early[0]), self._money(extra))

    def _next_best(self, number: int, run: range) -> Alternative | None:
        """Return the cheapest way to do without a run where it is."""
        slots = self.search.take(number)
        other = (_other_start if self.search.tasks[number].starts else _other_slots)(
            self._board, self.search.tasks[number], slots, run
        )
        self.search.put(number, slots)
        if other is None or other[1] >= self._board.barred:
            return None
        return Alternative(self.horizon.instant(other[0]), self._money(other[1]))


def _other_start(board: Board, task: Task, slots: Slots, _run: range) -> tuple[int, float] | None:
    """Return the best start at least an hour away, and what it costs more."""
    costs = dict(zip(task.starts, start_costs(board, task), strict=True))
    now = costs[slots[0]]
    others = [
        (cost - now, start) for start, cost in costs.items() if abs(start - slots[0]) >= ELSEWHERE
    ]
    if not others:
        return None
    extra, start = min(others)
    return start, extra


def _other_slots(board: Board, task: Task, slots: Slots, run: range) -> tuple[int, float] | None:
    """Return the first quarter-hour that would take the place of a run's, and the extra cost."""
    costs = board.added(task.powers[0], task.low, task.high)
    now = sum(costs[slot - task.low] for slot in slots)
    bar = 4 * (board.step + board.dearest * task.energy)
    seen = [cost + bar if slot in run else cost for slot, cost in enumerate(costs, task.low)]
    same = replace(task, powers=task.powers[: len(slots)], worth=None)
    places = cheapest(board, same, seen)
    if not places or any(slot in run for slot in places):
        return None
    new = [slot for slot in places if slot not in slots]
    return (new or places)[0], sum(costs[slot - task.low] for slot in places) - now
