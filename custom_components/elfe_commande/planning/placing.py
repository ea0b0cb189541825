"""The best place of one load, all others given: exact for every kind of load."""

from dataclasses import replace
from itertools import accumulate
from random import Random

from .board import Board, Slots
from .stretches import Stretches
from .task import Task


def best(
    board: Board, task: Task, blur: float = 0.0, rng: Random | None = None, crowd: float = 0.0
) -> Slots:
    """Return the quarter-hours that add least to the cost of a board without the load.

    With `blur`, costs are seen wrongly by up to so many price units, at random: the search uses
    it to get out of places that no single move can leave. `crowd` is a power that is imagined to
    run beside it everywhere.
    """
    if not task.due:
        return ()
    if task.starts:
        return _in_one_piece(board, task, blur, rng, crowd)
    costs = board.added(task.powers[0], task.low, task.high, crowd)
    if task.worth is not None:
        worth = task.worth * task.powers[0]
        costs = [cost - worth for cost in costs]
    if rng is not None:
        size, random = blur * task.powers[0], rng.random
        costs = [cost + int(size * random()) for cost in costs]
    return cheapest(board, task, costs)


def cheapest(board: Board, task: Task, costs: list[float], start_cost: float = 0.0) -> Slots:
    """Return the quarter-hours of a load that may pause, given what each of them costs."""
    start_cost = start_cost or task.start_cost
    low, due = task.low, task.due
    if not start_cost:
        order = sorted(range(len(costs)), key=costs.__getitem__, reverse=task.late)
        if task.late:
            order.reverse()
        board.work += 12 * len(costs)
        if task.worth is not None:
            order = [slot for slot in order if costs[slot] < 0]
        order = sorted(task.rule.first_allowed(order, due))
        if task.rule.single or task.rule.allows(order):
            return [low + slot for slot in order]
    exact = due if task.worth is None else None
    easier = replace(task.rule, most_starts=None, most_slots=None, midnights=(), had=(0, 0))
    rules = (task.rule,) if easier == task.rule else (easier, task.rule)
    for rule in rules:
        search = Stretches(rule, costs, due, start_cost)
        board.work += 4 * search.rows * (20 + due)
        found = search.best(exact)
        if found is not None and (rule is rules[-1] or task.rule.allows(found[1])):
            return [low + slot for slot in found[1]]
    return ()


def _in_one_piece(board: Board, task: Task, blur: float, rng: Random | None, crowd: float) -> Slots:
    costs = start_costs(board, task, crowd)
    seen = costs
    if rng is not None:
        size, random = blur * task.energy, rng.random
        seen = [cost + int(size * random()) for cost in costs]
    place = _least(seen, late=task.late)
    if task.worth is not None and costs[place] + task.start_cost >= task.worth * task.energy:
        return ()
    start = task.starts[place]
    return range(start, start + task.due)


def start_costs(board: Board, task: Task, crowd: float = 0.0) -> list[float]:
    """Return what each allowed start of a load in one piece adds to the cost."""
    first, last = task.starts[0], task.starts[-1] + task.due
    sums = {
        power: [0.0, *accumulate(board.added(power, first, last, crowd))]
        for power in {level[0] for level in task.levels}
    }
    every = range(last - first - task.due + 1)
    costs = [0.0] * len(every)
    for power, begin, end in task.levels:
        known = sums[power]
        costs = [
            cost + after - before
            for cost, before, after in zip(
                costs, known[begin : begin + len(every)], known[end:], strict=False
            )
        ]
    board.work += 6 * len(every) * len(task.levels)
    if len(every) == len(task.starts):
        return costs
    return [costs[start - first] for start in task.starts]


def _least(costs: list[float], *, late: bool) -> int:
    least = min(costs)
    return len(costs) - 1 - costs[::-1].index(least) if late else costs.index(least)
