"""From a load as it was asked for to a task, or to the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import ceil, floor, inf, isfinite
from typing import Final

from ..core.plan import SLOT, slot_start
from .board import TENTHS, Board
from .horizon import Horizon
from .request import Load
from .result import Reason
from .stretches import Rule, Stretches
from .task import MINUTES, SECONDS_PER_MINUTE, Task

STRONGEST: Final = 1e6
"""Watts; a load beyond it is no load."""
MOST_MINUTES: Final = 7 * 24 * 60
"""More on-time than that is owed by no load."""
ENORMOUS: Final = 1e12
"""Of any unit; seconds of the year 33658."""
HAIR: Final = 1e-9
"""So that 0.1 + 0.2 quarter-hours are not one more than 0.3."""
MAY_BE_NONE: Final = frozenset(
    {"earliest", "latest", "most_starts", "most_minutes", "highest_price", "running_since"}
)
COUNTS: Final = (
    "most_starts",
    "most_minutes",
    "minimum_run",
    "starts_today",
    "minutes_today",
    "missed",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A load made ready: its task, and what is known of it before anything is placed."""

    task: Task | None = None
    """`None` if nothing can be placed."""
    reason: Reason = Reason.PLANNED
    detail: str = ""
    missing: int = 0
    """Quarter-hours that have no room, whatever they cost."""


def prepare(
    index: int,
    load: Load,
    horizon: Horizon,
    board: Board,
    former: Sequence[tuple[int, int]] = (),
) -> Prepared:
    """Return the task of a load; `former` are the runs that were planned for it."""
    if (field := _senseless(load)) is not None:
        return Prepared(reason=Reason.INVALID, detail=field)
    if not horizon.slots:
        return Prepared(reason=Reason.NO_HORIZON)
    found = _with_room(index, load, horizon, board, former)
    if not load.missed:
        return found
    missing = max(found.missing, ceil(load.missed / MINUTES - HAIR))
    return replace(found, reason=Reason.WINDOW_SHORT, missing=missing)


def _with_room(
    index: int, load: Load, horizon: Horizon, board: Board, former: Sequence[tuple[int, int]]
) -> Prepared:
    """Return the task of a load that makes sense, with what has room of it."""
    powers = _powers(load, horizon)
    if not powers:
        return Prepared(reason=Reason.NOTHING_DUE)
    task = Task(
        index=index,
        powers=powers,
        worth=None
        if load.highest_price is None
        else float(round(load.highest_price * board.money)),
        start_cost=board.units(load.start_cost),
        late=load.late,
    )
    in_one_piece = not load.splittable or not isinstance(load.power, int | float)
    return (_piece if in_one_piece else _pausing)(task, load, horizon, former)


def _senseless(load: Load) -> str | None:
    """Return the first field that makes no sense."""
    for field in fields(load)[1:]:
        value = getattr(load, field.name)
        if isinstance(value, bool) or (value is None and field.name in MAY_BE_NONE):
            continue
        several = field.name == "power" and isinstance(value, Sequence)
        if not all(map(_sensible, value if several else (value,))):
            return field.name
    powers = load.power if isinstance(load.power, Sequence) else (load.power,)
    if (
        any(not 0 <= power <= STRONGEST for power in powers)
        or not any(powers)
        or len(powers) > MOST_MINUTES // MINUTES
    ):
        return "power"
    if not 0 <= load.minutes <= MOST_MINUTES:
        return "minutes"
    for name in COUNTS:
        if (getattr(load, name) or 0) < 0:
            return name
    if load.start_cost < 0:
        return "start_cost"
    if load.earliest is not None and load.latest is not None and load.latest <= load.earliest:
        return "latest"
    return None


def _sensible(number: object) -> bool:
    return isinstance(number, int | float) and isfinite(number) and abs(number) < ENORMOUS


def _powers(load: Load, horizon: Horizon) -> tuple[float, ...]:
    """Return the power of each quarter-hour that is owed, in the board's units."""
    if isinstance(load.power, Sequence):
        done = 0
        if load.running_since is not None:
            done = max(0, (horizon.start - slot_start(load.running_since)) // SLOT)
        return tuple(float(round(power * TENTHS)) for power in load.power[done:])
    quarters = load.minutes / MINUTES
    slots = ceil(quarters - HAIR)
    power = float(round(load.power * TENTHS))
    if slots <= 0:
        return ()
    if load.splittable:
        return (power,) * slots
    last = min(1.0, quarters - (slots - 1))
    return (*(power,) * (slots - 1), float(round(power * last)))


def _window(load: Load, horizon: Horizon) -> tuple[int, int]:
    """Return the first quarter-hour allowed and the end, which may lie beyond the horizon."""
    low, high = 0, horizon.slots + int(1e6)
    if load.earliest is not None and load.earliest > horizon.now:
        low = ceil((load.earliest - horizon.start) / SLOT - HAIR)
    if load.latest is not None:
        high = floor((load.latest - horizon.start) / SLOT + HAIR)
    return low, high


def _piece(task: Task, load: Load, horizon: Horizon, former: Sequence[tuple[int, int]]) -> Prepared:
    """Return the task of a load that runs in one piece."""
    due, slots = task.due, horizon.slots
    if load.running_since is not None:
        return Prepared(replace(task, powers=(), head=task.powers[:slots]))
    if load.latest is not None and load.latest <= horizon.now:
        return Prepared(reason=Reason.WINDOW_OVER, missing=due)
    lasts = due * SLOT if isinstance(load.power, Sequence) else load.minutes * SECONDS_PER_MINUTE
    low, _ = _window(load, horizon)
    last: float = inf
    if load.latest is not None:
        last = floor((load.latest - lasts - horizon.start) / SLOT + HAIR)
        # What begins now begins within its quarter-hour, unless it was to begin by now.
        if last == 0 and horizon.now + lasts > load.latest and not _planned_end(horizon, former):
            last = -1
    if low > last:
        return Prepared(reason=Reason.WINDOW_SHORT, missing=due)
    if low > slots - due:
        return Prepared(reason=Reason.LATER, missing=due)
    rule = _rule(load, horizon, due, 0)
    starts = tuple(
        start
        for start in range(low, int(min(last, slots - due)) + 1)
        if rule.allows(range(start, start + due))
    )
    if not starts:
        return Prepared(reason=Reason.LIMITS, missing=due)
    return Prepared(replace(task, starts=starts, low=starts[0], high=starts[-1] + due))


def _pausing(
    task: Task, load: Load, horizon: Horizon, former: Sequence[tuple[int, int]]
) -> Prepared:
    """Return the task of a load that may pause; what has no room is missing."""
    due = task.due
    head = min(due, horizon.slots, _head(load, horizon, former))
    task = replace(task, powers=task.powers[head:], head=task.powers[:head])
    low, high = _window(load, horizon)
    low, end = max(low, head), min(high, horizon.slots)
    reason = Reason.LATER if high > horizon.slots else Reason.WINDOW_SHORT
    if load.latest is not None and load.latest <= horizon.now:
        reason = Reason.WINDOW_OVER
    room = min(task.due, max(0, end - low))
    if not room:
        return Prepared(
            replace(task, powers=()) if head else None,
            reason if task.due else Reason.PLANNED,
            missing=task.due,
        )
    warm = load.running_since is not None and low == head
    rule = replace(
        _rule(load, horizon, task.due, low, head),
        shortest=max(1, min(task.due, ceil(load.minimum_run / MINUTES - HAIR))),
        warm=warm,
        late=load.late,
    )
    if not rule.loose:
        fits = Stretches(rule, [0.0] * (end - low), room).longest()
        if fits < room:
            reason = Reason.LIMITS if end - low >= rule.shortest else reason
            room = fits
    return Prepared(
        replace(task, powers=task.powers[:room], low=low, high=end, rule=rule),
        reason if room < task.due else Reason.PLANNED,
        missing=task.due - room,
    )


def _head(load: Load, horizon: Horizon, former: Sequence[tuple[int, int]]) -> int:
    """Return how many quarter-hours of a run under way are not moved."""
    if load.running_since is None:
        return 0
    least = load.running_since + load.minimum_run * SECONDS_PER_MINUTE
    until = max(_planned_end(horizon, former), least)
    return max(0, ceil((until - horizon.start) / SLOT - HAIR))


def _planned_end(horizon: Horizon, former: Sequence[tuple[int, int]]) -> int:
    """Return until when a run was planned that takes the present quarter-hour; 0 if none was."""
    return max((end for start, end in former if start <= horizon.start < end), default=0)


def _rule(load: Load, horizon: Horizon, due: int, low: int, head: int = 0) -> Rule:
    """Return what binds the runs of a load in a day, in indices of a window from `low` on.

    `due` quarter-hours are to be placed; `head` of a run under way lie before the window.
    """
    most_slots = None
    if load.most_minutes is not None:
        most_slots = floor(load.most_minutes / MINUTES + HAIR)
    if load.most_starts is None and most_slots is None:
        return Rule()
    begun = max((midnight for midnight in horizon.midnights if midnight <= low), default=0)
    starts, used = 0, max(0, head - begun)
    if not begun:
        starts = load.starts_today
        used += ceil(load.minutes_today / MINUTES - HAIR)
    return Rule(
        most_starts=load.most_starts,
        most_slots=None if most_slots is None or used + due <= most_slots else most_slots,
        midnights=tuple(midnight - low for midnight in horizon.midnights if midnight > low),
        had=(0 if load.most_starts is None else starts, 0 if most_slots is None else used),
    )
