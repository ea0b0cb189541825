"""What quarter-hours cost: shared by the loads that run in them, past and to come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.model import EquipmentId
from ...core.plan import SLOT
from ..horizon import horizon
from ..request import Load, Outlook
from ..result import HomePlan

_KWH: Final = 3.6e6 / SLOT
"""Watts of a quarter-hour in a kWh."""
_MINUTES: Final = SLOT / 60


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is known of one quarter-hour without the loads that are planned."""

    at: int
    """Unix seconds."""
    buy: float
    sell: float
    """Currency per kWh; 1 and 0 where nothing is priced."""
    net: float
    """Watts of the home: what it draws less what the panels give."""
    priced: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """What one load has of a quarter-hour: kWh, those of them from the panels, currency."""

    energy: float
    sun: float
    cost: float | None


def quarters(outlook: Outlook) -> list[Quarter]:
    """Return the quarter-hours of an outlook, its holes filled as the planner fills them."""
    ahead = horizon(outlook)
    return [
        Quarter(ahead.instant(index), buy, sell, base - pv, ahead.priced)
        for index, (buy, sell, base, pv) in enumerate(
            zip(ahead.buy, ahead.sell, ahead.base, ahead.pv, strict=True)
        )
    ]


def shared(quarter: Quarter, watts: Mapping[EquipmentId, float]) -> dict[EquipmentId, Share]:
    """Return the share of each load, given the mean watts it draws in a quarter-hour.

    The sun that the home leaves is theirs in proportion to power; it costs what it would have
    earned.
    """
    total = sum(watts.values())
    if total <= 0:
        return {load: Share(0.0, 0.0, 0.0 if quarter.priced else None) for load in watts}
    part = min(1.0, max(0.0, -quarter.net) / total)
    return {
        load: Share(
            each / _KWH,
            each * part / _KWH,
            each * (part * quarter.sell + (1 - part) * quarter.buy) / _KWH
            if quarter.priced
            else None,
        )
        for load, each in watts.items()
    }


def drawn(plan: HomePlan, loads: Sequence[Load]) -> dict[int, dict[EquipmentId, float]]:
    """Return the watts of each load in each quarter-hour (unix time) that a plan has it run in."""
    found: dict[int, dict[EquipmentId, float]] = {}
    for load, planned in zip(loads, plan.loads, strict=True):
        left = load.minutes
        number = 0
        for run in planned.runs:
            for at in range(run.start, run.end, SLOT):
                if isinstance(load.power, int | float):
                    part = 1.0 if load.splittable else min(1.0, max(0.0, left / _MINUTES))
                    watts, left = load.power * part, left - _MINUTES
                else:
                    watts = load.power[number] if number < len(load.power) else 0.0
                number += 1
                found.setdefault(at, {})[load.equipment_id] = watts
    return found


def added(shares: Iterable[Share]) -> Share:
    """Return the sum of shares; without a cost if one has none."""
    energy = sun = cost = 0.0
    priced = True
    for each in shares:
        energy, sun = energy + each.energy, sun + each.sun
        priced = priced and each.cost is not None
        cost += each.cost or 0.0
    return Share(energy, sun, cost if priced else None)
