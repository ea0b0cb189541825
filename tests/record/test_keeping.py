"""Rows are written together and in time, whatever the disk does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
import shutil
import sqlite3
from typing import override

import pytest

from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.ground.ports import Problem
from custom_components.elfe_commande.record import keeping
from custom_components.elfe_commande.record.archive_file import STEPS, ArchiveFile
from custom_components.elfe_commande.record.keeping import Bounds, Keeper, Told
from custom_components.elfe_commande.record.rows import HUB, EventRow, Row, SlotRow

from .made import LOAD, START, day_of, order_row

ALL = 1_000_000
DAY = 86_400


@dataclass
class Kept:
    """A keeper, its file, and what a person is told."""

    path: Path
    file: ArchiveFile
    problems: dict[str, Problem] = field(default_factory=dict)
    now: float = START + 1000.0
    writes: list[int] = field(default_factory=list)
    keeper: Keeper = field(init=False)

    def begin(self, bounds: Bounds | None = None, **waits: float) -> Keeper:
        timing = Timing(**{"archive_write": 0.02, "archive_retry": 0.05, **waits})
        told = Told(
            lambda problem: self.problems.update({problem.key: problem}),
            lambda key, _: self.problems.pop(key, None),
        )
        self.keeper = Keeper(self.file, bounds or Bounds(30, 10**9), timing, lambda: self.now, told)
        return self.keeper

    def on_disk(self) -> list[EventRow]:
        """Return what another reader finds in the file."""
        file = ArchiveFile(self.path)
        try:
            return file.read(EventRow, None, 0, 1e11, ALL)
        finally:
            file.close()


class Counting(ArchiveFile):
    """A file that counts its transactions, and may refuse them."""

    writes: list[int]
    refusal: Callable[[], None] = staticmethod(lambda: None)

    @override
    def write(self, rows: Iterable[Row]) -> int:
        self.refusal()
        count = super().write(rows)
        self.writes.append(count)
        return count


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    path = tmp_path / "record.db"
    file = Counting(path)
    made = Kept(path, file)
    file.writes = made.writes
    yield made
    await made.keeper.close()


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not found():
            await asyncio.sleep(0.005)


def refuse() -> None:
    raise OSError("database or disk is full")


async def test_what_comes_within_a_moment_is_one_transaction(kept: Kept) -> None:
    keeper = kept.begin(archive_write=0.2)
    for number in range(1000):
        keeper.put([order_row(START + number)])
        if not number % 100:
            await asyncio.sleep(0)
    await until(lambda: not keeper.waiting)
    assert kept.writes == [1000]
    assert len(kept.on_disk()) == 1000


async def test_what_waits_is_found_by_whoever_asks(kept: Kept) -> None:
    keeper = kept.begin(archive_write=600)
    keeper.put([order_row()])
    assert await keeper.read(EventRow, [LOAD], 0, 1e11, ALL) == [order_row()]


async def test_on_a_full_disk_rows_wait_and_a_person_is_told(kept: Kept) -> None:
    keeper = kept.begin()
    kept.file.refusal = refuse
    keeper.put([order_row()])
    await until(lambda: "record_unwritable" in kept.problems)
    keeper.put([order_row(START + 1)])
    assert await keeper.read(EventRow, None, 0, 1e11, ALL) == []
    kept.file.refusal = lambda: None
    await until(lambda: not keeper.waiting)
    assert kept.problems == {}
    assert kept.on_disk() == [order_row(), order_row(START + 1)]


async def test_the_oldest_are_lost_where_too_many_wait_and_that_is_kept(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_WAITING", 10)
    keeper = kept.begin()
    kept.file.refusal = refuse
    for number in range(25):
        keeper.put([order_row(START + number)])
    assert (keeper.waiting, keeper.lost) == (10, 15)
    kept.file.refusal = lambda: None
    await until(lambda: not keeper.waiting)
    lost, *rest = kept.on_disk()
    assert (lost.equipment_id, lost.kind, lost.after) == (HUB, "lost", 15)
    assert [row.at for row in rest] == [START + number for number in range(15, 25)]


async def test_a_row_that_cannot_be_kept_takes_no_other_along(kept: Kept) -> None:
    """A device may say anything."""
    keeper = kept.begin()
    for number in range(9):
        keeper.put([order_row(START + number, detail="\ud800" if number == 4 else "fine")])
    await until(lambda: not keeper.waiting)
    assert [row.at - START for row in kept.on_disk()] == [0, 1, 2, 3, 5, 6, 7, 8]
    assert kept.problems == {}


async def test_a_damaged_file_is_set_aside_and_nothing_new_is_lost(kept: Kept) -> None:
    kept.path.write_text("nothing that could be read " * 400)
    keeper = kept.begin()
    keeper.put([order_row()])
    await until(lambda: not keeper.waiting)
    assert kept.on_disk() == [order_row()]
    problem = kept.problems["record_set_aside"]
    assert (kept.path.parent / problem.placeholders["file"]).read_text().startswith("nothing")


async def test_a_file_of_a_later_version_is_left_alone(kept: Kept) -> None:
    later = ArchiveFile(kept.path, (*STEPS, "CREATE TABLE later (a)"))
    later.write([order_row()])
    later.close()
    keeper = kept.begin()
    keeper.put([order_row(START + 1)])
    await until(lambda: "record_newer" in kept.problems)
    keeper.put([order_row(START + 2)])
    assert keeper.waiting == 0
    assert await keeper.read(EventRow, None, 0, 1e11, ALL) == []
    later = ArchiveFile(kept.path, (*STEPS, "CREATE TABLE later (a)"))
    assert later.read(EventRow, None, 0, 1e11, ALL) == [order_row()]
    later.close()


async def test_a_copy_made_meanwhile_is_whole(kept: Kept, tmp_path: Path) -> None:
    keeper = kept.begin()
    keeper.put([order_row()])
    await keeper.hold()
    keeper.put([order_row(START + 1)])
    await asyncio.sleep(0.1)
    copy = tmp_path / "copy.db"
    # Only the file itself: all is in it.
    shutil.copy(kept.path, copy)
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT at FROM events").fetchall() == [(START,)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert keeper.waiting == 1
    assert keeper.release()
    await until(lambda: not keeper.waiting)
    assert len(kept.on_disk()) == 2


async def test_a_backup_that_never_ends_is_not_waited_for(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_WAITING", 10)
    keeper = kept.begin()
    await keeper.hold()
    for number in range(11):
        keeper.put([order_row(START + number)])
    await until(lambda: not keeper.waiting)
    assert (keeper.lost, len(kept.on_disk())) == (0, 11)
    assert not keeper.release()


async def test_what_is_older_than_wanted_is_forgotten(kept: Kept) -> None:
    kept.file.write(row for day in range(10) for row in day_of(LOAD, START + day * DAY))
    kept.now = START + 10 * DAY
    keeper = kept.begin(Bounds(3, 10**9))
    keeper.put([order_row(kept.now)])
    await until(lambda: keeper.size is not None)
    assert keeper.size is not None
    assert keeper.size.since == START + 7 * DAY
    assert kept.problems == {}


async def test_where_there_is_no_room_less_is_kept_and_a_person_is_told(kept: Kept) -> None:
    for day in range(30):
        kept.file.write(row for n in range(1, 40) for row in day_of(n, START + day * DAY))
    kept.now = START + 30 * DAY
    full = kept.file.size().octets
    keeper = kept.begin(Bounds(30, full // 2), archive_thin=0.01)
    keeper.put([order_row(kept.now)])
    await until(lambda: "record_shortened" in kept.problems)
    assert keeper.size is not None
    assert keeper.size.octets <= full // 2
    told = kept.problems["record_shortened"].placeholders
    assert told["days"] == "30"
    assert 5 < int(told["kept"]) < 20
    # The newest stay.
    rows = await keeper.read(SlotRow, [LOAD], START + 29 * DAY, kept.now, ALL)
    assert rows

    # Fewer days are wanted: all of those fit.
    keeper.bounds = Bounds(5, full // 2)
    await asyncio.sleep(0.02)
    keeper.put([order_row(kept.now + 1)])
    await until(lambda: "record_shortened" not in kept.problems)


async def test_closed_in_the_middle_it_has_written_all(kept: Kept) -> None:
    keeper = kept.begin(archive_write=600)
    keeper.put([order_row()])
    await keeper.close()
    keeper.put([order_row(START + 1)])
    assert kept.on_disk() == [order_row()]
    assert await keeper.read(EventRow, None, 0, 1e11, ALL) == []
