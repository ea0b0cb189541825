"""The file of what happened: whatever becomes of it, nothing that was kept is lost unseen."""

from contextlib import closing
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys
import time
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.plan import DAY, SLOT
from custom_components.elfe_commande.record.archive_file import (
    STEPS,
    ArchiveFile,
    DamagedFileError,
    NewerFileError,
    StrangeRowError,
)
from custom_components.elfe_commande.record.rows import EventRow, PlanRow, RunRow, SlotRow

from .made import LOAD, START, day_of, order_row, slot_row

ALL = 1_000_000
_DAY = DAY * SLOT
WRITER = """
import sys
from pathlib import Path
from custom_components.elfe_commande.record.archive_file import ArchiveFile
from tests.record.made import order_row
file, number = ArchiveFile(Path(sys.argv[1])), 0
while True:
    file.write([order_row(number * 100 + each) for each in range(100)])
    number += 1
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stored" / "record.db"


def events(file: ArchiveFile, start: float = 0, end: float = 1e11) -> list[EventRow]:
    return file.read(EventRow, None, start, end, ALL)


def test_what_is_written_is_read_after_another_start(path: Path) -> None:
    rows = list(day_of(LOAD, START))
    file = ArchiveFile(path)
    assert file.write(rows) == len(rows)
    file.close()
    file = ArchiveFile(path)
    for kind in (SlotRow, EventRow, PlanRow, RunRow):
        wanted = [row for row in rows if isinstance(row, kind)]
        assert file.read(kind, [LOAD], START, START + _DAY, ALL) == wanted
    assert file.read(SlotRow, [LOAD], START, START + _DAY, 1)[0].planned is False
    assert file.read(SlotRow, [EquipmentId(8)], START, START + _DAY, ALL) == []
    file.close()


def test_a_time_has_the_rows_that_reach_into_it(path: Path) -> None:
    file = ArchiveFile(path)
    long = RunRow(LOAD, START - 40 * _DAY, START + 10, False)
    file.write([slot_row(START, slots=DAY), slot_row(START + _DAY), order_row(START), long])
    noon = START + _DAY / 2
    assert file.read(SlotRow, [LOAD], noon, noon + 1, ALL) == [slot_row(START, slots=DAY)]
    assert file.read(EventRow, [LOAD], noon, noon + 1, ALL) == []
    assert file.read(RunRow, [LOAD], START, noon, ALL) == [long]
    assert file.read(RunRow, [LOAD], noon, noon + 1, ALL) == []
    file.close()


def test_a_row_with_the_key_of_another_takes_its_place(path: Path) -> None:
    """What was written and not known to be is written again."""
    file = ArchiveFile(path)
    file.write([slot_row(), order_row()])
    file.write([slot_row(slots=3), order_row()])
    assert file.read(SlotRow, None, 0, 1e11, ALL) == [slot_row(slots=3)]
    assert events(file) == [order_row()]
    file.close()


def test_rows_are_kept_all_or_none(path: Path) -> None:
    file = ArchiveFile(path)
    file.write([order_row()])
    with pytest.raises(StrangeRowError, match="surrogates"):
        file.write([order_row(START + 1), order_row(START + 2, detail="\ud800")])
    assert events(file) == [order_row()]
    file.close()


def test_killed_in_the_middle_it_has_what_was_told_to_be_written(path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(30):
        told = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    told += len(writer.stdout.read().split())
    writer.wait()
    writer.stdout.close()

    file = ArchiveFile(path)
    found = events(file)
    assert len(found) % 100 == 0
    # The last one may have been written and not told.
    assert told <= len(found) // 100 <= told + 1
    assert [row.at for row in found] == list(range(len(found)))
    file.write([order_row(START)])
    file.close()


def test_a_full_disk_keeps_what_there_was_and_goes_on_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, connect = [], sqlite3.connect

    def kept(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", kept)
    file = ArchiveFile(path)
    file.write([order_row()])
    (connection,) = opened
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [order_row(START + number, detail="x" * 500) for number in range(1, 1000)]
    with pytest.raises(OSError, match="full"):
        file.write(many)
    assert events(file) == [order_row()]
    file.write(many)
    assert len(events(file)) == 1000
    file.close()


def test_a_folder_that_cannot_be_written_is_an_error_of_the_disk(path: Path) -> None:
    path.parent.touch()
    file = ArchiveFile(path)
    with pytest.raises(OSError, match=r"exists|directory|unable"):
        file.write([order_row()])
    path.parent.unlink()
    file.write([order_row()])
    assert events(file) == [order_row()]
    file.close()


@pytest.mark.parametrize("damage", ["text", "pages"])
def test_a_damaged_file_is_set_aside(path: Path, damage: str) -> None:
    file = ArchiveFile(path)
    file.write(row for load in range(1, 20) for row in day_of(load, START))
    file.close()
    if damage == "text":
        path.write_text("this is no database, and it never was one; " * 100)
    else:
        content = bytearray(path.read_bytes())
        content[4096 : 4096 * 8] = b"\xff" * 4096 * 7
        path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        file.read(SlotRow, None, 0, 1e11, ALL)
    aside = file.set_aside()
    assert aside.exists()
    assert not path.exists()
    file.write([order_row()])
    assert events(file) == [order_row()]
    file.close()


def test_a_file_of_this_version_is_led_to_the_next_one(path: Path) -> None:
    file = ArchiveFile(path)
    file.write([order_row()])
    file.close()
    later = ArchiveFile(path, (*STEPS, "ALTER TABLE events ADD COLUMN mood TEXT"))
    assert events(later) == [order_row()]
    later.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT mood FROM events").fetchall() == [(None,)]
    # Back at this version: it is left as it is.
    with pytest.raises(NewerFileError):
        file.write([order_row(START + 1)])
    later = ArchiveFile(path, (*STEPS, "ALTER TABLE events ADD COLUMN mood TEXT"))
    assert events(later) == [order_row()]
    later.close()


def test_a_step_that_fails_leaves_the_file_at_its_version(path: Path) -> None:
    file = ArchiveFile(path)
    file.write([order_row()])
    file.close()
    broken = ArchiveFile(path, (*STEPS, "ALTER TABLE events ADD COLUMN mood TEXT; nonsense"))
    with pytest.raises(OSError, match="nonsense"):
        events(broken)
    assert events(file) == [order_row()]
    file.close()


def test_what_is_too_old_is_forgotten_and_its_room_given_back(path: Path) -> None:
    file = ArchiveFile(path)
    for day in range(60):
        file.write(row for load in range(1, 30) for row in day_of(load, START + day * _DAY))
    file.checkpoint()
    full = path.stat().st_size
    while file.thin(START + 50 * _DAY):
        pass
    file.checkpoint()
    size = file.size()
    assert size.since == START + 50 * _DAY
    assert path.stat().st_size < full / 2
    assert min(row.at for row in events(file)) >= START + 50 * _DAY
    assert len(file.read(RunRow, None, 0, 1e11, ALL)) == 29 * 10
    file.close()


def test_a_year_of_a_home_is_small_and_a_day_of_it_is_read_at_once(path: Path) -> None:
    """Ten appliances, all measured."""
    file = ArchiveFile(path)
    for day in range(365):
        file.write(row for load in range(1, 11) for row in day_of(load, START + day * _DAY))
    size = file.size()
    midnight = START + 200 * _DAY
    began = time.perf_counter()
    rows = file.read(SlotRow, [LOAD], midnight, midnight + _DAY, ALL)
    day = time.perf_counter() - began
    began = time.perf_counter()
    year = file.read(SlotRow, [LOAD], 0, 1e11, ALL)
    whole = time.perf_counter() - began
    file.close()
    print(f"{size.octets / 1e6:.1f} MB; a day {day * 1e3:.2f} ms, a year {whole * 1e3:.1f} ms")
    assert size.octets < 15_000_000
    assert [row.at for row in rows] == [
        row.at for row in day_of(LOAD, midnight) if isinstance(row, SlotRow)
    ]
    assert len(year) == 365 * 10
    # Measured at a thousandth of it; a look at every row takes longer than that.
    assert day < 0.25
