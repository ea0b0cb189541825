"""Plan a home: the least cost that can be found in a given time, steady, and explained."""

from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import Final

from .board import Board
from .counterfactual import at_once
from .explanation import Explanation
from .horizon import Horizon, horizon
from .preparation import Prepared, prepare
from .request import FormerRuns, Hysteresis, Load, Outlook
from .result import HomePlan, Reason
from .search import EFFORT, Search
from .steadiness import former_slots, stay
from .task import Task

AT_ITS_EFFORT: Final = 8
"""Loads for which the usual effort is meant; more of them are given more."""
STEADY: Final = Hysteresis()


class Superseded(Exception):  # noqa: N818
    """The plan was called off while it was made."""


def plan(
    outlook: Outlook,
    loads: Sequence[Load],
    *,
    former: FormerRuns | None = None,
    hysteresis: Hysteresis = STEADY,
    seed: int = 0,
    effort: int = EFFORT,
    seconds: float = inf,
    cancelled: Callable[[], bool] = bool,
) -> HomePlan:
    """Place all loads; blocks for about 0.1 s, a small board several times that.

    `former` is the plan in force, by whose runs the new one abides where it can. The same request
    gives the same plan, unless `seconds` end the search before its `effort`. Inputs that make no
    sense end in the reason of the load they belong to; raises `Superseded` alone, soon after
    `cancelled` begins to return true.
    """
    until = monotonic() + seconds

    def over() -> bool:
        if cancelled():
            raise Superseded
        return monotonic() >= until

    over()
    ahead = horizon(outlook)
    board = Board(ahead)
    nets = tuple(board.net)
    prepared = _prepared(loads, ahead, board, former or {})
    tasks = [each.task for each in prepared if each.task is not None]
    for task in tasks:
        board.add(task.head, range(len(task.head)))
    board.forbid(
        sum(max(task.powers, default=0.0) for task in tasks),
        max((task.due for task in tasks), default=0),
    )
    without = board.total
    search = Search(board, tasks, seed, over)
    search.begin()
    complete = search.explore(int(effort * max(1.0, len(tasks) / AT_ITS_EFFORT)), over)
    _not_worse_than_at_once(search)
    search.tidy()
    over()
    before = [_former(task, loads[task.index], ahead, former) for task in tasks]
    kept = set()
    if any(slots is not None for slots in before):
        kept = stay(search, before, ahead, hysteresis, without)
    numbers = {task.index: number for number, task in enumerate(tasks)}
    explain = Explanation(ahead, search, nets)
    plans = []
    for index, (load, each) in enumerate(zip(loads, prepared, strict=True)):
        over()
        number = numbers.get(index)
        plans.append(explain.of(load, each, number, kept=number in kept))
    return HomePlan(
        start=ahead.start,
        slots=ahead.slots,
        loads=tuple(plans),
        cost=board.currency(board.bill) if ahead.priced else None,
        cost_at_once=_cost_at_once(search) if ahead.priced else None,
        priced=ahead.priced,
        estimated_from=min(map(ahead.instant, ahead.estimated), default=None),
        complete=complete,
        tried=search.tried,
        changed=former is None
        or any(
            list(slots or ()) != list(search.places[number]) for number, slots in enumerate(before)
        ),
    )


def _prepared(
    loads: Sequence[Load], ahead: Horizon, board: Board, former: FormerRuns
) -> list[Prepared]:
    prepared, seen = [], set()
    for index, load in enumerate(loads):
        if load.equipment_id in seen:
            prepared.append(Prepared(reason=Reason.INVALID, detail="equipment_id"))
            continue
        seen.add(load.equipment_id)
        runs = former.get(load.equipment_id, ())
        prepared.append(prepare(index, load, ahead, board, runs))
    return prepared


def _former(task: Task, load: Load, ahead: Horizon, former: FormerRuns | None) -> list[int] | None:
    """Return where a task was planned, `None` if it was not."""
    if former is None or load.equipment_id not in former:
        return None
    return former_slots(former[load.equipment_id], ahead, len(task.head))


def _not_worse_than_at_once(search: Search) -> None:
    """Start at once what has been placed, if that should cost less."""
    found, value = list(search.places), search.value
    search.set(
        [
            at_once(search.board, task, len(slots))
            for task, slots in zip(search.tasks, found, strict=True)
        ]
    )
    if search.value < value:
        search.settle()
    else:
        search.set(found)


def _cost_at_once(search: Search) -> float:
    """Return the currency that the home would pay if everything placed began at once."""
    found = list(search.places)
    search.set(
        [
            at_once(search.board, task, len(slots))
            for task, slots in zip(search.tasks, found, strict=True)
        ]
    )
    bill = search.board.currency(search.board.bill)
    search.set(found)
    return bill
