"""What the loads of a home cost, day by day, and what starting them at once would have cost."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, tzinfo
from typing import Any, Final

from ...core.model import EquipmentId
from ...core.plan import SLOT, slot_start
from ..readers.moments import day_bounds
from .accounts import Quarter, Share, added, shared

KEPT: Final = 3 * 86_400
"""Seconds."""
LEAST: Final = 1e-6

type Task = tuple[EquipmentId, str]


@dataclass(frozen=True, slots=True)
class Booked:
    """What a load had of one quarter-hour, and for which task."""

    at: int
    task: Task
    share: Share


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What a task would have cost if begun when it was first asked for."""

    energy: float
    cost: float


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of the loads that are planned, what is past and what is to come."""

    energy: float
    sun: float
    cost: float | None
    """`None` where a part of it had no price."""
    saved: float | None
    """Against starting each of its tasks at once; of tasks that end in this day. `None` if none
    of them can be compared."""


class Ledger:
    """What was, by the quarter-hour; to it comes what is planned."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._market: dict[int, Quarter] = {}
        self._past: list[Booked] = []
        self._at_once: dict[Task, AtOnce] = {}
        self._until = 0
        self.watts: dict[Task, float] = {}
        """What each task draws that was planned last, while it is on."""

    def foresee(self, quarters: Iterable[Quarter]) -> None:
        """Take what quarter-hours to come will cost; what is past stays as it was seen last."""
        self._market |= {quarter.at: quarter for quarter in quarters}

    def ask(self, task: Task, energy: float, cost: float) -> None:
        """Take what a task would cost (currency) if begun at once, when it is first asked for."""
        if energy > LEAST:
            _ = self._at_once.setdefault(task, AtOnce(energy, cost))

    def unbooked(self, now: float) -> list[int]:
        """Return the quarter-hours that are over and can be booked (unix seconds)."""
        return [at for at in self._market if self._until <= at < slot_start(now)]

    def settle(self, now: float, on: Mapping[Task, Mapping[int, float]]) -> None:
        """Book the quarter-hours that are over.

        `on` has the mean watts of each task by the unix time of the quarter-hour.
        """
        present = slot_start(now)
        begin = max(self._until, present - KEPT)
        for at in range(begin, present, SLOT) if self._until else ():
            if (quarter := self._market.get(at)) is None:
                continue
            watts = {task: each[at] for task, each in on.items() if each.get(at)}
            loads = {task[0]: drawn for task, drawn in watts.items()}
            shares = shared(quarter, loads)
            self._past += [Booked(at, task, shares[task[0]]) for task in watts]
        self._until = present
        oldest = present - KEPT
        self._past = [each for each in self._past if each.at >= oldest]
        self._market = {at: each for at, each in self._market.items() if at >= present}
        known = {each.task for each in self._past}
        if len(self._at_once) > 10 * (len(known) + 10):
            self._at_once = {task: each for task, each in self._at_once.items() if task in known}

    @property
    def until(self) -> int:
        """Up to when the past is booked (unix seconds); 0 before the first time."""
        return self._until

    def day(self, day: date, zone: tzinfo, planned: Iterable[Booked]) -> Day:
        """Return a local day, given what is planned from the present quarter-hour on."""
        begin, end = day_bounds(day, zone)
        every = [*self._past, *(each for each in planned if each.at >= self._until)]
        total = added(each.share for each in every if begin <= each.at < end)
        return Day(total.energy, total.sun, total.cost, self._saved(every, begin, end))

    def _saved(self, every: list[Booked], begin: int, end: int) -> float | None:
        tasks: dict[Task, list[Booked]] = {}
        for each in every:
            tasks.setdefault(each.task, []).append(each)
        saved: list[float] = []
        for task, booked in tasks.items():
            first = self._at_once.get(task)
            if first is None or not begin <= max(each.at for each in booked) < end:
                continue
            total = added(each.share for each in booked)
            if total.cost is not None:
                # The same energy on both sides: a task may have changed since it was asked for.
                saved.append(first.cost * total.energy / first.energy - total.cost)
        return sum(saved) if saved else None

    # -- on disk

    def dump(self) -> dict[str, Any]:
        """Return what is to be kept."""
        return {
            "until": self._until,
            "past": [
                [each.at, *each.task, each.share.energy, each.share.sun, each.share.cost]
                for each in self._past
            ],
            "at_once": [[*task, each.energy, each.cost] for task, each in self._at_once.items()],
            # What is over when it is next read is booked then.
            "market": [astuple(each) for each in self._market.values()],
            "watts": [[*task, watts] for task, watts in self.watts.items()],
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Take what was kept, or nothing if it cannot be that; earlier versions kept less."""
        try:
            past = [
                Booked(int(at), (EquipmentId(int(load)), str(task)), Share(energy, sun, cost))
                for at, load, task, energy, sun, cost in data["past"]
            ]
            at_once = {
                (EquipmentId(int(load)), str(task)): AtOnce(float(energy), float(cost))
                for load, task, energy, cost in data["at_once"]
            }
            market = {
                int(at): Quarter(int(at), float(buy), float(sell), float(net), bool(priced))
                for at, buy, sell, net, priced in data.get("market", ())
            }
            watts = {
                (EquipmentId(int(load)), str(task)): float(power)
                for load, task, power in data.get("watts", ())
            }
            until = int(data["until"])
        except KeyError, TypeError, ValueError:
            return
        self._past, self._at_once, self._until = past, at_once, until
        self._market, self.watts = market, watts
