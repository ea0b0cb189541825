"""EMHASS: what its answers mean, recorded and broken."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from custom_components.elfe_commande.core.plan import SLOT, DayPlan, Owner
from custom_components.elfe_commande.sources.plans import (
    PLAN_SOURCES,
    Answer,
    Finding,
    Followed,
    Page,
    Reading,
    SourcedPlan,
)

from .recordings import CAR, DISHWASHER, HEATER, LOADS, PARIS, Look, recorded

EMHASS = PLAN_SOURCES["emhass"]
AWAY = Answer(None, detail="no route")


def read(look: Look, *loads: Followed, now: float | None = None, **settings) -> Reading:
    return EMHASS.read(look.ask(*loads, now=now, **settings), look.answers)


def plan_of(reading: Reading, equipment_id: int) -> SourcedPlan:
    return next(plan for plan in reading.plans if plan.equipment_id == equipment_id)


def runs(reading: Reading, equipment_id: int) -> list[tuple[str, str]]:
    """Return when a load runs, by the clocks of Paris."""
    plan = plan_of(reading, equipment_id)
    day = DayPlan(plan.equipment_id, plan.first_valid, plan.decisions)
    return [(at(start), at(end)) for start, end in day.runs()]


def at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, PARIS):%H:%M}"


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_it_is_found_and_asks_for_two_pages():
    assert EMHASS.owner is Owner.EMHASS
    ask = recorded("no-run").ask(address="http://emhass:5000/")
    assert EMHASS.questions(ask) == (
        Page("http://emhass:5000/api/v1/plan"),
        Page("http://emhass:5000/api/v1/last-run"),
    )


def test_a_day_of_quarter_hours():
    reading = read(recorded("dayahead-15min"))
    assert (reading.finding, reading.misfits) == (Finding.OK, ())
    assert reading.made_at == utc("2026-06-15T22:00:32+00:00")
    assert reading.until == utc("2026-06-17T00:00:00+02:00")
    assert {plan.first_valid for plan in reading.plans} == {utc("2026-06-16T00:00:00+02:00")}
    assert {len(plan.decisions) for plan in reading.plans} == {96}
    assert {plan.made_at for plan in reading.plans} == {reading.made_at}
    assert runs(reading, DISHWASHER) == [("12:00", "14:00")]
    assert runs(reading, HEATER) == [("10:45", "11:00"), ("13:45", "15:45"), ("16:15", "17:00")]
    assert runs(reading, CAR) == [("02:00", "06:00")]


def test_a_day_of_half_hours():
    reading = read(recorded("dayahead-30min"))
    assert {len(plan.decisions) for plan in reading.plans} == {96}
    assert runs(reading, DISHWASHER) == [("14:30", "16:30")]
    assert runs(reading, HEATER) == [("14:00", "17:00")]
    assert runs(reading, CAR) == [("02:00", "06:00")]


def test_a_horizon_of_half_a_day_ends_there():
    """What comes after its end is left to others: it is not off."""
    look = recorded("mpc-15min")
    reading = read(look)
    assert reading.finding is Finding.OK
    assert {len(plan.decisions) for plan in reading.plans} == {48}
    assert reading.until == plan_of(reading, HEATER).first_valid + 48 * SLOT
    # A car that has nothing left is planned off, which is a plan.
    assert plan_of(reading, CAR).decisions == bytes(48)


def test_a_run_late_in_a_step_begins_in_the_future():
    look = recorded("mpc-30min", 1)
    reading = read(look)
    assert at(look.now) == "06:46"
    assert at(plan_of(reading, HEATER).first_valid) == "07:00"


@pytest.mark.parametrize(
    ("name", "slots", "end"),
    [
        ("dst-autumn-15min", 100, "2026-10-26T00:00:00+01:00"),
        ("dst-autumn-30min", 100, "2026-10-26T00:00:00+01:00"),
        ("dst-spring-15min", 92, "2027-03-29T00:00:00+02:00"),
    ],
)
def test_days_on_which_clocks_change(name, slots, end):
    reading = read(recorded(name))
    assert {len(plan.decisions) for plan in reading.plans} == {slots}
    assert reading.until == utc(end)


def test_the_hour_that_comes_twice_is_two_hours():
    """Half-hours of UTC, whatever the clocks say in between: 02:00 to 02:59 comes twice."""
    look = recorded("dst-autumn-30min")
    on = [row["timestamp"] for row in look.plan["plan"] if row["P_deferrable2"] > 1850]
    first, last = utc(on[0]), utc(on[-1])
    reading = read(look)
    plan = plan_of(reading, CAR)
    day = DayPlan(CAR, plan.first_valid, plan.decisions)
    assert day.runs() == [(first, last + 1800)]
    assert last - first == 7 * 1800


def test_relaxed_rules_and_partial_powers():
    """On from half of the power; the mean of a slot counts."""
    reading = read(recorded("relaxed"))
    assert reading.finding is Finding.OK
    assert runs(reading, CAR) == [("01:00", "06:00")]
    modulated = recorded("min-power-ev")
    half = plan_of(read(modulated), CAR).decisions.count(1)
    low = Followed(CAR, {"load": 2, "power": 3700, "threshold": 1400})
    assert plan_of(read(modulated, low), CAR).decisions.count(1) == 24 > half


def test_numbers_are_not_exact():
    look = recorded("min-power-ev")
    assert max(row["P_deferrable1"] for row in look.plan["plan"]) > 2000
    # Neither beside the nominal power, nor at a threshold that is the nominal power.
    exact = Followed(HEATER, {"load": 1, "power": 2000, "threshold": 2000})
    assert plan_of(read(look, exact), HEATER).decisions.count(1) == 12
    below, trace = deepcopy(look.plan), deepcopy(look.plan)
    for row in below["plan"]:
        row["P_deferrable1"] *= 0.9999999999
    for row in trace["plan"]:
        row["P_deferrable1"] = 5e-9
    (plan,) = EMHASS.read(look.ask(exact), [Answer(200, below), AWAY]).plans
    assert plan.decisions.count(1) == 12
    planned_off = EMHASS.read(look.ask(exact), [Answer(200, trace), AWAY])
    assert (planned_off.misfits, planned_off.plans[0].decisions) == ((), bytes(96))
    odd = deepcopy(look.plan)
    for row in odd["plan"]:
        value = row["P_deferrable1"]
        row["P_deferrable1"] = f"{value:.2f}" if value else "-0.0"
    reading = EMHASS.read(look.ask(LOADS[1]), [Answer(200, odd), AWAY])
    assert reading.plans == read(look, LOADS[1]).plans


# ------------------------------------------------------------------------ no plan, no fresh plan


@pytest.mark.parametrize("number", [0, 1])
def test_a_fresh_server_has_no_plan(number):
    reading = read(recorded("no-run", number))
    assert (reading.finding, reading.plans) == (Finding.NO_RUN, ())


def test_a_first_run_without_a_solution():
    reading = read(recorded("infeasible-first"))
    assert (reading.finding, reading.plans) == (Finding.INFEASIBLE, ())


def test_after_a_failed_run_the_plan_before_it_is_served_as_good():
    before, after = recorded("infeasible-after-plan"), recorded("infeasible-after-plan", 1)
    assert read(before).finding is Finding.OK
    assert after.plan["status"] == "ok"
    reading = read(after)
    assert reading.finding is Finding.INFEASIBLE
    # What was planned before goes on, and is not taken for newer than it is.
    assert reading.plans == read(before).plans
    crashed = replace(after, last_run={**after.last_run, "status": "error", "infeasible": False})
    assert read(crashed).finding is Finding.FAILED


def test_a_run_that_failed_before_the_plan_was_made_is_forgotten():
    look = recorded("dayahead-15min")
    earlier = {"status": "infeasible", "infeasible": True, "timestamp": "2026-06-15T21:00:00Z"}
    assert read(replace(look, last_run=earlier)).finding is Finding.OK


def test_a_plan_is_over_although_it_is_served_as_good():
    reading = read(recorded("stale-plan"))
    assert (reading.finding, reading.plans) == (Finding.OVER, ())
    look = recorded("dayahead-15min")
    end = utc("2026-06-17T00:00:00+02:00")
    assert read(look, now=end - 1).finding is Finding.OK
    assert read(look, now=end).finding is Finding.OVER


def test_an_old_plan_is_told_and_followed():
    look = recorded("dayahead-15min")
    reading = read(look, now=look.now + 6 * 3600, max_age=5)
    assert reading.finding is Finding.STALE
    assert reading.plans == read(look).plans


def test_a_clock_that_is_ahead_makes_no_plan_that_knows_the_future():
    look = recorded("dayahead-15min")
    reading = read(look, now=look.now - 3600)
    assert {plan.made_at for plan in reading.plans} == {int(look.now - 3600)}


def test_without_its_second_page_the_plan_counts():
    look = recorded("dayahead-15min")
    for second in (AWAY, Answer(500, None), Answer(200, []), Answer(200, {"timestamp": 5})):
        assert EMHASS.read(look.ask(), [look.answers[0], second]).finding is Finding.OK


# ------------------------------------------------------------------------------ other answers


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (AWAY, Finding.AWAY),
        (Answer(404, None), Finding.UNSUPPORTED),
        (Answer(500, None), Finding.REFUSED),
        (Answer(301, None), Finding.REFUSED),
        (Answer(200, None), Finding.UNREADABLE),
        (Answer(200, []), Finding.UNREADABLE),
        (Answer(200, {"status": "ok", "plan": []}), Finding.UNREADABLE),
    ],
)
def test_what_is_no_plan(answer, finding):
    look = recorded("dayahead-15min")
    reading = EMHASS.read(look.ask(), [answer, look.answers[1]])
    assert (reading.finding, reading.plans) == (finding, ())


def test_versions():
    look = recorded("dayahead-15min")
    for version, finding in (
        ("1.7", Finding.OK),
        ("2.0", Finding.UNSUPPORTED),
        ("10.0", Finding.UNSUPPORTED),
        (1.0, Finding.UNREADABLE),
    ):
        other = replace(look, plan={**look.plan, "emhass_schema_version": version})
        assert read(other).finding is finding, version


WRONG = [
    None,
    "",
    "x",
    7,
    -1,
    1e400,
    float("nan"),
    [],
    {},
    True,
    "2026-06-16T00:00:00",
    "9" * 5000,
    10**400,
]


def test_no_answer_makes_it_raise():
    look = recorded("dayahead-15min")
    paths = ("status", "generated_at", "emhass_schema_version", "plan")
    for key, value in product(paths, WRONG):
        reading = read(replace(look, plan={**look.plan, key: value}))
        assert reading.plans == () or key == "status", (key, value)
    for key, value in product(("timestamp", "P_deferrable1", "optim_status"), WRONG):
        rows = deepcopy(look.plan["plan"])
        rows[40][key] = value
        reading = read(replace(look, plan={**look.plan, "plan": rows}))
        if key == "timestamp":
            assert reading.finding is Finding.UNREADABLE, value
    for rows in ([None], [{}], "rows", [look.plan["plan"]], look.plan["plan"] * 2):
        assert read(replace(look, plan={**look.plan, "plan": rows})).plans == ()


def test_a_hole_in_the_powers_of_one_load_costs_no_other():
    look = recorded("dayahead-15min")
    rows = deepcopy(look.plan["plan"])
    rows[40]["P_deferrable1"] = None
    reading = read(replace(look, plan={**look.plan, "plan": rows}))
    assert [plan.equipment_id for plan in reading.plans] == [DISHWASHER, CAR]
    (misfit,) = reading.misfits
    assert (misfit.key, misfit.equipment_id) == ("plan_load_missing", HEATER)


def test_a_hole_in_time_is_no_plan():
    look = recorded("dayahead-15min")
    rows = look.plan["plan"]
    assert read(replace(look, plan={**look.plan, "plan": rows[:9] + rows[10:]})).plans == ()


# -------------------------------------------------------------------------------- the mapping


def test_numbers_that_shifted_are_noticed():
    """Somebody removed the dishwasher from EMHASS: the heater is 0 and the car is 1 now."""
    look = recorded("dayahead-15min")
    shifted = [
        {
            "timestamp": row["timestamp"],
            "P_deferrable0": row["P_deferrable1"],
            "P_deferrable1": row["P_deferrable2"],
        }
        for row in look.plan["plan"]
    ]
    reading = read(replace(look, plan={**look.plan, "plan": shifted}))
    assert reading.plans == ()
    assert [(each.key, each.equipment_id, dict(each.shown)) for each in reading.misfits] == [
        ("plan_load_misfit", DISHWASHER, {"load": "0", "power": "1200", "planned": "2000"}),
        ("plan_load_misfit", HEATER, {"load": "1", "power": "2000", "planned": "3700"}),
        ("plan_load_missing", CAR, {"load": "2", "power": "3700"}),
    ]


def test_a_load_that_never_gets_as_high_as_it_should_is_another_one():
    """The car and the dishwasher changed places."""
    look = recorded("dayahead-15min")
    swapped = (
        Followed(DISHWASHER, {"load": 2, "power": 1200}),
        Followed(CAR, {"load": 0, "power": 3700}),
    )
    reading = read(look, *swapped)
    assert reading.plans == ()
    assert {each.key for each in reading.misfits} == {"plan_load_misfit"}


def test_a_load_that_is_planned_off_fits():
    reading = read(recorded("mpc-15min"), LOADS[2])
    assert (len(reading.plans), reading.misfits) == (1, ())


def test_what_the_loads_are_is_told():
    look = recorded("dayahead-15min")
    found = EMHASS.channels(look.ask(), look.answers)
    assert [(dict(each.given), each.power) for each in found] == [
        ({"load": 0}, 1200.0),
        ({"load": 1}, 2000.0),
        ({"load": 2}, 3700.0),
    ]
    assert found[0].text == "1200 W, 2 h"
    assert EMHASS.channels(look.ask(), [AWAY, AWAY]) == ()
    assert EMHASS.channels(look.ask(), recorded("no-run").answers) == ()


def test_moments_are_utc():
    assert datetime.fromtimestamp(recorded("dayahead-15min").now, UTC).day == 15
