"""What appliances owe, and why some are not planned."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from math import inf

import pytest

from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    ControlState,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.on_time import OnTime, under_way
from custom_components.elfe_commande.planning.home.habits import Habits, allowed
from custom_components.elfe_commande.planning.home.needs import Need, Unplanned, need_of

from .price_shapes import PARIS

EVENING = datetime(2026, 1, 14, 19, tzinfo=PARIS).timestamp()
HOUR = 3600
TANK = EquipmentId(1)


def at(hour: int, minute: int = 0, days: int = 0) -> float:
    day = datetime(2026, 1, 14, hour, minute, tzinfo=PARIS) + timedelta(days=days)
    return day.timestamp()


def tank(**state: int) -> Equipment:
    return Equipment(
        id=TANK,
        typology_id=TypologyId(1),
        type_id=EquipmentTypeId(131),
        name="Tank",
        home=HomeId("Home"),
        state=replace(State(Mode.PILOTED, ControlState.OFF, CommandState.STANDBY, False), **state),
        continuous=True,
    )


def washing(wished_end: float = 0, **state: int) -> Equipment:
    return replace(
        tank(last_programmed=int(EVENING) - 60, **state),
        continuous=False,
        constraints=Constraints(int(wished_end), 2 * HOUR),
    )


HABITS = Habits(power=2000, daily=180, splittable=True, ready_by=time(6))
ONCE = Habits(power=1500)


def need(
    equipment: Equipment, habits: Habits, on: OnTime | None = None, now: float = EVENING
) -> Need:
    return need_of(equipment, habits, on or OnTime(), now, PARIS)


def test_a_tank_owes_its_hours_until_its_deadline():
    load = need(tank(), HABITS).load
    assert load is not None
    assert (load.minutes, load.earliest, load.latest) == (180, EVENING, at(6, days=1))
    assert load.splittable
    assert load.running_since is None


def test_what_it_had_since_the_last_deadline_is_not_owed_again():
    on = OnTime()
    on.note(TANK, True, at(4))
    on.note(TANK, False, at(7))
    # Two of these hours were for the day before.
    load = need(tank(), HABITS, on).load
    assert load is not None
    assert load.minutes == 120
    assert load.minutes_today == pytest.approx(180)
    assert load.starts_today == 1


def test_a_minute_that_orders_took_is_not_owed_again():
    on = OnTime()
    on.note(TANK, True, at(12, 1))
    on.note(TANK, False, at(13))
    load = need(tank(), HABITS, on).load
    assert load is not None
    assert load.minutes == 120


def test_done_for_today_is_planned_for_the_next_day():
    on = OnTime()
    on.note(TANK, True, at(10))
    on.note(TANK, False, at(13, 1))
    found = need(tank(), HABITS, on)
    assert found.load is not None
    assert (found.load.minutes, found.load.earliest, found.load.latest) == (
        180,
        at(6, days=1),
        at(6, days=2),
    )
    assert found.task != need(tank(), HABITS).task


def test_a_run_under_way_is_told():
    on = OnTime()
    on.note(TANK, True, at(18, 30))
    load = need(tank(control=ControlState.ON), HABITS, on).load
    assert load is not None
    assert (load.running_since, load.minutes) == (at(18, 30), 150)


def test_the_day_of_the_clock_is_a_day_when_clocks_change():
    now = datetime(2026, 3, 28, 19, tzinfo=PARIS).timestamp()
    load = need(tank(), replace(HABITS, ready_by=time(7)), now=now).load
    assert load is not None
    assert load.latest == datetime(2026, 3, 29, 7, tzinfo=PARIS).timestamp() == now + 11 * HOUR


def test_hours_at_which_it_may_run():
    noon = replace(HABITS, hours=(time(11), time(16)))
    load = need(tank(), noon, now=at(9)).load
    assert load is not None
    assert (load.earliest, load.latest) == (at(11), at(16))
    # Over midnight, and begun already.
    night = allowed((time(22), time(5)), at(23), at(6, days=1), 60, PARIS)
    assert night == (at(23), at(5, days=1))
    # An hour is left today, three are wanted.
    assert allowed((time(11), time(16)), at(15), inf, 180, PARIS) == (
        at(11, days=1),
        at(16, days=1),
    )
    assert allowed((time(11), time(16)), at(15), at(18), 180, PARIS) == (at(15), at(16))


@pytest.mark.parametrize(
    ("hours", "begin", "end"),
    [
        ((time(11), time(16)), at(17), at(20)),
        ((time(11), time(16)), at(16), at(11, days=1)),
        ((time(22), time(6)), at(6), at(22)),
        # A quarter of an hour that a change of clocks skips.
        (
            (time(2, 15), time(2, 30)),
            datetime(2026, 3, 29, tzinfo=PARIS).timestamp(),
            datetime(2026, 3, 30, tzinfo=PARIS).timestamp(),
        ),
    ],
)
@pytest.mark.parametrize("minutes", [0, 60])
def test_hours_that_are_over_leave_no_place(hours, begin, end, minutes):
    low, high = allowed(hours, begin, end, minutes, PARIS)
    assert high <= low


def test_hours_are_those_of_the_clock_when_clocks_change():
    spring, autumn = datetime(2026, 3, 29, tzinfo=PARIS), datetime(2026, 10, 25, tzinfo=PARIS)
    night = time(1), time(4)
    low, high = allowed(night, spring.timestamp(), inf, 60, PARIS)
    assert (low, high - low) == (spring.replace(hour=1).timestamp(), 2 * HOUR)
    low, high = allowed(night, autumn.timestamp(), inf, 60, PARIS)
    assert (low, high - low) == (autumn.replace(hour=1).timestamp(), 4 * HOUR)
    # They begin in the hour that is skipped.
    low, high = allowed((time(2), time(4)), spring.timestamp(), inf, 60, PARIS)
    assert (low, high - low) == (spring.replace(hour=3).timestamp(), HOUR)


PUMP = replace(HABITS, daily=240, ready_by=None, hours=(time(10), time(18)))


@pytest.mark.parametrize("ready_by", [None, time(6), time(20)])
def test_a_load_whose_hours_are_over_waits_for_those_of_the_next_day(ready_by: time | None):
    load = need(tank(), replace(PUMP, ready_by=ready_by), now=at(19, 5)).load
    assert load is not None
    assert (load.earliest, load.latest) == (at(10, days=1), at(18, days=1))
    assert (load.minutes, load.missed) == (240, 240)


def test_what_fits_into_the_rest_of_its_hours_runs_there():
    load = need(tank(), PUMP, now=at(17, 5)).load
    assert load is not None
    assert (load.earliest, load.latest, load.minutes) == (at(17, 5), at(18), 240)
    # Over midnight, the day ending in between: two of the three hours.
    night = replace(PUMP, daily=180, hours=(time(22), time(6)))
    load = need(tank(), night, now=at(20)).load
    assert load is not None
    assert (load.earliest, load.latest, load.missed) == (at(22), at(0, days=1), 0)


def test_hours_skipped_by_a_change_of_clocks_leave_their_day_out():
    skipped = replace(PUMP, daily=15, hours=(time(2, 15), time(2, 30)))
    now = datetime(2026, 3, 29, 0, 5, tzinfo=PARIS).timestamp()
    load = need(tank(), skipped, now=now).load
    assert load is not None
    assert load.earliest == datetime(2026, 3, 30, 2, 15, tzinfo=PARIS).timestamp()
    assert load.missed == 15


@pytest.mark.parametrize("splittable", [True, False])
def test_what_is_on_ends_with_its_hours(splittable):
    on = OnTime()
    on.note(TANK, True, at(16))
    running = tank(control=ControlState.ON)
    habits = replace(PUMP, splittable=splittable, minimum_run=180.0)
    load = need(running, habits, on, at(17, 5)).load
    assert load is not None
    assert (load.running_since, load.minutes, load.missed) == (at(16), 60, 120)
    # Switched on outside of them it has no right to go on.
    load = need(running, habits, on, at(19, 5)).load
    assert load is not None
    assert load.running_since is None
    on = OnTime()
    on.note(TANK, True, at(8))
    load = need(running, habits, on, at(8, 30)).load
    assert load is not None
    assert (load.running_since, load.earliest) == (None, at(10))


def test_less_than_a_quarter_of_an_hour_a_day_owes_nothing():
    load = need(tank(), replace(PUMP, daily=4), now=at(19)).load
    assert load is not None
    assert load.minutes == 0


DAYTIME = replace(ONCE, hours=(time(8), time(20)))


@pytest.mark.parametrize("now", [at(19, 5), at(21, 5), at(7, 5, days=1)])
def test_a_machine_keeps_its_hours_rather_than_its_wished_end(now):
    load = need(washing(at(7, days=1)), DAYTIME, now=now).load
    assert load is not None
    assert (load.earliest, load.latest) == (at(8, days=1), at(20, days=1))
    assert load.missed == 120


def started_now(equipment: Equipment, habits: Habits, now: float) -> Need:
    """Return what is owed while the plan in force wants it on in the present quarter-hour."""
    return need_of(equipment, habits, OnTime(), now, PARIS, wanted_now=True)


@pytest.mark.parametrize("wished", [0.0, at(7, days=2)])
def test_a_machine_that_is_to_start_now_has_the_whole_of_the_quarter_hour(wished):
    # Two seconds after six, two hours until eight are too long.
    machine, now = washing(wished), at(18, days=1) + 2
    load = need(machine, DAYTIME, now=now).load
    assert load is not None
    assert load.earliest == at(8, days=2)
    load = started_now(machine, DAYTIME, now).load
    assert load is not None
    assert (load.earliest, load.latest, load.missed) == (None, at(20, days=1), 0)


def test_the_patience_with_a_machine_that_is_to_start_now_does_not_end():
    machine = washing()
    machine = replace(machine, state=replace(machine.state, last_programmed=int(at(18, 45))))
    load = started_now(machine, ONCE, at(16, 45, days=1) + 2).load
    assert load is not None
    assert load.latest == at(18, 45, days=1)


def test_a_tank_that_is_to_start_now_is_not_put_off_for_some_seconds():
    habits, now = replace(PUMP, daily=120, ready_by=time(14)), at(16) + 2
    load = need(tank(), habits, now=now).load
    assert load is not None
    assert load.earliest == at(10, days=1)
    load = started_now(tank(), habits, now).load
    assert load is not None
    assert (load.earliest, load.latest, load.minutes) == (at(16), at(18), 120)


def test_a_machine_without_a_wished_end_keeps_its_hours_too():
    load = need(washing(), DAYTIME, now=at(21)).load
    assert load is not None
    assert (load.earliest, load.latest) == (at(8, days=1), EVENING - 60 + 86_400)
    assert load.missed == 0


@pytest.mark.parametrize("hours", [None, (time(8), time(8))])
def test_a_machine_without_hours_whose_end_has_passed_is_left(hours):
    load = need(washing(at(18)), replace(ONCE, hours=hours)).load
    assert load is not None
    assert (load.earliest, load.latest, load.missed) == (None, at(18), 0)


def test_a_machine_that_was_handed_over():
    load = need(washing(at(7, days=1)), ONCE).load
    assert load is not None
    assert (load.minutes, load.latest, load.splittable) == (120, at(7, days=1), False)
    # Without a wished end it is a day at most.
    load = need(washing(), ONCE).load
    assert load is not None
    assert load.latest == EVENING - 60 + 86_400


def test_a_machine_that_runs():
    started = washing(mode=Mode.MANUAL, control=ControlState.ON, command=CommandState.ON)
    started = replace(started, state=replace(started.state, last_start=int(EVENING)))
    half = need(started, ONCE, now=EVENING + HOUR)
    assert half.load is not None
    assert (half.load.minutes, half.load.running_since) == (60, EVENING)
    assert not half.follows
    assert half.task == need(washing(), ONCE).task
    assert under_way(started, EVENING + 2 * HOUR) is None
    assert need(started, ONCE, now=EVENING + 3 * HOUR).unplanned is Unplanned.BY_HAND


@pytest.mark.parametrize(
    ("equipment", "habits", "reason"),
    [
        (tank(mode=Mode.MANUAL), HABITS, Unplanned.BY_HAND),
        (tank(mode=Mode.INSTALLING), HABITS, Unplanned.NOT_DRIVEN),
        (tank(control=ControlState.COMMUNICATION_ERROR), HABITS, Unplanned.NOT_DRIVEN),
        (tank(), replace(HABITS, power=None), Unplanned.POWER_MISSING),
        (tank(), replace(HABITS, daily=None), Unplanned.DURATION_MISSING),
        (replace(washing(), constraints=Constraints(0, None)), ONCE, Unplanned.DURATION_MISSING),
    ],
)
def test_what_is_not_planned_says_why(equipment: Equipment, habits: Habits, reason: Unplanned):
    found = need(equipment, habits)
    assert (found.load, found.unplanned) == (None, reason)


def test_somebody_elses_plan_is_left():
    found = need_of(tank(), HABITS, OnTime(), EVENING, PARIS, other_plan=True)
    assert found.unplanned is Unplanned.OTHER_PLAN


def test_on_time_outlives_a_restart():
    before = OnTime()
    before.note(TANK, True, at(18))
    after = OnTime()
    after.load(before.dump(at(18, 30)))
    after.note(TANK, True, at(18, 35))
    assert after.since(TANK) == at(18)
    # Away for longer: nobody knows.
    later = OnTime()
    later.load(before.dump(at(18, 30)))
    later.note(TANK, True, at(18, 50))
    assert later.since(TANK) == at(18, 50)
    assert later.minutes(TANK, at(0), at(19)) == pytest.approx(40)
    assert later.hours(TANK, 2000) == {int(at(18)): pytest.approx(1.0)}
    later.load({"x": 1, "2": [["a", 2]], "3": None})
    later.forget(at(19), [TANK])
    assert later.minutes(TANK, at(0), at(18, 45)) == 0
