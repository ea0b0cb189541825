"""What the database could not take, on disk in the order it came, until the database has it."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, fields
from enum import StrEnum
import logging
from typing import Any, Final

from ...core.model import CommandState, Constraints, ControlState, EquipmentId, Mode
from ...core.outcome import Settles, Step, Writes
from ...core.wish import Origin
from ..ground.background import begin
from ..ground.ports import Log
from ..ground.store import Author

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
_MOST: Final = 50_000
"""Steps on disk at most: days of a territory of thousands."""
_SLACK: Final = 100
"""Rows that are over, beyond as many as are not, before the file is written anew."""
_KINDS: Final = {"mode": Mode, "command": CommandState, "control": ControlState}


class Fate(StrEnum):
    """What became of a step."""

    WRITTEN = "written"
    GUARDED = "guarded"
    """A guard held: the row changed meanwhile, nothing was written."""
    DEFERRED = "deferred"
    """The database is out of reach; the step is on disk."""
    UNNOTED = "unnoted"
    """The same, and the disk cannot take it either: it lasts as long as the engine."""
    REJECTED = "rejected"
    """The database refused it for good; nothing was written."""

    @property
    def stands(self) -> bool:
        """Whether the step is written, or will be."""
        return self in (Fate.WRITTEN, Fate.DEFERRED, Fate.UNNOTED)


@dataclass(slots=True, eq=False)
class Entry:
    """One step on its way to the database."""

    step: Step
    by: Author
    fate: asyncio.Future[Fate]
    urgent: bool = False
    programmed: int = 0
    """When the row was programmed last, as far as was known at the act."""
    deferred: bool = False
    number: int = 0
    """Its place on disk, 0 while it has none."""


class Outbox:
    """Appends what comes and what is over; writes the file anew where little of it is left."""

    def __init__(self, log: Log, most: int = _MOST) -> None:
        """Know nothing until loaded; hold so many steps at most."""
        self._log = log
        self._most = most
        self._kept: dict[int, Entry] = {}
        self._coming: list[Entry] = []
        """Not on disk yet, or not for lack of room."""
        self._over: list[Entry] = []
        """In the database, or replaced; the disk does not know."""
        self._rows = 0
        self._last = 0
        self._turn = asyncio.Lock()

    @property
    def full(self) -> bool:
        """Whether it takes no further step."""
        return len(self._kept) >= self._most

    async def load(self) -> list[Entry]:
        """Read what a run before left; a row that makes no sense is forgotten.

        Raises `OSError` if the file cannot be read: taken for empty, it would be written over.
        """
        rows = await self._log.load()
        for row in rows:
            try:
                for number in row.get("over", ()):
                    self._kept.pop(number, None)
                if "step" in row:
                    entry = _entry(row)
                    self._kept[entry.number] = entry
                    self._last = max(self._last, entry.number)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                _LOGGER.warning("A stored outcome cannot be read, it is forgotten: %s", error)
        self._rows = len(rows)
        return list(self._kept.values())

    def drop(self, over: Collection[Entry]) -> None:
        """Have these on disk no longer, from the next `keep` on."""
        self._over += over

    async def keep(self, coming: Collection[Entry] = ()) -> None:
        """Have these on disk; those that have a number then are there.

        What could not be saved is saved with what comes next. The disk tells of it.
        """
        self._coming += coming
        async with self._turn:
            # To its end also when whoever waits gives up: what is on disk must be known.
            await asyncio.shield(begin(self._save(), "outbox"))

    async def _save(self) -> None:
        over, self._over = self._over, []
        gone = [entry.number for entry in over if entry.number]
        known = set(over)
        waiting = [entry for entry in self._coming if entry not in known]
        left = max(0, self._most - len(self._kept) + len(gone))
        coming, self._coming = waiting[:left], waiting[left:]
        if not coming and not gone:
            return
        for entry in coming:
            self._last += 1
            entry.number = self._last
        live = self._kept | {entry.number: entry for entry in coming}
        for number in gone:
            live.pop(number, None)
        # What is over last: of a torn row nothing is lost.
        rows = [_row(entry) for entry in coming] + ([{"over": gone}] if gone else [])
        try:
            if self._rows + len(rows) > 2 * len(live) + (_SLACK if live else 0):
                rows = [_row(entry) for entry in live.values()]
                await self._log.replace(rows)
                self._rows = 0
            else:
                await self._log.append(rows)
        except OSError:
            for entry in coming:
                entry.number = 0
            self._coming, self._over = coming + self._coming, over + self._over
            return
        self._rows += len(rows)
        self._kept = live


def _row(entry: Entry) -> dict[str, Any]:
    step = entry.step
    return {
        "version": VERSION,
        "number": entry.number,
        "by": entry.by,
        "step": {
            "equipment": step.equipment_id,
            "at": step.at,
            "writes": _changed(step.writes),
            "wishes": _changed(step.wishes),
            "settles": _changed(step.settles),
            "expected_mode": step.expected_mode,
            "from_disabled": step.from_disabled,
            "programmed_at": step.programmed_at,
            "not_after": step.not_after,
        },
    }


def _changed(value: Writes | Constraints | Settles) -> dict[str, Any]:
    """Return the fields that are not left alone."""
    return {
        each.name: found
        for each in fields(value)
        if (found := getattr(value, each.name)) is not each.default
    }


def _entry(row: Mapping[str, Any]) -> Entry:
    """Read a row; raises `KeyError`, `TypeError`, `ValueError` or `AttributeError`."""
    origin, user_id = row["by"]
    stored = row["step"]
    writes: dict[str, Any] = {
        name: _KINDS[name](value) if name in _KINDS else value
        for name, value in _known(stored["writes"], fields(Writes)).items()
    }
    expected = stored["expected_mode"]
    # Earlier versions left it out.
    programmed_at = stored.get("programmed_at")
    fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
    fate.set_result(Fate.DEFERRED)
    step = Step(
        EquipmentId(int(stored["equipment"])),
        Writes(**writes),
        int(stored["at"]),
        None if expected is None else Mode(expected),
        from_disabled=bool(stored["from_disabled"]),
        programmed_at=None if programmed_at is None else int(programmed_at),
        settles=Settles(**_known(stored["settles"], fields(Settles))),
        wishes=Constraints(**_known(stored["wishes"], fields(Constraints))),
        not_after=int(stored["not_after"]),
    )
    number = int(row["number"])
    return Entry(step, (Origin(origin), user_id), fate, deferred=True, number=number)


def _known(values: Mapping[str, Any], known: tuple[Field[Any], ...]) -> dict[str, Any]:
    names = {each.name for each in known}
    return {name: value for name, value in values.items() if name in names}
