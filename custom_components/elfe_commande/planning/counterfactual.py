"""What would have been: each load from the first moment allowed, with the on-time it was given."""

from dataclasses import replace

from .board import Board, Slots
from .placing import cheapest
from .task import Task


def at_once(board: Board, task: Task, count: int) -> Slots:
    """Return the earliest quarter-hours, `count` of them, in which a load may run."""
    if not count:
        return ()
    if task.starts:
        return range(task.starts[0], task.starts[0] + task.due)
    early = replace(task, powers=task.powers[:count], worth=None, start_cost=0.0, late=False)
    return cheapest(board, early, [float(slot) for slot in range(task.high - task.low)])
