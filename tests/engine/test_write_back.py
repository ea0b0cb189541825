"""The write-back alone: order, deferral, guards, and what is told of each step."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    EquipmentId,
    Mode,
    State,
)
from custom_components.elfe_commande.core.outcome import NOTHING, Settles, Step, Writes
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.ports import (
    StorageDataError,
    StorageError,
    StoragePrivilegesError,
    StorageUnreachableError,
)
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus
from custom_components.elfe_commande.engine.ground.store import Store
from custom_components.elfe_commande.engine.ground.telling import Telling
from custom_components.elfe_commande.engine.rows.fresh import FreshReader
from custom_components.elfe_commande.engine.rows.outbox import Fate, Outbox
from custom_components.elfe_commande.engine.rows.write_back import WriteBack
from demo.engine_host import MemoryLog

from .test_reverts import HEATER

TIMING = replace(Timing(), write_window=0.03, write_retry=0.05, read_window=0.02)
BY = (Origin.EMS, None)
BEFORE = State(30, 25, 11, False)


class Rows:
    """States in memory behind the two methods that single rows are read and written by."""

    def __init__(self) -> None:
        self.states = {EquipmentId(n): BEFORE for n in range(1, 6)}
        self.error: StorageError | None = None
        self.batches: list[list[Step]] = []
        self.reads: list[set[EquipmentId]] = []

    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        if self.error:
            raise self.error
        self.batches.append(list(steps))
        written = {}
        for step in steps:
            state = self.states[step.equipment_id]
            if step.expected_mode not in (None, state.mode):
                continue
            state = replace(state, command=step.writes.command or state.command)
            self.states[step.equipment_id] = written[step.equipment_id] = state
        return written

    async def write_constraints(self, *_: object) -> bool:
        if self.error:
            raise self.error
        return True

    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        if self.error:
            raise self.error
        self.reads.append(set(ids))
        return {i: self.states[i] for i in ids if i in self.states}


class Bench:
    """A write-back on such rows, and all that it told."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.log = MemoryLog()
        self.stored: list[tuple[int, int]] = []
        self.reachable: list[bool] = []
        self.write_back = WriteBack(
            self.rows,  # type: ignore[arg-type]
            TIMING,
            Outbox(self.log),
            stored=self._hear,
            settled=self._hear_settled,
            reachable=lambda error: self.reachable.append(error is None),
        )
        self.broken = ""
        """Who of those told raises."""
        self.settled: list[int] = []
        """The loads of steps that were told to be over."""

    def _hear(self, number: int, state: State, _by: object) -> None:
        if self.broken == "stored":
            raise RuntimeError("stored")
        self.stored.append((number, state.command))

    def _hear_settled(self, step: Step) -> None:
        if self.broken == "settled":
            raise RuntimeError("settled")
        self.settled.append(step.equipment_id)

    def submit(self, number: int, command: int, **more: object) -> asyncio.Task[Fate]:
        expected = more.pop("expected", None)
        step = Step(
            EquipmentId(number),
            Writes(command=CommandState(command)),
            1,
            expected,  # type: ignore[arg-type]
            settles=Settles(wish=more.pop("wish", None)),  # type: ignore[arg-type]
        )
        return asyncio.ensure_future(self.write_back.submit(step, BY, **more))  # type: ignore[arg-type]


@pytest.fixture
async def bench():
    bench = Bench()
    yield bench
    await bench.write_back.close()


async def test_steps_of_one_moment_share_a_statement(bench: Bench) -> None:
    fates = await asyncio.gather(*(bench.submit(n, 13) for n in range(1, 6)))
    assert set(fates) == {Fate.WRITTEN}
    assert [len(batch) for batch in bench.rows.batches] == [5]
    assert sorted(bench.stored) == [(n, 13) for n in range(1, 6)]


async def test_two_steps_about_one_equipment_keep_their_order(bench: Bench) -> None:
    await asyncio.gather(bench.submit(1, 13), bench.submit(1, 11), bench.submit(2, 13))
    assert bench.stored == [(1, 13), (2, 13), (1, 11)]
    assert bench.rows.states[EquipmentId(1)].command == 11


async def test_an_urgent_step_takes_the_others_along(bench: Bench) -> None:
    loop = asyncio.get_running_loop()
    slow = WriteBack(
        bench.rows,  # type: ignore[arg-type]
        replace(TIMING, write_window=30.0),
        Outbox(MemoryLog()),
        stored=lambda *_: None,
        settled=lambda _: None,
        reachable=lambda _: None,
    )
    began = loop.time()
    step = Step(EquipmentId(1), Writes(command=CommandState.ON), 1)
    waiting = asyncio.ensure_future(slow.submit(step, BY))
    await asyncio.sleep(0)
    await slow.submit(replace(step, equipment_id=EquipmentId(2)), BY, urgent=True)
    assert await waiting is Fate.WRITTEN
    assert loop.time() - began < 5
    assert [len(batch) for batch in bench.rows.batches] == [2]


async def test_a_guard_that_holds_is_told(bench: Bench) -> None:
    assert await bench.submit(1, 13, expected=Mode.MANUAL) is Fate.GUARDED
    assert bench.stored == []
    assert bench.settled == [1]


async def test_nothing_to_write_needs_no_statement(bench: Bench) -> None:
    fate = await bench.write_back.submit(Step(EquipmentId(1), NOTHING, 1), BY)
    assert (fate, bench.settled, bench.rows.batches) == (Fate.WRITTEN, [1], [])


async def test_what_cannot_be_written_now_is_written_later_in_order(bench: Bench) -> None:
    bench.rows.error = StorageUnreachableError("gone")
    assert await bench.submit(1, 13, wish="a") is Fate.DEFERRED
    assert len(bench.log.rows) == 1
    assert await bench.submit(1, 11) is Fate.DEFERRED
    assert len(bench.log.rows) == 2
    assert bench.write_back.pending == {1}
    assert bench.settled == []
    bench.rows.error = None
    async with asyncio.timeout(30):
        while bench.log.rows or not bench.reachable[-1]:
            await asyncio.sleep(0.01)
    assert [each.writes.command for batch in bench.rows.batches for each in batch] == [13, 11]
    # Nobody lives through the older one again.
    assert bench.stored == [(1, 11)]
    assert bench.settled == [1, 1]
    assert not bench.write_back.pending
    assert False in bench.reachable


async def test_a_guard_of_its_own_outlives_an_outage(bench: Bench) -> None:
    """What was programmed between a press and the word about it has the last word."""
    bench.rows.error = StorageUnreachableError("gone")
    step = Step(EquipmentId(1), Writes(command=CommandState.ON), 200, not_after=100)
    assert await bench.write_back.submit(step, BY, programmed=150) is Fate.DEFERRED
    assert [each.not_after for each in bench.write_back.kept()] == [100]


async def test_what_was_written_is_over_on_disk_before_anything_newer_is(bench: Bench) -> None:
    """A crash would write it again over what is newer."""
    bench.rows.error = StorageUnreachableError("gone")
    for number in (1, 2):
        await bench.submit(number, 13, wish=str(number))
    await bench.submit(1, 11)
    found: list[list[int]] = []
    write = bench.rows.write

    async def look(steps: Sequence[Step]) -> dict[EquipmentId, State]:
        left = [entry.step.equipment_id for entry in await Outbox(bench.log).load()]
        found.append([int(number) for number in left])
        return await write(steps)

    bench.rows.write = look  # type: ignore[method-assign]
    bench.rows.error = None
    await bench.write_back.drain()

    assert found == [[1, 2, 1], [1]]


async def test_a_step_is_replaced_by_the_next_that_says_the_same_anew(bench: Bench) -> None:
    bench.rows.error = StorageUnreachableError("gone")
    for command in (13, 11, 13, 11):
        await bench.submit(1, command)
    await bench.submit(2, 13)
    assert [step.equipment_id for step in bench.write_back.kept()] == [1, 2]
    bench.rows.error = None
    await bench.write_back.drain()
    assert bench.stored == [(1, 11), (2, 13)]
    assert [len(batch) for batch in bench.rows.batches] == [2]


async def test_what_is_refused_for_good_holds_nothing_up(bench: Bench) -> None:
    bench.rows.error = StorageDataError("a constraint")
    assert await bench.submit(1, 13) is Fate.REJECTED
    bench.rows.error = None
    assert await bench.submit(1, 11) is Fate.WRITTEN
    assert bench.stored == [(1, 11)]


async def test_what_was_answered_and_is_refused_later_is_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever wished it is told at once where it is refused at once, and is gone by then."""
    wish = Step(EquipmentId(1), NOTHING, 1, wishes=Constraints(wished_end=5))
    bench.rows.error = StorageDataError("a constraint")
    assert await bench.write_back.submit(wish, BY) is Fate.REJECTED
    assert "a constraint" not in caplog.text

    bench.rows.error = StorageUnreachableError("gone")
    assert await bench.write_back.submit(wish, BY) is Fate.DEFERRED
    bench.rows.error = StorageDataError("a constraint")
    await bench.write_back.drain()
    assert "a constraint" in caplog.text
    assert not list(bench.write_back.kept())


async def test_wishes_that_a_role_may_not_write_hold_no_outcome_up(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """They have tables of their own; an outcome waits until its own may be written."""
    wish = Step(EquipmentId(1), NOTHING, 1, wishes=Constraints(wished_end=5))
    bench.rows.error = StoragePrivilegesError(("UPDATE cycles.id",))
    assert await bench.write_back.submit(wish, BY) is Fate.REJECTED
    assert "takes no such wish" in caplog.text
    assert bench.reachable == []

    assert await bench.submit(2, 13) is Fate.DEFERRED
    assert bench.reachable == [False]
    bench.rows.error = None
    await bench.write_back.drain()
    assert bench.stored == [(2, 13)]


async def test_what_is_left_is_written_at_the_end(bench: Bench) -> None:
    bench.rows.error = StorageUnreachableError("gone")
    await bench.submit(1, 13)
    bench.rows.error = None
    await bench.write_back.close()
    assert bench.stored == [(1, 13)]


@pytest.mark.parametrize("broken", ["stored", "settled"])
async def test_whoever_is_told_may_raise(
    bench: Bench, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    """Fates are settled, and the other steps of the statement told of."""
    bench.broken = broken
    async with asyncio.timeout(30):
        fates = await asyncio.gather(*(bench.submit(n, 13) for n in range(1, 6)))
    assert set(fates) == {Fate.WRITTEN}
    told = {"stored": (5, 0), "settled": (0, 5)}[broken]
    assert (len(bench.settled), len(bench.stored)) == told
    assert len([record for record in caplog.records if record.exc_info]) <= 5


async def test_a_step_that_cannot_be_written_at_all_takes_no_other_along(bench: Bench) -> None:
    """A mistake of ours is no word of the database: it is not tried for ever either."""
    write = bench.rows.write

    async def refuse(steps: Sequence[Step]) -> dict[EquipmentId, State]:
        if any(step.equipment_id == 2 for step in steps):
            raise RuntimeError("a mistake")
        return await write(steps)

    bench.rows.write = refuse  # type: ignore[method-assign]
    async with asyncio.timeout(30):
        fates = await asyncio.gather(*(bench.submit(n, 13) for n in range(1, 4)))
        assert fates == [Fate.WRITTEN, Fate.REJECTED, Fate.WRITTEN]
        assert await bench.submit(1, 11) is Fate.WRITTEN
    assert bench.stored == [(1, 13), (3, 13), (1, 11)]


class TestFreshReader:
    """Rows read anew before an order."""

    @pytest.fixture
    def rows(self) -> Rows:
        return Rows()

    @pytest.fixture
    def gone(self) -> list[int]:
        return []

    @pytest.fixture
    def timing(self) -> Timing:
        return TIMING

    @pytest.fixture
    def reader(self, rows: Rows, gone: list[int], timing: Timing) -> FreshReader:
        self.stored: list[int] = []
        self.revisions = dict.fromkeys(range(1, 10), 0)
        return FreshReader(
            rows,  # type: ignore[arg-type]
            timing,
            stored=lambda number, _: self.stored.append(number),
            gone=gone.append,
            revision=self.revisions.get,
        )

    async def test_those_who_ask_soon_are_read_along(self, rows: Rows, reader: FreshReader) -> None:
        reader.companions = lambda: [EquipmentId(2), EquipmentId(3)]
        await reader.ensure(EquipmentId(1))
        await reader.ensure(EquipmentId(2))
        assert rows.reads == [{1, 2, 3}]

    @pytest.mark.parametrize("timing", [replace(TIMING, fresh_for=0.0)])
    async def test_what_was_read_along_lasts_for_the_patient_only(
        self, rows: Rows, reader: FreshReader
    ) -> None:
        one, two = EquipmentId(1), EquipmentId(2)
        reader.companions = lambda: [two]
        await reader.ensure(one)
        await reader.ensure(two, patient=True)
        assert rows.reads == [{1, 2}]
        await reader.ensure(two)
        await reader.ensure(two, patient=True)
        assert rows.reads == [{1, 2}, {2}, {2}]
        reader.companions = lambda: [two]
        await reader.ensure(one)
        reader.note({two})
        await reader.ensure(two, patient=True)
        assert rows.reads[3:] == [{1, 2}, {2}]

    async def test_a_state_read_before_a_write_is_not_taken(
        self, rows: Rows, reader: FreshReader
    ) -> None:
        read = rows.read_states

        async def read_while_two_is_written(ids: set[EquipmentId]) -> dict[EquipmentId, State]:
            states = await read(ids)
            self.revisions[2] += 1
            return states

        rows.read_states = read_while_two_is_written  # type: ignore[method-assign]
        await asyncio.gather(reader.ensure(EquipmentId(1)), reader.ensure(EquipmentId(2)))
        assert self.stored == [1]

    async def test_rows_asked_for_together_are_read_together(
        self, rows: Rows, reader: FreshReader
    ) -> None:
        await asyncio.gather(*(reader.ensure(EquipmentId(n)) for n in range(1, 6)))
        assert rows.reads == [{1, 2, 3, 4, 5}]

    async def test_a_fresh_row_is_not_read(self, rows: Rows, reader: FreshReader) -> None:
        reader.note({EquipmentId(1)})
        await reader.ensure(EquipmentId(1))
        assert rows.reads == []

    async def test_a_row_that_is_gone_is_told(self, reader: FreshReader, gone: list[int]) -> None:
        await reader.ensure(EquipmentId(99))
        assert gone == [99]

    async def test_everybody_hears_of_an_error(self, rows: Rows, reader: FreshReader) -> None:
        rows.error = StorageUnreachableError("gone")
        asked = (reader.ensure(EquipmentId(n)) for n in (1, 2))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(a) for a in answers} == {StorageUnreachableError}
        rows.error = None
        await reader.ensure(EquipmentId(1))
        assert rows.reads == [{1}]


async def test_a_state_that_was_taken_makes_older_reads_of_it_no_news() -> None:
    """Also one that says what was known: the read may have been before somebody else's change."""
    store = Store(lambda _: None, Telling())
    store.statuses[HEATER.id] = EquipmentStatus(HEATER)
    before = store.revision(HEATER.id)
    store.take(HEATER.id, HEATER.state)
    assert store.revision(HEATER.id) != before
