"""What came of quarter-hours is kept on disk: bounded, and readable whatever happens to the file."""

from pathlib import Path

import pytest

from custom_components.elfe_commande.adapters.file_log import FileLog
from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.shadow import book as books
from custom_components.elfe_commande.shadow.book import KEPT, ShadowBook, Sum
from custom_components.elfe_commande.shadow.comparing import Found, Verdict, Way

SLOT = 900
FIRST = 1_800_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shadow"


def quarter(number: int, differences: int = 1) -> Sum:
    found = [(EquipmentId(1), Found(Verdict.AGREE)), (EquipmentId(2), Found(Verdict.UNSEEN))]
    other = Found(Verdict.DIFFER, Act.KEEP_OFF, True, (Way.COMMAND, Way.ROW), 1.5)
    found += [(EquipmentId(3 + n), other) for n in range(differences)]
    return Sum.of(FIRST + number * SLOT, found)


async def test_it_outlives_a_restart(path: Path) -> None:
    book = ShadowBook(FileLog(path))
    for number in range(3):
        await book.add(quarter(number))
    again = await ShadowBook(FileLog(path)).report(FIRST + SLOT, FIRST + 3 * SLOT)
    assert again == await book.report(FIRST + SLOT, FIRST + 3 * SLOT)
    assert (again.slots, again.agree, again.unseen) == (2, 2, 2)
    (first, _) = again.differ
    assert first == (FIRST + SLOT, 3, "keep_off", True, ("command", "row"), 1.5)
    assert again.since == FIRST


async def test_a_month_is_kept(path: Path) -> None:
    book = ShadowBook(FileLog(path))
    await book.add(quarter(0))
    await book.add(quarter(KEPT // SLOT + 1))
    await book.add(quarter(KEPT // SLOT + 2))
    report = await book.report(0, 1e11)
    assert report.slots == 2
    # What is forgotten leaves the file too, once it is more than what is kept.
    for number in range(3, 8):
        await book.add(quarter(KEPT // SLOT + number))
        await book.add(quarter(KEPT // SLOT + number))
    assert len(await FileLog(path).load()) <= 2 * 7


async def test_what_is_too_much_is_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MOST_IN_ALL", 500)
    book = ShadowBook(FileLog(path))
    for number in range(4):
        await book.add(quarter(number, books.MOST + 7))
    report = await book.report(0, 1e11)
    assert report.slots == 2
    assert (len(report.differ), report.more) == (2 * books.MOST, 14)


async def test_torn_and_strange_rows_cost_no_other(path: Path) -> None:
    book = ShadowBook(FileLog(path))
    await book.add(quarter(0))
    with path.open("a") as file:
        file.write('{"slot": "never"}\n{"slot": 3, "agr')
    assert (await ShadowBook(FileLog(path)).report(0, 1e11)).slots == 1


async def test_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    book = ShadowBook(FileLog(tmp_path / "nowhere" / "else" / "shadow"))
    await book.add(quarter(0))
    assert (await book.report(0, 1e11)).slots == 1
