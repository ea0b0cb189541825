"""Steps of any length as quarter-hours: mean powers, and the decisions they mean."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ...core.plan import SLOT

SHORTEST: Final = 60
LONGEST_STEP: Final = 3600
"""Seconds of a step."""


def step_of(moments: Sequence[int]) -> int:
    """Return the length of the steps that begin at these moments (unix seconds).

    Raises `ValueError` where they are not of one length, or of none that a planner has. A
    single one is taken for a quarter-hour.
    """
    lengths = {after - at for at, after in pairwise(moments)}
    if not lengths:
        return SLOT
    step = min(lengths)
    if len(lengths) > 1 or not SHORTEST <= step <= LONGEST_STEP:
        raise ValueError(f"steps of {', '.join(map(str, sorted(lengths)[:4]))} s")
    return step


def to_slots(first: int, step: int, watts: Sequence[float]) -> tuple[int, list[float]]:
    """Return the first slot (unix seconds), and the mean power in each slot from there on.

    A slot at either end of which less than half is covered is left out.
    """
    end = first + step * len(watts)
    start = first // SLOT * SLOT
    if first - start > SLOT // 2:
        start += SLOT
    last, rest = divmod(end, SLOT)
    count = max(0, last - start // SLOT + (rest >= SLOT // 2))
    means: list[float] = []
    for slot in range(start, start + count * SLOT, SLOT):
        low, high = max(slot, first), min(slot + SLOT, end)
        energy = 0.0
        for index in range((low - first) // step, -(-(high - first) // step)):
            begin = first + index * step
            energy += watts[index] * (min(high, begin + step) - max(low, begin))
        means.append(energy / (high - low))
    return start, means
