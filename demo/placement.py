"""Where to put a load in the next 24 hours so that it imports least: pure arithmetic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import math

from .database.results import SLOT, SLOTS, pulse

# What the EMS assumes of a machine it knows nothing of: watts per quarter.
UNKNOWN_MACHINE = (1750.8, 516.6, 1365.1, 57.0, 50.7, 180.3, 1618.8, 4.0)
MACHINE_WATTS = 800.0
DAY = 86_400

type Need = Callable[[int], float]


def sun_and_wind(
    moment: int, *, sun: float = 6000.0, wind: float = 1200.0, base: float = 900.0
) -> float:
    """Return consumption less production at a unix time, W: noon sun, gusts of seven hours."""
    hour = moment % DAY / 3600
    shining = max(0.0, math.sin(math.pi * (hour - 7.0) / 12.0)) if 7.0 < hour < 19.0 else 0.0
    blowing = 0.5 + 0.5 * math.sin(moment / (7 * 3600) * math.tau)
    evening = 1500.0 * math.exp(-(((hour - 19.0) / 1.5) ** 2))
    return base + evening - sun * shining - wind * blowing


@dataclass(frozen=True, slots=True)
class Task:
    """A load to start once: its watts per quarter and the starts that are allowed, both included."""

    machine_id: int
    profile: tuple[float, ...]
    earliest: int
    latest: int

    @property
    def slack(self) -> int:
        """Return how many quarters the start may move."""
        return self.latest - self.earliest


def window(begin: int, end: int, max_wait: int, length: int) -> tuple[int, int]:
    """Return the allowed starts, in quarters from `begin`, of a run of `length` quarters.

    `end` is the wished end and `max_wait` how many seconds before it the run may already be over.
    An end that cannot be met, or is past, means at once.
    """
    latest = min((end - begin) // SLOT - length, SLOTS - 1)
    if latest <= 0:
        return 0, 0
    earliest = math.ceil((end - max_wait - begin) / SLOT) - length
    return min(max(earliest, 0), latest), latest


def place(tasks: Sequence[Task], need: list[float]) -> dict[int, int]:
    """Return the start of each task, tightest first; `need` (W per quarter) grows by what is placed."""
    starts: dict[int, int] = {}
    for task in sorted(tasks, key=lambda task: (task.slack, -sum(task.profile))):
        start = min(
            range(task.earliest, task.latest + 1),
            key=lambda slot: _import(task.profile, need, slot),
        )
        starts[task.machine_id] = start
        _draw(task.profile, need, start)
    return starts


def machine_profile(cycle: int | None) -> tuple[float, ...]:
    """Return the watts per quarter of a machine whose cycle takes `cycle` seconds."""
    if cycle is None:
        return UNKNOWN_MACHINE
    return (MACHINE_WATTS,) * max(1, math.ceil(cycle / SLOT))


def charge_profile(left: int, wanted: int, watts: int, capacity: int) -> tuple[float, ...]:
    """Return the watts per quarter of a car from `left` to `wanted` percent of `capacity` Wh."""
    hours = capacity * max(0, wanted - left) / 100 / watts
    return (float(watts),) * min(SLOTS, max(1, math.ceil(hours * 3600 / SLOT)))


def tank_profile(litres: int, watts: int) -> tuple[float, ...]:
    """Return the watts per quarter of a tank heated by 50 kelvin."""
    seconds = int(50 * litres * 4180 / watts)
    return (float(watts),) * min(SLOTS, max(1, math.ceil(seconds / SLOT)))


def run(start: int, length: int) -> tuple[int, ...]:
    """Return 96 decisions with a run of 1."""
    return tuple(int(start <= slot < start + length) for slot in range(SLOTS))


def shift(decisions: Sequence[int], quarters: int) -> tuple[int, ...]:
    """Return decisions seen `quarters` later, zeros behind."""
    kept = tuple(decisions[quarters:])
    return (*kept, *([0] * (SLOTS - len(kept))))


def comfort(
    begin: int, periods: Sequence[tuple[bool, int, int]], eco_percent: int, need: list[float]
) -> tuple[int, ...]:
    """Return 1 in the comfort quarters, less the share that has to be eco where need is greatest.

    `periods` are (weekend, start, end) in seconds since midnight UTC.
    """
    wanted = [slot for slot in range(SLOTS) if _in_comfort(begin + slot * SLOT, periods)]
    cheapest = sorted(wanted, key=lambda slot: need[slot])
    kept = set(cheapest[: round(len(wanted) * (100 - eco_percent) / 100)])
    return tuple(int(slot in kept) for slot in range(SLOTS))


def _in_comfort(moment: int, periods: Sequence[tuple[bool, int, int]]) -> bool:
    # Day 0 of unix time was a Thursday.
    weekend = (moment // DAY + 3) % 7 >= 5
    return any(rest is weekend and start <= moment % DAY < end for rest, start, end in periods)


def _import(profile: Sequence[float], need: Sequence[float], start: int) -> float:
    return sum(
        max(0.0, need[slot] + watts) - max(0.0, need[slot])
        for slot, watts in enumerate(profile, start)
        if slot < len(need)
    )


def _draw(profile: Sequence[float], need: list[float], start: int) -> None:
    for slot, watts in enumerate(profile, start):
        if slot < len(need):
            need[slot] += watts


__all__ = [
    "Need",
    "Task",
    "charge_profile",
    "comfort",
    "machine_profile",
    "place",
    "pulse",
    "run",
    "shift",
    "sun_and_wind",
    "tank_profile",
    "window",
]
