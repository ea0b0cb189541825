"""A new plan leaves runs where people have seen them, unless to move them gains enough."""

from collections.abc import Sequence
from itertools import combinations

from ..core.plan import SLOT
from .board import KWH, Slots
from .horizon import Horizon
from .placing import cheapest
from .request import Hysteresis
from .search import Search


def former_slots(runs: Sequence[tuple[int, int]], horizon: Horizon, head: int) -> list[int]:
    """Return the quarter-hours of former runs that are still to come, after a run under way."""
    return sorted(
        {
            slot
            for start, end in runs
            for slot in range(
                max(head, (start - horizon.start) // SLOT),
                min(horizon.slots, -((horizon.start - end) // SLOT)),
            )
        }
    )


def stay(
    search: Search,
    former: Sequence[Slots | None],
    horizon: Horizon,
    hysteresis: Hysteresis,
    without: float,
) -> set[int]:
    """Bring loads back to their former places where the new ones gain too little.

    `former` has the former quarter-hours of each task, `None` for one that was not planned;
    `without` is the cost of the board without any load. Returns the tasks that have not moved
    although another place would be cheaper.
    """
    fresh, least = list(search.places), search.value
    held = _put_back(search, former)
    old, value = list(search.places), search.value
    kwh = horizon.price * search.board.money * KWH
    enough = max(hysteresis.plan_kwh * kwh, hysteresis.plan_share * abs(value - without))
    moved = [number for number in held if list(fresh[number]) != list(old[number])]
    if not moved or value - least < enough:
        if moved:
            return set(moved)
        # Nothing that was planned moves: what is new has its best place.
        search.set(fresh)
        return set()
    search.set(fresh)
    each = hysteresis.load_kwh * kwh
    back: set[int] = set()
    again = True
    while again:
        again = False
        still = [number for number in moved if number not in back]
        for group in (*((number,) for number in still), *combinations(still, 2)):
            if not back.isdisjoint(group):
                continue
            before, now = list(search.places), search.value
            search.set(old, group)
            if search.value - now < each * len(group):
                back.update(group)
                again = True
            else:
                search.set(before, group)
    return back


def _put_back(search: Search, former: Sequence[Slots | None]) -> list[int]:
    """Place each load as it was, or as nearly as can be; return those that are as they were."""
    for number in range(len(search.tasks)):
        search.take(number)
    held, new = [], []
    for number, (task, slots) in enumerate(zip(search.tasks, former, strict=True)):
        if slots is not None and task.due and task.allows(slots):
            search.put(number, slots)
            held.append(number)
        else:
            new.append(number)
    for number in list(new):
        task, slots = search.tasks[number], former[number]
        if not slots or task.starts or not task.due or task.worth is not None:
            continue
        # Its on-time has changed, and with it some of its quarter-hours.
        costs = search.board.added(task.powers[0], task.low, task.high)
        bonus = 4 * search.board.dearest * task.powers[0]
        for slot in slots:
            if task.low <= slot < task.high:
                costs[slot - task.low] -= bonus
        if places := cheapest(search.board, task, costs):
            search.put(number, places)
            new.remove(number)
            held.append(number)
    search.greedy(new)
    search.settle(new)
    return held
