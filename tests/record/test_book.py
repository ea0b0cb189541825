"""What the book says of a day, the unhappy ones first."""

from dataclasses import replace
from datetime import date, datetime
import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    ControlState,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
    Usage,
)
from custom_components.elfe_commande.core.outcome import Outcome, Result
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, Owner, slot_start
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import OrderEnded
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from custom_components.elfe_commande.record.book import DAYS, Book
from custom_components.elfe_commande.record.day import MOST_RUNS, Day, Run
from tests.planning.price_shapes import PARIS

NUMBER = EquipmentId(1)
PLUG = DeviceId("7")
TODAY = date(2026, 11, 18)
HOUR = 3600


def at(hour: int, minute: int = 0, day: int = 18) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS).timestamp()


def load(*, continuous: bool = True, metered: bool = False, **state: Any) -> EquipmentStatus:
    """Return a tank, or a machine of two hours."""
    given = State(Mode.PILOTED, ControlState.OFF, CommandState.STANDBY, False)
    plug = Device(PLUG, DeviceTypeId(111), Usage.MEASURE_AND_SWITCH, "plug", "plug/command")
    return EquipmentStatus(
        Equipment(
            id=NUMBER,
            typology_id=TypologyId(120),
            type_id=EquipmentTypeId(131),
            name="Load",
            home=HomeId("Home"),
            state=replace(given, **state),
            continuous=continuous,
            devices=(plug,) if metered else (),
            constraints=Constraints(0, None if continuous else 2 * HOUR),
        )
    )


class Life:
    """One load as time goes by; each step is looked at."""

    def __init__(self, status: EquipmentStatus) -> None:
        self.status = status
        self.book = Book()
        self.made: list[Run] = []

    def look(self, moment: float) -> None:
        if (run := self.book.note(self.status, moment, PARIS)) is not None:
            self.made.append(run)

    def switch(self, moment: float, *, on: bool) -> None:
        """Have the row say so, as it does once the device confirmed."""
        control = ControlState.ON if on else ControlState.OFF
        self._take(moment, control=control)

    def start(self, moment: float) -> None:
        """Have the row say that the machine was started."""
        self._take(
            moment,
            mode=Mode.MANUAL,
            control=ControlState.ON,
            command=CommandState.ON,
            last_start=int(moment),
        )

    def draw(self, moment: float, watts: float | None) -> None:
        """Have the meter say so; `None`: it is silent, and nothing of it counts any more."""
        self.status.observations[PLUG] = Observation(power=watts, heard_at=0.0, stale=watts is None)
        self.look(moment)

    def plan(self, start: float, *runs: tuple[float, float], owner: Owner = Owner.PLANNER) -> None:
        decisions = bytearray(DAY)
        for begin, end in runs:
            for slot in range(int(begin), int(end), SLOT):
                decisions[(slot - slot_start(start)) // SLOT] = 1
        self.status.plan = DayPlan(
            NUMBER, slot_start(start), bytes(decisions), known_at=int(start), owner=owner
        )

    def order(
        self,
        moment: float,
        outcome: Outcome = Outcome.ACKNOWLEDGED,
        *,
        on: bool = True,
        **changes: Any,
    ) -> None:
        act = changes.pop("act", Act.ON if on else Act.OFF)
        origin, source = changes.pop("by", (Origin.EMS, Source.EMS))
        result = Result(outcome, changes.pop("reason", outcome.value), on, moment, **changes)
        event = OrderEnded(NUMBER, act, source, origin, result)
        self.book.ended(event, self.status, moment, PARIS)

    def day(self, day: date = TODAY) -> Day:
        ((_, found),) = self.book.days(NUMBER, day, 1)
        return found

    def minutes(self, begin: float, end: float) -> tuple[float, float]:
        return self.book.minutes(NUMBER, begin, end, zone=PARIS)

    def restarted(self, moment: float) -> Life:
        """Return the same load after a restart: what was on disk, and nothing else."""
        kept = json.loads(json.dumps(self.book.dump(moment)))
        after = Life(self.status)
        after.book.load(kept)
        return after

    def _take(self, moment: float, **changes: Any) -> None:
        equipment = self.status.equipment
        self.status.equipment = equipment.with_state(replace(equipment.state, **changes))
        self.look(moment)


# ------------------------------------------------------------------------------ why not


def test_a_silent_device_leaves_its_reason_and_no_minute() -> None:
    life = Life(load())
    life.plan(at(2), (at(2), at(3)))
    life.look(at(2))
    life.order(at(2), Outcome.FAILED, reason="silent", will_retry=True)
    life.order(at(2, 14), Outcome.FAILED, reason="silent")
    for minute in (15, 30, 45):
        life.look(at(2, minute))

    day = life.day()
    assert [(run.start, run.end, run.source) for run in day.planned] == [(at(2), at(3), "planner")]
    assert dict(day.orders) == {"failed": 1}
    assert day.failure is not None
    assert (day.failure.act, day.failure.reason, day.failure.pending) == ("on", "silent", False)
    assert life.minutes(at(0), at(4)) == (0, 0)
    assert not day.runs


def test_a_late_device_is_no_failure_once_it_confirmed() -> None:
    life = Life(load())
    life.order(at(2), Outcome.FAILED, reason="silent", will_retry=True)
    pending = life.day().failure
    assert pending is not None
    assert pending.pending
    life.order(at(2, 3))
    life.switch(at(2, 3), on=True)

    assert dict(life.day().orders) == {"acknowledged": 1}
    assert life.day().failure is None
    life.switch(at(3, 3), on=False)
    assert life.minutes(at(0), at(4)) == (60, 0)


def test_a_failure_of_something_else_stays() -> None:
    life = Life(load())
    life.order(at(2), Outcome.FAILED, reason="refused", detail="overload")
    life.order(at(3), on=False)

    failure = life.day().failure
    assert failure is not None
    assert (failure.act, failure.reason, failure.detail) == ("on", "refused", "overload")


def test_what_nothing_confirms_is_counted_apart() -> None:
    life = Life(load())
    life.order(at(2), Outcome.DOUBTFUL, reason="unconfirmed")
    life.switch(at(2), on=True)
    assert life.minutes(at(0), at(2, 30)) == (0, 30)
    life.switch(at(3), on=False)

    assert life.minutes(at(0), at(4)) == (0, 60)
    (run,) = life.made
    assert not run.confirmed
    # It is owed no longer: a load that nothing measures would run for ever.
    assert life.book.on_time.minutes(NUMBER, at(0), at(4)) == 60


def test_a_meter_confirms_what_the_device_does_not() -> None:
    life = Life(load(metered=True))
    life.order(at(2), Outcome.DOUBTFUL, reason="unconfirmed")
    life.switch(at(2), on=True)
    life.draw(at(2, 1), 2000)
    life.draw(at(2, 31), 2000)
    life.switch(at(3), on=False)

    assert life.made[0].confirmed
    assert life.minutes(at(0), at(4)) == (60, 0)
    assert life.made[0].energy == pytest.approx(2.0 * 59 / 60)


def test_nobody_was_there() -> None:
    life = Life(load())
    life.plan(at(0), (at(2), at(4)))
    life.book.looked = int(at(1, 45))
    # The program was away until half past three.
    life.book.catch_up(life.status, slot_start(at(3, 30)), PARIS)
    life.look(at(3, 30))

    day = life.day()
    assert sum(run.end - run.start for run in day.planned) == 1.75 * HOUR
    assert day.failure is not None
    assert (day.failure.reason, day.failure.at) == ("not_running", at(3, 15))
    life.order(at(3, 31))
    assert life.day().failure is None, "it was made good"


def test_what_was_on_all_along_was_not_missed() -> None:
    life = Life(load())
    life.plan(at(0), (at(2), at(4)))
    life.switch(at(2), on=True)
    life.book.looked = int(at(2))
    after = life.restarted(at(2, 20))
    after.look(at(2, 31))
    after.book.catch_up(after.status, slot_start(at(2, 31)), PARIS)

    assert after.day().failure is None
    assert after.minutes(at(0), at(2, 31)) == (31, 0)


def test_a_device_that_is_gone_ends_the_run_when_it_went() -> None:
    life = Life(load(metered=True))
    life.draw(at(1, 59), 0)
    life.switch(at(2), on=True)
    life.status.observations[PLUG] = Observation(available=False)
    life.look(at(2, 10))
    life.look(at(2, 20))
    assert not life.made, "it may come back"
    life.look(at(2, 25))

    (run,) = life.made
    assert run.minutes == 10
    life.status.observations[PLUG] = Observation(power=0.0, available=True, heard_at=1.0)
    life.look(at(2, 40))
    life.switch(at(2, 50), on=False)
    assert life.minutes(at(0), at(4)) == (20, 0)


# ------------------------------------------------------------------------------- machines


def test_a_machine_without_a_meter_runs_for_its_duration() -> None:
    life = Life(load(continuous=False, last_programmed=int(at(1))))
    life.plan(at(1, 1), (at(2), at(4)))
    life.look(at(2))
    life.order(at(2), act=Act.START)
    life.start(at(2))
    assert life.book.next_look({NUMBER: life.status}) == at(4)
    life.look(at(3))
    assert not life.made
    life.look(at(4, 20))

    (run,) = life.made
    assert (run.start, run.end, run.energy, run.source) == (at(2), at(4), None, "planner")
    assert [(each.start, each.end) for each in life.day().planned] == [(at(2), at(4))]


def test_a_start_that_is_tried_again_is_planned_once() -> None:
    life = Life(load(continuous=False, last_programmed=int(at(1))))
    life.plan(at(1, 1), (at(2), at(4)))
    for minute in (0, 15, 30):
        life.look(at(2, minute))
        life.order(at(2, minute), Outcome.FAILED, act=Act.START, reason="silent")

    assert [(each.start, each.end) for each in life.day().planned] == [(at(2), at(4))]
    assert life.day().orders["failed"] == 3


def test_the_meter_tells_when_a_machine_is_done() -> None:
    life = Life(load(continuous=False, metered=True, last_programmed=int(at(1))))
    life.draw(at(1, 50), 1)
    life.order(at(2), act=Act.START)
    life.start(at(2))
    assert life.book.on_time.since(NUMBER) is None, "it does nothing yet"
    life.draw(at(2, 1), 2000)
    life.draw(at(2, 31), 4)
    life.draw(at(2, 40), 1000)
    life.draw(at(3, 10), 2)
    assert life.book.next_look({NUMBER: life.status}) == at(3, 25)
    life.look(at(3, 25))

    (run,) = life.made
    # A pause belongs to the cycle; what draws 1 W has ended.
    assert (run.start, run.end) == (at(2), at(3, 10))
    assert run.energy == pytest.approx((2000 * 30 + 4 * 9 + 1000 * 30) / 60 / 1000, abs=1e-3)
    assert run.source == "ems"


def test_a_machine_that_somebody_started_by_hand() -> None:
    life = Life(load(continuous=False, metered=True, mode=Mode.MANUAL))
    life.draw(at(9), 0)
    life.draw(at(10), 800)
    life.draw(at(10, 20), 0)
    life.draw(at(10, 40), 0)

    (run,) = life.made
    assert (run.source, run.minutes, run.confirmed) == ("device", 20, True)


def test_a_meter_that_falls_silent_leaves_the_duration() -> None:
    life = Life(load(continuous=False, metered=True, last_programmed=int(at(1))))
    life.draw(at(1, 50), 1)
    life.order(at(2), act=Act.START)
    life.start(at(2))
    life.draw(at(2, 1), 2000)
    life.draw(at(2, 11), None)
    life.look(at(4, 1))

    (run,) = life.made
    assert (run.start, run.end) == (at(2), at(4))
    assert run.energy == pytest.approx(2000 / 6 / 1000)


# ---------------------------------------------------------------------------------- days


def test_midnight_divides_minutes_and_energy() -> None:
    life = Life(load(metered=True))
    life.draw(at(23, 30), 0)
    life.switch(at(23, 30), on=True)
    life.draw(at(23, 45), 1000)
    life.draw(at(0, 10, day=19), 1000)
    life.switch(at(0, 30, day=19), on=False)

    assert life.minutes(at(0), at(0, day=19)) == (30, 0)
    assert life.minutes(at(0, day=19), at(12, day=19)) == (30, 0)
    assert life.day().energy == pytest.approx(0.25)
    # The load was switched off at half past twelve; its meter had said 1000 W until then.
    assert life.day(date(2026, 11, 19)).energy == pytest.approx(0.5)
    assert [len(life.day(date(2026, 11, n)).runs) for n in (18, 19)] == [0, 1]


def test_a_clock_that_jumps_makes_no_energy() -> None:
    life = Life(load(metered=True))
    life.draw(at(1), 2000)
    life.draw(at(9), 2000)
    life.draw(at(8), 2000)
    assert life.day().energy is None
    life.draw(at(8, 15), 2000)
    assert life.day().energy == pytest.approx(0.5)


def test_the_same_order_again_is_counted_once() -> None:
    life = Life(load())
    for quarter in range(4):
        life.order(at(2, 15 * quarter))
        life.order(at(2, 15 * quarter), act=Act.KEEP_OFF, on=False)
    life.order(at(3), on=False)
    life.order(at(4))

    assert dict(life.day().orders) == {"acknowledged": 3}


def test_of_a_person_each_order_counts() -> None:
    life = Life(load())
    for minute in range(3):
        life.order(at(2, minute), by=(Origin.DASHBOARD, Source.USER))
    assert dict(life.day().orders) == {"acknowledged": 3}


# ------------------------------------------------------------------------------- on disk


def test_a_restart_in_the_middle_of_a_run_is_one_run() -> None:
    life = Life(load(metered=True))
    life.draw(at(1, 59), 0)
    life.order(at(2))
    life.switch(at(2), on=True)
    life.draw(at(2), 2000)
    life.draw(at(2, 20), 2000)
    after = life.restarted(at(2, 20))
    after.draw(at(2, 25), 2000)
    after.draw(at(2, 40), 2000)
    after.switch(at(2, 45), on=False)

    (run,) = after.made
    assert (run.start, run.end) == (at(2), at(2, 45))
    # Nobody heard the meter for five minutes.
    assert run.energy == pytest.approx(2 * 40 / 60)
    assert run.source == "ems"
    assert after.minutes(at(0), at(4)) == (45, 0)


def test_a_restart_does_not_count_a_machine_twice() -> None:
    life = Life(load(continuous=False, last_programmed=int(at(1))))
    life.start(at(2))
    life.look(at(3))
    after = life.restarted(at(3))
    after.look(at(3, 2))
    after.look(at(4, 1))

    assert after.minutes(at(0), at(6)) == (120, 0)
    assert [run.minutes for run in after.made] == [120]


def test_what_ended_while_nobody_looked_ends_where_it_was_seen_last() -> None:
    life = Life(load())
    life.switch(at(2), on=True)
    life.look(at(2, 30))
    life.status.equipment = load().equipment
    after = life.restarted(at(2, 30))
    after.look(at(5))

    (run,) = after.made
    assert (run.start, run.end) == (at(2), at(2, 30))


def test_on_before_and_after_a_long_absence_is_two_runs() -> None:
    life = Life(load())
    life.switch(at(2), on=True)
    after = life.restarted(at(2, 30))
    after.look(at(5))
    after.switch(at(6), on=False)

    assert [(run.start, run.end) for run in after.made] == [
        (at(2), at(2, 30)),
        (at(5), at(6)),
    ]
    assert after.minutes(at(0), at(8)) == (90, 0)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"days": {"1": {"2026-11-18": {"orders": {"eaten": 1}}}}},
        {"days": {"1": "yesterday"}, "open": 3},
        {"days": [], "open": [[1]], "looked": "late", "doubted": [None]},
        {"days": {"1": {"2026-11-18": {"planned": [[1]]}}}, "on_time": {"1": [[5]]}},
    ],
)
def test_a_spoiled_document_is_left_out(spoiled: dict[str, Any]) -> None:
    book = Book()
    book.load(spoiled)
    ((_, day),) = book.days(NUMBER, TODAY, 1)
    assert day == Day()
    assert not book.under_way


def test_it_is_bounded() -> None:
    life = Life(load())
    for day in range(1, 19):
        for run in range(2 * MOST_RUNS):
            moment = at(0, day=day) + 60 * run
            life.switch(moment, on=True)
            life.order(moment, by=(Origin.DASHBOARD, Source.USER))
            life.switch(moment + 30, on=False)
    life.book.forget(at(12), {NUMBER}, PARIS)
    kept = life.book.dump(at(12))["days"]["1"]

    assert len(kept) == DAYS
    assert all(len(day["runs"]) == MOST_RUNS for day in kept.values())
    # What they sum up to is whole.
    assert life.day().orders["acknowledged"] == 2 * MOST_RUNS
    assert life.minutes(at(0), at(23)) == (MOST_RUNS, 0)
    life.book.forget(at(12), (), PARIS)
    assert life.book.dump(at(12))["days"] == {}
