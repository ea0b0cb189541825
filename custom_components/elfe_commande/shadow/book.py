"""What came of each quarter-hour of shadow mode, kept on disk: a row for each, a month of them."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import logging
from typing import Any, Final, NamedTuple, Self

from ..core.model import EquipmentId
from ..engine.ground.ports import Log
from .comparing import Found, Verdict

_LOGGER = logging.getLogger(__name__)

KEPT: Final = 31 * 86_400
"""Seconds."""
MOST: Final = 200
"""Differences that are kept of one quarter-hour; of others only how many there were."""
MOST_IN_ALL: Final = 20_000
"""Differences that are kept; beyond, the oldest quarter-hours go."""


class Difference(NamedTuple):
    """What we would have ordered of a load, and what was seen instead."""

    slot: int
    """The unix time at which the quarter-hour began."""
    equipment_id: EquipmentId
    ours: str | None
    """An act; `None`: no order."""
    seen: bool | None
    """Whether it was switched on, or off; `None`: nothing was seen."""
    ways: tuple[str, ...]
    at: float | None
    """When it was seen (unix seconds)."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A quarter-hour over all loads."""

    slot: int
    agree: int = 0
    unseen: int = 0
    people: int = 0
    differ: tuple[Difference, ...] = ()
    more: int = 0
    """Differences that are not kept."""

    @classmethod
    def of(cls, slot: int, found: Iterable[tuple[EquipmentId, Found]]) -> Self:
        """Add up what a quarter-hour came to."""
        counts = dict.fromkeys(Verdict, 0)
        differ: list[Difference] = []
        for equipment_id, each in found:
            counts[each.verdict] += 1
            if each.verdict is Verdict.DIFFER:
                act = None if each.ours is None else each.ours.value
                ways = tuple(way.value for way in each.ways)
                differ.append(Difference(slot, equipment_id, act, each.seen, ways, each.at))
        return cls(
            slot,
            counts[Verdict.AGREE],
            counts[Verdict.UNSEEN],
            counts[Verdict.PEOPLE],
            tuple(differ[:MOST]),
            max(0, len(differ) - MOST),
        )

    def dump(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "slot": self.slot,
            "agree": self.agree,
            "unseen": self.unseen,
            "people": self.people,
            "differ": [list(each[1:]) for each in self.differ],
            "more": self.more,
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Self:
        """Return what was kept; raises `ValueError`, `KeyError` or `TypeError`."""
        slot = int(data["slot"])
        return cls(
            slot,
            int(data["agree"]),
            int(data["unseen"]),
            int(data["people"]),
            tuple(
                Difference(slot, EquipmentId(int(number)), ours, seen, tuple(ways), at)
                for number, ours, seen, ways, at in data["differ"]
            ),
            int(data["more"]),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Several quarter-hours."""

    slots: int
    agree: int
    unseen: int
    people: int
    differ: tuple[Difference, ...]
    """The oldest first."""
    more: int
    since: int | None
    """The unix time of the first quarter-hour that is kept at all."""


class ShadowBook:
    """The quarter-hours that were compared, read from disk when somebody first needs them."""

    def __init__(self, log: Log) -> None:
        """Know of nothing yet."""
        self._log = log
        self._sums: dict[int, Sum] = {}
        self._loaded = False
        self._rows = 0
        """How many there are on disk."""
        self._turn = asyncio.Lock()

    async def add(self, found: Sum) -> None:
        """Keep a quarter-hour; one that was known is replaced."""
        await self._load()
        async with self._turn:
            self._sums[found.slot] = found
            self._prune(found.slot - KEPT)
            self._rows += 1
            try:
                if self._rows > 2 * len(self._sums):
                    await self._log.replace(each.dump() for each in self._sums.values())
                    self._rows = len(self._sums)
                else:
                    await self._log.append([found.dump()])
            except OSError:
                # The disk tells of it; it is known as long as this runs.
                _LOGGER.debug("A quarter-hour of shadow mode is not stored")

    async def report(self, start: float, end: float) -> Report:
        """Return what came of the quarter-hours that began within a time."""
        await self._load()
        chosen = [self._sums[slot] for slot in sorted(self._sums) if start <= slot < end]
        return Report(
            slots=len(chosen),
            agree=sum(each.agree for each in chosen),
            unseen=sum(each.unseen for each in chosen),
            people=sum(each.people for each in chosen),
            differ=tuple(one for each in chosen for one in each.differ),
            more=sum(each.more for each in chosen),
            since=min(self._sums, default=None),
        )

    async def _load(self) -> None:
        async with self._turn:
            if self._loaded:
                return
            try:
                rows = await self._log.load()
            except OSError as error:
                _LOGGER.warning("What shadow mode found cannot be read: %s", error)
                rows = []
            self._loaded, self._rows = True, len(rows)
            for found in _readable(rows):
                self._sums[found.slot] = found
            self._prune(max(self._sums, default=0) - KEPT)

    def _prune(self, before: float) -> None:
        """Forget what is too old, or too much."""
        kept = 0
        for slot in sorted(self._sums, reverse=True):
            kept += len(self._sums[slot].differ)
            if slot < before or kept > MOST_IN_ALL:
                del self._sums[slot]


def _readable(rows: Iterable[dict[str, Any]]) -> Iterator[Sum]:
    for row in rows:
        try:
            yield Sum.load(row)
        except KeyError, TypeError, ValueError:
            _LOGGER.warning("A quarter-hour of shadow mode cannot be read: %s", row)
