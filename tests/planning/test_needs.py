"""What appliances owe, and why some are not planned."""

from dataclasses import replace
from datetime import datetime, time, timedelta

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
    assert allowed((time(11), time(16)), at(15), None, 180, PARIS) == (
        at(11, days=1),
        at(16, days=1),
    )
    assert allowed((time(11), time(16)), at(15), at(18), 180, PARIS) == (at(15), at(16))
    assert allowed((time(11), time(16)), at(17), at(20), 60, PARIS) == (at(17), at(20))


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
