"""What the database cannot take: on disk before it is told, in order, written once it is back."""
# ruff: noqa: ASYNC240 - small files, and nothing else runs.

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, override

import pytest

from custom_components.elfe_commande.adapters.file_log import FileLog
from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    ControlState,
    EquipmentId,
    Mode,
)
from custom_components.elfe_commande.core.outcome import NOTHING, Settles, Step, Writes
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.ports import Log
from custom_components.elfe_commande.engine.rows.outbox import Entry, Fate, Outbox

BY = (Origin.DASHBOARD, "user")
ON = Writes(command=CommandState.ON, ems_order=False)


def step(number: int, writes: Writes = ON, at: int = 100, **more: Any) -> Step:
    return Step(EquipmentId(number), writes, at, **more)


def entry(of: Step) -> Entry:
    fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
    return Entry(of, BY, fate, deferred=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "outbox"


async def kept(path: Path) -> list[Step]:
    """Return what a run after a crash finds."""
    return [found.step for found in await Outbox(FileLog(path)).load()]


WHOLE = Step(
    EquipmentId(7),
    Writes(Mode.MANUAL, CommandState.ON, ControlState.ON, False, programmed=True),
    1_800_000_000,
    Mode.PILOTED,
    from_disabled=True,
    programmed_at=1_799_990_000,
    settles=Settles("7:1799999100", "abc", start=True),
    not_after=1_800_000_001,
)


@pytest.mark.parametrize(
    "which",
    [
        WHOLE,
        step(1, NOTHING, wishes=Constraints(wished_end=0), not_after=3),
        step(1, NOTHING, wishes=Constraints(900, 3600, 0), not_after=3),
        step(1, Writes(started=True), not_after=100),
    ],
)
async def test_a_step_comes_back_as_it_was(path: Path, which: Step) -> None:
    await Outbox(FileLog(path)).keep([entry(which)])
    (found,) = await Outbox(FileLog(path)).load()
    assert (found.step, found.by, found.deferred) == (which, BY, True)
    assert isinstance(found.step.writes.mode, Mode | None)
    assert found.fate.result() is Fate.DEFERRED


async def test_they_come_back_in_order_without_those_that_are_over(path: Path) -> None:
    outbox = Outbox(FileLog(path))
    entries = [entry(step(n, not_after=n)) for n in range(1, 6)]
    await asyncio.gather(*(outbox.keep([each]) for each in entries))
    outbox.drop([entries[1], entries[3]])
    await outbox.keep()
    assert [each.equipment_id for each in await kept(path)] == [1, 3, 5]

    again = Outbox(FileLog(path))
    one, _, five = await again.load()
    again.drop([one, five])
    await again.keep([entry(step(6, not_after=6))])
    assert [each.equipment_id for each in await kept(path)] == [3, 6]


async def test_nothing_is_left_in_the_file_when_nothing_is_kept(path: Path) -> None:
    outbox = Outbox(FileLog(path))
    entries = [entry(step(n, not_after=n)) for n in range(1, 4)]
    await outbox.keep(entries)
    outbox.drop(entries)
    await outbox.keep()
    assert path.read_bytes() == b""


async def test_a_file_is_written_anew_when_most_of_it_is_over(path: Path) -> None:
    outbox = Outbox(FileLog(path))
    last = entry(step(1, not_after=0))
    await outbox.keep([last])
    for at in range(1, 500):
        before, last = last, entry(step(1, not_after=at))
        outbox.drop([before])
        await outbox.keep([last])
        assert path.read_bytes().count(b"\n{") <= 103
    assert [each.not_after for each in await kept(path)] == [499]


async def test_a_torn_row_costs_no_other(path: Path) -> None:
    """Wherever the power was cut, and whatever is written after it."""
    outbox = Outbox(FileLog(path))
    await outbox.keep([entry(step(1, not_after=1))])
    before = len(path.read_bytes())
    await outbox.keep([entry(step(2, not_after=2))])
    whole = path.read_bytes()
    assert len(whole) > before
    for cut in range(before, len(whole)):
        path.write_bytes(whole[:cut])
        again = Outbox(FileLog(path))
        found = [each.step.equipment_id for each in await again.load()]
        # The row is whole once only its line's end is missing.
        assert found == ([1, 2] if cut == len(whole) - 1 else [1])
        await again.keep([entry(step(3, not_after=3))])
        assert [each.equipment_id for each in await kept(path)] == [*found, 3]


async def test_a_torn_end_of_a_replacement_keeps_what_it_replaces(path: Path) -> None:
    """What is over is noted after what takes its place."""
    outbox = Outbox(FileLog(path))
    old, new = entry(step(1, at=1, not_after=1)), entry(step(1, at=2, not_after=2))
    await outbox.keep([old])
    before = len(path.read_bytes())
    outbox.drop([old])
    await outbox.keep([new])
    whole = path.read_bytes()
    for cut in range(before, len(whole) + 1):
        path.write_bytes(whole[:cut])
        assert [each.at for each in await kept(path)] in ([1], [1, 2], [2])


@pytest.mark.parametrize(
    "row", [b"[]", b"3", b'{"step": 1}', b'{"over": 3}', b'{"number": 1}', b"\xff\x00", b"{}"]
)
async def test_what_cannot_be_read_costs_nothing_else(path: Path, row: bytes) -> None:
    await Outbox(FileLog(path)).keep([entry(WHOLE)])
    path.write_bytes(row + b"\n" + path.read_bytes() + row)
    assert await kept(path) == [WHOLE]


async def test_a_file_that_cannot_be_read_is_not_taken_for_empty(path: Path) -> None:
    """What is in it would be written over."""
    path.mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        await kept(path)


class Unsure(Log):
    """A disk that is full, or of which nobody knows when it is done."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.full = False
        self.done = asyncio.Event()
        self.done.set()

    @override
    async def load(self) -> list[dict[str, Any]]:
        return self.rows

    @override
    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        if self.full:
            raise OSError("no space left")
        self.rows += map(dict, rows)
        await self.done.wait()

    @override
    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await self.append(())
        self.rows = [*map(dict, rows)]


async def test_what_found_no_room_is_saved_with_what_comes_next() -> None:
    log = Unsure()
    outbox = Outbox(log)
    one, two, three = (entry(step(n, not_after=n)) for n in (1, 2, 3))
    log.full = True
    await outbox.keep([one])
    await outbox.keep([two])
    assert (one.number, two.number) == (0, 0)
    log.full = False
    outbox.drop([two])
    await outbox.keep([three])
    assert one.number
    assert [found.step.equipment_id for found in await Outbox(log).load()] == [1, 3]
    log.full = True
    outbox.drop([one])
    await outbox.keep()
    log.full = False
    await outbox.keep()
    assert [found.step.equipment_id for found in await Outbox(log).load()] == [3]


async def test_whoever_gives_up_waiting_leaves_nothing_half_known() -> None:
    log = Unsure()
    outbox = Outbox(log)
    log.done.clear()
    one = entry(step(1, not_after=1))
    waiting = asyncio.create_task(outbox.keep([one]))
    while not log.rows:
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    log.done.set()
    outbox.drop([one])
    await outbox.keep()
    assert await Outbox(log).load() == []


async def test_it_is_bounded() -> None:
    log = Unsure()
    outbox = Outbox(log, most=3)
    entries = [entry(step(n, not_after=n)) for n in range(1, 6)]
    await outbox.keep(entries)
    assert [bool(each.number) for each in entries] == [True] * 3 + [False] * 2
    assert outbox.full
    outbox.drop(entries[:1])
    await outbox.keep()
    assert [bool(each.number) for each in entries] == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("earlier", "later", "replaced"),
    [
        (step(1), step(1, at=200), True),
        (step(1), step(1, Writes(command=CommandState.ERROR, ems_order=True)), True),
        (step(1), step(2), False),
        (step(1), step(1, Writes(command=CommandState.ON)), False),
        (step(1), step(1, Writes(command=CommandState.ON, ems_order=True, started=True)), True),
        (step(1, Writes(started=True)), step(1), False),
        (step(1), step(1, expected_mode=Mode.MANUAL), False),
        (step(1, Writes(mode=Mode.MANUAL), expected_mode=Mode.PILOTED),) * 2 + (False,),
        (step(1, Writes(mode=Mode.PILOTED), expected_mode=Mode.PILOTED),) * 2 + (True,),
        (step(1, settles=Settles(wish="a")), step(1), False),
        (step(1), step(1, settles=Settles(wish="a")), True),
        (step(1, settles=Settles(wish="a")), step(1, settles=Settles(wish="b")), False),
        (step(1, NOTHING, wishes=Constraints(0)), step(1, NOTHING, wishes=Constraints(5)), True),
        (step(1, NOTHING, wishes=Constraints(0)), step(1), False),
        (step(1), step(1, NOTHING, wishes=Constraints(0)), False),
    ],
)
def test_a_later_step_replaces_only_what_it_says_anew(
    earlier: Step, later: Step, replaced: bool
) -> None:
    assert later.replaces(earlier) is replaced
