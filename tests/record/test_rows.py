"""What becomes of what happens: quarter-hours, happenings, plans and runs."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.decision import Act, Decision, Source
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome, Result
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, Owner
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import (
    BrokerChanged,
    LoadDrifted,
    ModeChanged,
    OrderEnded,
)
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus
from custom_components.elfe_commande.record.happenings import Happenings
from custom_components.elfe_commande.record.rows import HUB, PlanNews, SlotRow
from custom_components.elfe_commande.record.runs import RunLog
from custom_components.elfe_commande.record.slots import SlotBook
from tests.entities.test_calendar import measured
from tests.entities.world import START, status_of

ONE = EquipmentId(1)


def ended(
    outcome: Outcome = Outcome.ACKNOWLEDGED,
    act: Act = Act.START,
    origin: Origin = Origin.EMS,
    reason: str = "acknowledged",
    at: float = START,
) -> OrderEnded:
    return OrderEnded(ONE, act, Source.EMS, origin, Result(outcome, reason, on=True, at=at))


def day(book: SlotBook, status: EquipmentStatus, *times: float) -> list[SlotRow]:
    """Look at a load at these times (seconds from the start); return the rows."""
    return [row for at in times for row in book.note(status, START + at)[0]]


# -------------------------------------------------------------------------- quarter-hours


def test_energy_and_time_are_counted_where_they_pass() -> None:
    book = SlotBook()
    status = measured(status_of(1, continuous=True), 1200)
    assert day(book, status, 0, 300) == []
    measured(status, 0)
    (first,) = day(book, status, 600, 900)
    # Until it was heard that it stopped, it ran.
    assert (first.at, first.until) == (START, START + SLOT)
    assert (first.ran, first.energy) == (600, 200)
    measured(status, 600)
    assert day(book, status, 1000) == []
    (second,) = day(book, status, 2000)
    assert (second.ran, second.energy) == (800, 133.3)


def test_quarter_hours_that_are_alike_are_one_row_of_a_day_at_most() -> None:
    book = SlotBook()
    status = status_of(1)
    rows = {row.at: row for row in day(book, status, *range(5, DAY * SLOT * 2 + 100, SLOT))}
    # The plan wants the second one only, and is over after a day.
    assert [(row.until - row.at) // SLOT for row in rows.values()] == [1, 1, DAY - 2, DAY]
    assert [row.planned for row in rows.values()] == [False, True, False, None]


def test_what_nobody_saw_counts_for_nothing() -> None:
    """The machine slept, or the clock was set."""
    book = SlotBook()
    status = measured(status_of(1, continuous=True), 1000)
    (row,) = day(book, status, 0, 10 * SLOT)
    assert (row.at, row.ran, row.energy) == (START, 900, 250)
    book.note(status, START + 5 * SLOT)
    _, drawn = book.note(status, START + 5 * SLOT + 36)
    assert drawn == pytest.approx(10)


def test_an_order_that_was_skipped_does_not_hide_one_that_was_done() -> None:
    book = SlotBook()
    status = status_of(1)
    book.note(status, START + 1)
    book.ended(ONE, ended().result)
    book.ended(ONE, ended(Outcome.SKIPPED, reason="machine_running").result)
    (row,) = day(book, status, SLOT)
    assert (row.outcome, row.failure) == ("acknowledged", None)
    book.ended(ONE, ended(Outcome.SKIPPED, reason="machine_running").result)
    (row,) = day(book, status, 2 * SLOT)
    assert (row.outcome, row.failure) == ("skipped", "machine_running")


def test_a_restart_goes_on_with_the_quarter_hour_under_way() -> None:
    book = SlotBook()
    status = measured(status_of(1, continuous=True), 1200)
    day(book, status, -SLOT, 0)
    book.note(status, START + 300)
    (left,) = book.under_way(START + 300)
    assert (left.at, left.ran, left.energy) == (START, 300, 100)

    book = SlotBook()
    book.recall(left)
    (row,) = day(book, status, 400, SLOT)
    assert (row.at, row.ran, row.energy) == (START, 800, pytest.approx(266.7))


# ----------------------------------------------------------------------------- happenings


def test_the_same_confirmed_again_by_nobody_is_no_news() -> None:
    news = Happenings()
    row = news.row(ended(), status_of(1), START)
    assert row is not None
    assert (row.kind, row.act, row.owner, row.outcome) == ("order", "start", "ems", "acknowledged")
    assert news.row(ended(), status_of(1), START) is None
    # A person who asks again did something; a failure is one each time.
    assert news.row(ended(origin=Origin.ACTION), None, START) is not None
    for _ in range(2):
        assert news.row(ended(Outcome.FAILED, reason="silent"), None, START) is not None
    assert news.row(ended(), None, START) is not None


def test_modes_drift_and_what_is_lost() -> None:
    news = Happenings()
    changed = ModeChanged(ONE, Mode.PILOTED, Mode.MANUAL, Origin.SCREEN, "anna")
    row = news.row(changed, status_of(1), START)
    assert row is not None
    assert row[:3] == (ONE, START, "mode")
    assert (row.before, row.after, row.origin, row.user_id) == (30, 20, "screen", "anna")
    drift = news.row(LoadDrifted(ONE, on=True), None, START)
    assert drift is not None
    assert (drift.kind, drift.on) == ("drift", True)
    broker = news.row(BrokerChanged(connected=False), None, START)
    assert broker is not None
    assert (broker.equipment_id, broker.kind, broker.on) == (HUB, "broker", False)


# ---------------------------------------------------------------------------------- plans


def plan(start: int, *slots: int, owner: Owner = Owner.EMS) -> DayPlan:
    decisions = bytearray(DAY)
    for slot in slots:
        decisions[slot] = 1
    return DayPlan(ONE, START + start * SLOT, bytes(decisions), owner=owner)


def test_a_plan_that_says_the_same_again_is_no_news() -> None:
    news = PlanNews()
    assert news.of((plan(0, 4, 5),), ONE, START) == [plan(0, 4, 5)]
    # One slot later, the same hours; what is past does not count.
    assert news.of((plan(1, 3, 4),), ONE, START + SLOT) == []
    moved = plan(2, 3, 4)
    assert news.of((moved,), ONE, START + 2 * SLOT) == [moved]
    more = plan(3, 2, 3, 95)
    assert news.of((more,), ONE, START + 3 * SLOT) == [more]
    theirs = replace(more, owner=Owner.ACTION)
    assert news.of((theirs,), ONE, START + 3 * SLOT) == [theirs]
    assert news.of((theirs,), ONE, START + 200 * SLOT) == []
    news.forget(ONE)
    assert news.of((theirs,), ONE, START + 3 * SLOT) == [theirs]


# ----------------------------------------------------------------------------------- runs


def test_a_run_knows_who_ordered_it_although_the_device_speaks_first() -> None:
    log = RunLog()
    status = measured(status_of(1, continuous=True), 0)
    status.decision = Decision(Source.EMS, "planned", on=True)
    log.note(status, START)
    measured(status, 1000)
    assert log.note(status, START + 60)
    assert log.ended(ended(act=Act.ON, origin=Origin.ACTION, at=START + 60.5))
    run = log.last(ONE, START + 100)
    assert run is not None
    assert (run.origin, run.source, run.going, run.end) == ("action", "ems", True, START + 100)
    # What is ordered again later did not begin it.
    assert not log.ended(ended(act=Act.ON, origin=Origin.SCREEN, at=START + 600))


def test_a_run_that_was_under_way_at_a_kill_goes_on_or_is_over() -> None:
    log = RunLog()
    status = measured(status_of(1, continuous=True), 1000)
    log.note(measured(status, 0), START)
    log.note(measured(status, 1000), START + 60)
    log.note(status, START + 90, drawn=8.0)
    run = log.last(ONE, START + SLOT)
    assert run is not None
    assert run.energy == 8.0

    again = RunLog()
    again.recall([run])
    again.note(status, START + SLOT + 300, drawn=2.0)
    going = again.last(ONE, START + SLOT + 300)
    assert going is not None
    assert (going.at, going.going) == (START + 60, True)

    over = RunLog()
    over.recall([run])
    over.note(measured(status, 0), START + SLOT + 300)
    last = over.last(ONE, START + SLOT + 300)
    assert last is not None
    assert (last.end, last.going) == (START + SLOT, False)
